/* SPDX-License-Identifier: MIT */
/**
 * Kernel modules that a test needs, loaded as modprobe does.
 */
#ifndef IGT_KMOD_H
#define IGT_KMOD_H

/**
 * Load the module @name and what it depends on, with @options (NULL: none) as its parameters.
 * Returns 0, also if it is loaded or built in, or a negative errno, -ENOENT when there is none.
 */
int igt_kmod_load(const char *name, const char *options);

#endif
