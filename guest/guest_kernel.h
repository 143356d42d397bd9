/* SPDX-License-Identifier: MIT */
/** Where a kernel's image and modules are, given what the user pointed at. */
#ifndef GUEST_KERNEL_H
#define GUEST_KERNEL_H

#include <glib.h>

/** Strings are owned; clear with guest_kernel_clear. */
struct guest_kernel {
	char *image;   /* absolute path of an x86 bzImage */
	char *release; /* from the image's header; NULL if it has none */
	char *modules; /* lib/modules/<release>; NULL if everything is built in */
};

/**
 * Finds image and modules. The path is a bzImage, or a directory with bzImage,
 * arch/x86/boot/bzImage or boot/vmlinuz-*; modules are expected in lib/modules or
 * usr/lib/modules there, or beside the image. ret is untouched on failure.
 * Returns 0, or a negative errno with a sentence in ret_why.
 */
int guest_kernel_find(const char *path, struct guest_kernel *ret, char **ret_why);

/** Frees the strings. */
void guest_kernel_clear(struct guest_kernel *kernel);

#define _cleanup_kernel_ __attribute__((cleanup(guest_kernel_clear)))

#endif
