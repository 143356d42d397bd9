/* SPDX-License-Identifier: MIT */
/* Attributes and directories, on a folder of our own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_debugfs.h"
#include "igt_dir.h"
#include "igt_params.h"
#include "igt_sysfs.h"
#include "reclaim/igt_files.h"
#include "run_tester.h"

static char folder[] = "/tmp/igt-attributes-XXXXXX";
static int dir = -1;

static void put(const char *attr, const char *text)
{
	int fd = openat(dir, attr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	dir = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir < 0 ? -1 : 0;
}

static int remove_file(int dirfd, const char *filename, void *data)
{
	return unlinkat(dirfd, filename, 0) < 0 ? -errno : 0;
}

static int tear_down(void **state)
{
	int r = igt_dir_for_each_file(dir, -1, remove_file, NULL);

	unlinkat(dir, "sub/deep", AT_REMOVEDIR);
	unlinkat(dir, "sub", AT_REMOVEDIR);
	close(dir);
	return r < 0 ? r : rmdir(folder);
}

__attribute__((format(printf, 1, 2)))
static int print(const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = igt_sysfs_vprintf(dir, "name", format, args);
	va_end(args);
	return r;
}

static void texts(void **state)
{
	char buffer[8], *text;
	int number;

	assert_false(igt_sysfs_has_attr(dir, "name"));
	assert_null(igt_sysfs_get(dir, "name"));
	assert_int_equal(igt_sysfs_read(dir, "name", buffer, sizeof(buffer)), -ENOENT);
	assert_int_equal(igt_sysfs_write(dir, "name", "x", 1), -ENOENT);
	assert_false(igt_sysfs_set(dir, "name", "x"));
	assert_int_equal(igt_sysfs_printf(dir, "name", "%d", 1), -ENOENT);
	assert_int_equal(igt_sysfs_scanf(dir, "name", "%d", &number), -ENOENT);

	put("name", "left 12\n\n");
	assert_true(igt_sysfs_has_attr(dir, "name"));
	text = igt_sysfs_get(dir, "name");
	assert_string_equal(text, "left 12\n");
	free(text);
	assert_int_equal(igt_sysfs_scanf(dir, "name", "left %d", &number), 1);
	assert_int_equal(number, 12);
	assert_int_equal(igt_sysfs_read(dir, "name", buffer, 4), 4);
	assert_memory_equal(buffer, "left", 4);

	put("name", "");
	assert_true(igt_sysfs_set(dir, "name", "abc"));
	assert_int_equal(igt_sysfs_write(dir, "name", "xy", 2), 2);
	text = igt_sysfs_get(dir, "name");
	assert_string_equal(text, "xyc");
	free(text);
	put("name", "");
	assert_int_equal(igt_sysfs_printf(dir, "name", "%s-%d", "n", 7), 3);
	igt_debugfs_simple_read(dir, "name", buffer, 3);
	assert_string_equal(buffer, "n-");
	assert_int_equal(print("%c", 'm'), 1);
	igt_debugfs_simple_read(dir, "name", buffer, sizeof(buffer));
	assert_string_equal(buffer, "m-7");
	igt_debugfs_simple_read(dir, "none", buffer, sizeof(buffer));
	assert_string_equal(buffer, "");
}

static void long_text(void **state)
{
	enum { LENGTH = 100000 };
	char *text = malloc(LENGTH + 1), *got;

	memset(text, 'a', LENGTH);
	text[LENGTH] = '\0';
	put("long", text);
	got = igt_sysfs_get(dir, "long");
	assert_string_equal(got, text);
	free(got);
	free(text);
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		bool u32, u64;
		uint64_t value;
	} cases[] = {
		{"0\n", true, true, 0},
		{"0x10", true, true, 16},
		{"4294967295", true, true, UINT32_MAX},
		{"4294967296", false, true, UINT64_C(1) << 32},
		{"18446744073709551615", false, true, UINT64_MAX},
		{"18446744073709551616", false, false, 0},
		{"-1", false, false, 0},
		{"7 apples", false, false, 0},
		{"", false, false, 0},
		{"\n", false, false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t u32 = 99;
		uint64_t u64 = 99;

		put("number", cases[i].text);
		assert_int_equal(__igt_sysfs_get_u32(dir, "number", &u32), cases[i].u32);
		assert_int_equal(__igt_sysfs_get_u64(dir, "number", &u64), cases[i].u64);
		assert_true(u32 == (cases[i].u32 ? cases[i].value : 99));
		assert_true(u64 == (cases[i].u64 ? cases[i].value : 99));
	}
	put("number", "");
	assert_true(__igt_sysfs_set_u64(dir, "number", UINT64_MAX));
	assert_true(igt_sysfs_get_u64(dir, "number") == UINT64_MAX);
	put("number", "");
	assert_true(__igt_sysfs_set_u32(dir, "number", 12));
	assert_int_equal(igt_sysfs_get_u32(dir, "number"), 12);
	igt_sysfs_set_u32(dir, "number", 34);
	igt_sysfs_set_u64(dir, "number", 56);
	assert_int_equal(igt_sysfs_get_u32(dir, "number"), 56);
}

static void booleans(void **state)
{
	bool value = true;

	put("flag", "N\n");
	assert_true(__igt_sysfs_get_boolean(dir, "flag", &value));
	assert_false(value);
	put("flag", "Y\n");
	assert_true(igt_sysfs_get_boolean(dir, "flag"));
	put("flag", "2\n");
	assert_false(__igt_sysfs_get_boolean(dir, "flag", &value));
	put("flag", "");
	assert_true(__igt_sysfs_set_boolean(dir, "flag", true));
	assert_true(igt_sysfs_get_boolean(dir, "flag"));
	igt_sysfs_set_boolean(dir, "flag", false);
	assert_false(igt_sysfs_get_boolean(dir, "flag"));
}

static int note(int dirfd, const char *filename, void *data)
{
	char *seen = data;

	strcat(seen, filename);
	strcat(seen, " ");
	return strcmp(filename, "stop") == 0 ? -EDOM : 0;
}

static void walking(void **state)
{
	char seen[256] = "", path[256];

	assert_int_equal(igt_dir_for_each_file(dir, -1, remove_file, NULL), 0);
	assert_int_equal(mkdirat(dir, "sub", 0755), 0);
	assert_int_equal(mkdirat(dir, "sub/deep", 0755), 0);
	put("b", "1");
	put("a", "2");
	put("sub/c", "3");
	put("sub/deep/d", "4");
	/* Round in circles, if links were followed. */
	assert_int_equal(symlinkat("..", dir, "sub/up"), 0);
	assert_int_equal(igt_dir_for_each_file(dir, -1, note, seen), 0);
	assert_string_equal(seen, "a b sub/c sub/deep/d ");
	seen[0] = '\0';
	assert_int_equal(igt_dir_for_each_file(dir, 0, note, seen), 0);
	assert_string_equal(seen, "a b ");
	put("stop", "");
	assert_int_equal(igt_dir_for_each_file(dir, -1, note, seen), -EDOM);
	assert_int_equal(unlinkat(dir, "sub/up", 0), 0);

	assert_int_equal(igt_dir_process_files_simple(dir), 0);
	assert_int_equal(igt_dir_process_files_simple(-1), -EBADF);
	assert_int_equal(igt_dir_get_fd_path(dir, path, sizeof(path)), 0);
	assert_string_equal(path, folder);
	assert_int_equal(igt_dir_get_fd_path(dir, path, strlen(folder)), -ENAMETOOLONG);
	assert_int_equal(igt_dir_get_fd_path(-1, path, sizeof(path)), -ENOENT);
}

/* What has no directory of its own: /dev/null is a device, but of no driver of DRM's. */
static void no_device(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char path[64];

	assert_null(igt_sysfs_path(dir, path, sizeof(path)));
	assert_int_equal(igt_sysfs_open(dir), -1);
	assert_string_equal(igt_sysfs_path(null, path, sizeof(path)), "/sys/dev/char/1:3");
	assert_null(igt_sysfs_path(null, path, 5));
	assert_null(igt_debugfs_path(null, path, sizeof(path)));
	assert_int_equal(igt_debugfs_dir(null), -1);
	assert_int_equal(igt_debugfs_open(null, "name", O_RDONLY), -1);
	assert_false(igt_debugfs_exists(null, "name", O_RDONLY));
	assert_int_equal(igt_params_open(null), -1);
	assert_null(__igt_params_get(null, "debug"));
	assert_false(igt_params_set(null, "debug", "%d", 1));
	assert_false(igt_params_save_and_set(null, "debug", "%d", 1));
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),      cmocka_unit_test(long_text),
		cmocka_unit_test(numbers),    cmocka_unit_test(booleans),
		cmocka_unit_test(walking),    cmocka_unit_test(no_device),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
