/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What is done when a test ends, also by a signal, and the alarm that ends one which hangs.
 */
#ifndef IGT_SIGNAL_H
#define IGT_SIGNAL_H

/** Called with the deadly signal's number, or 0 on a normal end. Async-signal-safe code only. */
typedef void (*igt_exit_handler_t)(int sig);
/** Have @handler called when the process ends, also by a signal. Once each, last one first. */
void igt_install_exit_handler(igt_exit_handler_t handler);

/**
 * Fail the running block @seconds from now unless igt_reset_timeout() comes first. It is for what
 * waits: the block is left from wherever it is then, by a jump. The library's own functions print
 * and log to an end first; memory that the block allocates or frees just then is lost, and a text
 * that it prints with printf() may be.
 */
void igt_set_timeout(unsigned int seconds, const char *what);
/** Call the alarm of igt_set_timeout() off. */
void igt_reset_timeout(void);

#endif
