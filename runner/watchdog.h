/* SPDX-License-Identifier: MIT */
/** Hardware watchdogs, which reset a machine on which even the runner hangs. */
#ifndef RUNNER_WATCHDOG_H
#define RUNNER_WATCHDOG_H

#include "cleanup.h"

struct watchdogs;

/**
 * Starts all watchdogs of directory @dev, which is /dev, with 120 seconds or the most that they
 * can. NULL, with a warning, if there is none that can be opened.
 */
struct watchdogs *watchdogs_start(const char *dev);

/** Stops them, as far as they can be stopped. NULL is fine. */
void watchdogs_stop(struct watchdogs *watchdogs);

DEFINE_CLEANUP(struct watchdogs *, watchdogs_stop);

/** A timer, readable when it is time for watchdogs_ping(); -1 for NULL. */
int watchdogs_fd(const struct watchdogs *watchdogs);

/** Still here. NULL is fine. */
void watchdogs_ping(struct watchdogs *watchdogs);

#endif
