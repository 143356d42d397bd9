/* SPDX-License-Identifier: MIT */
/** One entry of results.json, before it is JSON. */
#ifndef RUNNER_TEST_RESULT_H
#define RUNNER_TEST_RESULT_H

#include <glib.h>
#include <stdbool.h>

#include "verdict.h"

/** All strings are owned and valid UTF-8. */
struct test_result {
	/** `igt@binary[@subtest[@dynamic]]`, lower case. */
	char *name;
	/** As the test spells them; NULL if it is a binary's only test, or a subtest. */
	char *subtest;
	char *dynamic;
	char *out;
	char *err;
	/** Formatted kernel log, and those of its lines that count against the test. */
	GString *dmesg;
	GString *warnings;
	/** The IGT-Version line, or NULL. */
	char *igt_version;
	enum verdict verdict;
	double seconds;
	/** The seconds mean something. */
	bool timed;
	/** False if there is no record at all: then only the verdict (notrun) has meaning. */
	bool recorded;
	/** A subtest that has dynamic subtests; they follow it. */
	bool is_container;
};

/** An entry with empty texts and @verdict. Copies the names; @subtest, @dynamic may be NULL. */
struct test_result *test_result_new(const char *binary, const char *subtest, const char *dynamic,
				    enum verdict verdict);

/** A list that owns its entries (struct test_result *). Caller unrefs. */
GPtrArray *test_result_list_new(void);

#endif
