/* SPDX-License-Identifier: MIT */
#include "igt_klog.h"
#include "run_tester.h"

static void warnings_are_told_from_messages(void **state)
{
	static const struct {
		const char *record;
		bool warning;
	} records[] = {
		{"4,1203,77415,-;WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n", true},
		{"2,1204,77416,-;kernel BUG at lib/list_debug.c:29!\n", true},
		{"3,1205,77417,-;list_add corruption. next->prev should be prev\n", true},
		{"4,1206,77418,-;refcount_t: underflow; use-after-free.\n", true},
		{"6,1207,77419,-;panfrost: Purging 4096 bytes\n SUBSYSTEM=platform\n", false},
		{"3,1208,77420,-;panfrost mali: gpu sched timeout, js=1\n", false},
		{"6,1209,77421,-;[IGT] a: starting subtest WARNING: \n", false},
	};
	bool warning;

	for (unsigned int i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		assert_non_null(igt_klog_parse(records[i].record, &warning));
		assert_int_equal(warning, records[i].warning);
	}
	assert_null(igt_klog_parse(" SUBSYSTEM=platform", &warning));
	assert_null(igt_klog_parse("", &warning));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warnings_are_told_from_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
