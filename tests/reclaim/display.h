/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of BOs on a display: what it shows is not taken, what it has shown can be.
 */
#ifndef RECLAIM_DISPLAY_H
#define RECLAIM_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct gem_bo;
struct gem_device;

/** A way to make BOs of the file @dev that can be displayed; skips where there are no such. */
struct display_kind {
	const char *name;
	struct gem_bo *(*create)(struct gem_device *dev, uint64_t bytes);
	bool sent; /**< the user sends what he has written, and not the display that shows it */
};

/* Without swap, so that nothing is taken but what is lent. */
void display_shown_is_not_purged(struct gem_device *dev, const struct display_kind *kind);
void display_cursor_is_not_purged(struct gem_device *dev);
void display_flips_pin_current(struct gem_device *dev, const struct display_kind *kind);
void display_flips_balance_beside_scans(struct gem_device *dev, const struct display_kind *kind);
void display_failed_commits_leave_no_pin(struct gem_device *dev, const struct display_kind *kind);
void display_commits_without_memory(struct gem_device *dev);
void display_purged_is_refused(struct gem_device *dev, const struct display_kind *kind);

/** A way to have the display show something else, or nothing. */
enum display_end {
	DISPLAY_PLANE_OFF,  /**< a commit without planes */
	DISPLAY_OTHER_SHOWN, /**< a commit with another framebuffer */
	DISPLAY_REMOVED,    /**< the framebuffer is removed */
	DISPLAY_CONSOLE,    /**< the console takes the screen, as when virtual terminals change */
	DISPLAY_ENDS,	    /**< how many there are */
};
/** Of it, a word without spaces. */
const char *display_end_name(enum display_end end);
void display_hidden_is_purged(struct gem_device *dev, const struct display_kind *kind,
			      enum display_end end);
void display_asleep_is_told(struct gem_device *dev, const struct display_kind *kind);

/* With swap. */
void display_shown_is_not_evicted(struct gem_device *dev, const struct display_kind *kind);
void display_shown_survives_pressure(struct gem_device *dev, const struct display_kind *kind);
void display_flips_survive_scans(struct gem_device *dev, const struct display_kind *kind);
void display_evicted_is_shown_whole(struct gem_device *dev, const struct display_kind *kind);
void display_evicted_cursor_is_whole(struct gem_device *dev);
void display_evicted_is_removed(struct gem_device *dev, const struct display_kind *kind);
void display_kernel_tells_truth(struct gem_device *dev, const struct display_kind *kind);

#endif
