/* SPDX-License-Identifier: MIT */
/**
 * Sync objects, on the first device that has them.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_syncobj.h"
#include "ioctl_wrappers.h"
#include "sw_sync.h"

#define ALL DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL

static int gpu = -1;

static uint64_t soon(void)
{
	return igt_now_ns() + 10 * 1000000;
}

static void signalled_and_reset(void)
{
	uint32_t handles[] = {
		syncobj_create(gpu, 0),
		syncobj_create(gpu, DRM_SYNCOBJ_CREATE_SIGNALED),
	};
	struct drm_syncobj_wait args = {
		.handles = to_user_pointer(handles),
		.count_handles = 1,
	};
	uint32_t first = 99;

	/* One without a fence cannot be waited for. */
	igt_assert_eq(syncobj_wait_err(gpu, handles, 1, 0, 0), -EINVAL);
	igt_assert_eq(__syncobj_wait(gpu, &args), -EINVAL);
	igt_assert(syncobj_wait(gpu, &handles[1], 1, 0, 0, NULL));
	igt_assert(!syncobj_wait(gpu, handles, 2, soon(),
				 ALL | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, &first));
	igt_assert_eq_u32(first, 99);
	igt_assert(syncobj_wait(gpu, handles, 2, soon(), DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
				&first));
	igt_assert_eq_u32(first, 1);
	syncobj_signal(gpu, handles, 1);
	igt_assert(syncobj_wait(gpu, handles, 2, 0, ALL, NULL));
	igt_assert_eq(__syncobj_wait(gpu, &args), 0);
	syncobj_reset(gpu, handles, 2);
	igt_assert_eq(syncobj_wait_err(gpu, handles, 2, 0, 0), -EINVAL);
	syncobj_destroy(gpu, handles[0]);
	syncobj_destroy(gpu, handles[1]);
}

static void handle_goes_through_a_file(void)
{
	uint32_t handle = syncobj_create(gpu, 0), again;
	struct drm_syncobj_handle args = {.handle = handle, .fd = -1};
	const int fd = syncobj_handle_to_fd(gpu, handle, 0);

	again = syncobj_fd_to_handle(gpu, fd, 0);
	syncobj_signal(gpu, &handle, 1);
	igt_assert(syncobj_wait(gpu, &again, 1, 0, 0, NULL));
	igt_assert_eq(__syncobj_handle_to_fd(gpu, &args), 0);
	close(args.fd);
	args.fd = -1;
	igt_assert_neq(__syncobj_fd_to_handle(gpu, &args), 0);
	close(fd);
	syncobj_destroy(gpu, again);
	syncobj_destroy(gpu, handle);
}

static void sync_file_goes_in_and_out(void)
{
	const int timeline = sw_sync_timeline_create();
	const int fence = sw_sync_timeline_create_fence(timeline, 1);
	uint32_t handle = syncobj_create(gpu, 0);
	int sync_file;

	syncobj_import_sync_file(gpu, handle, fence);
	igt_assert(!syncobj_wait(gpu, &handle, 1, soon(), 0, NULL));
	sync_file = syncobj_handle_to_fd(gpu, handle,
					 DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE);
	igt_assert_eq(sync_fence_wait(sync_file, 0), -ETIME);
	sw_sync_timeline_inc(timeline, 1);
	igt_assert_eq(sync_fence_wait(sync_file, 0), 0);
	igt_assert(syncobj_wait(gpu, &handle, 1, 0, 0, NULL));
	syncobj_destroy(gpu, handle);
	close(sync_file);
	close(fence);
	close(timeline);
}

static void timeline_has_points(void)
{
	uint32_t handle = syncobj_create(gpu, 0);
	uint64_t point = 3, reached = 99;
	struct drm_syncobj_timeline_wait args = {
		.handles = to_user_pointer(&handle),
		.points = to_user_pointer(&point),
		.count_handles = 1,
	};
	uint32_t first = 99;

	igt_assert_eq(syncobj_timeline_wait_err(gpu, &handle, &point, 1, 0, 0), -EINVAL);
	syncobj_timeline_signal(gpu, &handle, &point, 1);
	syncobj_timeline_query(gpu, &handle, &reached, 1);
	igt_assert_eq_u64(reached, 3);
	igt_assert(syncobj_timeline_wait(gpu, &handle, &point, 1, 0, 0, &first));
	igt_assert_eq_u32(first, 0);
	igt_assert_eq(__syncobj_timeline_wait_ioctl(gpu, &args), 0);
	point = 4;
	igt_assert(!syncobj_timeline_wait(gpu, &handle, &point, 1, (int64_t)soon(),
					  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, NULL));
	syncobj_destroy(gpu, handle);
}

static void fence_is_given_to_another(void)
{
	uint32_t timeline = syncobj_create(gpu, 0), other = syncobj_create(gpu, 0);
	uint32_t binary = syncobj_create(gpu, DRM_SYNCOBJ_CREATE_SIGNALED);
	uint64_t reached = 0;

	syncobj_binary_to_timeline(gpu, timeline, 5, binary);
	syncobj_timeline_query(gpu, &timeline, &reached, 1);
	igt_assert_eq_u64(reached, 5);
	syncobj_timeline_to_timeline(gpu, other, 7, timeline, 5);
	syncobj_timeline_query(gpu, &other, &reached, 1);
	igt_assert_eq_u64(reached, 7);
	syncobj_reset(gpu, &binary, 1);
	syncobj_timeline_to_binary(gpu, binary, other, 7, 0);
	igt_assert(syncobj_wait(gpu, &binary, 1, 0, 0, NULL));
	syncobj_destroy(gpu, timeline);
	syncobj_destroy(gpu, other);
	syncobj_destroy(gpu, binary);
}

static void eventfd_is_told(void)
{
	uint32_t handle = syncobj_create(gpu, 0);
	const int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd poll_fd = {.fd = event, .events = POLLIN};
	uint64_t point = 1;
	eventfd_t count = 0;

	igt_require_f(__syncobj_eventfd(gpu, handle, 1, 0, -1) != -ENOTTY &&
			      __syncobj_eventfd(gpu, handle, 1, 0, -1) != -EINVAL,
		      "syncobjs have no eventfds: the kernel is older than 6.6\n");
	syncobj_eventfd(gpu, handle, 1, 0, event);
	igt_assert_eq(poll(&poll_fd, 1, 0), 0);
	syncobj_timeline_signal(gpu, &handle, &point, 1);
	igt_assert_eq(poll(&poll_fd, 1, 1000), 1);
	igt_assert_eq(eventfd_read(event, &count), 0);
	igt_assert_eq_u64(count, 1);
	close(event);
	syncobj_destroy(gpu, handle);
}

/*
 * Longer than all times until a signal, so each wait is interrupted. One that is not taken up ends
 * with the signal, within 25 ms. The kernel counts in ticks, of which an emulated processor that
 * had to wait for its own makes up for several at once: so half will do.
 */
#define LONG_WAIT_NS 200000000ull

static void interrupted_wait_is_taken_up(void)
{
	const unsigned long before = igt_interruptions();
	uint32_t handle = syncobj_create(gpu, 0);
	int runs = 0;

	igt_while_interruptible(true) {
		const uint64_t start = igt_now_ns();

		igt_assert(!syncobj_wait(gpu, &handle, 1, start + LONG_WAIT_NS,
					 DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, NULL));
		igt_assert_lte_u64(LONG_WAIT_NS / 2, igt_now_ns() - start);
		runs++;
	}
	igt_assert_eq(runs, 9);
	igt_assert_lte_u64(8, igt_interruptions() - before);
	syncobj_destroy(gpu, handle);
}

/* Whoever skips here leaves nothing open: it would stay the master. */
static void open_gpu(void)
{
	uint64_t has = 0;

	gpu = drm_open_driver(DRIVER_VIRTIO | DRIVER_PANFROST);
	if (drmGetCap(gpu, DRM_CAP_SYNCOBJ_TIMELINE, &has) == 0 && has)
		return;
	drm_close_driver(gpu);
	igt_skip("the driver has no syncobjs with points: virtio-gpu has since Linux 6.6\n");
}

void helpers_syncobj(void)
{
	igt_fixture()
		open_gpu();

	igt_describe("syncobj_wait() tells signalled from not yet, and waits for one or all");
	igt_subtest("syncobj-signalled-and-reset")
		signalled_and_reset();

	igt_describe("syncobj_handle_to_fd() and syncobj_fd_to_handle() lead to the same object");
	igt_subtest("syncobj-goes-through-a-file")
		handle_goes_through_a_file();

	igt_describe("A timeline signals up to a point");
	igt_subtest("syncobj-timeline-has-points")
		timeline_has_points();

	igt_describe("Fences are given from one syncobj to another, both ways round");
	igt_subtest("syncobj-fence-is-given-on")
		fence_is_given_to_another();

	igt_describe("syncobj_eventfd() tells of a point that signals");
	igt_subtest("syncobj-eventfd-is-told")
		eventfd_is_told();

	igt_describe("igt_while_interruptible() interrupts a wait, which then goes on");
	igt_subtest("interrupted-wait-is-taken-up")
		interrupted_wait_is_taken_up();

	igt_describe("The fence of a sync_file goes into a syncobj and out of it");
	igt_subtest("sync-file-goes-in-and-out") {
		igt_require_sw_sync();
		sync_file_goes_in_and_out();
	}

	igt_fixture()
		drm_close_driver(gpu);
}
