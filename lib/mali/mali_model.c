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
#include "reclaim/igt_undo.h"

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
		r = igt_entry_parse(text, name, &value);
	igt_assert_f(r == 0, DIRECTORY "/stats, %s: %s\n", name, strerror(-r));
	return value;
}

void mali_model_set(const char *control, uint64_t value)
{
	char path[128], text[32];
	int r;

	mali_model_require();
	snprintf(path, sizeof(path), DIRECTORY "/%s", control);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	r = igt_undo_set_file(path, text);
	igt_assert_f(r >= 0, "software Mali: setting %s: %s\n", control, strerror(-r));
}

uint64_t mali_model_get(const char *control)
{
	_cleanup_free_ char *text = NULL;
	char path[128];
	uint64_t value = 0;
	int r;

	snprintf(path, sizeof(path), DIRECTORY "/%s", control);
	r = igt_file_read(path, &text);
	if (r == 0 && sscanf(text, "%" SCNu64, &value) != 1)
		r = -EINVAL;
	igt_assert_f(r == 0, "software Mali: reading %s: %s\n", control, strerror(-r));
	return value;
}
