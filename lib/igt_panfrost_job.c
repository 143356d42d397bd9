/* SPDX-License-Identifier: MIT */
/**
 * Jobs for tests that submit them with an ioctl of their own.
 */
#include <assert.h>
#include <drm.h>
#include <stddef.h>
#include <stdlib.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_panfrost.h"
#include "igt_syncobj.h"
#include "ioctl_wrappers.h"
#include "mali/mali_job.h"
#include "mali/panfrost_job.h"
#include "panfrost-job.h"

#define VALUE 0xdeadbeef

static_assert(sizeof(struct mali_job_descriptor_header) == sizeof(struct mali_job_header) &&
		      offsetof(struct mali_job_descriptor_header, job_index) ==
			      offsetof(struct mali_job_header, index) &&
		      offsetof(struct mali_job_descriptor_header, next_job_64) ==
			      offsetof(struct mali_job_header, next),
	      "two names for one layout");

/** All that a submission points to, in one allocation. */
struct job {
	struct panfrost_submit submit; /* first: what callers have a pointer to */
	struct drm_panfrost_submit args;
	uint32_t handles[2];
	struct mali_chain chain;
};

/* A job with an empty chain, and a BO to write to if @with_fbo. */
static struct job *job_new(int fd, bool with_fbo)
{
	struct job *job = calloc(1, sizeof(*job));
	struct panfrost_bo *bo;

	igt_assert(job);
	bo = igt_panfrost_gem_new(fd, igt_page_size());
	igt_panfrost_bo_mmap(fd, bo);
	job->chain = mali_chain_at(bo->map, bo->offset, bo->size);
	job->handles[job->args.bo_handle_count++] = bo->handle;
	if (with_fbo) {
		job->submit.fbo = igt_panfrost_gem_new(fd, igt_page_size());
		igt_panfrost_bo_mmap(fd, job->submit.fbo);
		job->handles[job->args.bo_handle_count++] = job->submit.fbo->handle;
	}
	job->args.jc = bo->offset;
	job->args.bo_handles = to_user_pointer(job->handles);
	job->args.out_sync = syncobj_create(fd, 0);
	job->submit.args = &job->args;
	job->submit.submit_bo = bo;
	job->submit.out_sync = job->args.out_sync;
	return job;
}

struct panfrost_submit *igt_panfrost_null_job(int fd)
{
	struct job *job = job_new(fd, false);

	mali_chain_null(&job->chain);
	return &job->submit;
}

struct panfrost_submit *igt_panfrost_write_value_job(int fd, bool trigger_page_fault)
{
	struct job *job = job_new(fd, true);

	mali_chain_write(&job->chain, MALI_WRITE_32,
			 trigger_page_fault ? PANFROST_NOWHERE : job->submit.fbo->offset, VALUE);
	return &job->submit;
}

struct panfrost_submit *igt_panfrost_job_loop(int fd)
{
	struct job *job = job_new(fd, false);

	mali_chain_null(&job->chain);
	mali_chain_null(&job->chain);
	mali_chain_close_loop(&job->chain);
	return &job->submit;
}

struct mali_job_descriptor_header *
igt_panfrost_job_loop_get_job_header(struct panfrost_submit *submit, unsigned int job_nr)
{
	igt_assert_lt_u32(job_nr, 2);
	return (struct mali_job_descriptor_header *)((char *)submit->submit_bo->map +
						     job_nr * MALI_JOB_BYTES);
}

void igt_panfrost_free_job(int fd, struct panfrost_submit *submit)
{
	syncobj_destroy(fd, submit->out_sync);
	igt_panfrost_free_bo(fd, submit->submit_bo);
	igt_panfrost_free_bo(fd, submit->fbo);
	free(submit);
}
