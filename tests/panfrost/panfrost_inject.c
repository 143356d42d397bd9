/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost inject
 * Description: What the calls of panfrost leave behind when they run out of memory.
 *
 * Needs: a Mali GPU with panfrost, or the software Mali; a kernel with fault injection and the
 * reclaim series, as kernel/build --flavour debug makes it, and root.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_device.h"
#include "igt.h"
#include "igt_panfrost.h"
#include "igt_syncobj.h"
#include "igt_vgem.h"
#include "mali/mali_job.h"
#include "panfrost/steps.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"
#include "reclaim/inject.h"
#include "reclaim/inject_reclaim.h"

IGT_TEST_DESCRIPTION("Calls of panfrost of which one allocation after the other fails");

#define WAIT_MS 15000

/* In the BO that jobs are in, behind what marks its first page. */
#define DESCRIPTOR KiB(1)

static int create_heap(struct inject *in)
{
	struct drm_panfrost_create_bo created;
	const int r = __igt_panfrost_create_bo(in->dev->fd, MiB(2),
					       PANFROST_BO_HEAP | PANFROST_BO_NOEXEC, 0, &created);

	if (r == 0)
		in->handle = created.handle;
	return r;
}

static void created_heap(struct inject *in)
{
	uint64_t address;

	igt_assert_eq(__igt_panfrost_get_bo_offset(in->dev->fd, in->handle, &address), 0);
}

/* A file without any BO has no page tables yet: these are allocated, too. */
static void prepare_file(struct inject *in)
{
	if (in->given < 0)
		in->given = drm_reopen(in->dev->fd, /* render= */ true);
	igt_assert_fd(in->given);
}

static int create_first(struct inject *in)
{
	struct drm_panfrost_create_bo created;
	const int r = __igt_panfrost_create_bo(in->given, (uint32_t)INJECT_BYTES,
					       PANFROST_BO_NOEXEC, 0, &created);

	if (r == 0)
		in->offset = created.handle;
	return r;
}

static void created_first(struct inject *in)
{
	const uint32_t handle = (uint32_t)in->offset;
	volatile uint64_t *map = igt_panfrost_mmap_bo(in->given, handle, (uint32_t)INJECT_BYTES,
						      PROT_READ | PROT_WRITE);
	const uint64_t at = INJECT_BYTES - 2 * sizeof(*map);

	igt_assert_eq(in->dev->ops->bo_gpu_write(in->given, handle, at, VALUE, -1), 0);
	igt_assert_eq(__igt_panfrost_wait_bo(in->given, handle, WAIT_MS), 0);
	igt_assert_f(map[at / sizeof(*map)] == VALUE, "a BO is made, and the GPU does not reach "
		     "it\n");
	munmap((void *)map, INJECT_BYTES);
}

static int ask_for_address(struct inject *in)
{
	uint64_t address;

	return __igt_panfrost_get_bo_offset(in->dev->fd, in->bo->handle, &address);
}

static const char *lacks_vgem(struct inject *in)
{
	struct vgem_bo bo = {.width = 1024, .height = 4, .bpp = 32};
	int vgem = __drm_open_driver(DRIVER_VGEM);

	if (vgem < 0)
		return "There is no vgem whose BOs could be imported";
	vgem_create(vgem, &bo);
	igt_assert_eq(drmPrimeHandleToFD(vgem, bo.handle, DRM_CLOEXEC | DRM_RDWR, &in->fd), 0);
	close(vgem);
	/* It is taken up to the end. */
	in->offset = (uint64_t)in->fd;
	in->fd = -1;
	return NULL;
}

static int import_foreign(struct inject *in)
{
	uint32_t handle = 0;
	const int r = drmPrimeFDToHandle(in->dev->fd, (int)in->offset, &handle) < 0 ? -errno : 0;

	if (r == 0)
		in->handle = handle;
	return r;
}

/* --- jobs ----------------------------------------------------------------------------------- */

static struct mali_chain job;

static void prepare_job(struct inject *in)
{
	inject_new_bo(in);
	job = mali_chain_at((uint8_t *)in->bo->map + DESCRIPTOR,
			    panfrost_address(in->bo) + DESCRIPTOR, MALI_JOB_BYTES);
	mali_chain_null(&job);
}

static void prepare_job_with_syncobj(struct inject *in)
{
	prepare_job(in);
	if (!in->syncobj)
		in->syncobj = syncobj_create(in->dev->fd, DRM_SYNCOBJ_CREATE_SIGNALED);
}

static int submit_with(struct inject *in, uint32_t syncobj)
{
	const struct panfrost_submission submission = {
		.jobs = job.address,
		.handles = (uint32_t[]){in->bo->handle, in->dies->handle},
		.handle_count = 2,
		.wait_for = syncobj,
		.signals = syncobj,
	};

	return __igt_panfrost_submit(in->dev->fd, &submission);
}

static int submit(struct inject *in)
{
	return submit_with(in, 0);
}

static int submit_with_syncobj(struct inject *in)
{
	return submit_with(in, in->syncobj);
}

static void is_done(struct inject *in)
{
	gem_bo_wait_idle(in->bo);
	gem_bo_wait_idle(in->dies);
	igt_assert_eq(mali_chain_status(&job, 0), MALI_STATUS_DONE);
	if (in->syncobj)
		igt_assert_eq(syncobj_wait_err(in->dev->fd, &in->syncobj, 1, 0, 0), 0);
}

/* --- counters ------------------------------------------------------------------------------- */

static int set_counters(struct inject *in, bool on)
{
	struct drm_panfrost_perfcnt_enable enable = {.enable = on};

	return ioctl(in->dev->fd, DRM_IOCTL_PANFROST_PERFCNT_ENABLE, &enable) < 0 ? -errno : 0;
}

static const char *lacks_counters(struct inject *in)
{
	/* The kernel says so whenever somebody sets it. */
	igt_emit_ignore_more_dmesg_regex("Setting dangerous option");
	if (igt_undo_set_file("/sys/module/panfrost/parameters/unstable_ioctls", "1") < 0)
		return "The GPU's counters cannot be read: panfrost has no parameter for it";
	return NULL;
}

static int enable_counters(struct inject *in)
{
	return set_counters(in, true);
}

/* More than any GPU has of them. */
static uint8_t counters[KiB(256)];

static int dump_counters(struct inject *in)
{
	struct drm_panfrost_perfcnt_dump dump = {.buf_ptr = (uintptr_t)counters};

	return ioctl(in->dev->fd, DRM_IOCTL_PANFROST_PERFCNT_DUMP, &dump) < 0 ? -errno : 0;
}

static void enabled_counters(struct inject *in)
{
	igt_assert_eq(dump_counters(in), 0);
	igt_assert_eq(set_counters(in, false), 0);
}

static void prepare_dump(struct inject *in)
{
	igt_assert_eq(set_counters(in, true), 0);
}

static int disable_counters(struct inject *in)
{
	return set_counters(in, false);
}

static const struct inject_call calls[] = {
	{"heap", "creating a heap", .call = create_heap, .done = created_heap},
	{"create-first", "creating the first BO of a file", .prepare = prepare_file,
	 .call = create_first, .done = created_first},
	{"get-bo-offset", "asking for a BO's address", .call = ask_for_address},
	{"import-foreign", "importing a BO of vgem", .lacks = lacks_vgem, .call = import_foreign},
	{"submit", "submitting a job", .prepare = prepare_job, .call = submit, .done = is_done},
	{"submit-syncobj", "submitting a job with syncobjs", .prepare = prepare_job_with_syncobj,
	 .call = submit_with_syncobj, .done = is_done},
	{"perfcnt-enable", "enabling the counters", .lacks = lacks_counters,
	 .call = enable_counters, .done = enabled_counters},
	{"perfcnt-dump", "reading the counters", .lacks = lacks_counters,
	 .prepare = prepare_dump, .call = dump_counters},
	{"perfcnt-disable", "disabling the counters", .lacks = lacks_counters,
	 .prepare = prepare_dump, .call = disable_counters},
};

/** LD06, DB12: a call of panfrost that runs out of memory leaves nothing and breaks nothing. */
static void panfrost_calls(struct gem_device *dev)
{
	inject_calls(dev, calls, ARRAY_SIZE(calls));
}

/** LD06: what calls that run out of memory had allocated they free. B79. */
static void nothing_is_lost(struct gem_device *dev)
{
	inject_leaks_begin();
	inject_common_again(dev);
	inject_again(dev, calls, ARRAY_SIZE(calls));
	inject_leaks_end("memory that calls allocated before they failed");
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		igt_fail_nth_require();
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	igt_describe("Calls for BOs, which every driver has, fail well when memory is short");
	igt_subtest_with_dynamic("bos-fail-well")
		inject_bos(dev);

	igt_describe("Calls that share BOs and their fences fail well when memory is short");
	igt_subtest_with_dynamic("sharing-fails-well")
		inject_sharing(dev);

	igt_describe("Calls for syncobjs fail well when memory is short");
	igt_subtest_with_dynamic("syncobjs-fail-well")
		inject_syncobjs(dev);

	igt_describe("Calls that panfrost has fail well when memory is short");
	igt_subtest_with_dynamic("calls-fail-well")
		panfrost_calls(dev);

	igt_describe("A purge that runs out of memory takes a BO whole or leaves it whole");
	igt_subtest_with_dynamic("purges-are-whole")
		inject_purges(dev);

	igt_describe("Of what failing calls have allocated nothing is lost");
	igt_subtest("nothing-is-lost")
		nothing_is_lost(dev);

	igt_fixture()
		gem_device_close(dev);
}
