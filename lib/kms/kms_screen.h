/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: what does the screen show?
 *
 * The host's picture of it is compared with the marks of gem_bo_fill(), row by row. Where the host
 * cannot be asked, as on a board, or saves no picture, as when it draws by OpenGL, that is told
 * once, and the other oracles have to do.
 */
#ifndef KMS_SCREEN_H
#define KMS_SCREEN_H

#include "kms/kms.h"

/** Why the screen cannot be looked at, to be logged; NULL if it can. Asks the host once. */
const char *kms_blindness(void);

/**
 * Wait until the host has done what it was told up to now, and fail, telling @claim, unless the
 * screen shows what was last filled into @fb's BO.
 */
void kms_assert_screen(const struct kms_fb *fb, const char *claim);

#endif
