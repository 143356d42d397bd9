/* SPDX-License-Identifier: MIT */
/**
 * Kernel modules that a test needs, loaded as modprobe does, and tests that are modules. Names
 * are those of IGT GPU Tools. In module names '-' and '_' are the same.
 */
#ifndef IGT_KMOD_H
#define IGT_KMOD_H

#include <stdbool.h>

/** Whether the module is loaded. One that is built in is none. */
bool igt_kmod_is_loaded(const char *name);

/** Log the modules that are loaded. */
void igt_kmod_list_loaded(void);

/** Whether the module, loaded or not, has this parameter. */
bool igt_kmod_has_param(const char *name, const char *param);

/**
 * Load the module @name and what it depends on, with @options (NULL: none) as its parameters.
 * Returns 0, also if it is loaded or built in, or a negative errno, -ENOENT when there is none.
 */
int igt_kmod_load(const char *name, const char *options);

/**
 * Unload the module @name, and before it the modules that use it. Waits a second at most for those
 * who have it in use. Returns 0, also if it is not loaded, or a negative errno, -EBUSY or -EAGAIN
 * while it is in use.
 */
int igt_kmod_unload(const char *name);

#endif
