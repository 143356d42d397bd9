/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: which pages were taken for BOs and never given back?
 *
 * A kernel with CONFIG_PAGE_OWNER that was booted with page_owner=on keeps for each page in use the
 * calls that took it, and tells how many pages each chain of calls has, since Linux 6.9 (files of
 * debugfs' page_owner_stacks, mm/page_owner.c).
 */
#ifndef IGT_PAGE_OWNER_H
#define IGT_PAGE_OWNER_H

#include <stdint.h>

/** Skip, with the reason, unless the kernel tells who has its pages. */
void igt_page_owner_require(void);

/**
 * How many pages, of any device's BOs, are in use now. Pages that a processor still has on its way
 * to a list of the kernel's are waited for.
 */
uint64_t igt_pages_of_bos(void);

/**
 * Of the text of page_owner_stacks/show_stacks, the pages that shmem took on behalf of GEM.
 * Returns 0, or -EINVAL for other text, with nothing written.
 */
int igt_page_owner_parse(const char *text, uint64_t *ret_pages);

#endif
