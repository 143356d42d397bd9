/* SPDX-License-Identifier: MIT */
/**
 * A control group for each job, so that all a test forks can be killed at one stroke, however
 * fast it forks. Needs version 2 with cgroup.kill (Linux 5.14) and a place that is writable;
 * no controller is used, so that a job's memory is charged where it would be without.
 */
#ifndef RUNNER_CGROUP_H
#define RUNNER_CGROUP_H

#include "cleanup.h"

struct cgroups;

/**
 * Makes the group below @home, NULL for the runner's own, that those of the jobs will be in, and clears away what
 * a runner that was killed left there, processes included. Negative errno, not logged, if groups
 * cannot be used here.
 */
int cgroups_open(const char *home, struct cgroups **ret);

/** Removes the group; NULL is fine. */
void cgroups_close(struct cgroups *cgroups);

DEFINE_CLEANUP(struct cgroups *, cgroups_close);

/** The directory with a directory for each job that runs, named by its index; for openat(). */
int cgroups_fd(const struct cgroups *cgroups);

/** Makes the group of job @index, for a child to be cloned into. The caller closes *ret_fd. */
int cgroups_add_job(const struct cgroups *cgroups, unsigned index, int *ret_fd);

/** Removes the group of job @index, with groups that the test made in it. -EBUSY: not empty. */
int cgroups_remove_job(const struct cgroups *cgroups, unsigned index);

/** Kills all processes in a group and in those below it. */
int cgroup_kill(int fd);

#endif
