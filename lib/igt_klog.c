/* SPDX-License-Identifier: MIT */
/**
 * Reading /dev/kmsg.
 */
#define IGT_LOG_DOMAIN "igt_klog"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_klog.h"

/* The kernel gives one record a read(), none longer than this. */
#define RECORD_BYTES 8192

static int klog = -1;

/* What the kernel begins the report of a mistake of its own with. */
static const char *const warnings[] = {
	"WARNING: ", "BUG: ", "kernel BUG at ", "Oops: ", "list_add corruption",
	"list_del corruption", "refcount_t: ", "general protection fault", "UBSAN: ",
	"INFO: task ", "possible recursive locking detected",
};

const char *igt_klog_parse(const char *record, bool *ret_warning)
{
	const char *text = strchr(record, ';');

	if (!text || record[0] < '0' || record[0] > '9')
		return NULL;
	text++;
	*ret_warning = false;
	for (unsigned int i = 0; i < ARRAY_SIZE(warnings); i++)
		if (strncmp(text, warnings[i], strlen(warnings[i])) == 0)
			*ret_warning = true;
	return text;
}

static void stop(void *data)
{
	close(klog);
	klog = -1;
}

void igt_klog_start(void)
{
	if (klog >= 0)
		stop(NULL);
	klog = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	igt_require_f(klog >= 0, "The kernel's log cannot be read: /dev/kmsg: %s\n",
		      strerror(errno));
	igt_assert(lseek(klog, 0, SEEK_END) >= 0);
	igt_on_subtest_end(stop, NULL);
}

bool igt_klog_warned(char *text, size_t size)
{
	char record[RECORD_BYTES];

	for (;;) {
		ssize_t got = read(klog, record, sizeof(record) - 1);
		const char *line;
		bool warning;

		/* EPIPE: the kernel has overwritten what was next, and goes on behind it. */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got <= 0)
			return false;
		record[got] = '\0';
		line = igt_klog_parse(record, &warning);
		if (line && warning) {
			snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
			return true;
		}
	}
}

void igt_klog_assert_quiet(const char *claim)
{
	char text[256];
	const bool warned = igt_klog_warned(text, sizeof(text));

	errno = 0;
	igt_assert_f(!warned, "%s: the kernel warns: %s\n", claim, text);
}
