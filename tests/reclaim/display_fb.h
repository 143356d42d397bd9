/* SPDX-License-Identifier: MIT */
/**
 * What scenarios of displays are made of.
 */
#ifndef RECLAIM_DISPLAY_FB_H
#define RECLAIM_DISPLAY_FB_H

struct display_kind;
struct gem_bo;
struct kms;
struct kms_fb;

/** A framebuffer as large as the screen, that has been drawn. */
struct kms_fb *display_fb(struct kms *kms, const struct display_kind *kind);

/** A cursor that has been drawn. Skips where the display has none. */
struct kms_fb *display_cursor(struct kms *kms);

/** Draw new contents, and send them to the GPU if that is the user's to do. */
void display_draw(struct gem_bo *bo, const struct display_kind *kind);

/** @fb must be pinned, in memory, and what the screen shows. */
void display_assert_shown(const struct kms_fb *fb, const char *claim);

#endif
