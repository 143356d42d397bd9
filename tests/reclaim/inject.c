/* SPDX-License-Identifier: MIT */
/**
 * One call after the other with failing allocations, and what must hold after each.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt.h"
#include "igt_cleanup.h"
#include "igt_syncobj.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/inject.h"
#include "reclaim/unchanged.h"

/* What takes longer stands still. */
#define STUCK_SECONDS 100

/* A call that seems to lose objects is made all over so often. */
#define ROUNDS 4

/* Objects go when the host has answered and a worker has had its time. */
#define SETTLE_MS 10000
/* What has not gone for so long stays. */
#define STILL_MS 2500

/* --- objects -------------------------------------------------------------------------------- */

/* More descriptors a test does not have. */
#define DESCRIPTORS 64

/*
 * Of each descriptor that somebody has seen in /proc, as the runner does who looks at it all the
 * time, inodes are kept. Those of closed ones go when they are looked for again.
 */
static void forget_closed_descriptors(void)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);
	}
	errno = 0;
}

/* Each GEM object of shmem has an inode, and these are counted exactly. */
static uint64_t inodes(void)
{
	_cleanup_free_ char *text = NULL;
	uint64_t count;

	forget_closed_descriptors();
	igt_assert_eq(igt_file_read("/proc/sys/fs/inode-nr", &text), 0);
	igt_assert_eq(sscanf(text, "%" SCNu64, &count), 1);
	return count;
}

/* Whether there are as many as when it was asked before. */
static bool stands_still(uint64_t *count)
{
	const uint64_t before = *count;

	*count = inodes();
	return *count == before;
}

/* Those of objects that go when the host has answered are gone: it does so in order. */
static uint64_t settled_inodes(struct inject *in)
{
	uint64_t now = 0;

	if (in->dev->ops->bo_flush)
		gem_bo_flush(in->bo);
	errno = 0;
	igt_wait(stands_still(&now), SETTLE_MS, 10);
	errno = 0;
	return now;
}

static void abandon(struct inject *in)
{
	unchanged_abandon(in->dev);
	unchanged_abandon(in->other);
}

void inject_assert_works(struct gem_bo *bo, const char *claim)
{
	const struct gem_ops *ops = bo->dev->ops;
	volatile uint64_t *word;

	gem_bo_fill(bo);
	if (ops->bo_flush)
		gem_bo_flush(bo);
	igt_assert_bo_retained(bo, claim);
	if (!ops->bo_gpu_write)
		return;
	/* Between the marks of its last page. */
	word = (uint64_t *)((char *)bo->map + bo->bytes) - 2;
	igt_assert_eq(gem_bo_gpu_write(bo, bo->bytes - 2 * sizeof(*word), bo->pages, -1), 0);
	gem_bo_wait_idle(bo);
	igt_assert_f(*word == bo->pages, "%s: the GPU does not reach its last page\n", claim);
}

static void check_kernel(struct inject *in, struct igt_fail_nth *fail)
{
	char text[1024];
	const bool complains = igt_fail_nth_complaint(fail, text, sizeof(text));
	const bool locked = unchanged_is_locked(in->bo) ||
			    (in->dies && unchanged_is_locked(in->dies));

	if (complains || locked)
		abandon(in);
	errno = 0;
	igt_assert_f(!complains, "%s with allocation %u of it failing: the kernel complains: %s\n",
		     fail->what, fail->n, text);
	igt_assert_f(!locked, "%s with allocation %u of it failing leaves a BO locked\n",
		     fail->what, fail->n);
}

/* B194: who is told that he made a mistake looks for it. */
static void check_reason(const struct inject_call *call, const struct igt_fail_nth *fail, int r)
{
	errno = 0;
	igt_assert_f(r == -ENOMEM || r == -ENOSPC || (call->also && r == -call->also),
		     "%s with allocation %u of it failing is told %s, expected %s\n", call->what,
		     fail->n, strerror(-r), strerror(ENOMEM));
}

static void check_bo(struct inject *in)
{
	igt_assert_f(gem_bo_madvise(in->bo, GEM_DONTNEED), "%s is told lost that was needed\n",
		     in->bo->label);
	igt_assert_f(gem_bo_madvise(in->bo, GEM_WILLNEED), "%s is told lost that is needed\n",
		     in->bo->label);
	gem_bo_wait_idle(in->bo);
	igt_assert_bo_retained(in->bo, "a BO is whole after a call that ran out of memory");
}

/* --- calls ---------------------------------------------------------------------------------- */

static void close_handle(int fd, uint32_t *handle)
{
	struct drm_gem_close closing = {.handle = *handle};

	if (*handle)
		do_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &closing);
	*handle = 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void put_away(struct inject *in)
{
	if (in->map)
		munmap(in->map, INJECT_BYTES);
	in->map = NULL;
	close_fd(&in->fd);
	close_fd(&in->given);
	close_handle(in->dev->fd, &in->handle);
	close_handle(in->other_fd >= 0 ? in->other_fd : in->other->fd, &in->other_handle);
	if (in->syncobj)
		syncobj_destroy(in->dev->fd, in->syncobj);
	in->syncobj = 0;
	if (in->keeps)
		return;
	gem_bo_free(in->dies);
	in->dies = NULL;
}

/* Returns how many objects there were when the first allocation was about to fail. */
static uint64_t call_until_untouched(struct inject *in, const struct inject_call *call)
{
	struct igt_fail_nth fail;
	uint64_t objects = 0;

	igt_each_failure(&fail, call->what) {
		struct unchanged before;
		int r;

		/* By then everything has been used once. */
		if (fail.n == 1)
			objects = settled_inodes(in);

		if (call->prepare)
			call->prepare(in);
		before = unchanged_look(in->dev);
		r = igt_failing(&fail, call->call(in));
		check_kernel(in, &fail);
		if (r < 0) {
			check_reason(call, &fail, r);
			unchanged_assert(before, unchanged_look(in->dev), call->what);
			check_bo(in);
			continue;
		}
		if (call->done)
			call->done(in);
		put_away(in);
		check_bo(in);
	}
	return objects;
}

void inject_expect_refusals(void)
{
	igt_emit_ignore_more_dmesg_regex("failed to allocate ent list|VM_FAULT_OOM leaked out|"
					 "kmemleak: Cannot allocate");
}

/* Returns why there is no such call here, or NULL. */
static const char *begin(struct inject *in, struct gem_device *dev, const struct inject_call *call)
{
	*in = (struct inject){.fd = -1, .given = -1, .other_fd = -1};
	inject_expect_refusals();
	in->dev = gem_device_reopen(dev, /* render= */ true);
	in->other = gem_device_reopen(dev, /* render= */ true);
	in->bo = gem_bo_sent(in->dev, INJECT_BYTES);
	igt_set_timeout(STUCK_SECONDS, call->what);
	return call->lacks ? call->lacks(in) : NULL;
}

static void end(struct inject *in)
{
	put_away(in);
	close_fd(&in->other_fd);
	gem_device_close(in->other);
	gem_device_close(in->dev);
	igt_reset_timeout();
}

/* Whether there are less than @limit objects, or have been as many for a while. */
static bool ends_changing(uint64_t limit, uint64_t *count, uint64_t *since_ns)
{
	if (!stands_still(count))
		*since_ns = igt_now_ns();
	return *count < limit || igt_now_ns() - *since_ns > STILL_MS * UINT64_C(1000000);
}

/* Whether there are less than @more objects more than @before, once those that go are gone. */
static bool settles(uint64_t before, uint64_t more, uint64_t *ret_after)
{
	uint64_t since_ns = igt_now_ns();

	*ret_after = 0;
	igt_wait(ends_changing(before + more, ret_after, &since_ns), SETTLE_MS, 10);
	errno = 0;
	return *ret_after < before + more;
}

/*
 * One object may be somebody else's, whoever that is; two more in some rounds are not. Which
 * allocation is the n-th changes, so not each round hits that which loses one.
 */
static void look_for_leaks(struct inject *in, const struct inject_call *call)
{
	uint64_t before = call_until_untouched(in, call), after;

	if (settles(before, 1, &after))
		return;
	igt_debug("%s: %" PRIu64 " objects more than before\n", call->what, after - before);
	before = after;
	for (int i = 0; i < ROUNDS; i++)
		call_until_untouched(in, call);
	igt_assert_f(settles(before, 2, &after), "%s, %d times with each allocation failing: "
		     "of its objects %" PRIu64 " are left\n", call->what, ROUNDS, after - before);
}

static void inject_one(struct gem_device *dev, const struct inject_call *call)
{
	struct igt_health health = igt_health_now();
	struct inject in;
	const char *lacks = begin(&in, dev, call);

	errno = 0;
	igt_require_f(!lacks, "%s\n", lacks);
	in.keeps = call->again > 0;
	for (unsigned int i = 0; i < call->again; i++)
		call_until_untouched(&in, call);
	look_for_leaks(&in, call);
	in.keeps = false;
	put_away(&in);
	/* Of an object's books the kernel complains when it goes. */
	settled_inodes(&in);
	igt_health_check(&health, call->what);

	/* What is left to be said of the BO: reclaim can take it, and it can be closed. */
	gem_bo_madvise(in.bo, GEM_DONTNEED);
	igt_reclaim(in.dev, RECLAIM_SHRINKER, in.bo->bytes);
	igt_assert_bo_purged(in.bo, "a BO can be purged after calls that ran out of memory");
	end(&in);
}

void inject_calls(struct gem_device *dev, const struct inject_call *calls, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		igt_dynamic(calls[i].name)
			inject_one(dev, &calls[i]);
}

void inject_again(struct gem_device *dev, const struct inject_call *calls, unsigned int count)
{
	const struct inject_call none = {.what = "the calls of a driver"};
	struct inject in;

	begin(&in, dev, &none);
	for (unsigned int i = 0; i < count; i++) {
		const bool there = !calls[i].lacks || !calls[i].lacks(&in);
		struct igt_fail_nth fail;

		if (there) {
			igt_each_failure(&fail, calls[i].what) {
				if (calls[i].prepare)
					calls[i].prepare(&in);
				if (igt_failing(&fail, calls[i].call(&in)) == 0)
					put_away(&in);
			}
		}
		put_away(&in);
		close_fd(&in.other_fd);
		in.offset = 0;
	}
	end(&in);
}

/* --- memory ---------------------------------------------------------------------------------- */

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* What is younger than 5 s is not told of, and only after two looks. */
#define LEAK_AGE_MS 6000

bool inject_leaks_are_told(void)
{
	return access(KMEMLEAK, W_OK) == 0;
}

void inject_leaks_begin(void)
{
	const int r = igt_file_write(KMEMLEAK, "clear");

	errno = 0;
	igt_require_f(r >= 0, "Memory that is lost cannot be seen: " KMEMLEAK
		      ": %s (CONFIG_DEBUG_KMEMLEAK)\n", strerror(-r));
}

void inject_leaks_end(const char *claim)
{
	const uint64_t end = igt_now_ns() + LEAK_AGE_MS * UINT64_C(1000000);
	_cleanup_free_ char *text = NULL;
	bool late;
	int r;

	/* There is no other way to know than to look until it is old enough. */
	do {
		late = igt_now_ns() >= end;
		r = igt_file_write(KMEMLEAK, "scan");
		errno = 0;
		igt_require_f(r >= 0, "Memory that is lost cannot be seen: kmemleak has turned itself "
			      "off: %s\n", strerror(-r));
	} while (!late);
	igt_assert_eq(igt_file_read(KMEMLEAK, &text), 0);
	igt_assert_f(!strstr(text, program_invocation_short_name), "%s: kmemleak tells of\n%s\n",
		     claim, text);
}

void inject_new_bo(struct inject *in)
{
	if (!in->dies)
		in->dies = gem_bo_create(in->dev, INJECT_BYTES);
}
