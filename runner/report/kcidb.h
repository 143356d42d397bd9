/* SPDX-License-Identifier: MIT */
/** A submission to KCIDB, the database of kernel test results, schema 5.3. */
#ifndef RUNNER_REPORT_KCIDB_H
#define RUNNER_REPORT_KCIDB_H

#include <stdio.h>

#include "expectations.h"
#include "report.h"
#include "report/folder.h"

/** What the database knows the submitter and the kernel by. Strings are not owned. */
struct kcidb_ids {
	/** The submitter, `[a-z0-9_]+`. */
	const char *origin;
	/** Id of a build that is in the database; NULL: one is made up, with its checkout. */
	const char *build;
	/** The kernel's commit, 40 hexadecimal digits, for a checkout that is made up; or NULL. */
	const char *commit;
};

/** NULL if @ids can be used, else what is wrong with them, to be freed. */
char *kcidb_check_ids(const struct kcidb_ids *ids);

/**
 * Prints the submission. A test's status is what happened, with misc.expected true
 * if that is what @expectations (may be NULL) say. Its path is
 * `reclaim.BINARY.SUBTEST[.DYNAMIC]`. Ids are the same each time the same results
 * are printed.
 */
void kcidb_print(const struct report *report, const struct folder *folder,
		 const struct expectations *expectations, const struct kcidb_ids *ids,
		 FILE *stream);

#endif
