/* SPDX-License-Identifier: MIT */
/**
 * A tester whose fixtures skip and fail as TESTER says.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "igt.h"

static void *failing_thread(void *data)
{
	igt_assert_f(false, "in a thread\n");
	return data;
}

static void act(const char *where)
{
	const char *wish = getenv("TESTER") ?: "";
	size_t length = strlen(where);

	if (strncmp(wish, where, length) != 0 || wish[length] != '-')
		return;
	igt_require(strcmp(wish + length, "-skip") != 0);
	igt_assert(strcmp(wish + length, "-fail") != 0);
	if (strcmp(wish + length, "-thread") == 0) {
		pthread_t thread;

		igt_assert_eq(pthread_create(&thread, NULL, failing_thread, NULL), 0);
		pthread_join(thread, NULL);
	}
	if (strcmp(wish + length, "-segv") == 0)
		raise(SIGSEGV);
}

static void costly_subtests(void *data)
{
	igt_fixture()
		act("costly");

	igt_describe("Takes much to prepare");
	igt_subtest("costly")
		igt_info("costly\n");
}

int igt_main()
{
	static const char *set_by_fixture = "nobody";

	igt_fixture() {
		act("first");
		set_by_fixture = "fixture";
	}

	if (igt_wants_subtest(costly_subtests, NULL))
		igt_fixture()
			igt_info("at much cost\n");
	costly_subtests(NULL);

	igt_subtest("before")
		igt_info("set by %s\n", set_by_fixture);

	igt_describe("The outer group");
	igt_subtest_group() {
		igt_fixture()
			act("group");

		igt_describe("Is inside");
		igt_subtest("inside")
			igt_info("inside\n");

		igt_describe("The inner group");
		igt_subtest_group() {
			igt_fixture()
				act("inner");

			igt_subtest("innermost")
				igt_info("innermost\n");
		}

		igt_subtest("inside-2")
			igt_info("inside-2\n");
	}

	igt_subtest("after")
		igt_info("after\n");

	igt_fixture()
		igt_info("last fixture\n");
}
