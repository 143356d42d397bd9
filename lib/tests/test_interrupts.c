/* SPDX-License-Identifier: MIT */
/*
 * Signals that come while a test prints: each line is whole, and nothing hangs.
 */
#include <stdio.h>
#include <string.h>

#include "igt_wire.h"
#include "run_tester.h"

/* The reader is slow, so the test is nearly always in the midst of printing. */
static const struct run_setup slow = {.slow = true};

/* Widths of the tester's lines. */
#define LONG 6000
#define SHORT 60

/*
 * Take lines from @text on that are numbered from 0, as the tester prints them. Returns how many,
 * and in *@ret_rest what is behind them.
 */
static unsigned int take_lines(const char *text, int width, const char **ret_rest)
{
	unsigned int count = 0;
	char line[LONG + 64];

	for (;;) {
		int length = snprintf(line, sizeof(line), "line %06u%*s\n", count, width, ".");

		if (strncmp(text, line, (size_t)length) != 0)
			break;
		text += length;
		count++;
	}
	*ret_rest = text;
	return count;
}

/* @text begins with @format, in which %d is @number; returns what is behind it. */
__attribute__((format(printf, 2, 0)))
static const char *take(const char *text, const char *format, int number)
{
	char line[128];

	snprintf(line, sizeof(line), format, number);
	if (strncmp(text, line, strlen(line)) != 0)
		fail_msg("no \"%s\" at \"%.300s\"", line, text);
	return text + strlen(line);
}

/* Each of @count dynamic subtests printed whole lines until the alarm came. */
static void assert_timed_out(const struct run *run, const char *name, int count, int width)
{
	const char *at = strchr(run->out, '\n') + 1;
	unsigned int lines = 0;

	for (int i = 0; i < count; i++) {
		at = take(at, "Starting dynamic subtest: %d\n", i);
		lines += take_lines(at, width, &at);
		at = take(at, "Timed out: printing\nDynamic subtest %d: FAIL (0.000s)\n", i);
	}
	at = take(at, "Subtest ", 0);
	assert_int_equal(strncmp(at, name, strlen(name)), 0);
	assert_string_equal(at + strlen(name), ": FAIL (0.000s)\n");
	assert_int_equal(run->code, IGT_EXIT_FAILURE);
	/* Else nothing was interrupted; a busy machine lets one or the other begin too late. */
	assert_true(lines >= (unsigned int)count / 4);
}

static void alarm_leaves_lines_whole(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&slow, "interrupts", "--run-subtest", "alarms", NULL);

	assert_timed_out(&run, "alarms", 20, LONG);
}

static void signals_leave_lines_whole(void **state)
{
	_cleanup_run_ struct run run =
		run_tester_with(&slow, "interrupts", "--run-subtest", "helper", NULL);
	const char *at = take(run.out, "Starting subtest: helper\n", 0);

	assert_int_equal(run.code, 0);
	assert_int_equal(take_lines(at, LONG, &at), 40);
	assert_string_equal(at, "Subtest helper: SUCCESS (0.000s)\n");
}

static void alarms_leave_no_lock(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "interrupts", "--run-subtest", "many-alarms", NULL);
	const char *at = run.err;

	assert_timed_out(&run, "many-alarms", 400, SHORT);
	for (int i = 0; i < 400; i++) {
		at = take(at, "Dynamic subtest %d failed.\n", i);
		if (strncmp(at, "No log.\n", 8) == 0) {
			at += 8;
			continue;
		}
		take(at, "**** DEBUG ****\n(tester_interrupts:PID) ", 0);
		at = strstr(at, "\n****  END  ****\n");
		assert_non_null(at);
		at = take(at, "\n****  END  ****\n", 0);
	}
	assert_string_equal(at, "");
}

static void alarm_is_for_the_main_thread(void **state)
{
	_cleanup_run_ struct run run = run_tester_with(&slow, "interrupts", "--run-subtest",
						       "alarm-beside-a-thread", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "\nTimed out: printing\nSubtest alarm-beside-a-thread: FAIL (");
	assert_lacks(run.err, "Failure in a thread!");
}

static void threads_leave_children_no_lock(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "interrupts", "--run-subtest",
						  "fork-while-a-thread-has-the-log", NULL);

	assert_int_equal(run.code, 0);
}

static void child_has_an_alarm_of_its_own(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "interrupts", "--run-subtest", "alarm-of-a-child", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "Timed out: the child\nchild 0 failed with exit status 98\n");
	assert_lacks(run.out, "Timed out: the parent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alarm_leaves_lines_whole),
		cmocka_unit_test(signals_leave_lines_whole),
		cmocka_unit_test(alarms_leave_no_lock),
		cmocka_unit_test(alarm_is_for_the_main_thread),
		cmocka_unit_test(threads_leave_children_no_lock),
		cmocka_unit_test(child_has_an_alarm_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
