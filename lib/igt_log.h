/* SPDX-License-Identifier: MIT */
/**
 * Logging of a test: four levels, a prefix that names program and process, and a memory of the
 * last 256 records, which a failure prints whatever the level was.
 */
#ifndef IGT_LOG_H
#define IGT_LOG_H

#include <stdarg.h>
#include <stdbool.h>

/** A source of the library defines its domain before its includes; tests have none. */
#ifndef IGT_LOG_DOMAIN
#define IGT_LOG_DOMAIN ((const char *)0)
#endif

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

#define igt_debug(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_DEBUG, __VA_ARGS__)
#define igt_info(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_INFO, __VA_ARGS__)
#define igt_warn(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_WARN, __VA_ARGS__)
#define igt_critical(...) igt_log(IGT_LOG_DOMAIN, IGT_LOG_CRITICAL, __VA_ARGS__)

/** Warn, and go on, when @condition holds. */
#define igt_warn_on(condition)                                                                 \
	do {                                                                                   \
		if (condition)                                                                 \
			igt_warn("Warning on condition %s in function %s, file %s:%i\n",       \
				 #condition, __func__, __FILE__, __LINE__);                    \
	} while (0)

/** igt_warn_on() with a text of the caller's. */
#define igt_warn_on_f(condition, ...)                                                          \
	do {                                                                                   \
		if (condition) {                                                               \
			igt_warn("Warning on condition %s in function %s, file %s:%i\n",       \
				 #condition, __func__, __FILE__, __LINE__);                    \
			igt_warn(__VA_ARGS__);                                                 \
		}                                                                              \
	} while (0)

#endif
