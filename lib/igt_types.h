/* SPDX-License-Identifier: MIT */
/**
 * @file
 * File descriptors that close themselves when their scope ends. A block that skips or fails is
 * left by a jump, which is no end of a scope: in a test these are for what cannot fail.
 */
#ifndef IGT_TYPES_H
#define IGT_TYPES_H

/** Close *@fd, unless it is negative, and make it -1. errno stays. */
void igt_cleanup_fd(volatile int *fd);

/** Declare the file descriptor @name, -1 at first, that is closed at the end of its scope. */
#define igt_fd_t(name) volatile int name __attribute__((cleanup(igt_cleanup_fd))) = -1

#endif
