/* SPDX-License-Identifier: MIT */
/**
 * A tester whose children end in every way.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "igt.h"

int igt_main()
{
	igt_subtest("well") {
		igt_fork(child, 3)
			igt_assert_lt(child, 3);
		igt_waitchildren();
	}

	igt_subtest("exit-7") {
		igt_fork(child, 1)
			exit(7);
		igt_waitchildren();
	}

	igt_subtest("kill") {
		igt_fork(child, 1)
			raise(SIGKILL);
		igt_waitchildren();
	}

	igt_subtest("assert") {
		igt_fork(child, 2) {
			igt_assert_neq(child, 1);
			pause();
		}
		igt_waitchildren();
	}

	igt_subtest("segv") {
		igt_fork(child, 1)
			raise(SIGSEGV);
		igt_waitchildren();
	}

	igt_subtest("skip") {
		igt_fork(child, 1)
			igt_skip("a child cannot\n");
		igt_waitchildren();
	}

	igt_subtest("parent-fails") {
		igt_fork(child, 1)
			pause();
		igt_assert(false);
	}

	igt_subtest("hang") {
		igt_fork(child, 1)
			pause();
		igt_waitchildren_timeout(1, "children that hang");
	}

	igt_subtest("uncollected")
		igt_fork(child, 1)
			pause();
}
