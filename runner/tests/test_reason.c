/* SPDX-License-Identifier: MIT */
/** Reasons: one useful line out of the texts of a result. */
#include "helpers.h"

#include <string.h>

#include "reason.h"

struct sample {
	enum verdict verdict;
	const char *out, *err, *warnings;
	const char *reason;
};

static const struct sample samples[] = {
	/* The assertion and what igt_assert_eq() adds. */
	{VERDICT_FAIL, "",
	 "Starting subtest: a\n"
	 "(t:1) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "(t:1) CRITICAL: Failed assertion: retained == 0\n"
	 "(t:1) CRITICAL: Last errno: 14, Bad address\n"
	 "(t:1) CRITICAL: error: 1 != 0\n"
	 "Subtest a failed.\n",
	 "", "retained == 0; error: 1 != 0"},
	/* A stamp, a domain, a thread; nothing but errno to add. */
	{VERDICT_FAIL, "",
	 "[12.345] (t:1) [thread:2] igt_core-CRITICAL: Test assertion failure function f, file "
	 "t:1:\n"
	 "[12.345] (t:1) [thread:2] igt_core-CRITICAL: Failed assertion: fd >= 0\n"
	 "[12.345] (t:1) [thread:2] igt_core-CRITICAL: Last errno: 2, No such file or directory\n"
	 "Subtest a failed.\n",
	 "", "fd >= 0; Last errno: 2, No such file or directory"},
	/* An expression that says nothing steps back behind the caller's words. */
	{VERDICT_FAIL, "",
	 "(t:1) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "(t:1) CRITICAL: Failed assertion: 0\n"
	 "(t:1) CRITICAL: page 3 reads 0x0, expected 0x5a\n",
	 "", "page 3 reads 0x0, expected 0x5a"},
	/* What the caller says comes first, and once. */
	{VERDICT_FAIL, "",
	 "(t:1) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "(t:1) CRITICAL: Failed assertion: r != -ENXIO\n"
	 "(t:1) CRITICAL: no shrinker counts the pages\n",
	 "", "no shrinker counts the pages (r != -ENXIO)"},
	{VERDICT_FAIL, "",
	 "(t:1) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "(t:1) CRITICAL: Failed assertion: busy pages stay\n"
	 "(t:1) CRITICAL: busy-is-kept: busy pages stay: page 0 reads 0x0\n",
	 "", "busy pages stay: page 0 reads 0x0"},
	/* A critical line outside any assertion. */
	{VERDICT_FAIL, "", "(t:1) CRITICAL: busy-is-kept: page 0 reads 0x0\n", "",
	 "busy-is-kept: page 0 reads 0x0"},
	/* The child's block comes before its parent's, which says less. */
	{VERDICT_FAIL, "child 0 failed with exit status 98\n",
	 "<g:0> (t:2) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "<g:0> (t:2) CRITICAL: Failed assertion: a\n"
	 "Subtest a failed.\n"
	 "(t:1) CRITICAL: Test assertion failure function g, file t.c:2:\n"
	 "(t:1) CRITICAL: Failed assertion: b\n",
	 "", "a"},
	{VERDICT_FAIL, "child 2 died with signal 9, Killed\nSubtest a: FAIL (0.1s)\n",
	 "Subtest a failed.\nNo log.\n", "", "child 2 died with signal 9, Killed"},
	{VERDICT_FAIL, "Aborting.\nPrevious test: a\nNext test: b\n\nKernel badly tainted\n", "",
	 "", "Kernel badly tainted"},
	/* A timer of the test speaks on stdout; the log dump explains nothing. */
	{VERDICT_FAIL,
	 "Starting subtest: a\nTimed out: children that hang\nSubtest a: FAIL (1.0s)\n",
	 "Subtest a failed.\n**** DEBUG ****\n(t:1) DEBUG: record 1\n****  END  ****\n", "",
	 "Timed out: children that hang"},
	{VERDICT_FAIL, "", "", "", "no reason given"},
	/* A skip's own words, else its requirement, else what it printed last. */
	{VERDICT_SKIP,
	 "Test requirement not met in function f, file t.c:1:\n"
	 "Test requirement: swap > 0\nno swap: mkswap and swapon one\n"
	 "Last errno: 2, No such file or directory\nSubtest a: SKIP (0.0s)\n",
	 "", "", "no swap: mkswap and swapon one"},
	{VERDICT_SKIP,
	 "Opened device: /dev/dri/card0\n"
	 "Test requirement not met in function f, file t.c:1:\n"
	 "Test requirement: swap > 0\nSubtest a: SKIP (0.0s)\n",
	 "", "", "swap > 0"},
	{VERDICT_SKIP,
	 "IGT-Version: 1 (x) (y)\nStarting subtest: a\nlooking\nno shrinker debugfs\n"
	 "Subtest a: SKIP (0.0s)\nlater text\n",
	 "", "", "no shrinker debugfs"},
	{VERDICT_SKIP, "", "Cannot execute /x/y: No such file or directory\n", "",
	 "Cannot execute /x/y: No such file or directory"},
	{VERDICT_CRASH, "", "Received signal SIGBUS.\nStack trace: \n #0 [f]\n", "", "SIGBUS"},
	{VERDICT_TIMEOUT, "",
	 "Starting subtest: a\nrunner: This test was killed due to exceeding the per-test "
	 "timeout. (limit 10 s)\n",
	 "", "per-test timeout of 10 s"},
	{VERDICT_TIMEOUT, "", "", "", "killed by the runner for taking too long"},
	/* One that failed and could not end then, in either way that it can tell. */
	{VERDICT_TIMEOUT, "Subtest a: FAIL (1.0s)\n",
	 "(t:1) CRITICAL: Test assertion failure function f, file t.c:1:\n"
	 "(t:1) CRITICAL: Failed assertion: !locked\n(t:1) CRITICAL: a BO is locked\n"
	 "runner: This test was killed due to exceeding the per-test timeout. (limit 10 s)\n",
	 "", "per-test timeout of 10 s, after it had failed: a BO is locked (!locked)"},
	{VERDICT_TIMEOUT, "Starting subtest: a\nTimed out: a job\nSubtest a: FAIL (1.0s)\n", "",
	 "",
	 "killed by the runner for taking too long, after it had failed: Timed out: a job"},
	/* One that hung with the kernel. */
	{VERDICT_TIMEOUT, "",
	 "runner: This test was killed due to exceeding the per-test timeout. (limit 10 s)\n",
	 "<4> [1.000000] list_del corruption. prev->next should be a, but was b\n",
	 "per-test timeout of 10 s, after the kernel had warned: list_del corruption. prev->next "
	 "should be a, but was b"},
	/* What it says because of the kill, and what programs have it say, are no warnings. */
	{VERDICT_TIMEOUT, "",
	 "runner: This test was killed due to exceeding the per-test timeout. (limit 10 s)\n",
	 "<4> [1.000000] [IGT] a: by the test\n"
	 "<4> [1.000001] [IGT] Per-test" REASON_TIMEOUT_KMSG "\n<4> [1.000002] Call Trace:\n",
	 "per-test timeout of 10 s"},
	{VERDICT_DMESG_WARN, "", "", "<4> [1.000000] [IGT] a: by the test\n<4> [1.1] oops here\n",
	 "oops here"},
	{VERDICT_DMESG_WARN, "", "", "<4> [1.000000] [IGT] a: by the test\n", "[IGT] a: by the test"},
	{VERDICT_DMESG_FAIL, "", "", "<4> [1.000000] oops here\n", "oops here"},
	/* The line that only opens a trace says nothing. */
	{VERDICT_DMESG_WARN, "", "",
	 "<4> [1.000000] ------------[ cut here ]------------\n"
	 "<4> [1.000001] WARNING: CPU: 0 PID: 7 at drm_gem.c:1 drm_gem_put\n",
	 "WARNING: CPU: 0 PID: 7 at drm_gem.c:1 drm_gem_put"},
	{VERDICT_DMESG_WARN, "", "",
	 "<3> [1.000000] ==================================\n"
	 "<3> [1.000001] BUG: KASAN: slab-use-after-free in drm_gem_shmem_fault+0x1/0x2\n",
	 "BUG: KASAN: slab-use-after-free in drm_gem_shmem_fault+0x1/0x2"},
	{VERDICT_INCOMPLETE, "", "Received signal SIGABRT.\n", "",
	 "no result line; died of SIGABRT"},
	{VERDICT_INCOMPLETE, "", "Received signal SIGSEGV.\n",
	 "<4> [1.000000] list_del corruption. prev->next should be a, but was b\n",
	 "no result line; died of SIGSEGV, after the kernel had warned: list_del corruption. "
	 "prev->next should be a, but was b"},
	/* The process ended by the kill, and its children did not, nor the machine. */
	{VERDICT_INCOMPLETE, "",
	 "runner: This test was killed due to exceeding the per-test timeout. (limit 10 s)\n"
	 "Received signal SIGQUIT.\n",
	 "<4> [1.000000] list_del corruption. prev->next should be a, but was b\n",
	 "per-test timeout of 10 s, and not all of the test has ended, after the kernel had warned: "
	 "list_del corruption. prev->next should be a, but was b"},
	{VERDICT_INCOMPLETE, "", "", "<1> [1.000000] BUG: unable to handle page fault\n",
	 "BUG: unable to handle page fault"},
	{VERDICT_INCOMPLETE,
	 "This test didn't produce any output. The machine probably rebooted ungracefully.\n", "",
	 "", "no output at all; the machine probably went down"},
	{VERDICT_INCOMPLETE, "x\n", "", "",
	 "no end on record; the test, the runner or the machine died"},
	{VERDICT_ABORT, "", "Test abort in function f, file t.c:1:\nabort condition: gone\n", "",
	 "gone"},
	{VERDICT_WARN, "", "Starting subtest: a\n(t:1) WARNING: slow\nSubtest a: SUCCESS (0s)\n",
	 "", "slow"},
	{VERDICT_NOTRUN, "", "", "", "the run ended before it"},
	{VERDICT_PASS, "x\n", "y\n", "", ""},
};

static void every_verdict_has_its_reason(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct reason_texts texts = {.out = samples[i].out,
					     .err = samples[i].err,
					     .warnings = samples[i].warnings};
		g_autofree char *reason = reason_find(samples[i].verdict, &texts);

		assert_string_equal(reason, samples[i].reason);
	}
}

static void missing_texts_are_no_problem(void **state)
{
	for (int v = 0; v < _VERDICT_MAX; v++) {
		const struct reason_texts texts = {.out = NULL};
		g_autofree char *reason = reason_find(v, &texts);

		assert_non_null(reason);
		assert_true(*reason != '\0' || v == VERDICT_PASS);
	}
}

static void the_timeout_note_is_understood(void **state)
{
	g_autofree char *note = reason_timeout_note("inactivity", 180);
	struct reason_texts texts = {.err = note};
	g_autofree char *reason = reason_find(VERDICT_TIMEOUT, &texts);

	assert_string_equal(reason, "inactivity timeout of 180 s");
}

static void a_reason_is_one_short_printable_line(void **state)
{
	g_autoptr(GString) err = g_string_new("(t:1) CRITICAL: \tbell\a \x1b[1m");
	struct reason_texts texts;
	g_autofree char *reason = NULL;

	for (int i = 0; i < 1000; i++)
		g_string_append(err, "\xc3\xa9");
	texts = (struct reason_texts){.err = err->str};
	reason = reason_find(VERDICT_FAIL, &texts);
	assert_true(strlen(reason) <= 300);
	assert_true(g_str_has_prefix(reason, "bell   [1m"));
	assert_true(g_str_has_suffix(reason, "..."));
	assert_true(g_utf8_validate(reason, -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_has_its_reason),
		cmocka_unit_test(missing_texts_are_no_problem),
		cmocka_unit_test(the_timeout_note_is_understood),
		cmocka_unit_test(a_reason_is_one_short_printable_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
