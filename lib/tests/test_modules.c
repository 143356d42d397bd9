/* SPDX-License-Identifier: MIT */
/*
 * What is asked of libkmod, and what a test makes of its not being there.
 */
#include "igt_wire.h"
#include "run_tester.h"

static void environment_says_where_modules_are(void **state)
{
	const struct run_setup elsewhere = {
		.environment = {IGT_ENV_KMOD_DIRNAME "=/there/lib/modules/6.12",
				IGT_ENV_KMOD_CONFIG_PATHS "=/etc/one.conf:/etc/two.d"},
	};
	const struct run_setup nowhere = {.environment = {IGT_ENV_KMOD_CONFIG_PATHS "="}};
	_cleanup_run_ struct run usual =
		run_tester(NULL, "modules", "--run-subtest", "load", NULL);
	_cleanup_run_ struct run other =
		run_tester_with(&elsewhere, "modules", "--run-subtest", "unload", NULL);
	_cleanup_run_ struct run none =
		run_tester_with(&nowhere, "modules", "--run-subtest", "load", NULL);

	assert_contains(usual.out, "modules in the usual place\nthe usual configuration\n");
	assert_contains(other.out, "modules in /there/lib/modules/6.12\n"
				   "configuration /etc/one.conf\n"
				   "configuration /etc/two.d\n");
	/* An empty list is a list: of no file at all. */
	assert_contains(none.out, "modules in the usual place\nPackage not installed\n");
}

static void missing_library_is_told(void **state)
{
	_cleanup_run_ struct run load = run_tester(NULL, "modules", "--run-subtest", "load", NULL);
	_cleanup_run_ struct run selftests =
		run_tester(NULL, "modules", "--run-subtest", "all-tests", NULL);

	assert_contains(load.out, "Package not installed\n");
	assert_int_equal(selftests.code, IGT_EXIT_SKIP);
	assert_contains(selftests.out, "module dmabuf_selftests: Package not installed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_says_where_modules_are),
		cmocka_unit_test(missing_library_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
