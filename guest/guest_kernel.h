/* SPDX-License-Identifier: MIT */
/** Where a kernel's image and modules are, given what the user pointed at. */
#ifndef GUEST_KERNEL_H
#define GUEST_KERNEL_H

#include "guest_arch.h"

#include <glib.h>
#include <stdbool.h>

/** Strings are owned; clear with guest_kernel_clear. */
struct guest_kernel {
	const struct guest_arch *arch;
	char *image;   /* absolute path of what boots, or of a user-mode kernel */
	char *release; /* as the image says; NULL if it does not */
	char *modules; /* lib/modules/<release>; NULL if everything is built in */
	bool uml;      /* a user-mode kernel */
};

/**
 * Finds image and modules. The path is a bzImage or, for arm64, an Image, or a directory with
 * either, with arch/x86/boot/bzImage, arch/arm64/boot/Image or boot/vmlinuz-*; modules are
 * expected in lib/modules or usr/lib/modules there, or beside the image. ret is untouched on
 * failure.
 * Returns 0, or a negative errno with a sentence in ret_why.
 */
int guest_kernel_find(const char *path, struct guest_kernel *ret, char **ret_why);

/**
 * The same for user-mode Linux: the path is the program, or a directory with one that
 * is called linux. It is run to tell its release.
 */
int guest_kernel_find_uml(const char *path, struct guest_kernel *ret, char **ret_why);

/** Frees the strings. */
void guest_kernel_clear(struct guest_kernel *kernel);

#define _cleanup_kernel_ __attribute__((cleanup(guest_kernel_clear)))

#endif
