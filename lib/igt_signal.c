/* SPDX-License-Identifier: MIT */
/**
 * Exit handlers, the signals that end a test, and the alarm that ends one which hangs.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"

#define MAX_HANDLERS 16

static igt_exit_handler_t handlers[MAX_HANDLERS];
static volatile sig_atomic_t handlers_installed;

static const char *timeout_what;
static bool timeout_armed, timeout_in_dynamic;

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
	igt_put_from_signal(IGT_STREAM_STDOUT, "Timed out: ");
	igt_put_from_signal(IGT_STREAM_STDOUT, timeout_what);
	igt_put_from_signal(IGT_STREAM_STDOUT, "\n");
	igt_fail(IGT_EXIT_FAILURE);
}

void igt_timeout_forget(bool dynamic)
{
	if (timeout_armed && (!dynamic || timeout_in_dynamic))
		igt_reset_timeout();
}

void igt_set_timeout(unsigned int seconds, const char *what)
{
	struct sigaction action = {.sa_handler = seconds ? timed_out : SIG_DFL};

	timeout_what = what ?: "operation";
	timeout_armed = seconds > 0;
	timeout_in_dynamic = igt_dynamic_subtest_name() != NULL;
	alarm(0);
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}

void igt_reset_timeout(void)
{
	igt_set_timeout(0, NULL);
}
