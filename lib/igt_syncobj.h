/* SPDX-License-Identifier: MIT */
/**
 * @file
 * DRM sync objects: handles of a DRM file, each of which holds a fence, or one for each point of
 * a timeline. Names are those of IGT GPU Tools.
 *
 * A function whose name begins with "__" or ends in "_err" returns 0 or a negative errno; all
 * others fail the test when the kernel refuses. Timeouts are absolute, in nanoseconds of
 * CLOCK_MONOTONIC; 0 looks without waiting. Flags are those of drm.h.
 */
#ifndef IGT_SYNCOBJ_H
#define IGT_SYNCOBJ_H

#include <stdbool.h>
#include <stdint.h>

#include <drm.h>

/* libdrm has it from 2.4.117 on, kernels since 6.6. Numbers of include/uapi/drm/drm.h there. */
#ifndef DRM_IOCTL_SYNCOBJ_EVENTFD
/** Argument of DRM_IOCTL_SYNCOBJ_EVENTFD. */
struct drm_syncobj_eventfd {
	__u32 handle; /**< of the syncobj */
	__u32 flags;  /**< DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE or 0 */
	__u64 point;  /**< 0: the fence of a syncobj that is no timeline */
	__s32 fd;     /**< the eventfd that is told */
	__u32 pad;    /**< 0 */
};

/** Have an eventfd told of a fence. */
#define DRM_IOCTL_SYNCOBJ_EVENTFD DRM_IOWR(0xCF, struct drm_syncobj_eventfd)
#endif

/** A new handle, to be destroyed. @flags: 0 or DRM_SYNCOBJ_CREATE_SIGNALED. */
uint32_t syncobj_create(int fd, uint32_t flags);
/** Destroy a handle; a file for the syncobj, and whoever waits, keeps what is behind it. */
void syncobj_destroy(int fd, uint32_t handle);

/** The ioctl behind syncobj_handle_to_fd(). */
int __syncobj_handle_to_fd(int fd, struct drm_syncobj_handle *args);
/** The ioctl behind syncobj_fd_to_handle() and syncobj_import_sync_file(). */
int __syncobj_fd_to_handle(int fd, struct drm_syncobj_handle *args);
/** A file for the syncobj or, with ..._EXPORT_SYNC_FILE in @flags, for its fence; to be closed. */
int syncobj_handle_to_fd(int fd, uint32_t handle, uint32_t flags);
/** A handle for the syncobj behind @syncobj_fd, to be destroyed. */
uint32_t syncobj_fd_to_handle(int fd, int syncobj_fd, uint32_t flags);
/** Have the syncobj hold the fence of @sync_file, in the place of what it held. */
void syncobj_import_sync_file(int fd, uint32_t handle, int sync_file);

/** The ioctl behind syncobj_wait(). */
int __syncobj_wait(int fd, struct drm_syncobj_wait *args);
/** syncobj_wait() that returns 0 or a negative errno, -ETIME when it took too long. */
int syncobj_wait_err(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		     uint32_t flags);
/**
 * Wait for one, or with ..._WAIT_ALL in @flags for all. Returns false when that took too long,
 * and in *@first_signaled, which may be NULL, the index of one that signalled.
 */
bool syncobj_wait(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		  uint32_t flags, uint32_t *first_signaled);

/** Take the fence of each syncobj away. */
void syncobj_reset(int fd, uint32_t *handles, uint32_t count);
/** Give each syncobj a fence that has signalled. */
void syncobj_signal(int fd, uint32_t *handles, uint32_t count);

/** The ioctl behind syncobj_timeline_wait(). */
int __syncobj_timeline_wait_ioctl(int fd, struct drm_syncobj_timeline_wait *args);
/** syncobj_wait_err() for a point of each timeline. */
int syncobj_timeline_wait_err(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			      int64_t abs_timeout_nsec, unsigned int flags);
/** syncobj_wait() for a point of each timeline. */
bool syncobj_timeline_wait(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			   int64_t abs_timeout_nsec, unsigned int flags,
			   uint32_t *first_signaled);

/** The last point of each timeline that has signalled, into @points. */
void syncobj_timeline_query(int fd, uint32_t *handles, uint64_t *points, uint32_t count);
/** Signal a point of each timeline, and by that those before it. */
void syncobj_timeline_signal(int fd, uint32_t *handles, uint64_t *points, uint32_t count);

/** Add the fence of @binary to a timeline, as @point. */
void syncobj_binary_to_timeline(int fd, uint32_t timeline, uint64_t point, uint32_t binary);
/**
 * Have @binary hold the fence of the timeline's @point; with ..._WAIT_FOR_SUBMIT in @flags once
 * there is one.
 */
void syncobj_timeline_to_binary(int fd, uint32_t binary, uint32_t timeline, uint64_t point,
				uint32_t flags);
/** Add the fence of the point @from_point of the timeline @from to another, as @to_point. */
void syncobj_timeline_to_timeline(int fd, uint32_t to, uint64_t to_point, uint32_t from,
				  uint64_t from_point);

/** syncobj_eventfd() that returns 0 or a negative errno. */
int __syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd);
/**
 * Have 1 added to the eventfd @event_fd when the fence of @point has signalled or, with
 * ..._WAIT_AVAILABLE in @flags, is there.
 */
void syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd);

#endif
