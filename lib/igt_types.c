/* SPDX-License-Identifier: MIT */
/**
 * The end of a scoped file descriptor.
 */
#include <errno.h>
#include <unistd.h>

#include "igt_types.h"

void igt_cleanup_fd(volatile int *fd)
{
	const int error = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}
