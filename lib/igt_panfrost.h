/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The ioctls of panfrost, thinly wrapped, and jobs that are known to end well, badly or not at
 * all. Names are those of IGT GPU Tools where it has them.
 *
 * Functions assert unless their name begins with "__"; those return 0 or the negative errno, and
 * leave ret_ parameters alone on failure.
 */
#ifndef IGT_PANFROST_H
#define IGT_PANFROST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drm-uapi/panfrost_drm.h"

/** A BO for the library's own use, below gem_bo.h; which is what tests take. */
struct panfrost_bo {
	uint32_t handle; /**< of the file that made it */
	uint64_t offset; /**< GPU address */
	uint32_t size;	 /**< in bytes */
	void *map;	 /**< of the CPU, of igt_panfrost_mmap_bo(), or NULL */
};

/** Create a BO of @size bytes with PANFROST_BO_* @flags; igt_panfrost_free_bo() frees it. */
struct panfrost_bo *igt_panfrost_bo_new(int fd, size_t size, uint32_t flags);
/** The same without flags. */
struct panfrost_bo *igt_panfrost_gem_new(int fd, size_t size);
/** Free @bo, its mapping and its handle. */
void igt_panfrost_free_bo(int fd, struct panfrost_bo *bo);

/** CREATE_BO with any @size, @flags and @pad. */
int __igt_panfrost_create_bo(int fd, uint32_t size, uint32_t flags, uint32_t pad,
			     struct drm_panfrost_create_bo *ret_created);

/** MMAP_BO: where to mmap() the device. */
int __igt_panfrost_mmap_offset(int fd, uint32_t handle, uint32_t flags, uint64_t *ret_offset);
/** Map a BO, or @size bytes from its start, with PROT_ bits @prot. */
void *igt_panfrost_mmap_bo(int fd, uint32_t handle, uint32_t size, unsigned int prot);
/** Map all of @bo for reading and writing, into bo->map; freed with it. */
void igt_panfrost_bo_mmap(int fd, struct panfrost_bo *bo);

/** GET_PARAM. */
int __igt_panfrost_get_param(int fd, uint32_t param, uint64_t *ret_value);
/** The value of the parameter DRM_PANFROST_PARAM_*. */
uint64_t igt_panfrost_get_param(int fd, uint32_t param);

/** GET_BO_OFFSET. */
int __igt_panfrost_get_bo_offset(int fd, uint32_t handle, uint64_t *ret_offset);
/** The BO's GPU address in this file's address space. */
uint64_t igt_panfrost_get_bo_offset(int fd, uint32_t handle);

/** SET_LABEL_BO; -EINVAL where the kernel has no such ioctl (before 6.16). */
int __igt_panfrost_set_label(int fd, uint32_t handle, const char *label);

/**
 * WAIT_BO until @timeout_ms from now; 0 only asks, and then -EBUSY says it is in use. Else
 * -ETIMEDOUT does. Restarted when a signal comes.
 */
int __igt_panfrost_wait_bo(int fd, uint32_t handle, unsigned int timeout_ms);

/** What a submission takes. */
struct panfrost_submission {
	uint64_t jobs;		 /**< GPU address of the first descriptor */
	const uint32_t *handles; /**< of the BOs it uses, that of the descriptors among them */
	uint32_t handle_count;	 /**< how many these are */
	uint32_t wait_for;	 /**< syncobj, or 0 */
	uint32_t signals;	 /**< syncobj, or 0 */
	uint32_t requirements;	 /**< PANFROST_JD_REQ_* */
};

/** SUBMIT. */
int __igt_panfrost_submit(int fd, const struct panfrost_submission *submit);

/** A job that is ready for DRM_IOCTL_PANFROST_SUBMIT with @args, which may be changed before. */
struct panfrost_submit {
	struct drm_panfrost_submit *args; /**< out_sync is a syncobj that has no fence yet */
	struct panfrost_bo *submit_bo;	  /**< has the descriptors, and is mapped */
	struct panfrost_bo *fbo;	  /**< what the job writes to, or NULL */
	uint32_t out_sync;		  /**< for igt_panfrost_free_job() */
};

struct mali_job_descriptor_header;

/** A job that does nothing. */
struct panfrost_submit *igt_panfrost_null_job(int fd);
/**
 * A job that writes the number 0xdeadbeef to the first word of the mapped BO @fbo, or with
 * @trigger_page_fault where no BO is.
 */
struct panfrost_submit *igt_panfrost_write_value_job(int fd, bool trigger_page_fault);
/** Two jobs, each of which is followed by the other: they end when the kernel stops them. */
struct panfrost_submit *igt_panfrost_job_loop(int fd);
/** The descriptor of the first (0) or second job, into which the GPU writes how it ended. */
struct mali_job_descriptor_header *
igt_panfrost_job_loop_get_job_header(struct panfrost_submit *submit, unsigned int job_nr);

/** Free a job of the functions above, its BOs and its syncobj; it may still run. */
void igt_panfrost_free_job(int fd, struct panfrost_submit *submit);

#endif
