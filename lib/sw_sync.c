/* SPDX-License-Identifier: MIT */
/**
 * Timelines through sw_sync in debugfs, and the ioctls of sync_files.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <linux/types.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_debugfs.h"
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

static int open_timeline(void)
{
	igt_debugfs_mount();
	return open(SW_SYNC, O_RDWR | O_CLOEXEC);
}

void igt_require_sw_sync(void)
{
	int timeline = open_timeline(), error = errno;

	errno = 0;
	igt_require_f(timeline >= 0, SW_SYNC ": %s: run as root, on a kernel with "
		      "CONFIG_SW_SYNC\n", strerror(error));
	close(timeline);
}

int sw_sync_timeline_create(void)
{
	int timeline = open_timeline();

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

void sw_sync_timeline_inc(int timeline, uint32_t count)
{
	igt_assert_f(ioctl(timeline, SW_SYNC_IOC_INC, &count) == 0, "advancing a timeline: %s\n",
		     strerror(errno));
}

int __sw_sync_timeline_create_fence(int timeline, uint32_t seqno)
{
	struct sw_sync_create_fence_data data = {.value = seqno, .name = "igt", .fence = -1};

	return ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, &data) < 0 ? -errno : data.fence;
}

int sw_sync_timeline_create_fence(int timeline, uint32_t seqno)
{
	int fence = __sw_sync_timeline_create_fence(timeline, seqno);

	igt_assert_f(fence >= 0, "creating a fence: %s\n", strerror(-fence));
	return fence;
}

int sync_fence_merge(int fence1, int fence2)
{
	struct sync_merge_data data = {.name = "igt merged", .fd2 = fence2, .fence = -1};

	return ioctl(fence1, SYNC_IOC_MERGE, &data) < 0 ? -errno : data.fence;
}

int sync_fence_wait(int fence, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fence, .events = POLLIN};
	int r;

	/* A signal starts the time anew: this is for waits that end by themselves. */
	do
		r = poll(&poll_fd, 1, timeout_ms);
	while (r < 0 && (errno == EINTR || errno == EAGAIN));
	if (r < 0)
		return -errno;
	if (r == 0)
		return -ETIME;
	return poll_fd.revents & (POLLERR | POLLNVAL) ? -EINVAL : 0;
}

/*
 * Ask for the state of the sync_file, and of up to @info.num_fences of its fences into the array
 * that is named there. The kernel answers the number alone when asked about none.
 */
static int file_info(int fence, struct sync_file_info *info)
{
	return ioctl(fence, SYNC_IOC_FILE_INFO, info) < 0 ? -errno : 0;
}

int sync_fence_status(int fence)
{
	struct sync_file_info info = {0};
	int r = file_info(fence, &info);

	return r < 0 ? r : info.status;
}

int sync_fence_count(int fence)
{
	struct sync_file_info info = {0};
	int r = file_info(fence, &info);

	return r < 0 ? r : (int)info.num_fences;
}

int sync_fence_count_status(int fence, int status)
{
	_cleanup_free_ struct sync_fence_info *fences = NULL;
	struct sync_file_info info = {0};
	int count = sync_fence_count(fence), matching = 0, r;

	if (count <= 0)
		return count;
	fences = calloc((size_t)count, sizeof(*fences));
	if (!fences)
		return -ENOMEM;
	info.num_fences = (uint32_t)count;
	info.sync_fence_info = (uintptr_t)fences;
	r = file_info(fence, &info);
	if (r < 0)
		return r;
	for (int i = 0; i < count; i++)
		matching += fences[i].status == status;
	return matching;
}
