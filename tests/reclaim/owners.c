/* SPDX-License-Identifier: MIT */
/**
 * Advice by users without privilege, by children, and by other files that have the same BO.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/owners.h"
#include "reclaim/partner.h"

#define BO_BYTES MiB(1)

/* Give up every capability, and stay the user who may open the device nodes. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	igt_assert_f(syscall(SYS_capset, &header, none) == 0, "giving up capabilities: %s\n",
		     strerror(errno));
}

static void require_own_node(const struct gem_device *node)
{
	struct stat st;

	igt_assert(fstat(node->fd, &st) == 0);
	errno = 0;
	igt_require_f(st.st_uid == geteuid(),
		      "A device node is user %u's, so %u without privileges may not open it\n",
		      st.st_uid, geteuid());
}

/* Two BOs that are lent, taken back and lent for good, one from each node. */
static void lend_unprivileged(struct gem_device *dev, struct gem_bo *bos[2])
{
	for (int render = 0; render <= 1; render++) {
		struct gem_device *node = gem_device_reopen(dev, render);

		igt_assert_f(render || !drmIsMaster(node->fd),
			     "the primary node makes a master of who has no privilege\n");
		bos[render] = gem_bo_filled(node, BO_BYTES);
		gem_bo_madvise(bos[render], GEM_DONTNEED);
		gem_bo_madvise(bos[render], GEM_WILLNEED);
		igt_assert_bo_retained(bos[render], "advice can be taken back without privilege");
		gem_bo_madvise(bos[render], GEM_DONTNEED);
	}
}

/**
 * MA12: advice is for everybody: without a capability, by the render node, and by the primary one
 * whose master is somebody else.
 */
void owners_need_no_privilege(struct gem_device *dev)
{
	const int lent = partner_event(), purged = partner_event();
	struct gem_device *master;

	igt_require_free_memory(2 * BO_BYTES);
	igt_reclaim_require(dev);
	require_own_node(dev);
	master = gem_device_reopen(dev, /* render= */ false);
	require_own_node(master);
	igt_fork(child, 1) {
		struct gem_bo *bos[2];

		drop_capabilities();
		lend_unprivileged(dev, bos);
		partner_signal(lent);
		partner_await(purged);
		for (int i = 0; i < 2; i++)
			igt_assert_bo_purged(bos[i], "what was lent without privilege is purged");
	}
	partner_await(lent);
	igt_reclaim(dev, RECLAIM_SHRINKER, 2 * BO_BYTES);
	partner_signal(purged);
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child without privileges");
	gem_device_close(master);
	close(lent);
	close(purged);
}

/* Have a child that has the file from its parent give advice for @bo. */
static void child_advises(struct gem_bo *bo, enum gem_advice advice)
{
	igt_fork(child, 1)
		igt_assert_f(gem_bo_madvise(bo, advice), "a child's advice: not retained\n");
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child that gives advice");
	bo->advice = advice;
}

/** MA18: a file is one, whoever uses it: a child's advice is as good as its parent's. */
void owners_share_advice_with_children(struct gem_device *dev)
{
	struct gem_bo *kept, *lost;

	igt_require_free_memory(2 * BO_BYTES);
	kept = gem_bo_filled(dev, BO_BYTES);
	lost = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(kept, GEM_DONTNEED);
	child_advises(kept, GEM_WILLNEED);
	child_advises(lost, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	igt_assert_bo_retained(kept, "what a child took back is kept");
	igt_assert_bo_purged(lost, "what a child lent is purged");
	igt_fork(child, 1)
		igt_assert_f(!gem_bo_madvise(lost, GEM_WILLNEED),
			     "a child is told retained of what its parent finds purged\n");
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child that asks for a purged BO");
}

/* A BO that two files have and nobody has exported. */
struct pair {
	struct gem_device *files[2];
	struct gem_bo *bos[2];
};

static struct pair make_pair(const struct gem_device *dev)
{
	struct pair pair;

	for (int i = 0; i < 2; i++)
		pair.files[i] = gem_device_reopen(dev, /* render= */ false);
	pair.bos[0] = gem_bo_filled(pair.files[0], BO_BYTES);
	pair.bos[1] = gem_bo_open_name(pair.files[1], pair.bos[0]);
	return pair;
}

/* What file @who says is what both have said. */
static void pair_advises(struct pair *pair, int who, enum gem_advice advice)
{
	igt_assert_f(gem_bo_madvise(pair->bos[who], advice), "advice from file %d: not retained\n",
		     who);
	pair->bos[!who]->advice = advice;
}

/** MA09: where one owner of a shared BO may lend it, its state is one, whoever asks. */
void owners_share_advice_between_files(struct gem_device *dev)
{
	struct pair pair;

	igt_require_free_memory(BO_BYTES);
	pair = make_pair(dev);
	pair_advises(&pair, 0, GEM_DONTNEED);
	pair_advises(&pair, 1, GEM_WILLNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	for (int i = 0; i < 2; i++)
		igt_assert_bo_retained(pair.bos[i], "what one file lent another can take back");

	pair_advises(&pair, 1, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	for (int i = 0; i < 2; i++)
		igt_assert_bo_purged(pair.bos[i], "what one file lent is lost for the other too");
	for (int i = 0; i < 2; i++)
		gem_device_close(pair.files[i]);
}

/**
 * MA14: when one of two files closes a BO that was lent, the advice may stay or be taken back,
 * which is told. What the other is told then must be true. B68: it was taken back by any close.
 */
void owners_closing_keeps_advice(struct gem_device *dev)
{
	struct igt_reclaimed done;
	struct pair pair;
	bool kept;

	igt_require_no_swap();
	igt_require_free_memory(BO_BYTES);
	pair = make_pair(dev);
	pair_advises(&pair, 0, GEM_DONTNEED);
	gem_bo_free(pair.bos[1]);

	done = igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	kept = done.pages >= pair.bos[0]->pages;
	igt_info("closing one of two handles of a BO that was lent: DONTNEED %s\n",
		 kept ? "stays" : "is taken back");
	if (kept) {
		igt_assert_bo_purged(pair.bos[0], "what counts as freed is lost");
	} else {
		pair.bos[0]->advice = GEM_WILLNEED;
		igt_assert_bo_resident(pair.bos[0], "what does not count as freed is there");
	}
	for (int i = 0; i < 2; i++)
		gem_device_close(pair.files[i]);
}
