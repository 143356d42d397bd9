/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Reading of KTAP, in which KUnit reports (Documentation/dev-tools/ktap.rst): suites, each of
 * which has cases. Names are those of IGT GPU Tools.
 *
 * What other parts of the kernel log in between is passed over.
 */
#ifndef IGT_KTAP_H
#define IGT_KTAP_H

#include "igt_list.h"

/** How a case ended. */
struct igt_ktap_result {
	struct igt_list_head link; /**< in the list that igt_ktap_alloc() got */
	char *suite_name; /**< of its outermost suite */
	char *case_name; /**< NULL: the suite as a whole, which ended without any case */
	char *msg;	 /**< what it reported meanwhile, or why it skipped; NULL: nothing */
	int code;	 /**< IGT_EXIT_SUCCESS, IGT_EXIT_SKIP or IGT_EXIT_FAILURE */
};

struct igt_ktap_results;

/** A parser that appends to @results, an empty list which the caller keeps. NULL: no memory. */
struct igt_ktap_results *igt_ktap_alloc(struct igt_list_head *results);

/**
 * Take one line of text, without what a kernel log has before it. Returns -EINPROGRESS while more
 * is to come, 0 from when the last suite has ended, -ENOMEM.
 */
int igt_ktap_parse(const char *buf, struct igt_ktap_results *ktap);

/** Free the parser; it is NULL afterwards. Results stay. */
void igt_ktap_free(struct igt_ktap_results **ktap);

/** Take a result out of its list, and free it. */
void igt_ktap_result_free(struct igt_ktap_result *result);

#endif
