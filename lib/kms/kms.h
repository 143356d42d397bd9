/* SPDX-License-Identifier: MIT */
/**
 * @file
 * One display of a GPU, set by atomic commits: framebuffers made of BOs, shown, flipped, hidden.
 *
 * A commit tells all of what the display is to be, so nothing depends on what it was before. What
 * it was when kms_open() was called it is again when the subtest ends, however it ends.
 *
 * Pictures are 1024 pixels wide, of 4 bytes: rows of 4 KiB, as a BO of gem_bo_create() has them.
 * So a page of a BO is a row of the screen, and the marks of gem_bo_fill() are to be seen there.
 */
#ifndef KMS_H
#define KMS_H

#include <stdbool.h>
#include <stdint.h>
#include <xf86drmMode.h>

#include "gem/gem_bo.h"

/** Pixels in a row of every picture. */
#define KMS_WIDTH 1024u
/** Bytes of such a row. */
#define KMS_ROW_BYTES (KMS_WIDTH * 4)
/** Pixels of a cursor, in both directions; its rows are as long as they have to be. */
#define KMS_CURSOR_SIZE 64u
/** Bytes of a cursor. */
#define KMS_CURSOR_BYTES (KMS_CURSOR_SIZE * KMS_CURSOR_SIZE * 4)

/** A flip that is not done by then was lost. In ms. */
#define KMS_FLIP_MS 10000

/** A property of the display, and what it was. */
struct kms_property;

/** A display, of one subtest. */
struct kms {
	struct gem_device *dev;	  /**< the primary node, whose master the test is */
	uint32_t connector;	  /**< object ids, likewise the next ones */
	uint32_t crtc;		  /**< that drives it */
	uint32_t primary;	  /**< plane of that */
	uint32_t cursor;	  /**< plane of that, 0: none */
	drmModeModeInfo mode;	  /**< of KMS_WIDTH columns */
	uint32_t mode_blob;	  /**< the same, for the kernel */
	uint64_t bytes;		  /**< of a picture of that mode */
	uint32_t found;		  /**< framebuffer that was shown when it was opened, 0: none */
	struct kms_fb *fbs;	  /**< all, newest first */
	struct kms_property *properties; /**< that make up the display's state */
	unsigned int property_count; /**< of it */
	unsigned int flips;	  /**< done up to now, of those asked for by kms_flip() */
	int debugfs;		  /**< directory of the GPU there, or -1 */
	const char *blind;	  /**< why the screen cannot be looked at, or NULL */
};

/** A framebuffer, freed with its display. */
struct kms_fb {
	struct kms *kms;     /**< whose it is */
	struct kms_fb *next; /**< of that, an older one */
	struct gem_bo *bo;   /**< that it is made of */
	uint32_t id;	     /**< 0 after kms_fb_remove() */
};

/** What a display is to be. All zero: no planes, but driven. */
struct kms_state {
	const struct kms_fb *primary; /**< that fills the screen, or NULL */
	const struct kms_fb *cursor;  /**< in a corner of it, or NULL */
	bool off;		      /**< the display sleeps ("DPMS off") */
	uint32_t mode_blob;	      /**< another mode than kms->mode, or 0 */
	uint32_t source_x;	      /**< from that column of the picture on, for errors */
};

/**
 * Take the first display of the GPU of @dev, by a file of its own. Skips where there is none, where
 * it has no mode of KMS_WIDTH columns, or where somebody else is its master.
 */
struct kms *kms_open(const struct gem_device *dev);

/** A dumb buffer of @bytes, a multiple of a row's, as wide as the screen. Skips without such. */
struct gem_bo *kms_dumb(struct gem_device *dev, uint64_t bytes);
/** A dumb buffer for a cursor. */
struct gem_bo *kms_cursor_bo(struct gem_device *dev);

/** Make a framebuffer of @bo, which must be of the file kms->dev. Returns 0 or a negative errno. */
int __kms_fb_create(struct kms *kms, struct gem_bo *bo, struct kms_fb **ret_fb);
/** The same, asserting. */
struct kms_fb *kms_fb_create(struct kms *kms, struct gem_bo *bo);
/** Remove the framebuffer, also from the screen; the BO stays. */
void kms_fb_remove(struct kms_fb *fb);

/** The request of a commit, for callers that commit themselves; to be freed by drmModeAtomicFree(). */
drmModeAtomicReq *kms_request(const struct kms *kms, struct kms_state state);
/**
 * One commit, with @flags DRM_MODE_ATOMIC_*, and @data for its event. Returns 0 or a negative errno.
 */
int __kms_commit(struct kms *kms, struct kms_state state, uint32_t flags);
/** The same, waiting until it is done, a change of mode allowed; asserts. */
void kms_commit(struct kms *kms, struct kms_state state);
/** kms_commit() of @fb alone. */
void kms_show(const struct kms_fb *fb);
/** kms_commit() of nothing: all planes off, the display driven. */
void kms_hide(struct kms *kms);

/** Ask for @fb in place of what is shown, and do not wait. Returns 0 or a negative errno. */
int kms_flip(const struct kms_fb *fb);
/** Wait until the flip is done; fails after KMS_FLIP_MS. */
void kms_await_flip(struct kms *kms);

/** Tell that the contents of @fb have changed. */
void kms_dirty(const struct kms_fb *fb);

#endif
