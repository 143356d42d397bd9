/* SPDX-License-Identifier: MIT */
/**
 * A tester that logs.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "igt.h"

static bool ends_in_two(const char *record, void *data)
{
	++*(int *)data;
	return strcmp(record + strlen(record) - 3, " 2\n") == 0;
}

static void *logging_thread(void *data)
{
	igt_warn("from a thread\n");
	return data;
}

int igt_main()
{
	igt_subtest("levels") {
		igt_debug("debug\n");
		igt_info("info\n");
		igt_warn("warn\n");
		igt_critical("critical\n");
		igt_log("else", IGT_LOG_DEBUG, "other domain\n");
		igt_info("in ");
		igt_info("pieces\n");
	}

	igt_subtest("warn-on") {
		igt_warn_on(1 > 2);
		igt_warn_on(2 > 1);
	}

	igt_subtest("full-ring") {
		for (int i = 0; i < IGT_LOG_RING + 10; i++)
			igt_debug("record %d\n", i);
		igt_fail(IGT_EXIT_FAILURE);
	}

	igt_subtest("empty-ring")
		igt_fail(IGT_EXIT_FAILURE);

	igt_subtest("long") {
		char text[10001];

		memset(text, 'x', sizeof(text));
		text[sizeof(text) - 1] = '\0';
		igt_info("%s", text);
		igt_info("\n");
	}

	igt_subtest("raw") {
		printf("raw out\n");
		fprintf(stderr, "raw err\n");
	}

	igt_subtest("order") {
		printf("1 ");
		igt_info("2\n");
		fprintf(stderr, "a ");
		igt_warn("b\n");
		printf("3\n");
	}

	igt_subtest("thread") {
		pthread_t thread;

		igt_assert_eq(pthread_create(&thread, NULL, logging_thread, NULL), 0);
		pthread_join(thread, NULL);
	}

	igt_subtest("inspect") {
		int seen = 0;

		for (int i = 0; i < 5; i++)
			igt_debug("record %d\n", i);
		igt_log_buffer_inspect(ends_in_two, &seen);
		igt_assert_eq(seen, 3);
	}

	igt_subtest("debug-on") {
		igt_debug_on(1 > 2);
		igt_debug_on_f(2 > 1, "indeed\n");
		igt_warn_on_f(3 > 2, "really\n");
	}

	igt_subtest("unfinished")
		igt_info("half a line");

	igt_subtest("unfinished-failure") {
		igt_info("half a line");
		igt_warn("half a warning");
		igt_fail(IGT_EXIT_FAILURE);
	}

	igt_subtest("unfinished-alarm") {
		igt_info("waiting ...");
		igt_set_timeout(1, "it");
		pause();
	}

	igt_subtest("keys") {
		igt_assert(!igt_debug_wait_for_keypress("other"));
		igt_info("pressed: %d\n", igt_debug_wait_for_keypress("point"));
		igt_debug_manual_check("point", "the screen blue");
	}
}
