/* SPDX-License-Identifier: MIT */
/**
 * Assertions (the kernel is wrong when they do not hold) and requirements (the test cannot be
 * made here when they do not hold). Both print the values they compared.
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

#define igt__assert(holds, expression, ...)                                                    \
	do {                                                                                   \
		if (!(holds))                                                                  \
			igt__fail_assert(IGT_LOG_DOMAIN, __FILE__, __LINE__, __func__,         \
					 expression, __VA_ARGS__);                             \
	} while (0)

/** Fail unless @condition holds. */
#define igt_assert(condition) igt__assert(condition, #condition, "%s", "")
/** igt_assert() with a text of the caller's that ends in a newline. */
#define igt_assert_f(condition, ...) igt__assert(condition, #condition, __VA_ARGS__)
/** Fail if @condition holds. */
#define igt_fail_on(condition) igt__assert(!(condition), "!(" #condition ")", "%s", "")
#define igt_fail_on_f(condition, ...) igt__assert(!(condition), "!(" #condition ")", __VA_ARGS__)

#define igt__assert_cmp(type, conversion, a, op, b)                                            \
	do {                                                                                   \
		const type igt__a = (a), igt__b = (b);                                         \
                                                                                               \
		igt__assert(igt__a op igt__b, #a " " #op " " #b,                               \
			    "error: " conversion " !(" #op ") " conversion "\n", igt__a,       \
			    igt__b);                                                           \
	} while (0)

/** Compare two ints. */
#define igt_assert_eq(a, b) igt__assert_cmp(int, "%d", a, ==, b)
#define igt_assert_neq(a, b) igt__assert_cmp(int, "%d", a, !=, b)
#define igt_assert_lt(a, b) igt__assert_cmp(int, "%d", a, <, b)
#define igt_assert_lte(a, b) igt__assert_cmp(int, "%d", a, <=, b)

/** Compare two unsigned 32-bit values, printed in hexadecimal as handles and flags are. */
#define igt_assert_eq_u32(a, b) igt__assert_cmp(uint32_t, "%#" PRIx32, a, ==, b)
#define igt_assert_neq_u32(a, b) igt__assert_cmp(uint32_t, "%#" PRIx32, a, !=, b)
#define igt_assert_lt_u32(a, b) igt__assert_cmp(uint32_t, "%#" PRIx32, a, <, b)
#define igt_assert_lte_u32(a, b) igt__assert_cmp(uint32_t, "%#" PRIx32, a, <=, b)

/** Compare two 64-bit values. */
#define igt_assert_eq_u64(a, b) igt__assert_cmp(uint64_t, "%" PRIu64, a, ==, b)
#define igt_assert_neq_u64(a, b) igt__assert_cmp(uint64_t, "%" PRIu64, a, !=, b)
#define igt_assert_lt_u64(a, b) igt__assert_cmp(uint64_t, "%" PRIu64, a, <, b)
#define igt_assert_lte_u64(a, b) igt__assert_cmp(uint64_t, "%" PRIu64, a, <=, b)
#define igt_assert_eq_s64(a, b) igt__assert_cmp(int64_t, "%" PRId64, a, ==, b)
#define igt_assert_lte_s64(a, b) igt__assert_cmp(int64_t, "%" PRId64, a, <=, b)

/** Fail unless @fd is a file descriptor and not an error. */
#define igt_assert_fd(fd)                                                                      \
	do {                                                                                   \
		const int igt__fd = (fd);                                                      \
                                                                                               \
		igt__assert(igt__fd >= 0, #fd " >= 0", "file descriptor " #fd ": %d\n",        \
			    igt__fd);                                                          \
	} while (0)

#define igt__require(skip, requirement, ...)                                                   \
	igt__skip_check(skip, __FILE__, __LINE__, __func__, requirement, __VA_ARGS__)

/** Skip unless @condition holds. */
#define igt_require(condition) igt__require(!(condition), #condition, "%s", "")
/** igt_require() with a text of the caller's that ends in a newline. */
#define igt_require_f(condition, ...) igt__require(!(condition), #condition, __VA_ARGS__)
/** Skip if @condition holds. */
#define igt_skip_on(condition) igt__require(condition, "!(" #condition ")", "%s", "")
#define igt_skip_on_f(condition, ...) igt__require(condition, "!(" #condition ")", __VA_ARGS__)

#endif
