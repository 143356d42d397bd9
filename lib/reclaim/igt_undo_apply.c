/* SPDX-License-Identifier: MIT */
/**
 * How each kind of change is undone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo_guard.h"

/*
 * How long something may stay busy, or not fit into memory: others close files, and the dead give
 * up what they had, in their own time. A test does not wait as long as its guard has time to.
 */
#define BUSY_LIVING_MS 5000
#define BUSY_DEAD_MS 20000
#define BUSY_PAUSE_MS 5

static int result_of(int r)
{
	return r < 0 ? -errno : 0;
}

/* Cgroups of kernels before 5.14 have no cgroup.kill. */
static void kill_each(const char *cgroup)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	char *line, *rest;

	if (asprintf(&path, "%s/cgroup.procs", cgroup) < 0 || igt_file_read(path, &text) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (atoi(line) > 0)
			kill(atoi(line), SIGKILL);
}

static void kill_all(const char *cgroup)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/cgroup.kill", cgroup) >= 0 && igt_file_write(path, "1") < 0)
		kill_each(cgroup);
}

static int remove_cgroup(const struct igt_undo_change *change, pid_t test)
{
	char pid[16];

	if (test) {
		snprintf(pid, sizeof(pid), "%d", test);
		igt_file_write(change->value, pid);
	} else {
		kill_all(change->path);
	}
	return result_of(rmdir(change->path));
}

static int try(const struct igt_undo_change *change, pid_t test)
{
	switch (change->kind) {
	case IGT_UNDO_WRITE:
		return igt_file_write(change->path, change->value);
	case IGT_UNDO_SWAP:
		return result_of(swapoff(change->path));
	case IGT_UNDO_MODULE:
		return result_of((int)syscall(SYS_delete_module, change->path, O_NONBLOCK));
	case IGT_UNDO_CGROUP:
		return remove_cgroup(change, test);
	case IGT_UNDO_RMDIR:
		return result_of(rmdir(change->path));
	case IGT_UNDO_UNLINK:
		return result_of(unlink(change->path));
	case IGT_UNDO_UMOUNT:
		return result_of(umount2(change->path, UMOUNT_NOFOLLOW));
	}
	return -EINVAL;
}

/* An answer that says that there is nothing to undo. */
static bool is_gone(enum igt_undo_kind kind, int r)
{
	switch (r) {
	case -ENOENT:
	case -ENODEV:
		return true;
	case -EINVAL:
		/* No active area, no mount point. */
		return kind == IGT_UNDO_SWAP || kind == IGT_UNDO_UMOUNT;
	default:
		return false;
	}
}

static bool is_busy(int r)
{
	return r == -EBUSY || r == -EAGAIN || r == -ENOMEM;
}

int igt_undo_apply(const struct igt_undo_change *change, pid_t test)
{
	int r;

	igt_wait(!is_busy(r = try(change, test)), test ? BUSY_LIVING_MS : BUSY_DEAD_MS,
		 BUSY_PAUSE_MS);
	return is_gone(change->kind, r) ? 0 : r;
}
