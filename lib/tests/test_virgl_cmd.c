/* SPDX-License-Identifier: MIT */
/* What a host that renders reads: each word where virgl has it. */
#include <string.h>

#include "igt_aux.h"
#include "run_tester.h"
#include "virgl/virgl_cmd.h"

#define HEADER(cmd, object, payload) ((cmd) | (object) << 8 | (payload) << 16)

static void assert_words(struct virgl_cmds *cmds, const uint32_t *expected, size_t count)
{
	assert_int_equal(cmds->count, count);
	for (size_t i = 0; i < count; i++)
		if (cmds->words[i] != expected[i])
			fail_msg("word %zu is %#x, expected %#x", i, cmds->words[i], expected[i]);
	virgl_cmds_clear(cmds);
	assert_int_equal(cmds->count, 0);
}

#define assert_words(cmds, ...)                                                                \
	do {                                                                                   \
		const uint32_t expected[] = {__VA_ARGS__};                                     \
                                                                                               \
		assert_words(cmds, expected, ARRAY_SIZE(expected));                            \
	} while (0)

static void nop(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_nop(&cmds, 0);
	virgl_cmd_nop(&cmds, 2);
	assert_words(&cmds, 0, HEADER(0, 0, 2), 0, 0);
}

static void drawing(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_create_surface(&cmds, 7, 42, VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_framebuffer(&cmds, 7);
	virgl_cmd_clear(&cmds, (const float[]){1.0f, 0.5f, 0.0f, -1.0f});
	virgl_cmd_set_framebuffer(&cmds, 0);
	virgl_cmd_destroy_surface(&cmds, 7);
	assert_words(&cmds,
		     /* create: object, resource, format, level, layers */
		     HEADER(1, 8, 5), 7, 42, 1, 0, 0,
		     /* draw to: images, depth, the image */
		     HEADER(5, 0, 3), 1, 0, 7,
		     /* clear: image 0, colour, depth, stencil */
		     HEADER(7, 0, 8), 4, 0x3f800000, 0x3f000000, 0, 0xbf800000, 0, 0, 0,
		     HEADER(5, 0, 2), 0, 0,
		     HEADER(3, 8, 1), 7);
}

static void copy(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_copy(&cmds, 42, 1, 2, 43, (struct virgl_box){3, 4, 5, 6});
	assert_words(&cmds, HEADER(17, 0, 13), 42, 0, 1, 2, 0, 43, 0, 3, 4, 0, 5, 6, 1);
}

static void inline_write(void **state)
{
	/* Two rows of two pixels, of an image that is three pixels wide. */
	static const uint32_t pixels[] = {10, 11, 99, 20, 21, 99};
	struct virgl_cmds cmds = {0};

	virgl_cmd_inline_write(&cmds, 42, (struct virgl_box){3, 4, 2, 2}, pixels, 12);
	assert_words(&cmds, HEADER(9, 0, 15), 42, 0, 0, 8, 0, 3, 4, 0, 2, 2, 1, 10, 11, 20, 21);
}

static void long_inline_write_is_cut_at_rows(void **state)
{
	static uint32_t pixels[1024 * 70];
	struct virgl_cmds cmds = {0};
	const uint32_t *second;

	pixels[63 * 1024] = 1;
	virgl_cmd_inline_write(&cmds, 42, (struct virgl_box){0, 5, 1024, 70}, pixels, 4096);
	assert_int_equal(cmds.words[0], HEADER(9u, 0u, 11u + 63 * 1024));
	assert_int_equal(cmds.words[10], 63);
	second = cmds.words + 12 + 63 * 1024;
	assert_int_equal(second[0], HEADER(9u, 0u, 11u + 7 * 1024));
	assert_int_equal(second[7], 5 + 63);
	assert_int_equal(second[10], 7);
	assert_int_equal(second[12], 1);
	assert_int_equal(cmds.count, 2 * 12 + 70 * 1024);
	virgl_cmds_clear(&cmds);
}

static void texture(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_create_view(&cmds, 7, 42, VIRGL_FORMAT_B8G8R8A8_UNORM);
	virgl_cmd_set_view(&cmds, 7);
	virgl_cmd_destroy_view(&cmds, 7);
	assert_words(&cmds,
		     /* create: object, resource, format, layers, levels, channels */
		     HEADER(1, 6, 6), 7, 42, 1, 0, 0, 0x688,
		     /* read: shader, slot, object */
		     HEADER(10, 0, 3), 1, 0, 7,
		     HEADER(3, 6, 1), 7);
}

static void transfer(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_transfer(&cmds, 42, (struct virgl_box){3, 4, 5, 6}, 99, 4096, VIRGL_FROM_HOST);
	assert_words(&cmds, HEADER(43, 0, 13), 42, 0, 0, 4096, 0, 3, 4, 0, 5, 6, 1, 99, 2);
}

static void contexts(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_create_sub_context(&cmds, 3);
	virgl_cmd_set_sub_context(&cmds, 3);
	virgl_cmd_destroy_sub_context(&cmds, 3);
	assert_words(&cmds, HEADER(29, 0, 1), 3, HEADER(28, 0, 1), 3, HEADER(30, 0, 1), 3);
}

static void buffer_of_a_blob(void **state)
{
	struct virgl_cmds cmds = {0};

	virgl_cmd_create_buffer(&cmds, 8192, 5);
	assert_words(&cmds, HEADER(48, 0, 11), 0, 64, 1 << 4, 8192, 1, 1, 1, 0, 0, 6, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nop),
		cmocka_unit_test(drawing),
		cmocka_unit_test(copy),
		cmocka_unit_test(inline_write),
		cmocka_unit_test(long_inline_write_is_cut_at_rows),
		cmocka_unit_test(texture),
		cmocka_unit_test(transfer),
		cmocka_unit_test(contexts),
		cmocka_unit_test(buffer_of_a_blob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
