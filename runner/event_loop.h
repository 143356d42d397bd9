/* SPDX-License-Identifier: MIT */
/** epoll with a callback per descriptor; one thread, one batch per call. */
#ifndef RUNNER_EVENT_LOOP_H
#define RUNNER_EVENT_LOOP_H

#include "cleanup.h"

/** Called when @fd is readable or hung up. A negative errno ends the batch. */
typedef int (*event_handler)(void *user, int fd);

struct event_loop;

/** An empty loop. */
int event_loop_new(struct event_loop **ret);
void event_loop_free(struct event_loop *loop);

DEFINE_CLEANUP(struct event_loop *, event_loop_free);

/** Watches @fd, which stays the caller's. Removed before it is closed. */
int event_loop_add(struct event_loop *loop, int fd, event_handler handler, void *user);

/** Stops watching @fd; one that is not watched is none of its business. */
void event_loop_remove(struct event_loop *loop, int fd);

/**
 * Waits until something happens and calls the handlers. Returns 0, or the first
 * negative errno of a handler or of epoll itself.
 */
int event_loop_run_once(struct event_loop *loop);

#endif
