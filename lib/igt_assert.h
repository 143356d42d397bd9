/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Assertions (the kernel is wrong when they do not hold) and requirements (the test cannot be
 * made here when they do not hold). Both print the values they compared. A text of the caller's
 * ends in a newline.
 */
#ifndef IGT_ASSERT_H
#define IGT_ASSERT_H

#include <inttypes.h>
#include <stdbool.h>

#include "igt_log.h"

_Noreturn __attribute__((format(printf, 6, 7)))
void igt__fail_assert(const char *domain, const char *file, int line, const char *function,
		      const char *assertion, const char *format, ...);

__attribute__((format(printf, 6, 7)))
void igt__skip_check(bool skip, const char *file, int line, const char *function,
		     const char *requirement, const char *format, ...);

_Noreturn __attribute__((format(printf, 5, 6)))
void igt__abort(const char *file, int line, const char *function, const char *condition,
		const char *format, ...);

#define igt__assert(holds, expression, ...)                                                    \
	do {                                                                                   \
		if (!(holds))                                                                  \
			igt__fail_assert(IGT_LOG_DOMAIN, __FILE__, __LINE__, __func__,         \
					 expression, __VA_ARGS__);                             \
	} while (0)

/** Fail unless @condition holds. */
#define igt_assert(condition) igt__assert(condition, #condition, "%s", "")
/** igt_assert() with a text of the caller's. */
#define igt_assert_f(condition, ...) igt__assert(condition, #condition, __VA_ARGS__)
/** Fail if @condition holds. */
#define igt_fail_on(condition) igt__assert(!(condition), "!(" #condition ")", "%s", "")
/** igt_fail_on() with a text of the caller's. */
#define igt_fail_on_f(condition, ...) igt__assert(!(condition), "!(" #condition ")", __VA_ARGS__)
/** Tell the reader, and tools that read for him, what always holds here. */
#define igt_assume(condition) igt_assert(condition)

#define igt__assert_cmp(type, conversion, a, op, opposite, b)                                  \
	do {                                                                                   \
		const type igt__a = (a), igt__b = (b);                                         \
                                                                                               \
		igt__assert(igt__a op igt__b, #a " " #op " " #b,                               \
			    "error: " conversion " " #opposite " " conversion "\n", igt__a,    \
			    igt__b);                                                           \
	} while (0)

/** @name Comparison with an operator */
/** @{ */
/** Fail unless `a op b`; @opposite is the operator for the message, which tells what is instead. */
#define igt_assert_cmpint(a, op, opposite, b) igt__assert_cmp(int, "%d", a, op, opposite, b)
#define igt_assert_cmpuint(a, op, opposite, b)                                                 \
	igt__assert_cmp(uint32_t, "%#" PRIx32, a, op, opposite, b)
#define igt_assert_cmps64(a, op, opposite, b)                                                  \
	igt__assert_cmp(int64_t, "%" PRId64, a, op, opposite, b)
#define igt_assert_cmpu64(a, op, opposite, b)                                                  \
	igt__assert_cmp(uint64_t, "%#" PRIx64, a, op, opposite, b)
#define igt_assert_cmpdouble(a, op, opposite, b)                                               \
	igt__assert_cmp(double, "%#g", a, op, opposite, b)
/** @} */

/** @name Comparison of two ints */
/** @{ */
/** Fail unless the two compare as the name says. */
#define igt_assert_eq(a, b) igt_assert_cmpint(a, ==, !=, b)
#define igt_assert_neq(a, b) igt_assert_cmpint(a, !=, ==, b)
#define igt_assert_lt(a, b) igt_assert_cmpint(a, <, >=, b)
#define igt_assert_lte(a, b) igt_assert_cmpint(a, <=, >, b)
/** @} */

/** @name Comparison of two unsigned 32-bit values */
/** @{ */
/** Fail unless the two compare so. They are printed in hexadecimal, as handles and flags are. */
#define igt_assert_eq_u32(a, b) igt_assert_cmpuint(a, ==, !=, b)
#define igt_assert_neq_u32(a, b) igt_assert_cmpuint(a, !=, ==, b)
#define igt_assert_lt_u32(a, b) igt_assert_cmpuint(a, <, >=, b)
#define igt_assert_lte_u32(a, b) igt_assert_cmpuint(a, <=, >, b)
/** @} */

#define igt__assert_u64(a, op, opposite, b)                                                    \
	igt__assert_cmp(uint64_t, "%" PRIu64, a, op, opposite, b)

/** @name Comparison of two 64-bit values */
/** @{ */
/** Fail unless the two compare so. They are printed in decimal, as sizes and counts are. */
#define igt_assert_eq_u64(a, b) igt__assert_u64(a, ==, !=, b)
#define igt_assert_neq_u64(a, b) igt__assert_u64(a, !=, ==, b)
#define igt_assert_lt_u64(a, b) igt__assert_u64(a, <, >=, b)
#define igt_assert_lte_u64(a, b) igt__assert_u64(a, <=, >, b)
#define igt_assert_eq_s64(a, b) igt_assert_cmps64(a, ==, !=, b)
#define igt_assert_neq_s64(a, b) igt_assert_cmps64(a, !=, ==, b)
#define igt_assert_lt_s64(a, b) igt_assert_cmps64(a, <, >=, b)
#define igt_assert_lte_s64(a, b) igt_assert_cmps64(a, <=, >, b)
/** @} */

/** @name Comparison of two doubles */
/** @{ */
/** Fail unless the two compare so. Nothing compares with what is not a number. */
#define igt_assert_eq_double(a, b) igt_assert_cmpdouble(a, ==, !=, b)
#define igt_assert_neq_double(a, b) igt_assert_cmpdouble(a, !=, ==, b)
#define igt_assert_lt_double(a, b) igt_assert_cmpdouble(a, <, >=, b)
#define igt_assert_lte_double(a, b) igt_assert_cmpdouble(a, <=, >, b)
/** @} */

/** igt_assert_fd() with a text of the caller's. */
#define igt_assert_fd_f(fd, ...)                                                               \
	do {                                                                                   \
		const int igt__fd = (fd);                                                      \
                                                                                               \
		igt__assert(igt__fd >= 0, #fd " >= 0", __VA_ARGS__);                           \
	} while (0)
/** Fail unless @fd is a file descriptor and not an error. */
#define igt_assert_fd(fd) igt_assert_fd_f(fd, "file descriptor " #fd ": %d\n", igt__fd)

#define igt__require(skip, requirement, ...)                                                   \
	igt__skip_check(skip, __FILE__, __LINE__, __func__, requirement, __VA_ARGS__)

/** Skip unless @condition holds. */
#define igt_require(condition) igt__require(!(condition), #condition, "%s", "")
/** igt_require() with a text of the caller's. */
#define igt_require_f(condition, ...) igt__require(!(condition), #condition, __VA_ARGS__)
/** Skip if @condition holds. */
#define igt_skip_on(condition) igt__require(condition, "!(" #condition ")", "%s", "")
/** igt_skip_on() with a text of the caller's. */
#define igt_skip_on_f(condition, ...) igt__require(condition, "!(" #condition ")", __VA_ARGS__)
/** Skip unless @fd is a file descriptor and not an error. */
#define igt_require_fd(fd) igt_require((fd) >= 0)

/**
 * If @condition holds, the machine is in a state in which no test can be trusted: end the test at
 * once, with exit code 112, by which a runner ends the run.
 */
#define igt_abort_on_f(condition, ...)                                                         \
	do {                                                                                   \
		if (condition)                                                                 \
			igt__abort(__FILE__, __LINE__, __func__, #condition, __VA_ARGS__);     \
	} while (0)

#endif
