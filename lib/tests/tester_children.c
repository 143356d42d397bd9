/* SPDX-License-Identifier: MIT */
/**
 * A tester whose children end in every way.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt.h"

static struct igt_helper_process left;
static pid_t left_pid;

static void fork_helper(struct igt_helper_process *helper)
{
	igt_fork_helper(helper)
		pause();
	left_pid = helper->pid;
}

static void exit_handler(int sig)
{
	static const char text[] = "exit handler\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
}

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

	igt_subtest("multi") {
		igt_multi_fork(child, 2) {
			usleep(1000 * child * 100);
			igt_info("child %d\n", child);
			igt_warn("warned %d\n", child);
		}
		igt_multi_wait();
	}

	igt_subtest("multi-fails") {
		igt_multi_fork(child, 2) {
			igt_assert_eq(child, 0);
			pause();
		}
		igt_multi_wait();
	}

	igt_subtest("multi-skips") {
		igt_multi_fork(child, 1)
			igt_skip("a child cannot\n");
		igt_multi_wait();
	}

	igt_subtest("multi-killed") {
		igt_multi_fork(child, 1)
			raise(SIGKILL);
		igt_multi_wait();
	}

	igt_subtest("status") {
		igt_fork(child, 1)
			exit(7);
		igt_assert_eq(__igt_waitchildren(), 7);
	}

	igt_subtest("exit-77") {
		igt_fork(child, 1)
			exit(77);
		igt_waitchildren();
	}

	igt_subtest("abort") {
		igt_install_exit_handler(exit_handler);
		igt_fork(child, 2) {
			igt_abort_on_f(child == 0, "the machine is lost\n");
			pause();
		}
		igt_waitchildren();
	}

	igt_subtest("abort-itself")
		igt_abort_on_f(1 > 0, "%s\n", "the machine is lost");

	igt_subtest("helper") {
		static struct igt_helper_process helper, killed = {.use_SIGKILL = true};

		igt_fork_helper(&helper)
			pause();
		igt_assert(helper.running && helper.pid > 0);
		igt_fork_helper(&killed) {
			signal(SIGTERM, SIG_IGN);
			pause();
		}
		igt_fork(child, 1)
			usleep(1000);
		igt_waitchildren();
		igt_stop_helper(&killed);
		igt_stop_helper(&helper);
		igt_assert(!helper.running);
		igt_stop_helper(&helper);
	}

	igt_subtest("helper-ends") {
		struct igt_helper_process helper = {};
		siginfo_t end;

		igt_fork_helper(&helper)
			exit(3);
		igt_assert_eq(WEXITSTATUS(igt_wait_helper(&helper)), 3);
		igt_fork_helper(&helper)
			_exit(4);
		waitid(P_PID, (id_t)helper.pid, &end, WEXITED | WNOWAIT);
		igt_stop_helper(&helper);
	}

	igt_subtest("helper-ends-meanwhile") {
		struct igt_helper_process helper = {};

		igt_fork_helper(&helper)
			_exit(5);
		igt_fork(child, 1)
			usleep(500000);
		igt_waitchildren();
		igt_stop_helper(&helper);
	}

	igt_subtest("helper-left") {
		fork_helper(&left);
		igt_fail(IGT_EXIT_FAILURE);
	}

	igt_subtest("helper-again") {
		/* It is gone, so that another one can be started in its name. */
		igt_assert_eq(kill(left_pid, 0), -1);
		fork_helper(&left);
	}

	igt_subtest("helpers-5") {
		struct igt_helper_process helper[5] = {};

		for (int i = 0; i < 5; i++)
			igt_fork_helper(&helper[i])
				pause();
	}

	igt_subtest("uncollected")
		igt_fork(child, 1)
			pause();
}
