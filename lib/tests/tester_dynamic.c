/* SPDX-License-Identifier: MIT */
/**
 * A tester with subtests made of dynamic ones, which end in every way.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "igt.h"

static void clean_up(void *data)
{
	igt_info("cleaned up after %s\n", (const char *)data);
}

static void *failing_thread(void *data)
{
	igt_assert_f(false, "in a thread\n");
	return data;
}

int igt_main()
{
	igt_describe("All parts succeed");
	igt_subtest_with_dynamic("good") {
		igt_on_subtest_end(clean_up, (void *)"good");
		igt_dynamic("first")
			igt_on_subtest_end(clean_up, (void *)"first");
		for (int i = 2; i < 4; i++)
			igt_dynamic_f("part-%d", i)
				igt_debug("nothing wrong\n");
		igt_info("between\n");
	}
	igt_subtest_with_dynamic("mixed") {
		igt_dynamic("skips")
			igt_skip("not here\n");
		igt_dynamic("fails")
			igt_assert_eq(1, 2);
		igt_dynamic("crashes")
			raise(SIGSEGV);
		igt_dynamic("goes-on")
			igt_success();
	}
	igt_subtest_with_dynamic_f("all-skip-%d", 1) {
		igt_dynamic("a")
			igt_skip("not here\n");
		igt_dynamic("b")
			igt_require(1 > 2);
	}
	igt_subtest_with_dynamic("skip-and-good") {
		igt_dynamic("a")
			igt_skip("not here\n");
		igt_dynamic("b")
			igt_success();
	}
	igt_subtest_with_dynamic("empty")
		igt_info("no part\n");
	igt_subtest_with_dynamic("fails-itself") {
		igt_dynamic("a")
			igt_success();
		igt_assert_f(false, "outside\n");
	}
	igt_subtest_with_dynamic("fails-twice") {
		igt_dynamic("a")
			igt_fail(79);
		igt_assert_f(false, "outside\n");
	}
	igt_subtest_with_dynamic("crashes-itself") {
		igt_dynamic("a")
			igt_success();
		raise(SIGBUS);
	}
	igt_subtest_with_dynamic("skips-itself")
		igt_skip("none of it\n");
	igt_subtest_with_dynamic("thread")
		igt_dynamic("a") {
			pthread_t thread;

			igt_assert_eq(pthread_create(&thread, NULL, failing_thread, NULL), 0);
			pthread_join(thread, NULL);
		}
	igt_subtest_with_dynamic("child-crashes")
		igt_dynamic("a") {
			igt_fork(child, 1)
				raise(SIGSEGV);
			igt_waitchildren();
		}
	igt_subtest_with_dynamic("timeouts") {
		igt_set_timeout(30, "the container");
		igt_dynamic("times-out") {
			igt_set_timeout(1, "the part");
			pause();
		}
		igt_dynamic("leaves-an-alarm") {
			igt_set_timeout(1, "a part that is over");
			igt_skip("early\n");
		}
		usleep(1100000);
	}
	igt_subtest("plain")
		igt_info("plain\n");
}
