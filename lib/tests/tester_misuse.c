/* SPDX-License-Identifier: MIT */
/**
 * A tester that uses the library wrongly, as TESTER says.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "igt.h"

static bool wish(const char *what)
{
	return strcmp(getenv("TESTER") ?: "", what) == 0;
}

static void nested_fixture(void)
{
	igt_fixture()
		igt_info("not reached\n");
}

static void nested_subtest(void)
{
	igt_subtest("nested")
		igt_info("not reached\n");
}

static void nested_group(void)
{
	igt_subtest_group()
		igt_info("not reached\n");
}

static void dynamic_part(void)
{
	igt_dynamic("part")
		igt_info("reached\n");
}

static void *skipping_thread(void *data)
{
	igt_skip("in a thread\n");
	return data;
}

int igt_main()
{
	if (wish("none"))
		igt_exit();
	if (wish("skip-outside"))
		igt_skip("where am I\n");
	if (wish("name"))
		igt_subtest("no spaces")
			igt_info("not reached\n");

	if (wish("dynamic-outside"))
		dynamic_part();
	if (wish("two-descriptions")) {
		igt_describe("one");
		igt_describe("two");
	}

	igt_fixture() {
		if (wish("fixture-in-fixture"))
			nested_fixture();
		if (wish("subtest-in-fixture"))
			nested_subtest();
		if (wish("group-in-fixture"))
			nested_group();
	}

	igt_subtest("subtest") {
		if (wish("fixture-in-subtest"))
			nested_fixture();
		if (wish("subtest-in-subtest"))
			nested_subtest();
		if (wish("group-in-subtest"))
			nested_group();
		if (wish("dynamic-in-subtest"))
			dynamic_part();
		if (wish("skip-in-thread")) {
			pthread_t thread;

			pthread_create(&thread, NULL, skipping_thread, NULL);
			pthread_join(thread, NULL);
		}
		if (wish("fork-in-child")) {
			igt_fork(child, 1) {
				igt_fork(grandchild, 1)
					igt_info("not reached\n");
			}
			igt_waitchildren();
		}
		if (wish("fail-with-skip"))
			igt_fail(IGT_EXIT_SKIP);
		if (wish("hooks"))
			for (int i = 0; i < 1025; i++)
				igt_on_subtest_end(free, NULL);
	}

	if (wish("long-name"))
		igt_subtest_f("%0256d", 0)
			igt_info("not reached\n");

	if (wish("longest-name"))
		igt_subtest_f("%0255d", 0)
			igt_info("reached\n");

	igt_subtest_with_dynamic("container") {
		if (wish("dynamic-in-dynamic"))
			igt_dynamic("outer")
				dynamic_part();
		if (wish("dynamic-name"))
			igt_dynamic("no spaces")
				igt_info("not reached\n");
	}
}
