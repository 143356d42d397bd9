/* SPDX-License-Identifier: MIT */
/**
 * BOs and jobs of panfrost, on hardware or the software Mali.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_panfrost.h"
#include "igt_params.h"
#include "igt_syncobj.h"
#include "ioctl_wrappers.h"
#include "panfrost-job.h"

#define DONE 0x01

static int mali = -1;

/* Submit, and wait until the kernel has done with it; a job that hangs is killed after 500 ms. */
static void run(struct panfrost_submit *job)
{
	do_ioctl(mali, DRM_IOCTL_PANFROST_SUBMIT, job->args);
	igt_assert(syncobj_wait(mali, &job->args->out_sync, 1,
				igt_now_ns() + UINT64_C(5000000000), 0, NULL));
}

static const struct mali_job_descriptor_header *header(const struct panfrost_submit *job)
{
	return job->submit_bo->map;
}

static void bo_has_memory(void)
{
	struct panfrost_bo *bo = igt_panfrost_gem_new(mali, 4096);
	uint32_t *map, *other;

	igt_assert(bo->handle);
	igt_assert(bo->offset);
	igt_assert_eq_u32(bo->size, 4096);
	igt_panfrost_bo_mmap(mali, bo);
	map = bo->map;
	map[7] = 42;
	other = igt_panfrost_mmap_bo(mali, bo->handle, bo->size, PROT_READ);
	igt_assert_eq_u32(other[7], 42);
	munmap(other, bo->size);
	igt_panfrost_free_bo(mali, bo);
	igt_assert(igt_panfrost_get_param(mali, DRM_PANFROST_PARAM_GPU_PROD_ID));
}

static void jobs_end_well(void)
{
	struct panfrost_submit *null = igt_panfrost_null_job(mali);
	struct panfrost_submit *write = igt_panfrost_write_value_job(mali, false);

	igt_assert_eq_u32(header(null)->exception_status, 0);
	run(null);
	igt_assert_eq_u32(header(null)->exception_status & 0xff, DONE);
	run(write);
	igt_assert_eq_u32(header(write)->exception_status & 0xff, DONE);
	igt_assert_eq_u32(*(uint32_t *)write->fbo->map, 0xdeadbeef);
	igt_panfrost_free_job(mali, null);
	igt_panfrost_free_job(mali, write);
}

static void job_ends_in_a_fault(void)
{
	struct panfrost_submit *job = igt_panfrost_write_value_job(mali, true);

	run(job);
	igt_assert_neq((int)(header(job)->exception_status & 0xff), DONE);
	igt_assert_eq_u32(*(uint32_t *)job->fbo->map, 0);
	igt_panfrost_free_job(mali, job);
}

static void loop_ends_when_stopped(void)
{
	struct panfrost_submit *job = igt_panfrost_job_loop(mali);
	const uint64_t start = igt_now_ns();

	igt_assert(igt_panfrost_job_loop_get_job_header(job, 0) == header(job));
	igt_assert_eq_u64(igt_panfrost_job_loop_get_job_header(job, 1)->next_job_64,
			  job->submit_bo->offset);
	run(job);
	igt_assert_lte_u64(400 * UINT64_C(1000000), igt_now_ns() - start);
	igt_panfrost_free_job(mali, job);
}

static void parameters_are_restored(void)
{
	_cleanup_free_ char *before = __igt_params_get(mali, "dump_core"), *now = NULL;

	igt_assert(before);
	igt_assert(igt_params_save_and_set(mali, "dump_core", "%d", 0));
	now = __igt_params_get(mali, "dump_core");
	igt_assert(now && strcmp(now, "N") == 0);
	igt_assert(igt_params_set(mali, "dump_core", "%s", before));
}

void helpers_panfrost(void)
{
	igt_fixture()
		mali = drm_open_driver(DRIVER_PANFROST);

	igt_describe("igt_panfrost_gem_new() and its relatives");
	igt_subtest("panfrost-bo-has-memory")
		bo_has_memory();

	igt_describe("igt_panfrost_null_job() and igt_panfrost_write_value_job()");
	igt_subtest("panfrost-jobs-end-well")
		jobs_end_well();

	igt_describe("igt_panfrost_write_value_job() with a page fault");
	igt_subtest("panfrost-job-ends-in-a-fault")
		job_ends_in_a_fault();

	igt_describe("igt_panfrost_job_loop() runs until the kernel stops it");
	igt_subtest("panfrost-loop-ends-when-stopped")
		loop_ends_when_stopped();

	igt_describe("igt_params_save_and_set() changes a parameter of the driver");
	igt_subtest("panfrost-parameters-are-set")
		parameters_are_restored();

	igt_fixture()
		drm_close_driver(mali);
}
