/* SPDX-License-Identifier: MIT */
/**
 * Events between processes.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "igt.h"
#include "reclaim/partner.h"

int partner_event(void)
{
	const int event = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);

	igt_assert_fd(event);
	return event;
}

void partner_signal(int event)
{
	igt_assert(eventfd_write(event, 1) == 0);
}

void partner_await(int event)
{
	struct pollfd readable = {.fd = event, .events = POLLIN};
	eventfd_t value;

	igt_assert_f(poll(&readable, 1, PARTNER_SECONDS * 1000) == 1,
		     "the other process is silent for %d s\n", PARTNER_SECONDS);
	igt_assert(eventfd_read(event, &value) == 0);
}
