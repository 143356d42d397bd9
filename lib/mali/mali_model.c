/* SPDX-License-Identifier: MIT */
/**
 * The software Mali's files in debugfs.
 */
#define IGT_LOG_DOMAIN "mali_model"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "mali/mali_model.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"

#define DIRECTORY "/sys/kernel/debug/mali_model"

bool mali_model_present(void)
{
	return access(DIRECTORY "/stats", R_OK) == 0;
}

void mali_model_require(void)
{
	errno = 0;
	igt_require_f(mali_model_present(), "This needs the software Mali, which stops jobs when "
		      "told to: " DIRECTORY " is missing, or not readable without root\n");
}

uint64_t mali_model_stat(const char *name)
{
	_cleanup_free_ char *text = NULL;
	uint64_t value = 0;
	int r;

	r = igt_file_read(DIRECTORY "/stats", &text);
	if (r == 0)
		r = igt_memory_stat_parse(text, name, &value);
	igt_assert_f(r == 0, DIRECTORY "/stats, %s: %s\n", name, strerror(-r));
	return value;
}

/* What is to be set back. Paths stand ready here, since a signal handler may have to do it. */
static struct {
	char path[128];
	bool set;
} controls[8];

/* Only what a signal handler may do. */
static void undo(int sig)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(controls); i++) {
		int fd;

		if (!controls[i].set)
			continue;
		fd = open(controls[i].path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "0", 1) == 1)
			controls[i].set = false;
		close(fd);
	}
}

static void undo_at_subtest_end(void *data)
{
	undo(0);
}

/* The place of @path among those that were ever set, or a new one. */
static unsigned int remember(const char *path)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(controls) - 1 && controls[i].path[0] &&
	       strcmp(controls[i].path, path) != 0)
		i++;
	snprintf(controls[i].path, sizeof(controls[i].path), "%s", path);
	return i;
}

void mali_model_set(const char *control, uint64_t value)
{
	char path[128], text[32];
	int r;

	mali_model_require();
	snprintf(path, sizeof(path), DIRECTORY "/%s", control);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	if (value) {
		igt_install_exit_handler(undo);
		igt_on_subtest_end(undo_at_subtest_end, NULL);
	}
	controls[remember(path)].set = value != 0;
	r = igt_file_write(path, text);
	igt_assert_f(r == 0, "software Mali: setting %s: %s\n", control, strerror(-r));
}
