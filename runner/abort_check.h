/* SPDX-License-Identifier: MIT */
/** Whether the machine is still fit for tests, or the run had better end. */
#ifndef RUNNER_ABORT_CHECK_H
#define RUNNER_ABORT_CHECK_H

#include "settings.h"

/**
 * Warns of conditions in settings->abort_mask that cannot be watched here, and will not be: lockdep
 * on a kernel without it, ping without a host. The host is IGT_PING_HOSTNAME, or PingHostName of
 * section DUT in ~/.igtrc or the file of IGT_CONFIG_PATH.
 */
void abort_check_warn(const struct settings *settings);

/**
 * Asks the kernel: taint and lockdep. The reason to end the run, some lines of text, or NULL.
 * Caller frees.
 */
char *abort_check_kernel(const struct settings *settings);

/**
 * Asks the kernel, the host that must answer a ping within 40 seconds, and abort_command. Gives
 * up, with NULL, when @interrupt_fd becomes readable.
 */
char *abort_check_all(const struct settings *settings, int interrupt_fd);

#endif
