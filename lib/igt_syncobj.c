/* SPDX-License-Identifier: MIT */
/**
 * The sync object ioctls.
 */
#include <errno.h>
#include <string.h>

#include "igt_core.h"
#include "igt_ioctl.h"
#include "igt_syncobj.h"
#include "ioctl_wrappers.h"

static int call(int fd, unsigned long request, void *args)
{
	int r = igt_ioctl(fd, request, args) < 0 ? -errno : 0;

	errno = 0;
	return r;
}

/* @what: in the message, "creating a syncobj" */
static void must(int r, const char *what)
{
	igt_assert_f(r == 0, "%s: %s\n", what, strerror(-r));
}

uint32_t syncobj_create(int fd, uint32_t flags)
{
	struct drm_syncobj_create args = {.flags = flags};

	must(call(fd, DRM_IOCTL_SYNCOBJ_CREATE, &args), "creating a syncobj");
	igt_assert_neq_u32(args.handle, 0);
	return args.handle;
}

void syncobj_destroy(int fd, uint32_t handle)
{
	struct drm_syncobj_destroy args = {.handle = handle};

	must(call(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &args), "destroying a syncobj");
}

int __syncobj_handle_to_fd(int fd, struct drm_syncobj_handle *args)
{
	return call(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, args);
}

int __syncobj_fd_to_handle(int fd, struct drm_syncobj_handle *args)
{
	return call(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, args);
}

int syncobj_handle_to_fd(int fd, uint32_t handle, uint32_t flags)
{
	struct drm_syncobj_handle args = {.handle = handle, .flags = flags, .fd = -1};

	must(__syncobj_handle_to_fd(fd, &args), "exporting a syncobj");
	igt_assert_fd(args.fd);
	return args.fd;
}

uint32_t syncobj_fd_to_handle(int fd, int syncobj_fd, uint32_t flags)
{
	struct drm_syncobj_handle args = {.flags = flags, .fd = syncobj_fd};

	must(__syncobj_fd_to_handle(fd, &args), "importing a syncobj");
	igt_assert_neq_u32(args.handle, 0);
	return args.handle;
}

void syncobj_import_sync_file(int fd, uint32_t handle, int sync_file)
{
	struct drm_syncobj_handle args = {
		.handle = handle,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
		.fd = sync_file,
	};

	must(__syncobj_fd_to_handle(fd, &args), "importing a sync_file");
}

int __syncobj_wait(int fd, struct drm_syncobj_wait *args)
{
	return call(fd, DRM_IOCTL_SYNCOBJ_WAIT, args);
}

static struct drm_syncobj_wait wait_args(uint32_t *handles, uint32_t count,
					 uint64_t abs_timeout_nsec, uint32_t flags)
{
	return (struct drm_syncobj_wait){
		.handles = to_user_pointer(handles),
		.count_handles = count,
		.timeout_nsec = (int64_t)abs_timeout_nsec,
		.flags = flags,
	};
}

int syncobj_wait_err(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		     uint32_t flags)
{
	struct drm_syncobj_wait args = wait_args(handles, count, abs_timeout_nsec, flags);

	return __syncobj_wait(fd, &args);
}

/* Too late is an answer, any other error is not. */
static bool waited(int r, uint32_t first, uint32_t *first_signaled)
{
	igt_assert_f(r == 0 || r == -ETIME, "waiting for syncobjs: %s\n", strerror(-r));
	if (r == 0 && first_signaled)
		*first_signaled = first;
	return r == 0;
}

bool syncobj_wait(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		  uint32_t flags, uint32_t *first_signaled)
{
	struct drm_syncobj_wait args = wait_args(handles, count, abs_timeout_nsec, flags);
	int r = __syncobj_wait(fd, &args);

	return waited(r, args.first_signaled, first_signaled);
}

static void change(int fd, unsigned long request, uint32_t *handles, uint32_t count,
		   const char *what)
{
	struct drm_syncobj_array args = {
		.handles = to_user_pointer(handles),
		.count_handles = count,
	};

	must(call(fd, request, &args), what);
}

void syncobj_reset(int fd, uint32_t *handles, uint32_t count)
{
	change(fd, DRM_IOCTL_SYNCOBJ_RESET, handles, count, "resetting syncobjs");
}

void syncobj_signal(int fd, uint32_t *handles, uint32_t count)
{
	change(fd, DRM_IOCTL_SYNCOBJ_SIGNAL, handles, count, "signalling syncobjs");
}

int __syncobj_timeline_wait_ioctl(int fd, struct drm_syncobj_timeline_wait *args)
{
	return call(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, args);
}

static struct drm_syncobj_timeline_wait timeline_wait_args(uint32_t *handles, uint64_t *points,
							   unsigned int count,
							   int64_t abs_timeout_nsec,
							   unsigned int flags)
{
	return (struct drm_syncobj_timeline_wait){
		.handles = to_user_pointer(handles),
		.points = to_user_pointer(points),
		.timeout_nsec = abs_timeout_nsec,
		.count_handles = count,
		.flags = flags,
	};
}

int syncobj_timeline_wait_err(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			      int64_t abs_timeout_nsec, unsigned int flags)
{
	struct drm_syncobj_timeline_wait args =
		timeline_wait_args(handles, points, count, abs_timeout_nsec, flags);

	return __syncobj_timeline_wait_ioctl(fd, &args);
}

bool syncobj_timeline_wait(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			   int64_t abs_timeout_nsec, unsigned int flags, uint32_t *first_signaled)
{
	struct drm_syncobj_timeline_wait args =
		timeline_wait_args(handles, points, count, abs_timeout_nsec, flags);
	int r = __syncobj_timeline_wait_ioctl(fd, &args);

	return waited(r, args.first_signaled, first_signaled);
}

static void change_timelines(int fd, unsigned long request, uint32_t *handles, uint64_t *points,
			     uint32_t count, const char *what)
{
	struct drm_syncobj_timeline_array args = {
		.handles = to_user_pointer(handles),
		.points = to_user_pointer(points),
		.count_handles = count,
	};

	must(call(fd, request, &args), what);
}

void syncobj_timeline_query(int fd, uint32_t *handles, uint64_t *points, uint32_t count)
{
	change_timelines(fd, DRM_IOCTL_SYNCOBJ_QUERY, handles, points, count,
			 "asking for points of timelines");
}

void syncobj_timeline_signal(int fd, uint32_t *handles, uint64_t *points, uint32_t count)
{
	change_timelines(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, handles, points, count,
			 "signalling points of timelines");
}

static void transfer(int fd, uint32_t to, uint64_t to_point, uint32_t from, uint64_t from_point,
		     uint32_t flags)
{
	struct drm_syncobj_transfer args = {
		.src_handle = from,
		.dst_handle = to,
		.src_point = from_point,
		.dst_point = to_point,
		.flags = flags,
	};

	must(call(fd, DRM_IOCTL_SYNCOBJ_TRANSFER, &args), "giving a fence to another syncobj");
}

void syncobj_binary_to_timeline(int fd, uint32_t timeline, uint64_t point, uint32_t binary)
{
	transfer(fd, timeline, point, binary, 0, 0);
}

void syncobj_timeline_to_binary(int fd, uint32_t binary, uint32_t timeline, uint64_t point,
				uint32_t flags)
{
	transfer(fd, binary, 0, timeline, point, flags);
}

void syncobj_timeline_to_timeline(int fd, uint32_t to, uint64_t to_point, uint32_t from,
				  uint64_t from_point)
{
	transfer(fd, to, to_point, from, from_point, 0);
}

int __syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd)
{
	struct drm_syncobj_eventfd args = {
		.handle = handle,
		.flags = flags,
		.point = point,
		.fd = event_fd,
	};

	return call(fd, DRM_IOCTL_SYNCOBJ_EVENTFD, &args);
}

void syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd)
{
	must(__syncobj_eventfd(fd, handle, point, flags, event_fd), "tying a syncobj to an eventfd");
}
