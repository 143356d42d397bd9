/* SPDX-License-Identifier: MIT */
/**
 * Writing of virgl commands, word by word.
 */
#define IGT_LOG_DOMAIN "virgl_cmd"
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "virgl/virgl_cmd.h"

/* As many as the header of a command can tell. */
#define MAX_PAYLOAD 0xffffu

/* Which part of which resource a command is about. */
#define PLACE_WORDS 11u
#define PIXEL_BYTES 4u

/* Bit 2 and up of what is to be cleared: the images, 0 and 1 being depth and stencil. */
#define CLEAR_COLOR0 (1u << 2)

/* Red, green, blue and alpha as they are, 3 bits each. */
#define SWIZZLE_NONE (0u | 1u << 3 | 2u << 6 | 3u << 9)

/* Flags of a resource. */
#define MAP_PERSISTENT (1u << 1)
#define MAP_COHERENT (1u << 2)

void virgl_cmds_clear(struct virgl_cmds *cmds)
{
	free(cmds->words);
	*cmds = (struct virgl_cmds){0};
}

static void put(struct virgl_cmds *cmds, uint32_t word)
{
	if (cmds->count == cmds->room) {
		cmds->room = max_t(size_t, 64, cmds->room * 2);
		cmds->words = realloc(cmds->words, cmds->room * sizeof(word));
		igt_assert(cmds->words);
	}
	cmds->words[cmds->count++] = word;
}

static void put_float(struct virgl_cmds *cmds, float value)
{
	uint32_t word;

	memcpy(&word, &value, sizeof(word));
	put(cmds, word);
}

static void begin(struct virgl_cmds *cmds, enum virgl_cmd cmd, uint32_t object,
		  unsigned int payload)
{
	igt_assert_f(payload <= MAX_PAYLOAD, "a command of %u words is too long\n", payload);
	put(cmds, cmd | object << 8 | payload << 16);
}

void virgl_cmd_nop(struct virgl_cmds *cmds, unsigned int payload)
{
	begin(cmds, VIRGL_CMD_NOP, 0, payload);
	while (payload--)
		put(cmds, 0);
}

void virgl_cmd_create_surface(struct virgl_cmds *cmds, uint32_t handle, uint32_t resource,
			      uint32_t format)
{
	begin(cmds, VIRGL_CMD_CREATE_OBJECT, VIRGL_OBJECT_SURFACE, 5);
	put(cmds, handle);
	put(cmds, resource);
	put(cmds, format);
	put(cmds, 0); /* level */
	put(cmds, 0); /* first and last layer */
}

void virgl_cmd_destroy_surface(struct virgl_cmds *cmds, uint32_t handle)
{
	begin(cmds, VIRGL_CMD_DESTROY_OBJECT, VIRGL_OBJECT_SURFACE, 1);
	put(cmds, handle);
}

void virgl_cmd_create_view(struct virgl_cmds *cmds, uint32_t handle, uint32_t resource,
			   uint32_t format)
{
	begin(cmds, VIRGL_CMD_CREATE_OBJECT, VIRGL_OBJECT_SAMPLER_VIEW, 6);
	put(cmds, handle);
	put(cmds, resource);
	put(cmds, format);
	put(cmds, 0); /* first and last layer */
	put(cmds, 0); /* first and last level */
	put(cmds, SWIZZLE_NONE);
}

void virgl_cmd_destroy_view(struct virgl_cmds *cmds, uint32_t handle)
{
	begin(cmds, VIRGL_CMD_DESTROY_OBJECT, VIRGL_OBJECT_SAMPLER_VIEW, 1);
	put(cmds, handle);
}

void virgl_cmd_set_view(struct virgl_cmds *cmds, uint32_t view)
{
	begin(cmds, VIRGL_CMD_SET_SAMPLER_VIEWS, 0, 3);
	put(cmds, VIRGL_SHADER_FRAGMENT);
	put(cmds, 0); /* the first slot */
	put(cmds, view);
}

void virgl_cmd_set_framebuffer(struct virgl_cmds *cmds, uint32_t surface)
{
	begin(cmds, VIRGL_CMD_SET_FRAMEBUFFER_STATE, 0, surface ? 3 : 2);
	put(cmds, surface ? 1 : 0); /* images */
	put(cmds, 0);		    /* no depth */
	if (surface)
		put(cmds, surface);
}

void virgl_cmd_clear(struct virgl_cmds *cmds, const float color[4])
{
	begin(cmds, VIRGL_CMD_CLEAR, 0, 8);
	put(cmds, CLEAR_COLOR0);
	for (unsigned int i = 0; i < 4; i++)
		put_float(cmds, color[i]);
	put(cmds, 0); /* depth, of 64 bits */
	put(cmds, 0);
	put(cmds, 0); /* stencil */
}

void virgl_cmd_copy(struct virgl_cmds *cmds, uint32_t dst, uint32_t x, uint32_t y, uint32_t src,
		    struct virgl_box from)
{
	const uint32_t payload[] = {
		dst, /* level */ 0, x,	    y,	    /* z */ 0,
		src, /* level */ 0, from.x, from.y, /* z */ 0,
		from.w, from.h, /* depth */ 1,
	};

	begin(cmds, VIRGL_CMD_RESOURCE_COPY_REGION, 0, ARRAY_SIZE(payload));
	for (unsigned int i = 0; i < ARRAY_SIZE(payload); i++)
		put(cmds, payload[i]);
}

static void put_place(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box part,
		      uint32_t stride)
{
	const uint32_t words[PLACE_WORDS] = {
		resource, /* level */ 0, /* usage */ 0, stride, /* layer stride */ 0,
		part.x,	  part.y,	 /* z */ 0,	part.w, part.h,
		/* depth */ 1,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		put(cmds, words[i]);
}

static void write_rows(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box to,
		       const uint8_t *pixels, size_t stride)
{
	begin(cmds, VIRGL_CMD_RESOURCE_INLINE_WRITE, 0, PLACE_WORDS + to.w * to.h);
	put_place(cmds, resource, to, to.w * PIXEL_BYTES);
	for (uint32_t row = 0; row < to.h; row++) {
		for (uint32_t column = 0; column < to.w; column++) {
			uint32_t pixel;

			memcpy(&pixel, pixels + row * stride + column * PIXEL_BYTES, PIXEL_BYTES);
			put(cmds, pixel);
		}
	}
}

void virgl_cmd_inline_write(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box to,
			    const void *pixels, size_t stride)
{
	const uint8_t *from = pixels;
	uint32_t rows;

	igt_assert_f(to.w > 0 && to.w <= MAX_PAYLOAD - PLACE_WORDS,
		     "%u pixels cannot be written as one row\n", to.w);
	rows = (MAX_PAYLOAD - PLACE_WORDS) / to.w;
	for (uint32_t done = 0; done < to.h; done += rows) {
		const struct virgl_box part = {to.x, to.y + done, to.w, min(rows, to.h - done)};

		write_rows(cmds, resource, part, from + done * stride, stride);
	}
}

void virgl_cmd_transfer(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box part,
			uint32_t offset, uint32_t stride, enum virgl_way way)
{
	begin(cmds, VIRGL_CMD_TRANSFER3D, 0, PLACE_WORDS + 2);
	put_place(cmds, resource, part, stride);
	put(cmds, offset);
	put(cmds, way);
}

static void sub_context(struct virgl_cmds *cmds, enum virgl_cmd cmd, uint32_t id)
{
	begin(cmds, cmd, 0, 1);
	put(cmds, id);
}

void virgl_cmd_create_sub_context(struct virgl_cmds *cmds, uint32_t id)
{
	sub_context(cmds, VIRGL_CMD_CREATE_SUB_CONTEXT, id);
}

void virgl_cmd_set_sub_context(struct virgl_cmds *cmds, uint32_t id)
{
	sub_context(cmds, VIRGL_CMD_SET_SUB_CONTEXT, id);
}

void virgl_cmd_destroy_sub_context(struct virgl_cmds *cmds, uint32_t id)
{
	sub_context(cmds, VIRGL_CMD_DESTROY_SUB_CONTEXT, id);
}

void virgl_cmd_create_buffer(struct virgl_cmds *cmds, uint32_t bytes, uint32_t blob_id)
{
	const uint32_t payload[] = {
		VIRGL_TARGET_BUFFER, VIRGL_FORMAT_R8_UNORM, VIRGL_BIND_VERTEX_BUFFER,
		bytes,		     /* height */ 1,	    /* depth */ 1,
		/* layers */ 1,	     /* last level */ 0,    /* samples */ 0,
		MAP_PERSISTENT | MAP_COHERENT, blob_id,
	};

	begin(cmds, VIRGL_CMD_PIPE_RESOURCE_CREATE, 0, ARRAY_SIZE(payload));
	for (unsigned int i = 0; i < ARRAY_SIZE(payload); i++)
		put(cmds, payload[i]);
}
