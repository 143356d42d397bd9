/* SPDX-License-Identifier: MIT */
/** A results.json, read back for reporting. */
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "cleanup.h"
#include "reason.h"
#include "verdict.h"

struct json_object;

/** One test. Strings belong to the JSON that the report owns. */
struct report_entry {
	/** `igt@binary[@subtest[@dynamic]]`, in lower case if our runner wrote it. */
	const char *name;
	enum verdict verdict;
	double seconds;
	struct reason_texts texts;
	/** The line that tells the suite's version, or NULL. */
	const char *igt_version;
};

/** The parts of an entry's name. Released with test_name_clear(). */
struct test_name {
	char *binary;
	/** NULL for a binary that is one test. */
	char *subtest;
	/** NULL unless it is a dynamic subtest. */
	char *dynamic;
};

struct report {
	/** struct report_entry *, in the order of the file. */
	GPtrArray *entries;
	unsigned counts[_VERDICT_MAX];
	/**
	 * Results of which the file has only the count: a test that ran twice has
	 * one entry, and its other result must not be forgotten over it.
	 */
	unsigned hidden[_VERDICT_MAX];
	struct json_object *root;
};

/** Reads @path/results.json. Logs, then returns a negative errno. */
int report_read(const char *path, struct report **ret);
void report_free(struct report *report);

/** True if test @name (without `igt@`, any case) has a result and is not a skip. */
bool report_has_run(const struct report *report, const char *name);

/** @name without the `igt@` that it may begin with. Points into @name. */
const char *plain_name(const char *name);

/** Splits @name, with or without `igt@`. Never fails: what has no `@` is a binary. */
struct test_name test_name_split(const char *name);
void test_name_clear(struct test_name *name);

/** A string member of @object that belongs to it; NULL if it is not there or no string. */
const char *json_get_text(struct json_object *object, const char *key);

DEFINE_CLEANUP(struct report *, report_free);

#endif
