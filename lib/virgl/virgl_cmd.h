/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Commands of the virgl protocol, as a host that renders for a virtio-gpu reads them.
 *
 * A stream is of 32-bit words, little-endian. Each command begins with one that has its number in
 * bits 0-7, the kind of object it is about in bits 8-15, and how many words follow in bits 16-31.
 * Numbers and layouts are those of virgl_protocol.h of virglrenderer. Resources are named by the
 * host's number (RESOURCE_INFO of the kernel), not by their GEM handle.
 *
 * Nothing here calls the kernel.
 */
#ifndef VIRGL_CMD_H
#define VIRGL_CMD_H

#include <stddef.h>
#include <stdint.h>

/** Numbers of commands. */
enum virgl_cmd {
	VIRGL_CMD_NOP = 0,
	VIRGL_CMD_CREATE_OBJECT = 1,
	VIRGL_CMD_DESTROY_OBJECT = 3,
	VIRGL_CMD_SET_FRAMEBUFFER_STATE = 5,
	VIRGL_CMD_CLEAR = 7,
	VIRGL_CMD_RESOURCE_INLINE_WRITE = 9,
	VIRGL_CMD_SET_SAMPLER_VIEWS = 10,
	VIRGL_CMD_RESOURCE_COPY_REGION = 17,
	VIRGL_CMD_SET_SUB_CONTEXT = 28,
	VIRGL_CMD_CREATE_SUB_CONTEXT = 29,
	VIRGL_CMD_DESTROY_SUB_CONTEXT = 30,
	VIRGL_CMD_TRANSFER3D = 43,
	VIRGL_CMD_PIPE_RESOURCE_CREATE = 48,
};

/** A kind of object: what is read from. */
#define VIRGL_OBJECT_SAMPLER_VIEW 6
/** A kind of object: what is drawn to. */
#define VIRGL_OBJECT_SURFACE 8

/** Of Gallium, enum pipe_shader_type. */
#define VIRGL_SHADER_FRAGMENT 1

/** Of 4 bytes a pixel: blue in the lowest, alpha in the highest. */
#define VIRGL_FORMAT_B8G8R8A8_UNORM 1
/** Of a byte a pixel, or an element of a buffer. */
#define VIRGL_FORMAT_R8_UNORM 64

/** A resource is made to be drawn to. */
#define VIRGL_BIND_RENDER_TARGET (1u << 1)
/** A resource is made to be read by shaders. */
#define VIRGL_BIND_SAMPLER_VIEW (1u << 3)
/** A resource is made to have vertices. */
#define VIRGL_BIND_VERTEX_BUFFER (1u << 4)

/** A resource without rows. Of Gallium, enum pipe_texture_target. */
#define VIRGL_TARGET_BUFFER 0
/** An image. */
#define VIRGL_TARGET_2D 2

/** A part of an image, in pixels. */
struct virgl_box {
	uint32_t x; /**< its left side */
	uint32_t y; /**< its first row */
	uint32_t w; /**< its width */
	uint32_t h; /**< how many rows it has */
};

/** Between the backing of a resource, which is the guest's, and its image. */
enum virgl_way {
	VIRGL_TO_HOST = 1,
	VIRGL_FROM_HOST = 2,
};

/** A stream that grows as commands are added. Clear with virgl_cmds_clear(). */
struct virgl_cmds {
	uint32_t *words; /**< owned by the stream */
	size_t count;	 /**< words in use */
	size_t room;	 /**< words there is memory for */
};

/** Free the memory, and empty the stream. */
void virgl_cmds_clear(struct virgl_cmds *cmds);

/** A command that does nothing, with @payload words of no meaning. */
void virgl_cmd_nop(struct virgl_cmds *cmds, unsigned int payload);

/** Name @resource, of @format, as something to draw to: object @handle, unique in the context. */
void virgl_cmd_create_surface(struct virgl_cmds *cmds, uint32_t handle, uint32_t resource,
			      uint32_t format);
/** End a surface. */
void virgl_cmd_destroy_surface(struct virgl_cmds *cmds, uint32_t handle);

/** Draw to a surface from now on; 0: to nothing. */
void virgl_cmd_set_framebuffer(struct virgl_cmds *cmds, uint32_t surface);

/** Name @resource, of @format, as a texture: object @handle, unique in the context. */
void virgl_cmd_create_view(struct virgl_cmds *cmds, uint32_t handle, uint32_t resource,
			   uint32_t format);
/** End a texture. */
void virgl_cmd_destroy_view(struct virgl_cmds *cmds, uint32_t handle);

/** Have the fragment shader read the texture @view from now on; 0: none. */
void virgl_cmd_set_view(struct virgl_cmds *cmds, uint32_t view);

/** Set all of what is drawn to. The colour is red, green, blue and alpha, each from 0 to 1. */
void virgl_cmd_clear(struct virgl_cmds *cmds, const float color[4]);

/** Copy the part @from of the image @src to @x, @y of the image @dst. */
void virgl_cmd_copy(struct virgl_cmds *cmds, uint32_t dst, uint32_t x, uint32_t y, uint32_t src,
		    struct virgl_box from);

/**
 * Write pixels of 4 bytes, which are in the stream itself, into the part @to of an image. @stride
 * is from one row to the next, in bytes; rows are packed in the stream. What is too much for one
 * command goes in several.
 */
void virgl_cmd_inline_write(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box to,
			    const void *pixels, size_t stride);

/**
 * Transfer the part @part of an image of 4 bytes a pixel, whose backing has it from byte @offset on,
 * with @stride bytes from one row to the next.
 */
void virgl_cmd_transfer(struct virgl_cmds *cmds, uint32_t resource, struct virgl_box part,
			uint32_t offset, uint32_t stride, enum virgl_way way);

/** Make a context within the file's context; the first there is has number 0. */
void virgl_cmd_create_sub_context(struct virgl_cmds *cmds, uint32_t id);
/** Have what follows be done in that context. */
void virgl_cmd_set_sub_context(struct virgl_cmds *cmds, uint32_t id);
/** End such a context. */
void virgl_cmd_destroy_sub_context(struct virgl_cmds *cmds, uint32_t id);

/** A buffer of @bytes that can stay mapped, from which the blob resource naming @blob_id is made. */
void virgl_cmd_create_buffer(struct virgl_cmds *cmds, uint32_t bytes, uint32_t blob_id);

#endif
