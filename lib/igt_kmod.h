/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Kernel modules that a test needs, loaded as modprobe does, and tests that are modules. Names
 * are those of IGT GPU Tools. In module names '-' and '_' are the same.
 *
 * All is done by libkmod, which is opened for it; what returns an errno returns -ENOPKG where that
 * is not installed. IGT_KMOD_DIRNAME and IGT_KMOD_CONFIG_PATHS say where else than usual modules
 * and their configuration are.
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

/**
 * Make a subtest of the self-tests of a kernel module, with a dynamic subtest for each: a
 * parameter igt__NUMBER__NAME that runs it when the module is loaded with it set. In order of
 * their numbers. To be called where igt_subtest() may stand.
 * @options: parameters it is always loaded with, or NULL.
 * @result: a parameter by which the module tells the outcome; NULL: by failing to load.
 * @filter: take only those whose name begins with it and "_", and call the subtest so; NULL: all
 * of them, as "all-tests".
 */
void igt_kselftests(const char *module_name, const char *options, const char *result,
		    const char *filter);

/**
 * Make a subtest of the KUnit suites of a kernel module, with a dynamic subtest for each case.
 * @suite: take only this one; NULL: all. @options: parameters of the module, or NULL. The subtest
 * is called @suite or as the module is, without "_test" or "_kunit" at its end.
 */
void igt_kunit(const char *module_name, const char *suite, const char *options);

#endif
