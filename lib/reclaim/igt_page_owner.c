/* SPDX-License-Identifier: MIT */
/**
 * Pages by the calls that took them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_page_owner.h"

#define STACKS "/sys/kernel/debug/page_owner_stacks/show_stacks"
#define PAGES "nr_base_pages: "

/* Is one of the lines " FUNCTION+OFFSET" of a chain about such a function? */
static bool goes_through(const char *chain, const char *end, const char *functions)
{
	const char *found = strstr(chain, functions);

	return found && found < end;
}

/*
 * shmem takes the pages of a BO when GEM, or the fault of a GPU, asks for them. What it takes to
 * keep books of them is not the BO's.
 */
static bool is_of_bo(const char *chain, const char *end)
{
	return goes_through(chain, end, " shmem_") &&
	       (goes_through(chain, end, " drm_gem_") || goes_through(chain, end, " panfrost_") ||
		goes_through(chain, end, " virtio_gpu_")) &&
	       !goes_through(chain, end, "slab") && !goes_through(chain, end, "stack_depot");
}

int igt_page_owner_parse(const char *text, uint64_t *ret_pages)
{
	const char *chain = text, *count;
	uint64_t sum = 0;

	for (; (count = strstr(chain, PAGES)); chain += strspn(chain, "\n")) {
		const char *number = count + strlen(PAGES);
		unsigned long long pages;
		char *end;

		errno = 0;
		pages = strtoull(number, &end, 10);
		if (!isdigit((unsigned char)*number) || errno || *end != '\n')
			return -EINVAL;
		if (is_of_bo(chain, count))
			sum += pages;
		chain = end;
	}
	if (*chain)
		return -EINVAL;
	*ret_pages = sum;
	return 0;
}

void igt_page_owner_require(void)
{
	igt_require_f(igt_debugfs_mount(), "Who has a page cannot be told: there is no debugfs\n");
	igt_require_f(access(STACKS, R_OK) == 0, "Who has a page cannot be told: it takes a kernel "
		      "with CONFIG_PAGE_OWNER since 6.9, booted with page_owner=on\n");
}

uint64_t igt_pages_of_bos(void)
{
	_cleanup_free_ char *text = NULL;
	uint64_t pages = 0;
	int r;

	/* This empties what each processor has gathered for the lists first. */
	r = igt_file_write("/proc/sys/vm/drop_caches", "1\n");
	igt_assert_f(r == 0, "drop_caches: %s\n", strerror(-r));
	r = igt_file_read(STACKS, &text);
	if (r == 0)
		r = igt_page_owner_parse(text, &pages);
	igt_assert_f(r == 0, STACKS ": %s\n", strerror(-r));
	return pages;
}
