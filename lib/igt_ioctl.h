/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The ioctl that tests and helpers call, and what they expect of it.
 */
#ifndef IGT_IOCTL_H
#define IGT_IOCTL_H

#include <errno.h>

#include "igt_assert.h"

/**
 * This thread's way into the kernel: drmIoctl(), which tries again when interrupted, unless
 * igt_while_interruptible() has put its own in place. Returns 0, or -1 and errno.
 */
extern __thread int (*igt_ioctl)(int fd, unsigned long request, void *arg);

/** Fail unless the ioctl succeeds. errno is 0 afterwards. */
#define do_ioctl(fd, request, arg)                                                             \
	do {                                                                                   \
		igt_assert_eq(igt_ioctl((fd), (request), (arg)), 0);                           \
		errno = 0;                                                                     \
	} while (0)

/** Fail unless the ioctl fails with the errno @error. errno is 0 afterwards. */
#define do_ioctl_err(fd, request, arg, error)                                                  \
	do {                                                                                   \
		igt_assert_eq(igt_ioctl((fd), (request), (arg)), -1);                          \
		igt_assert_eq(errno, (error));                                                 \
		errno = 0;                                                                     \
	} while (0)

/** Fail unless the call @x returns 0. */
#define do_or_die(x) igt_assert_eq((x), 0)

#endif
