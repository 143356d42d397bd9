/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

/* What a kernel that breaks its word gets told. */
static const struct {
	const char *subtest;
	const char *found;
} broken[] = {
	{"purged-but-told-retained", "the kernel tells retained = 1, expected 0\n"},
	{"purged-but-readable", "reading page 0 of 16 succeeds, expected SIGBUS\n"},
	{"purged-but-first-page-only", "reading page 8 of 16 succeeds, expected SIGBUS\n"},
	{"retained-but-told-lost", "the kernel tells retained = 0, expected 1\n"},
	{"retained-but-zeroed", "page 3 of 16 reads 0x0000000000000000, expected 0x5a01"},
	{"retained-but-dead", "reading page 0 raises SIGBUS, expected contents\n"},
	{"resident-but-zapped", " of its pages take a fault to be read, expected 0\n"},
	{"evicted-but-resident", "0 of its pages take a fault to be read, expected 16\n"},
	{"evicted-but-told-lost", "the kernel tells retained = 0, expected 1\n"},
	{"evicted-but-zeroed", "page 3 of 16 reads 0x0000000000000000, expected 0x5a01"},
	{"range-but-of-another-place",
	 "page 2 of 16 reads 0x5a01000100000001, expected 0x5a01000100000002"},
};

static void true_claims_pass(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "bo_assert", "--run-subtest", "all-true*", NULL);

	assert_int_equal(run.code, 0);
}

static void false_claims_fail(void **state)
{
	if (sysconf(_SC_PAGESIZE) != 4096)
		skip();
	for (unsigned int i = 0; i < ARRAY_SIZE(broken); i++) {
		_cleanup_run_ struct run run =
			run_tester(NULL, "bo_assert", "--run-subtest", broken[i].subtest, NULL);

		assert_int_equal(run.code, IGT_EXIT_FAILURE);
		assert_contains(run.err, "CRITICAL: Failed assertion: claim\n");
		assert_contains(run.err, broken[i].subtest);
		assert_contains(run.err, ": claim: BO 1 of 16 pages: ");
		assert_contains(run.err, broken[i].found);
	}
}

static void limits_of_the_device_are_a_skip(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "bo_assert", "--run-subtest", "too-*", NULL);

	assert_int_equal(run.code, IGT_EXIT_SKIP);
	assert_contains(run.out, "Subtest too-large: SKIP (0.000s)\n");
	assert_contains(run.out, "Subtest too-many: SKIP (0.000s)\n");
}

/* To 32-bit programs SIGBUS tells the page behind the one that was touched. */
static const char *const cannot_be_emulated[] = {
#if UINTPTR_MAX == UINT32_MAX
	"false_claims_fail",
#endif
	NULL,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(true_claims_pass),
		cmocka_unit_test(false_claims_fail),
		cmocka_unit_test(limits_of_the_device_are_a_skip),
	};

	return run_tests_but(tests, ARRAY_SIZE(tests), cannot_be_emulated);
}
