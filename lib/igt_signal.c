/* SPDX-License-Identifier: MIT */
/**
 * Exit handlers, the signals that end a test, and the alarm that ends one which hangs.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "igt_internal.h"

#define MAX_HANDLERS 16

static igt_exit_handler_t handlers[MAX_HANDLERS];
static volatile sig_atomic_t handlers_installed;

static struct {
	timer_t timer;
	bool made; /* the timer is there */
	bool armed;
	bool in_dynamic;
	const char *what;
} timeout;

void igt_install_exit_handler(igt_exit_handler_t handler)
{
	for (int i = 0; i < handlers_installed; i++)
		if (handlers[i] == handler)
			return;
	igt_internal_assert(handlers_installed < MAX_HANDLERS, "too many exit handlers");
	handlers[handlers_installed] = handler;
	handlers_installed++;
}

void igt_exit_handlers_run(int sig)
{
	/* Counted down before the call, so that a handler that crashes is not run again. */
	while (handlers_installed > 0)
		handlers[--handlers_installed](sig);
}

void igt_exit_handlers_forget(void)
{
	handlers_installed = 0;
}

static const struct {
	int number;
	const char *name; /* announced on stderr; NULL: ends the test silently */
	bool crash;	  /* inside a subtest, ends only that */
} fatal_signals[] = {
	{SIGINT, NULL, false},	     {SIGHUP, NULL, false},	  {SIGPIPE, NULL, false},
	{SIGTERM, NULL, false},	     {SIGQUIT, "SIGQUIT", false}, {SIGABRT, "SIGABRT", false},
	{SIGSEGV, "SIGSEGV", true},  {SIGBUS, "SIGBUS", true},	  {SIGFPE, "SIGFPE", true},
};

void igt_signals_hold(sigset_t *ret_saved)
{
	/* Those that the kernel sends for what a thread does cannot be held back. */
	static const int others[] = {SIGILL, SIGTRAP, SIGSYS};
	sigset_t held;

	sigfillset(&held);
	for (unsigned int i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
		sigdelset(&held, fatal_signals[i].number);
	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		sigdelset(&held, others[i]);
	pthread_sigmask(SIG_BLOCK, &held, ret_saved);
}

void igt_signals_release(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

static void announce(const char *name)
{
	igt_put_from_signal(IGT_STREAM_STDERR, "Received signal ");
	igt_put_from_signal(IGT_STREAM_STDERR, name);
	igt_put_from_signal(IGT_STREAM_STDERR, ".\nStack trace: \n");
	igt_stack_from_signal();
}

static _Noreturn void die_of(int sig)
{
	sigset_t only;

	signal(sig, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	_exit(128 + sig);
}

static void fatal_signal(int sig)
{
	unsigned int i = 0;

	while (fatal_signals[i].number != sig)
		i++;
	if (fatal_signals[i].name)
		announce(fatal_signals[i].name);
	/* Returns only in a child or on a second thread, which have no subtest to leave. */
	if (fatal_signals[i].crash && igt_subtest_name())
		igt_block_crashed(sig);
	igt_exit_handlers_run(sig);
	die_of(sig);
}

void igt_signals_install(void)
{
	/* A stack that has grown into its guard page has no room for a handler. */
	static char stack[64 << 10];
	const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = fatal_signal, .sa_flags = SA_ONSTACK};

	sigaltstack(&alternative, NULL);

	for (unsigned int i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
		sigaction(fatal_signals[i].number, &action, NULL);
}

static void timed_out(int sig)
{
	igt_put_line_end(IGT_STREAM_STDOUT);
	igt_putf(IGT_STREAM_STDOUT, "Timed out: %s\n", timeout.what);
	igt_fail(IGT_EXIT_FAILURE);
}

void igt_timeout_forget(bool dynamic)
{
	if (timeout.armed && (!dynamic || timeout.in_dynamic))
		igt_reset_timeout();
}

void igt_timeout_become_child(void)
{
	timeout.made = false;
	timeout.armed = false;
}

/* The signal is for the main thread, which alone can end a block; alarm()'s is for any. */
static void make_timer(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
	};

	event._sigev_un._tid = igt_test.main_thread;
	timeout.made = timer_create(CLOCK_MONOTONIC, &event, &timeout.timer) == 0;
	igt_assert_f(timeout.made, "a timer for igt_set_timeout(): %s\n", strerror(errno));
}

void igt_set_timeout(unsigned int seconds, const char *what)
{
	struct sigaction action = {.sa_handler = seconds ? timed_out : SIG_DFL};
	struct itimerspec at = {.it_value.tv_sec = seconds};
	const struct itimerspec never = {.it_value.tv_sec = 0};

	if (timeout.made)
		timer_settime(timeout.timer, 0, &never, NULL);
	else if (seconds)
		make_timer();
	timeout.what = what ?: "operation";
	timeout.armed = seconds > 0;
	timeout.in_dynamic = igt_dynamic_subtest_name() != NULL;
	sigaction(SIGALRM, &action, NULL);
	if (seconds)
		timer_settime(timeout.timer, 0, &at, NULL);
}

void igt_reset_timeout(void)
{
	igt_set_timeout(0, NULL);
}
