/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The self-tests of a kernel module, as the names of its parameters tell them. For igt_kmod.h,
 * and for the library's own tests.
 */
#ifndef IGT_KSELFTESTS_H
#define IGT_KSELFTESTS_H

#include <stdbool.h>

#include "igt_list.h"

/** One self-test of a module. */
struct igt_kselftest {
	struct igt_list_head link; /**< in the list of the module's */
	unsigned int number;	   /**< by which they are ordered */
	const char *name;	   /**< points into param */
	char param[];		   /**< the parameter that runs it */
};

/**
 * Take the "igt__NUMBER__NAME" out of @parm, the description of a parameter, which may have
 * ':' and more behind it. NULL: it is no self-test, or @filter leaves it out. To be freed.
 */
struct igt_kselftest *igt_kselftest_parse(const char *parm, const char *filter);

/** Put @test into the list, in the order of numbers, unless its parameter is there already. */
bool igt_kselftest_insert(struct igt_list_head *tests, struct igt_kselftest *test);

#endif
