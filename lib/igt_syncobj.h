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
struct drm_syncobj_eventfd {
	__u32 handle;
	__u32 flags; /* DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE or 0 */
	__u64 point; /* 0: the fence of a syncobj that is no timeline */
	__s32 fd;
	__u32 pad;
};

#define DRM_IOCTL_SYNCOBJ_EVENTFD DRM_IOWR(0xCF, struct drm_syncobj_eventfd)
#endif

/** A new handle, to be destroyed. @flags: 0 or DRM_SYNCOBJ_CREATE_SIGNALED. */
uint32_t syncobj_create(int fd, uint32_t flags);
void syncobj_destroy(int fd, uint32_t handle);

int __syncobj_handle_to_fd(int fd, struct drm_syncobj_handle *args);
int __syncobj_fd_to_handle(int fd, struct drm_syncobj_handle *args);
/** A file for the syncobj or, with ..._EXPORT_SYNC_FILE in @flags, for its fence; to be closed. */
int syncobj_handle_to_fd(int fd, uint32_t handle, uint32_t flags);
/** A handle for the syncobj behind @syncobj_fd, to be destroyed. */
uint32_t syncobj_fd_to_handle(int fd, int syncobj_fd, uint32_t flags);
/** Have the syncobj hold the fence of @sync_file, in the place of what it held. */
void syncobj_import_sync_file(int fd, uint32_t handle, int sync_file);

int __syncobj_wait(int fd, struct drm_syncobj_wait *args);
int syncobj_wait_err(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		     uint32_t flags);
/**
 * Wait for one, or with ..._WAIT_ALL in @flags for all. Returns false when that took too long,
 * and in *@first_signaled, which may be NULL, the index of one that signalled.
 */
bool syncobj_wait(int fd, uint32_t *handles, uint32_t count, uint64_t abs_timeout_nsec,
		  uint32_t flags, uint32_t *first_signaled);

/** Take away the fences, or give each syncobj one that has signalled. */
void syncobj_reset(int fd, uint32_t *handles, uint32_t count);
void syncobj_signal(int fd, uint32_t *handles, uint32_t count);

/** syncobj_wait() and its relatives for a point of each timeline. */
int __syncobj_timeline_wait_ioctl(int fd, struct drm_syncobj_timeline_wait *args);
int syncobj_timeline_wait_err(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			      int64_t abs_timeout_nsec, unsigned int flags);
bool syncobj_timeline_wait(int fd, uint32_t *handles, uint64_t *points, unsigned int count,
			   int64_t abs_timeout_nsec, unsigned int flags,
			   uint32_t *first_signaled);

/** The last point of each timeline that has signalled, into @points. */
void syncobj_timeline_query(int fd, uint32_t *handles, uint64_t *points, uint32_t count);
void syncobj_timeline_signal(int fd, uint32_t *handles, uint64_t *points, uint32_t count);

/** Give the fence of one syncobj, or timeline point, to another: destination first. */
void syncobj_binary_to_timeline(int fd, uint32_t timeline, uint64_t point, uint32_t binary);
void syncobj_timeline_to_binary(int fd, uint32_t binary, uint32_t timeline, uint64_t point,
				uint32_t flags);
void syncobj_timeline_to_timeline(int fd, uint32_t to, uint64_t to_point, uint32_t from,
				  uint64_t from_point);

/**
 * Have 1 added to the eventfd @event_fd when the fence of @point has signalled or, with
 * ..._WAIT_AVAILABLE in @flags, is there.
 */
int __syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd);
void syncobj_eventfd(int fd, uint32_t handle, uint64_t point, uint32_t flags, int event_fd);

#endif
