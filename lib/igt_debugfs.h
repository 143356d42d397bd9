/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Files of a DRM device in debugfs. Names are those of IGT GPU Tools.
 *
 * @device is an open node of it, of either kind; @file a path below its directory.
 */
#ifndef IGT_DEBUGFS_H
#define IGT_DEBUGFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where debugfs is, mounted if need be; NULL when it cannot be. */
const char *igt_debugfs_mount(void);

/** The directory of the device's primary node into @path; NULL when there is none. */
char *igt_debugfs_path(int device, char *path, int pathlen);
/** The same, opened, or -1; to be closed. */
int igt_debugfs_dir(int device);

/** Open a file with flags of open(); -1 and errno if that fails. */
int igt_debugfs_open(int device, const char *file, int mode);
/** Whether the file can be opened so. */
bool igt_debugfs_exists(int device, const char *file, int mode);

/**
 * Text of a file below the open directory @dir, as much as fits into @size bytes with a NUL; empty
 * if it cannot be read.
 */
void igt_debugfs_simple_read(int dir, const char *file, char *buf, int size);
/** igt_debugfs_simple_read() below the device's directory. */
void __igt_debugfs_read(int device, const char *file, char *buf, int size);
/** __igt_debugfs_read() into an array. */
#define igt_debugfs_read(device, file, array)                                                  \
	__igt_debugfs_read(device, file, (array), (int)sizeof(array))

/** Whether a line of the file contains @text. */
bool igt_debugfs_search(int device, const char *file, const char *text);
/** Log the file, for whoever looks at a failure. */
void igt_debugfs_dump(int device, const char *file);

/** @name What to drop */
/** @{ */
/** For igt_drop_caches_set(); the values are those of the file i915_gem_drop_caches. */
#define DROP_UNBOUND 0x1
#define DROP_BOUND 0x2
#define DROP_RETIRE 0x4
#define DROP_ACTIVE 0x8
#define DROP_FREED 0x10
#define DROP_SHRINK_ALL 0x20
#define DROP_IDLE 0x40
#define DROP_RESET_ACTIVE 0x80
#define DROP_RESET_SEQNO 0x100
#define DROP_RCU 0x200
#define DROP_ALL                                                                               \
	(DROP_UNBOUND | DROP_BOUND | DROP_RETIRE | DROP_ACTIVE | DROP_FREED | DROP_SHRINK_ALL | \
	 DROP_IDLE)
/** @} */

/**
 * Have the driver give up what it caches. One without a control of its own for that is shrunk
 * together with all of the kernel, if what is to be dropped are unused buffers. Fails the test
 * when that cannot be done.
 */
void igt_drop_caches_set(int device, uint64_t what);

#endif
