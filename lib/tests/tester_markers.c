/* SPDX-License-Identifier: MIT */
/**
 * A tester for whom the kernel's log and trace buffer are files in the folder TESTER names: it is
 * linked with --wrap=open, so that these functions open what the library wants to.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt.h"

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open64(const char *path, int flags, ...)
{
	static const char *const files[][2] = {
		{"/dev/kmsg", "kmsg"},
		{"/sys/kernel/tracing/trace_marker", "trace"},
		{"/proc/sys/kernel/ftrace_dump_on_oops", "dump_on_oops"},
	};
	char in_folder[256];
	unsigned int mode;
	va_list args;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, unsigned int) : 0;
	va_end(args);
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
		if (strcmp(path, files[i][0]) == 0) {
			/* Logs take what is written at their end; a sysctl is replaced. */
			const int how = i < 2 ? O_APPEND | O_CREAT : 0;

			snprintf(in_folder, sizeof(in_folder), "%s/%s", getenv("TESTER"),
				 files[i][1]);
			return __real_open64(in_folder, flags | how, 0600);
		}
	return __real_open64(path, flags, mode);
}

int __wrap_open(const char *path, int flags, ...)
{
	unsigned int mode;
	va_list args;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, unsigned int) : 0;
	va_end(args);
	return __wrap_open64(path, flags, mode);
}

void __wrap_sync(void);

/* Starting a test must not wait for all disks of the machine. */
void __wrap_sync(void)
{
	igt_warn("sync() was called\n");
}

static void show_dump_on_oops(void)
{
	int fd = open("/proc/sys/kernel/ftrace_dump_on_oops", O_RDONLY);
	char text[16] = "";

	igt_assert_fd(fd);
	igt_assert_lt(0, (int)read(fd, text, sizeof(text) - 1));
	close(fd);
	igt_info("dump on oops: %c\n", text[0]);
}

int igt_main()
{
	igt_subtest("pass")
		igt_kmsg(KMSG_WARNING "by %s\n", "the test");

	igt_subtest_with_dynamic("parts")
		igt_dynamic("part")
			igt_skip("not here\n");

	igt_subtest("ignore") {
		igt_emit_ignore_dmesg_regex("CPU%d: .* (stuck|slow)", 3);
		igt_emit_ignore_more_dmesg_regex("soft lockup");
		igt_emit_ignore_dmesg_regex("a(b");
	}

	igt_subtest("oops")
		show_dump_on_oops();

	igt_subtest("abort")
		igt_abort_on_f(true, "lost\n");
}
