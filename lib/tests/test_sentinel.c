/* SPDX-License-Identifier: MIT */
/**
 * What is taken from the kernel's log and from lockdep, and how that fails a subtest.
 */
#include <errno.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "reclaim/igt_sentinel.h"
#include "run_tester.h"

static const char *const deadlock[] = {
	"6,100,1000,-;virtio_gpu virtio0: all is well",
	"4,101,1001,-;",
	"4,102,1002,-;======================================================",
	"4,103,1003,-;WARNING: possible circular locking dependency detected",
	"4,104,1004,-;6.12.117-igt-reclaim #1 Not tainted",
	"4,105,1005,-;------------------------------------------------------",
	"4,106,1006,-;kswapd0/40 is trying to acquire lock:",
	"4,107,1007,-;ff11000012345678 (reservation_ww_class_mutex){+.+.}-{3:3}, at: f+0x1/0x2",
	"4,108,1008,-;",
	"4,109,1009,-;but task is already holding lock:",
	"4,110,1010,-;ffffffff82345678 (fs_reclaim){+.+.}-{0:0}, at: balance_pgdat+0x1/0x2",
};

static const char *const warning[] = {
	"12,200,2000,-;WARNING: a program says so",
	"4,201,2001,-;------------[ cut here ]------------",
	("4,202,2002,-;WARNING: CPU: 1 PID: 55 at drivers/gpu/drm/drm_gem.c:1 f+0x1/0x2 [drm]\n"
	 " SUBSYSTEM=drm\n DEVICE=+drm:card0"),
	"4,203,2003,-;Modules linked in: virtio_gpu drm",
	"4,204,2004,-;RIP: 0010:f+0x1/0x2 [drm]",
	"4,205,2005,-;Call Trace:",
	"4,205,2005,-; <TASK>",
};

/* Add all, and return how many were taken before it was enough. */
static unsigned int add_all(struct igt_report *report, const char *const *records,
			    unsigned int count)
{
	unsigned int i = 0;

	memset(report, 0, sizeof(*report));
	while (i < count && igt_report_add(report, records[i]))
		i++;
	return i;
}

static void report_of_lockdep(void **state)
{
	struct igt_report report;

	assert_int_equal(add_all(&report, deadlock, ARRAY_SIZE(deadlock)), 10);
	assert_string_equal(
		report.text,
		"WARNING: possible circular locking dependency detected\n"
		"    6.12.117-igt-reclaim #1 Not tainted\n"
		"    kswapd0/40 is trying to acquire lock:\n"
		"    ff11000012345678 (reservation_ww_class_mutex){+.+.}-{3:3}, at: f+0x1/0x2\n"
		"    but task is already holding lock:\n"
		"    ffffffff82345678 (fs_reclaim){+.+.}-{0:0}, at: balance_pgdat+0x1/0x2");
}

static void report_of_a_warning(void **state)
{
	struct igt_report report;

	assert_int_equal(add_all(&report, warning, ARRAY_SIZE(warning)), 5);
	assert_string_equal(report.text,
			    "WARNING: CPU: 1 PID: 55 at drivers/gpu/drm/drm_gem.c:1 f+0x1/0x2 [drm]\n"
			    "    RIP: 0010:f+0x1/0x2 [drm]");
}

static void no_report(void **state)
{
	static const char *const harmless[] = {
		"", "x", "12,1,1,-;BUG: not the kernel's", "6,2,2,-;zram0: it goes on",
	};
	struct igt_report report;

	assert_int_equal(add_all(&report, harmless, ARRAY_SIZE(harmless)), ARRAY_SIZE(harmless));
	assert_int_equal(report.lines, 0);
	assert_string_equal(report.text, "");
}

static void long_lines_are_cut(void **state)
{
	struct igt_report report = {0};
	char record[4096] = "4,1,1,-;BUG: ";

	memset(record + strlen(record), 'x', sizeof(record) - strlen(record) - 1);
	record[sizeof(record) - 1] = '\0';
	for (int i = 0; i < 10; i++)
		igt_report_add(&report, record);
	assert_true(strlen(report.text) < sizeof(report.text));
}

static void lockdep(void **state)
{
	assert_int_equal(igt_lockdep_parse(" lock-classes: 1\n debug_locks:          1\n"), 1);
	assert_int_equal(igt_lockdep_parse(" debug_locks:          0\n zapped: 1\n"), 0);
	assert_int_equal(igt_lockdep_parse(" debug_locks:\n"), -ENOENT);
	assert_int_equal(igt_lockdep_parse(""), -ENOENT);
}

static void watched_subtests_can_fail(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "watch", NULL);

	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.out, "not watched\nSubtest before-bad: SUCCESS");
	assert_contains(run.out, "Starting subtest: good\nbegins\ngood is good\n"
				 "Subtest good: SUCCESS");
	assert_contains(run.out, "Starting subtest: bad\nbegins\n");
	assert_contains(run.out, "Subtest bad: FAIL");
	assert_contains(run.err, "CRITICAL: bad is bad\n");
	assert_contains(run.out, "begins\nskipped\nSubtest skips-bad: SKIP");
	assert_contains(run.out, "Dynamic subtest good: SUCCESS");
	assert_contains(run.out, "Dynamic subtest bad: FAIL");
	assert_contains(run.out, "Subtest container: FAIL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_of_lockdep),
		cmocka_unit_test(report_of_a_warning),
		cmocka_unit_test(no_report),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(lockdep),
		cmocka_unit_test(watched_subtests_can_fail),
	};

	return cmocka_run_group_tests_name("sentinel", tests, NULL, NULL);
}
