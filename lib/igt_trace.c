/* SPDX-License-Identifier: MIT */
/**
 * The trace buffer: markers in it, and its dump on an oops.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_log.h"
#include "igt_signal.h"
#include "igt_trace.h"

#define DUMP_ON_OOPS "/proc/sys/kernel/ftrace_dump_on_oops"

void igt_trace_mark(const char *text)
{
	static const char *const places[] = {
		"/sys/kernel/tracing/trace_marker",
		"/sys/kernel/debug/tracing/trace_marker",
	};
	/* Where it was found; -1: nowhere, so that a machine without it is asked once. */
	static int place;

	for (; place >= 0 && place < 2; place++) {
		_cleanup_close_ int fd = open(places[place], O_WRONLY | O_CLOEXEC);

		if (fd >= 0) {
			if (write(fd, text, strlen(text)) < 0)
				igt_debug("trace marker not written: %m\n");
			return;
		}
	}
	place = -1;
}

/* What the file held before us. */
static char old_value[32];

static void restore(int sig)
{
	int fd = open(DUMP_ON_OOPS, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, old_value, strlen(old_value)) < 0) {
		close(fd);
		return;
	}
	close(fd);
}

void igt_trace_on_oops(void)
{
	_cleanup_close_ int fd = open(DUMP_ON_OOPS, O_RDWR | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, old_value, sizeof(old_value) - 1);

	if (length <= 0 || pwrite(fd, "1", 1, 0) < 0) {
		igt_info("--trace-on-oops: " DUMP_ON_OOPS " cannot be written: %m\n");
		return;
	}
	igt_install_exit_handler(restore);
}
