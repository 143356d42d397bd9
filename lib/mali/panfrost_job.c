/* SPDX-License-Identifier: MIT */
/**
 * The life of a test's job.
 */
#define IGT_LOG_DOMAIN "panfrost_job"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_panfrost.h"
#include "mali/panfrost_job.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo.h"

/* A hang ends after PANFROST_HANG_MS, and a few may be queued one behind the other. */
#define AWAIT_MS 5000

/* The driver lets the GPU sleep when it was idle for 50 ms. */
#define REST_MS 300

uint64_t panfrost_address(const struct gem_bo *bo)
{
	return igt_panfrost_get_bo_offset(bo->dev->fd, bo->handle);
}

struct gem_bo *panfrost_heap(struct gem_device *dev, uint64_t bytes)
{
	struct drm_panfrost_create_bo created = {0};
	struct gem_bo *bo;
	int r;

	r = __igt_panfrost_create_bo(dev->fd, (uint32_t)bytes,
				     PANFROST_BO_HEAP | PANFROST_BO_NOEXEC, 0, &created);
	igt_assert_f(r == 0, "creating a heap of %" PRIu64 " MiB: %s\n", bytes >> 20,
		     strerror(-r));
	bo = gem_bo_adopt(dev, created.handle, bytes);
	gem_bo_label(bo, "heap %u", bo->pattern.bo);
	return bo;
}

static void free_job(void *data)
{
	struct panfrost_job *job = data;

	drmSyncobjDestroy(job->dev->fd, job->fence);
	if (job->klog >= 0)
		close(job->klog);
	free(job);
}

struct panfrost_job *panfrost_job_in(struct gem_bo *bo, uint64_t offset)
{
	struct panfrost_job *job = calloc(1, sizeof(*job));

	igt_assert(job);
	igt_assert_f(bo->map && offset < bo->bytes, "%s is not mapped at byte %" PRIu64 "\n",
		     bo->label, offset);
	job->dev = bo->dev;
	job->klog = -1;
	job->bo = bo;
	job->chain = mali_chain_at((uint8_t *)bo->map + offset, panfrost_address(bo) + offset,
				   bo->bytes - offset);
	igt_assert_f(drmSyncobjCreate(job->dev->fd, 0, &job->fence) == 0,
		     "creating a syncobj: %s\n", strerror(errno));
	/* Called before the device is closed, if that is the subtest's as well. */
	igt_on_subtest_end(free_job, job);
	return job;
}

struct panfrost_job *panfrost_job_new(struct gem_device *dev)
{
	struct gem_bo *bo = gem_bo_create(dev, igt_page_size());

	gem_bo_map(bo);
	gem_bo_label(bo, "descriptors %u", bo->pattern.bo);
	return panfrost_job_in(bo, 0);
}

/* A syncobj to wait for; to be destroyed if it is not another job's. */
static uint32_t what_to_wait_for(struct panfrost_job *job, const struct panfrost_how *how)
{
	uint32_t syncobj;

	if (how->after_job)
		return how->after_job->fence;
	if (!how->after)
		return 0;
	igt_assert_f(drmSyncobjCreate(job->dev->fd, 0, &syncobj) == 0 &&
		     drmSyncobjImportSyncFile(job->dev->fd, syncobj, how->after) == 0,
		     "making a syncobj of a sync_file: %s\n", strerror(errno));
	return syncobj;
}

static void watch_klog(struct panfrost_job *job)
{
	if (job->klog < 0)
		job->klog = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (job->klog >= 0)
		lseek(job->klog, 0, SEEK_END);
}

int __panfrost_submit(struct panfrost_job *job, struct panfrost_how how)
{
	uint32_t handles[1 + ARRAY_SIZE(how.uses)] = {job->bo->handle};
	struct panfrost_submission submit = {
		.jobs = job->chain.address,
		.handles = handles,
		.handle_count = 1,
		.wait_for = what_to_wait_for(job, &how),
		.signals = job->fence,
		.requirements = how.fragment ? PANFROST_JD_REQ_FS : 0,
	};
	int r;

	for (unsigned int i = 0; i < ARRAY_SIZE(how.uses) && how.uses[i]; i++)
		handles[submit.handle_count++] = how.uses[i]->handle;
	watch_klog(job);
	job->submitted_ns = igt_now_ns();
	r = __igt_panfrost_submit(job->dev->fd, &submit);
	if (how.after && !how.after_job)
		drmSyncobjDestroy(job->dev->fd, submit.wait_for);
	return r;
}

void panfrost_submit(struct panfrost_job *job, struct panfrost_how how)
{
	int r = __panfrost_submit(job, how);

	igt_assert_f(r == 0, "submitting %u jobs: %s\n", job->chain.jobs, strerror(-r));
}

void panfrost_start(struct panfrost_job *job)
{
	panfrost_submit(job, (struct panfrost_how){0});
}

bool panfrost_ends_within(struct panfrost_job *job, unsigned int ms)
{
	const int64_t until = (int64_t)(igt_now_ns() + ms * UINT64_C(1000000));
	int r = drmSyncobjWait(job->dev->fd, &job->fence, 1, until, 0, NULL);

	/* libdrm returns the negative errno in one version, and -1 in another. */
	igt_assert_f(r == 0 || r == -ETIME || errno == ETIME, "waiting for a job: %s\n",
		     strerror(errno));
	return r == 0;
}

unsigned int panfrost_await(struct panfrost_job *job)
{
	uint64_t took_ns;
	bool ended;

	ended = panfrost_ends_within(job, AWAIT_MS);
	took_ns = igt_now_ns() - job->submitted_ns;
	igt_assert_f(ended, "a job does not end within %d ms\n", AWAIT_MS);
	return (unsigned int)(took_ns / 1000000);
}

static void assert_status(const struct panfrost_job *job, unsigned int which, bool fault,
			  const char *claim, unsigned int took_ms)
{
	const unsigned int status = mali_chain_status(&job->chain, which);
	const bool holds = (status == MALI_STATUS_DONE) != fault;

	errno = 0;
	igt_assert_f(holds, "%s: job %u of %u has status %#04x (%s), expected %s; it took %u ms\n",
		     claim, which + 1, job->chain.jobs, status, mali_status_name(status),
		     fault ? "anything but DONE" : "DONE", took_ms);
}

/* Whether the log since the job was submitted has what the driver says of a job that hung. */
static bool driver_timed_out(struct panfrost_job *job)
{
	char record[1024];
	ssize_t got;

	for (;;) {
		got = read(job->klog, record, sizeof(record) - 1);
		/* EPIPE: the kernel has overwritten what was next, and goes on behind it. */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got <= 0)
			return false;
		record[got] = '\0';
		if (strstr(record, "gpu sched timeout"))
			return true;
	}
}

void panfrost_assert_in_time(struct panfrost_job *job, const char *claim)
{
	const uint64_t took_ms = (igt_now_ns() - job->submitted_ns) / 1000000;
	const bool late = job->klog < 0 ? took_ms > PANFROST_PROMPT_MS : driver_timed_out(job);

	errno = 0;
	igt_assert_f(!late, "%s: it took %" PRIu64 " ms, and the driver's timeout\n", claim,
		     took_ms);
}

static void assert_all(struct panfrost_job *job, bool last_faults, const char *claim)
{
	const unsigned int took_ms = panfrost_await(job);

	for (unsigned int i = 0; i < job->chain.jobs; i++)
		assert_status(job, i, last_faults && i == job->chain.jobs - 1, claim, took_ms);
}

void panfrost_assert_done(struct panfrost_job *job, const char *claim)
{
	assert_all(job, false, claim);
}

void panfrost_assert_faults(struct panfrost_job *job, const char *claim)
{
	assert_all(job, true, claim);
}

void panfrost_assert_done_promptly(struct panfrost_job *job, const char *claim)
{
	assert_all(job, false, claim);
	panfrost_assert_in_time(job, claim);
}

void panfrost_assert_faults_promptly(struct panfrost_job *job, const char *claim)
{
	assert_all(job, true, claim);
	panfrost_assert_in_time(job, claim);
}

/* Of the device of @dev, below power/ in sysfs; for the caller to free. */
static char *power_file(const struct gem_device *dev, const char *name)
{
	char *path = NULL;
	struct stat st;

	igt_assert(fstat(dev->fd, &st) == 0);
	igt_assert(asprintf(&path, "/sys/dev/char/%u:%u/device/power/%s", major(st.st_rdev),
			    minor(st.st_rdev), name) > 0);
	return path;
}

static void set_power(const struct gem_device *dev, const char *name, const char *text)
{
	_cleanup_free_ char *path = power_file(dev, name);
	int r = igt_undo_set_file(path, text);

	/* Without CONFIG_PM there is no such file, and no sleep. */
	igt_assert_f(r >= 0 || r == -ENOENT, "%s: %s\n", path, strerror(-r));
}

void panfrost_stay_awake(const struct gem_device *dev)
{
	set_power(dev, "control", "on");
}

void panfrost_sleep_after(const struct gem_device *dev, unsigned int ms)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", ms);
	set_power(dev, "autosuspend_delay_ms", text);
}

bool panfrost_is_asleep(const struct gem_device *dev)
{
	_cleanup_free_ char *path = power_file(dev, "runtime_status"), *text = NULL;

	return igt_file_read(path, &text) == 0 && strncmp(text, "suspended", 9) == 0;
}

bool panfrost_rest(const struct gem_device *dev)
{
	struct panfrost_job *job;
	struct gem_device *own;

	if (igt_wait(panfrost_is_asleep(dev), REST_MS, 5))
		return true;
	/*
	 * After a hang the driver thinks of sleep again only when another job has ended. One of a
	 * file of its own, since @dev is the test's alone.
	 */
	own = gem_device_reopen(dev, /* render= */ true);
	job = panfrost_job_new(own);
	mali_chain_null(&job->chain);
	panfrost_start(job);
	panfrost_await(job);
	gem_device_close(own);
	return igt_wait(panfrost_is_asleep(dev), REST_MS, 5);
}
