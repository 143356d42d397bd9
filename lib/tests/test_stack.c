/* SPDX-License-Identifier: MIT */
/*
 * Stack traces, and what a debugger sees.
 */
#include <dlfcn.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

static const struct run_setup raw = {.raw = true};

static bool matches(const char *text, const char *expression)
{
	regex_t regex;
	bool found;

	assert_int_equal(regcomp(&regex, expression, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
	found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static void assert_matches(const char *text, const char *expression)
{
	if (!matches(text, expression))
		fail_msg("no /%s/ in \"%s\"", expression, text);
}

static void assertion_shows_who_called(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&raw, "outcomes", "--run-subtest", "deep", NULL);

	assert_contains(run.out, "Stack trace:\n  #0 ");
#ifdef HAVE_LIBDW
	assert_matches(run.out, "^  #0 .*igt_assert\\.c:N igt__fail_assert\\(\\)$");
	assert_matches(run.out, "^  #1 .*tester_outcomes\\.c:N assert_at_depth\\(\\)$");
	assert_matches(run.out, "^  #[2-9] .*tester_outcomes\\.c:N main\\(\\)$");
#else
	assert_matches(run.out, "^  #0 \\[igt__fail_assert\\+0x[0-9a-f]+\\]$");
#endif
}

static void crash_shows_where(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&raw, "outcomes", "--run-subtest", "deep-segv", NULL);

	assert_contains(run.err, "Received signal SIGSEGV.\nStack trace: \n #0 [");
	assert_matches(run.err, "^ #[0-9]+ \\[crash_at_depth\\+0x[0-9a-f]+\\]$");
	assert_matches(run.err, "^ #[0-9]+ \\[main\\+0x[0-9a-f]+\\]$");
}

static void overflown_stack_is_a_crash(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "outcomes", "--run-subtest", "overflow,pass-2", NULL);

	assert_int_equal(run.code, 128 + SIGSEGV);
	assert_contains(run.err, "Received signal SIGSEGV.\n");
	assert_contains(run.out, "Subtest overflow: CRASH (");
}

static void failure_stops_in_gdb(void **state)
{
	/* The leak check of a sanitizer build cannot be done under a debugger. */
	static const char *const no_leaks = "ASAN_OPTIONS=detect_leaks=0";
	const struct run_setup gdb = {.tracer = "gdb", .environment = {no_leaks}};
	const struct run_setup strace = {.tracer = "strace", .environment = {no_leaks}};
	_cleanup_run_ struct run stops =
		run_tester_with(&gdb, "outcomes", "--run-subtest", "fail", NULL);
	_cleanup_run_ struct run goes_on =
		run_tester_with(&strace, "outcomes", "--run-subtest", "fail", NULL);

	assert_int_equal(stops.code, 128 + SIGABRT);
	assert_contains(stops.err, "Failed assertion: 2 + 2 == 5\n");
	assert_lacks(stops.out, "Subtest fail:");
	assert_int_equal(goes_on.code, IGT_EXIT_FAILURE);
	assert_contains(goes_on.out, "Subtest fail: FAIL (0.000s)\n");
}

/* There is no tracing. */
static const char *const cannot_be_emulated[] = {
	"failure_stops_in_gdb",
	NULL,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assertion_shows_who_called),
		cmocka_unit_test(crash_shows_where),
		cmocka_unit_test(overflown_stack_is_a_crash),
		cmocka_unit_test(failure_stops_in_gdb),
	};

	return run_tests_but(tests, ARRAY_SIZE(tests), cannot_be_emulated);
}
