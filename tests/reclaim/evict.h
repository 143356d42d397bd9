/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of eviction: what reclaim takes from BOs that are needed, and gives to swap.
 *
 * Evicting and swapping are two steps. The shrinker evicts: it takes the pages from the GPU and
 * from CPU mappings, and gives them to shmem, where they stay in memory for now. Ordinary reclaim
 * then writes them to swap, when it likes, or when the cgroup they are charged to has to shrink.
 */
#ifndef RECLAIM_EVICT_H
#define RECLAIM_EVICT_H

#include <stdint.h>

struct gem_bo;
struct gem_device;

/** Room for swap that all scenarios together do not fill. */
#define EVICT_SWAP_BYTES MiB(256)

/** The subtests that @subtests has run with swap, and skip, all of them, if nothing evicts. */
void evict_with_swap(struct gem_device *dev, void (*subtests)(struct gem_device *dev));

/**
 * Scan until nothing is left that can be taken, so that what the shrinker counts from now on is
 * the caller's own.
 */
void evict_leftovers(struct gem_device *dev);

/** Scan; what can be reclaimed must fall by @bytes, no more and no less. */
void evict_exactly(struct gem_device *dev, uint64_t bytes);

/** What can be reclaimed must be @bytes more than @before, no more and no less. */
void evict_assert_counted(struct gem_device *dev, uint64_t before, uint64_t bytes,
			  const char *claim);

/** A mapped BO of @bytes that has been filled and evicted, and not been looked at since. */
struct gem_bo *evicted_bo(struct gem_device *dev, uint64_t bytes);

/** evicted_bo() that is in swap. The subtest must be in a memory cgroup of its own. */
struct gem_bo *swapped_bo(struct gem_device *dev, uint64_t bytes);

/** What reclaim took must be purged if it was lent, and evicted otherwise. */
void evict_assert_taken(struct gem_bo *bo, const char *claim);

/** Have @bytes of the cgroup's memory written to swap, beyond @before that are there. */
void evict_to_swap(uint64_t before, uint64_t bytes);

/** The cgroup must have no more in swap than @before, but for what the kernel is late to tell. */
void evict_assert_swap_freed(uint64_t before, uint64_t bytes, const char *claim);

void evict_gives_pages_back(struct gem_device *dev);
void evict_needs_swap(struct gem_device *dev);
void evict_needs_room_in_swap(struct gem_device *dev);
void evict_survives_swapoff(struct gem_device *dev);
void evict_comes_after_purge(struct gem_device *dev);
void evict_takes_what_is_missing(struct gem_device *dev);
void evict_lets_pages_be_swapped(struct gem_device *dev);
void evict_unmapped_can_be_swapped(struct gem_device *dev);
void evict_happens_once(struct gem_device *dev);
void evict_swap_ends_with_bo(struct gem_device *dev);
void evict_swapped_is_purged(struct gem_device *dev);

#endif
