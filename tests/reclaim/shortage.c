/* SPDX-License-Identifier: MIT */
/**
 * Limits of a cgroup, swap that is nearly full, and a swap-in that nobody waits for any more.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_oom.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"
#include "reclaim/partner.h"
#include "reclaim/shortage.h"

#define SETTLE_MS 5000

/* How a child ends that has used BOs up to its limit. */
enum {
	GOT_ALL = 10,
	GOT_ERROR,
	GOT_SIGBUS,
};

/* Have the GPU use a BO, then map and touch it, by the kernel's leave. */
static int use_up(struct gem_bo *bo)
{
	uint64_t offset = 0;
	int r = 0;

	if (bo->dev->ops->bo_flush)
		r = bo->dev->ops->bo_flush(bo->dev->fd, bo->handle, bo->bytes);
	errno = 0;
	igt_assert_f(r == 0 || r == -ENOMEM, "work on a BO beyond the limit: %s, expected %s\n",
		     strerror(-r), strerror(ENOMEM));
	igt_assert_eq(gem_bo_map_offset(bo, &offset), 0);
	bo->map = mmap(NULL, bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bo->dev->fd,
		       (off_t)offset);
	igt_assert_f(bo->map != MAP_FAILED || errno == ENOMEM, "mmap of a BO beyond the limit: %s, "
		     "expected %s\n", strerror(errno), strerror(ENOMEM));
	if (bo->map == MAP_FAILED)
		return GOT_ERROR;
	for (uint64_t page = 0; page < bo->pages; page++)
		if (igt_sigbus_probe((char *)bo->map + page * igt_page_size(),
				     IGT_ACCESS_WRITE).raised)
			return GOT_SIGBUS;
	return GOT_ALL;
}

/*
 * Have a child use a BO that is larger than the cgroup. Returns its wait status, which has to be
 * that of one who was told so, or killed.
 */
static int use_beyond_limit(struct gem_bo *bo, struct igt_cgroup *cgroup)
{
	struct igt_helper_process victim = {0};
	const int go = partner_event();
	int status;

	igt_fork_helper(&victim) {
		partner_await(go);
		_exit(use_up(bo));
	}
	igt_assert_eq(igt_cgroup_enter(cgroup, victim.pid), 0);
	partner_signal(go);
	status = igt_wait_helper(&victim);
	close(go);
	igt_info("who uses a BO beyond the limit of his cgroup %s\n",
		 WIFSIGNALED(status) ? "is killed"
		 : WEXITSTATUS(status) == GOT_ERROR ? "is told that there is no memory"
		 : WEXITSTATUS(status) == GOT_SIGBUS ? "gets SIGBUS" : "is given all");
	return status;
}

/**
 * OO04: pages of BOs belong to the cgroup of who uses them. At its limit he gets an error, a signal
 * or is killed, whichever is told. BOs of others stay as they are, and so does what can be done
 * with the one that was too large.
 */
void shortage_in_cgroup_stays_there(struct gem_device *dev)
{
	const uint64_t limit = MiB(8);
	struct igt_cgroup *cgroup;
	struct gem_bo *bo, *large;
	uint64_t kills;
	int status;

	igt_require_free_memory(8 * limit);
	cgroup = igt_cgroup_new("victim", "memory");
	igt_assert_eq(igt_cgroup_write(cgroup, "memory.max", limit), 0);
	igt_expect_oom();
	bo = gem_bo_filled(dev, MiB(4));
	large = gem_bo_create(dev, 4 * limit);

	status = use_beyond_limit(large, cgroup);
	kills = igt_cgroup_entry(cgroup, "memory.events", "oom_kill");
	igt_assert_f(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL && kills > 0
					 : WEXITSTATUS(status) == GOT_ERROR ||
						   WEXITSTATUS(status) == GOT_SIGBUS,
		     "who uses %" PRIu64 " MiB in a cgroup of %" PRIu64 " MiB ends with wait "
		     "status %#x\n", large->bytes >> 20, limit >> 20, (unsigned int)status);

	igt_assert_bo_resident(bo, "a limit that others reach takes nothing from a BO");
	igt_set_timeout(20, "a BO that another got no memory for");
	gem_bo_madvise(large, GEM_WILLNEED);
	gem_bo_fill(large);
	gem_bo_flush(large);
	igt_reset_timeout();
	igt_assert_bo_retained(large, "who has memory can use a BO that another had none for");
	gem_bo_free(large);
	igt_assert_f(igt_wait(igt_cgroup_number(cgroup, "memory.current") < limit / 2, SETTLE_MS,
			      20), "%" PRIu64 " KiB are charged to a cgroup that has neither BOs "
		     "nor processes\n", igt_cgroup_number(cgroup, "memory.current") >> 10);
	igt_assert_eq(igt_cgroup_free(cgroup), 0);
}

static void unmap_filler(void *map)
{
	munmap(map, MiB(16));
}

static uint64_t free_swap_after_reclaim(uint64_t bytes)
{
	igt_memcg_reclaim(bytes);
	return igt_meminfo("SwapFree");
}

/* Have memory of ours written to swap, until about @left of it is free. */
static void fill_swap(uint64_t left)
{
	const uint64_t bytes = igt_meminfo("SwapFree") - left;
	void *map = mmap(NULL, MiB(16), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(map != MAP_FAILED && bytes <= MiB(16));
	igt_on_subtest_end(unmap_filler, map);
	memset(map, 0x5a, bytes);
	igt_assert_f(igt_wait(free_swap_after_reclaim(bytes) <= left + MiB(1), SETTLE_MS, 20),
		     "%" PRIu64 " KiB of swap are free, which cannot be filled\n",
		     igt_meminfo("SwapFree") >> 10);
}

/**
 * OO09: when swap is nearly full what has no room there is left alone, and reclaim comes to an end;
 * what has room is evicted, and what nobody needs is purged as ever.
 */
void shortage_of_swap_stops_eviction(struct gem_device *dev)
{
	const uint64_t left = MiB(4);
	struct gem_bo *large, *small, *lent;

	igt_require_no_swap();
	igt_require_free_memory(MiB(64));
	igt_memcg_enter();
	igt_swap_on(MiB(16));
	igt_reclaim_require_eviction(dev);
	evict_leftovers(dev);
	fill_swap(left);
	large = gem_bo_filled(dev, 2 * left);
	small = gem_bo_filled(dev, MiB(1));
	lent = gem_bo_filled(dev, 2 * left);
	gem_bo_madvise(lent, GEM_DONTNEED);

	igt_set_timeout(30, "reclaim with swap that is nearly full");
	igt_reclaim(dev, RECLAIM_SHRINKER, lent->bytes + small->bytes);
	igt_memcg_reclaim(MiB(32));
	igt_reclaim(dev, RECLAIM_DROP_CACHES, large->bytes);
	igt_reset_timeout();

	igt_assert_bo_resident(large, "what swap has no room for is not evicted");
	igt_assert_bo_retained(small, "what swap has room for comes back");
	igt_assert_bo_purged(lent, "what nobody needs is purged when swap is nearly full");
}

#define KILLS 6

/**
 * OO06: who is killed while a BO comes back from swap leaves it locked for nobody: others find it,
 * whole.
 */
void shortage_killed_in_swapin(struct gem_device *dev)
{
	const uint64_t bytes = MiB(8);
	const int ready = partner_event();
	uint64_t before, whole_ns;
	struct gem_bo *bo;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = swapped_bo(dev, bytes);
	whole_ns = igt_now_ns();
	igt_assert_bo_retained(bo, "a BO that was in swap comes back");
	whole_ns = igt_now_ns() - whole_ns;
	for (int kill = 0; kill < KILLS; kill++) {
		struct igt_helper_process victim = {.use_SIGKILL = true};
		uint64_t end_ns;

		evict_exactly(dev, bytes);
		evict_to_swap(before, bytes);
		igt_fork_helper(&victim) {
			partner_signal(ready);
			*(volatile uint64_t *)bo->map;
			/* To be killed also if that was quick. */
			for (;;)
				pause();
		}
		partner_await(ready);
		/* At another point of its way each time. */
		end_ns = igt_now_ns() + whole_ns * kill / KILLS;
		while (igt_now_ns() < end_ns)
			;
		igt_stop_helper(&victim);

		igt_set_timeout(20, "using a BO after somebody was killed who brought it back");
		igt_assert_bo_retained(bo, "a BO whose swap-in was killed is whole");
		gem_bo_flush(bo);
		igt_reset_timeout();
	}
	close(ready);
}
