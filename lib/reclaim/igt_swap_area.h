/* SPDX-License-Identifier: MIT */
/**
 * What swap is made of: the kinds of areas. Nothing here is for tests.
 */
#ifndef IGT_SWAP_AREA_H
#define IGT_SWAP_AREA_H

#include <stdint.h>

#include "reclaim/igt_undo.h"

struct igt_swap_area {
	char path[256];
	char why[256];	 /**< it cannot be made, a sentence without its end */
	int changes[2];	 /**< of the machine, to be undone last one first */
	unsigned int changed;
};

/** Give @area a device, or file in @directory, of @bytes. Returns 0, or a negative errno and why. */
int igt_swap_zram(struct igt_swap_area *area, uint64_t bytes);
int igt_swap_file(struct igt_swap_area *area, const char *directory, uint64_t bytes);

/** Note a change, or the failure to, of which @what says what it is to be. Returns as above. */
int igt_swap_area_add(struct igt_swap_area *area, enum igt_undo_kind kind, const char *path,
		      const char *value);

/** Say why, if @r is negative: "@what: @r". Returns @r. */
int igt_swap_area_why(struct igt_swap_area *area, int r, const char *what);

#endif
