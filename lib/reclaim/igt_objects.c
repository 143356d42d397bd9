/* SPDX-License-Identifier: MIT */
/**
 * Counting the kernel's open files.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_objects.h"

#define PATH "/proc/sys/fs/file-nr"

/* The host may be slow, and what closes a file is done by a worker. */
#define SETTLE_MS 5000

int igt_file_nr_parse(const char *text, uint64_t *ret_files)
{
	unsigned long long files;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	files = strtoull(text, &end, 10);
	if (errno || !isspace((unsigned char)*end))
		return -EINVAL;
	*ret_files = files;
	return 0;
}

uint64_t igt_open_files(void)
{
	_cleanup_free_ char *text = NULL;
	uint64_t files = 0;
	int r;

	r = igt_file_read(PATH, &text);
	errno = 0;
	igt_require_f(r != -ENOENT, "Objects that leak cannot be seen: there is no " PATH
		      " (CONFIG_PROC_SYSCTL)\n");
	if (r == 0)
		r = igt_file_nr_parse(text, &files);
	igt_assert_f(r == 0, PATH ": %s\n", strerror(-r));
	return files;
}

/* By which the kernel's sum may be wrong: percpu_counter_batch of each processor. */
static uint64_t error_of_sum(void)
{
	const uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);

	return cpus * max_t(uint64_t, 32, 2 * cpus);
}

unsigned int igt_objects_noticed(void)
{
	return (unsigned int)(4 * error_of_sum() + 1);
}

void igt_assert_objects_freed(uint64_t before, unsigned int objects, const char *claim)
{
	/* Before and now it may be wrong, in different directions. */
	const uint64_t most = before + 2 * error_of_sum();
	uint64_t files = 0;

	errno = 0;
	igt_assert_f(igt_wait((files = igt_open_files()) <= most, SETTLE_MS, 10),
		     "%s: the kernel has %" PRIu64 " files open, before %u objects were made and "
		     "freed %" PRIu64 "\n", claim, files, objects, before);
	igt_debug("%u objects made and freed: open files from %" PRIu64 " to %" PRIu64 "%s\n",
		  objects, before, files,
		  objects < igt_objects_noticed() ? ", which tells little of so few" : "");
}
