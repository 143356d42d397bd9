/* SPDX-License-Identifier: MIT */
/** Messages of the tools themselves: one line each on stderr, with the tool's name. */
#ifndef RUNNER_LOG_H
#define RUNNER_LOG_H

/** Says what is wrong, where, and what to do. No newline at the end of @format. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Says what will be missing although the run goes on. */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
