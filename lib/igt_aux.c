/* SPDX-License-Identifier: MIT */
/**
 * Time, page size, and who we are.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_core.h"

/* Neither owns a file on any distribution: daemon of old, and its group. */
#define NOBODY 2

uint64_t igt_page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t igt_now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void igt_pause_ms(unsigned int ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	/* Woken early by a signal: the caller looks again a little sooner. */
	nanosleep(&pause, NULL);
}

void igt_drop_root(void)
{
	igt_assert_eq(getuid(), 0);
	/* The user last: afterwards nothing of this is allowed. */
	igt_assert_f(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0,
		     "giving up root: %s\n", strerror(errno));
	igt_assert_eq((int)getgid(), NOBODY);
	igt_assert_eq((int)getuid(), NOBODY);
	igt_assert_eq((int)geteuid(), NOBODY);
	igt_assert_neq(setuid(0), 0);
	errno = 0;
}

int igt_wait_and_close(int fence_fd)
{
	struct pollfd poll_fd = {.fd = fence_fd, .events = POLLIN};
	int r;

	do
		r = poll(&poll_fd, 1, -1) < 0 ? -errno : 0;
	while (r == -EINTR || r == -EAGAIN);
	if (r == 0 && poll_fd.revents & (POLLERR | POLLNVAL))
		r = -EINVAL;
	if (r != -EINVAL)
		close(fence_fd);
	errno = 0;
	return r;
}
