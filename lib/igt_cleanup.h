/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Variables that put themselves away when their scope ends.
 */
#ifndef IGT_CLEANUP_H
#define IGT_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void igt_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void igt_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void igt_cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void igt_cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/** @name Attributes of variables */
/** @{ */
/** When the variable's scope ends, what it holds is put away. NULL, or a negative file, is not. */
#define _cleanup_free_ __attribute__((cleanup(igt_cleanup_free)))
#define _cleanup_close_ __attribute__((cleanup(igt_cleanup_close)))
#define _cleanup_fclose_ __attribute__((cleanup(igt_cleanup_fclose)))
#define _cleanup_closedir_ __attribute__((cleanup(igt_cleanup_closedir)))
/** @} */

/** Take the value out of a self-freeing variable, so that its scope leaves it alone. */
#define igt_steal(pointer)                                                                     \
	({                                                                                     \
		__typeof__(pointer) igt__taken = (pointer);                                    \
		(pointer) = NULL;                                                              \
		igt__taken;                                                                    \
	})

#endif
