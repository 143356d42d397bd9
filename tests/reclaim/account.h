/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of the numbers: what the shrinker counts, what it frees, and what is left of it all.
 */
#ifndef RECLAIM_ACCOUNT_H
#define RECLAIM_ACCOUNT_H

struct gem_device;

/* Without swap. */
void account_counts_what_is_lent(struct gem_device *dev);
void account_of_needed_is_told(struct gem_device *dev);
void account_scan_takes_no_more(struct gem_device *dev);
void account_balances_after_chaos(struct gem_device *dev);
void account_of_closed_has_no_page(struct gem_device *dev);
void account_is_not_held_up(struct gem_device *dev);
void account_takes_no_lock(struct gem_device *dev);
void account_of_cgroup_is_told(struct gem_device *dev);
void account_tells_what_it_frees(struct gem_device *dev);
void account_tells_of_mixed(struct gem_device *dev);
void account_in_fdinfo_is_true(struct gem_device *dev);

/* With swap. */
void account_in_fdinfo_follows_eviction(struct gem_device *dev);
void account_changes_with_state(struct gem_device *dev);
void account_leaves_out_pinned(struct gem_device *dev);
void account_of_unevictable_returns(struct gem_device *dev);
void account_of_swap_returns(struct gem_device *dev);

#endif
