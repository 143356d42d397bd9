/* SPDX-License-Identifier: MIT */
/**
 * Timelines through sw_sync in debugfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "igt_core.h"
#include "sw_sync.h"

#define SW_SYNC "/sys/kernel/debug/sync/sw_sync"

/* No header of the kernel's has these: they are for tests only. See sw_sync.c there. */
struct sw_sync_create_fence_data {
	__u32 value;
	char name[32];
	__s32 fence; /* out: a sync_file */
};

#define SW_SYNC_IOC_CREATE_FENCE _IOWR('W', 0, struct sw_sync_create_fence_data)
#define SW_SYNC_IOC_INC _IOW('W', 1, __u32)

void igt_require_sw_sync(void)
{
	int timeline = open(SW_SYNC, O_RDWR | O_CLOEXEC), error = errno;

	errno = 0;
	igt_require_f(timeline >= 0, SW_SYNC ": %s: run as root, with debugfs mounted, on a "
		      "kernel with CONFIG_SW_SYNC\n", strerror(error));
	close(timeline);
}

int sw_sync_timeline_create(void)
{
	int timeline = open(SW_SYNC, O_RDWR | O_CLOEXEC);

	igt_assert_fd(timeline);
	return timeline;
}

static void close_timeline(void *data)
{
	close((int)(intptr_t)data);
}

int sw_sync_timeline_of_subtest(void)
{
	int timeline;

	igt_require_sw_sync();
	timeline = sw_sync_timeline_create();
	igt_on_subtest_end(close_timeline, (void *)(intptr_t)timeline);
	return timeline;
}

int sw_sync_timeline_create_fence(int timeline, uint32_t seqno)
{
	struct sw_sync_create_fence_data data = {.value = seqno, .name = "igt", .fence = -1};

	igt_assert_f(ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, &data) == 0,
		     "creating a fence: %s\n", strerror(errno));
	return data.fence;
}

void sw_sync_timeline_inc(int timeline, uint32_t count)
{
	igt_assert_f(ioctl(timeline, SW_SYNC_IOC_INC, &count) == 0, "advancing a timeline: %s\n",
		     strerror(errno));
}
