/* SPDX-License-Identifier: MIT */
/**
 * Taking turns of two processes, by events that a subtest makes before it forks.
 */
#ifndef RECLAIM_PARTNER_H
#define RECLAIM_PARTNER_H

/** How long one waits for the other before the test fails; for children that end after that. */
#define PARTNER_SECONDS 20

/** A new event, to be closed. */
int partner_event(void);

/** Let the process go on that waits for @event, now or later, once. */
void partner_signal(int event);

/** Wait until the other process has signalled @event. */
void partner_await(int event);

#endif
