/* SPDX-License-Identifier: MIT */
/**
 * A tester with one subtest for each way a subtest ends; the caller selects.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "igt.h"

IGT_TEST_DESCRIPTION("Every way a subtest can end");

static void exit_handler(int sig)
{
	static const char text[] = "exit handler\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
}

static void *failing_thread(void *data)
{
	igt_assert_f(false, "in a thread\n");
	return data;
}

static void *crashing_thread(void *data)
{
	raise(SIGSEGV);
	return data;
}

static void run_thread(void *(*function)(void *data))
{
	pthread_t thread;

	igt_assert_eq(pthread_create(&thread, NULL, function, NULL), 0);
	pthread_join(thread, NULL);
}

static void clean_up(void *data)
{
	igt_info("cleaned up after %s\n", (const char *)data);
}

/* Not static, and not inlined: seen in a stack trace also where no debug information is. */
void assert_at_depth(int depth);
void crash_at_depth(int depth);
int overflow(volatile int *depth);

__attribute__((noinline)) void assert_at_depth(int depth)
{
	igt_assert_eq(depth, 0);
}

__attribute__((noinline)) void crash_at_depth(int depth)
{
	*(volatile int *)(intptr_t)depth = 0;
}

__attribute__((noinline)) int overflow(volatile int *depth)
{
	volatile int frame[1024] = {*depth};

	/* Never so deep, but the compiler does not know. */
	return frame[0] == 1 << 30 ? 0 : overflow(frame) + frame[0];
}

int igt_main()
{
	igt_describe("Succeeds");
	igt_subtest("pass")
		igt_debug("nothing wrong\n");

	igt_subtest_f("pass-%d", 2)
		igt_success();

	igt_subtest("skip")
		igt_require_f(0 > 1, "zero is small\n");

	igt_subtest("skip-plain")
		igt_skip("no reason\n");

	igt_subtest("fail") {
		igt_on_subtest_end(clean_up, (void *)"fail");
		errno = ENOENT;
		igt_assert_eq(2 + 2, 5);
	}

	igt_subtest("fail-79")
		igt_fail(79);

	igt_subtest("segv")
		raise(SIGSEGV);

	igt_subtest("bus")
		raise(SIGBUS);

	igt_subtest("fpe")
		raise(SIGFPE);

	igt_subtest("abort")
		abort();

	igt_subtest("term") {
		igt_install_exit_handler(exit_handler);
		raise(SIGTERM);
	}

	igt_subtest_with_dynamic("signals") {
		const int signals[] = {SIGINT, SIGHUP, SIGPIPE, SIGTERM, SIGQUIT, SIGABRT, SIGILL};

		igt_install_exit_handler(exit_handler);
		for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++)
			igt_dynamic_f("%d", signals[i])
				raise(signals[i]);
	}

	igt_subtest("exit")
		exit(0);

	igt_subtest("thread")
		run_thread(failing_thread);

	igt_subtest("thread-segv")
		run_thread(crashing_thread);

	igt_subtest("timeout") {
		igt_set_timeout(1, "waiting for nothing");
		pause();
	}

	igt_subtest("hooks") {
		igt_on_subtest_end(clean_up, (void *)"the first");
		igt_on_subtest_end(clean_up, (void *)"the second");
	}

	igt_subtest("deep")
		assert_at_depth(1);

	igt_subtest("deep-segv")
		crash_at_depth(16);

	igt_subtest("overflow") {
		volatile int depth = 0;

		overflow(&depth);
	}
}
