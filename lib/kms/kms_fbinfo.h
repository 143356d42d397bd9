/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: what does the kernel tell of a framebuffer's memory?
 *
 * The file "framebuffer" of a device in debugfs has for each what its driver prints of the BO. Which
 * numbers these are depends on the kernel: Linux 6.12 counts users and kernel mappings, the
 * shrinker series pins, and tells what was evicted and lent.
 */
#ifndef KMS_FBINFO_H
#define KMS_FBINFO_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kms/kms.h"

/** A number that this kernel does not print. */
#define KMS_UNKNOWN INT_MIN

/** Of the BO of a framebuffer. */
struct kms_fb_info {
	int users;	/**< of its pages ("pages_use_count"), or KMS_UNKNOWN, as all of these */
	int pins;	/**< who hold the addresses of its pages ("pages_pin_count") */
	int evicted;	/**< 1: its pages were taken, and come back by a touch */
	int madv;	/**< 0: needed, 1: not needed, -1: purged */
	int vmaps;	/**< users of its kernel mapping ("vmap_use_count") */
	bool vaddr;	/**< that mapping has an address */
};

/**
 * The framebuffer @id in the text of the file. Returns 0, or -ENOENT without such a one; a number
 * that is none counts as not printed.
 */
int kms_fb_info_parse(const char *text, uint32_t id, struct kms_fb_info *ret_info);

/** kms_fb_info_parse() of this kernel now, for the framebuffer @id of the display's GPU. */
struct kms_fb_info kms_fb_info(const struct kms *kms, uint32_t id);

/** Skip, with the reason, unless the kernel tells of pins. */
void kms_require_pins(const struct kms_fb *fb);

/**
 * Fail, telling @claim, unless @fb's BO has @pins; what is no longer shown is let go of a bit
 * later. Nothing where the kernel does not tell.
 */
void kms_assert_pins(const struct kms_fb *fb, int pins, const char *claim);

#endif
