/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: are there GEM objects that nobody can reach any more?
 *
 * The kernel tells nobody how many there are. But each that has its memory from shmem has an open
 * file for it, from its making to its end, and the number of those is told.
 */
#ifndef IGT_OBJECTS_H
#define IGT_OBJECTS_H

#include <stdint.h>

/** How many files are open in the whole kernel, those of GEM objects among them. */
uint64_t igt_open_files(void);

/**
 * So many objects that leak are noticed for sure. The kernel counts on each processor for itself
 * first, and its sum is late by that; the more processors, the more.
 */
unsigned int igt_objects_noticed(void);

/**
 * Fail, telling @claim, unless all of the @objects that were made since there were @before files
 * open, and freed, are gone, as far as that can be told. The host has its time to answer.
 */
void igt_assert_objects_freed(uint64_t before, unsigned int objects, const char *claim);

/** The first number in the text of /proc/sys/fs/file-nr. Returns 0, or -EINVAL for other text. */
int igt_file_nr_parse(const char *text, uint64_t *ret_files);

#endif
