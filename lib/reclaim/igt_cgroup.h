/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Cgroups of a test's own, of version 2: what is in one is counted, limited and reclaimed apart
 * from the machine.
 *
 * They are children of the root, and are removed when the subtest or test that made them ends,
 * also by SIGKILL; see igt_undo.h. Functions fail the test when a file that is there cannot be
 * read or written.
 */
#ifndef IGT_CGROUP_H
#define IGT_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct igt_cgroup;

/**
 * Make a cgroup for the processes of @purpose, in which the @controllers, names with spaces
 * between them, are at work. Skips, with the reason, where that cannot be done; a machine that has
 * one of them in the hierarchies of version 1 is told so. To be freed with igt_cgroup_free().
 */
struct igt_cgroup *igt_cgroup_new(const char *purpose, const char *controllers);

/** Remove it; this process goes back to where it was. NULL is fine. Returns 0 or -errno. */
int igt_cgroup_free(struct igt_cgroup *cgroup);

/** Move the process @pid, or this one for 0, into it. Returns 0 or a negative errno. */
int igt_cgroup_enter(const struct igt_cgroup *cgroup, pid_t pid);

/** Where it is mounted. */
const char *igt_cgroup_path(const struct igt_cgroup *cgroup);

/** Whether there is the file @attribute, as memory.reclaim since Linux 5.19. */
bool igt_cgroup_has(const struct igt_cgroup *cgroup, const char *attribute);

/** The number in the file @attribute. */
uint64_t igt_cgroup_number(const struct igt_cgroup *cgroup, const char *attribute);

/** The number behind @key in the file @attribute. */
uint64_t igt_cgroup_entry(const struct igt_cgroup *cgroup, const char *attribute, const char *key);

/** Whether the file @attribute, which is there, has a number behind @key. */
bool igt_cgroup_has_entry(const struct igt_cgroup *cgroup, const char *attribute, const char *key);

/** Write @number into the file @attribute. Returns 0 or a negative errno. */
int igt_cgroup_write(const struct igt_cgroup *cgroup, const char *attribute, uint64_t number);

/**
 * Freeze the processes of the cgroup, or have them go on, and wait until all of them stand still,
 * or none has to. A frozen process runs no instruction of its own; it has left the kernel before,
 * and SIGKILL ends it as any other. Returns 0 or a negative errno: -ETIMEDOUT when one of them is
 * in the kernel for 10 s. The file is cgroup.freeze, since Linux 5.2.
 */
int igt_cgroup_freeze(const struct igt_cgroup *cgroup, bool frozen);

/**
 * The cgroup v2 path in the text of /proc/self/cgroup, "/..." without the newline, for the caller
 * to free. Returns 0, -ENOENT when the process is in v1 hierarchies only, or -ENOMEM.
 */
int igt_cgroup_parse(const char *text, char **ret_path);

/**
 * Where text in the format of /proc/self/mounts has a filesystem of @type, "cgroup" for version 1,
 * with @option, unless that is NULL; for the caller to free. Returns 0, -ENOENT, or -ENOMEM.
 */
int igt_mounts_parse(const char *text, const char *type, const char *option, char **ret_path);

/** Where cgroup v2 is mounted, for the caller to free. Returns 0 or a negative errno. */
int igt_cgroup_root(char **ret_path);

#endif
