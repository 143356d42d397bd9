/* SPDX-License-Identifier: MIT */
/**
 * A tester with each kind of assertion and requirement, once as it holds and once as it does not.
 * A subtest that fails has the name of its kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "igt.h"

/* What is compared is evaluated once. */
static int calls;

static int called(int value)
{
	calls++;
	return value;
}

int igt_main()
{
	const uint64_t large = 1ull << 40;

	igt_subtest("all-hold") {
		igt_assert(1 < 2);
		igt_assert_f(1 < 2, "not printed\n");
		igt_fail_on(2 < 1);
		igt_fail_on_f(2 < 1, "not printed\n");
		igt_assume(1 < 2);
		igt_assert_eq(called(3), 3);
		igt_assert_neq(1, 2);
		igt_assert_lt(-1, 2);
		igt_assert_lte(2, 2);
		igt_assert_cmpint(2, >=, <, 2);
		igt_assert_eq_u32(0x80000000, 0x80000000);
		igt_assert_neq_u32(1, 2);
		igt_assert_lt_u32(1, 0x80000000);
		igt_assert_lte_u32(1, 1);
		igt_assert_cmpuint(2, >, <=, 1);
		igt_assert_eq_u64(large, large);
		igt_assert_neq_u64(large, 0);
		igt_assert_lt_u64(1, large);
		igt_assert_lte_u64(large, large);
		igt_assert_cmpu64(large, >, <=, 1);
		igt_assert_eq_s64(-1, -1);
		igt_assert_neq_s64(-1, 1);
		igt_assert_lt_s64(-1, 0);
		igt_assert_lte_s64(-1, -1);
		igt_assert_cmps64(0, >, <=, -1);
		igt_assert_eq_double(0.5, 0.5);
		igt_assert_neq_double(0.5, NAN);
		igt_assert_lt_double(0.25, 0.5);
		igt_assert_lte_double(0.5, 0.5);
		igt_assert_cmpdouble(0.5, >, <=, 0.25);
		igt_assert_fd(0);
		igt_require(1 < 2);
		igt_require_f(1 < 2, "not printed\n");
		igt_skip_on(2 < 1);
		igt_skip_on_f(2 < 1, "not printed\n");
		igt_require_fd(0);
		igt_abort_on_f(2 < 1, "not printed\n");
		igt_ignore_warn(called(4));
		igt_assert_eq(calls, 2);
		igt_assert_eq(SLOW_QUICK(1, 2), 1);
	}

	igt_subtest("clock") {
		struct timespec start = {}, later;

		igt_assert_eq_u64(igt_nsec_elapsed(&start), 0);
		usleep(1000);
		igt_assert_lte_u64(NSEC_PER_MSEC, igt_nsec_elapsed(&start));
		igt_assert_eq_u32(igt_seconds_elapsed(&start), 0);
		igt_assert_eq(igt_gettime(&later), 0);
		igt_assert_lt_double(0.001, igt_time_elapsed(&start, &later));
	}

	igt_subtest("assert")
		igt_assert(2 < 1);
	igt_subtest("assert_f")
		igt_assert_f(2 < 1, "%d is large\n", 2);
	igt_subtest("fail_on")
		igt_fail_on(1 < 2);
	igt_subtest("fail_on_f")
		igt_fail_on_f(1 < 2, "%d is small\n", 1);
	igt_subtest("eq")
		igt_assert_eq(called(3), -1);
	igt_subtest("neq")
		igt_assert_neq(3, 3);
	igt_subtest("lt")
		igt_assert_lt(3, 2);
	igt_subtest("lte")
		igt_assert_lte(3, 2);
	igt_subtest("eq_u32")
		igt_assert_eq_u32(0x80000000, 16);
	igt_subtest("neq_u32")
		igt_assert_neq_u32(16, 16);
	igt_subtest("lt_u32")
		igt_assert_lt_u32(17, 16);
	igt_subtest("lte_u32")
		igt_assert_lte_u32(17, 16);
	igt_subtest("eq_u64")
		igt_assert_eq_u64(large, large + 1);
	igt_subtest("neq_u64")
		igt_assert_neq_u64(large, large);
	igt_subtest("lt_u64")
		igt_assert_lt_u64(large, large);
	igt_subtest("lte_u64")
		igt_assert_lte_u64(large + 1, large);
	igt_subtest("eq_s64")
		igt_assert_eq_s64(-1, 1);
	igt_subtest("neq_s64")
		igt_assert_neq_s64(-1, -1);
	igt_subtest("lt_s64")
		igt_assert_lt_s64(-1, -1);
	igt_subtest("lte_s64")
		igt_assert_lte_s64(0, -1);
	igt_subtest("eq_double")
		igt_assert_eq_double(0.5, 0.25);
	igt_subtest("neq_double")
		igt_assert_neq_double(0.5, 0.5);
	igt_subtest("lt_double")
		igt_assert_lt_double(0.5, 0.5);
	igt_subtest("lte_double")
		igt_assert_lte_double(0.5, 0.25);
	igt_subtest("cmpint")
		igt_assert_cmpint(1, >=, <, 2);
	igt_subtest("cmpuint")
		igt_assert_cmpuint(1, >=, <, 2);
	igt_subtest("cmps64")
		igt_assert_cmps64(1, >=, <, 2);
	igt_subtest("cmpu64")
		igt_assert_cmpu64(1, >=, <, large);
	igt_subtest("cmpdouble")
		igt_assert_cmpdouble(0.25, >=, <, 0.5);
	igt_subtest("fd") {
		int node = open("/nonexistent", O_RDONLY);

		igt_assert_fd(node);
	}
	igt_subtest("fd_f")
		igt_assert_fd_f(-1, "no %s\n", "node");

	igt_subtest("require")
		igt_require(2 < 1);
	igt_subtest("require_f")
		igt_require_f(2 < 1, "%d is large\n", 2);
	igt_subtest("skip_on")
		igt_skip_on(1 < 2);
	igt_subtest("skip_on_f")
		igt_skip_on_f(1 < 2, "%d is small\n", 1);
	igt_subtest("require_fd") {
		errno = ENODEV;
		igt_require_fd(-1);
	}
}
