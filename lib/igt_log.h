/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Logging of a test: four levels, a prefix that names program and process, and a memory of the
 * last 256 records, which a failure prints whatever the level was.
 *
 * The prefix is `(prog:pid) LEVEL: `. Before the level comes `domain-` where there is one, before
 * that `[thread:tid] ` on all threads but the main one, and before all `<g:N> ` in child N of
 * igt_multi_fork().
 */
#ifndef IGT_LOG_H
#define IGT_LOG_H

#include <stdarg.h>
#include <stdbool.h>

/** A source of the library defines its domain before its includes; tests have none. */
#ifndef IGT_LOG_DOMAIN
#define IGT_LOG_DOMAIN ((const char *)0)
#endif

/** How much a record matters, and where it goes. */
enum igt_log_level {
	IGT_LOG_DEBUG,	  /**< stdout, with prefix */
	IGT_LOG_INFO,	  /**< stdout, bare */
	IGT_LOG_WARN,	  /**< stderr, with prefix; a runner turns a pass into a warning */
	IGT_LOG_CRITICAL, /**< stderr, with prefix */
	IGT_LOG_NONE,	  /**< as the least level: prints nothing */
};

/** Number of records kept for the dump of a failure. */
#define IGT_LOG_RING 256

/**
 * Record a text, and print it if its level and domain are let through. A record without a
 * newline at its end is continued by the same thread's next one, which then has no prefix.
 */
__attribute__((format(printf, 3, 4)))
void igt_log(const char *domain, enum igt_log_level level, const char *format, ...);

/** igt_log() with an argument list. */
__attribute__((format(printf, 3, 0)))
void igt_vlog(const char *domain, enum igt_log_level level, const char *format, va_list args);

/** @name Records of each level */
/** @{ */
/** Leave a record of the level in the name. */
#define igt_debug(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_DEBUG, __VA_ARGS__)
#define igt_info(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_INFO, __VA_ARGS__)
#define igt_warn(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_WARN, __VA_ARGS__)
#define igt_critical(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_CRITICAL, __VA_ARGS__)
/** @} */

/** Called with a record; true ends the inspection. Must not log. */
typedef bool (*igt_buffer_log_handler_t)(const char *record, void *data);
/** Show @check the records since the innermost subtest began, oldest first. */
void igt_log_buffer_inspect(igt_buffer_log_handler_t check, void *data);

#define igt__tell_on(tell, what, condition)                                                    \
	tell(what " on condition %s in function %s, file %s:%i\n", #condition, __func__,       \
	     __FILE__, __LINE__)

/** Warn, and go on, when @condition holds. */
#define igt_warn_on(condition)                                                                 \
	do {                                                                                   \
		if (condition)                                                                 \
			igt__tell_on(igt_warn, "Warning", condition);                          \
	} while (0)

/** igt_warn_on() with a text of the caller's. */
#define igt_warn_on_f(condition, ...)                                                          \
	do {                                                                                   \
		if (condition) {                                                               \
			igt__tell_on(igt_warn, "Warning", condition);                          \
			igt_warn(__VA_ARGS__);                                                 \
		}                                                                              \
	} while (0)

/** Leave a debug record, and go on, when @condition holds. */
#define igt_debug_on(condition)                                                                \
	do {                                                                                   \
		if (condition)                                                                 \
			igt__tell_on(igt_debug, "Test debug", condition);                      \
	} while (0)

/** igt_debug_on() with a text of the caller's. */
#define igt_debug_on_f(condition, ...)                                                         \
	do {                                                                                   \
		if (condition) {                                                               \
			igt__tell_on(igt_debug, "Test debug", condition);                      \
			igt_debug(__VA_ARGS__);                                                \
		}                                                                              \
	} while (0)

/**
 * Wait for a key when the user asked for a stop at the points named @var, or at all, with
 * --interactive-debug. False when nobody asked, or nobody can: stdin is no terminal.
 */
bool igt_debug_wait_for_keypress(const char *var);
/** At such a point, ask whether @expected is to be seen, and fail when the answer is no. */
void igt_debug_manual_check(const char *var, const char *expected);

#endif
