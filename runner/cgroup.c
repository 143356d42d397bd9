/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "fileio.h"

#define NAME_PREFIX "igt-runner-"

/* For what is left of a killed runner's test to put the machine back, and to die when killed. */
#define LEFT_GRACE_S 2
#define LEFT_KILL_S 5
/* How often to try for a lock. */
#define LOCK_POLL_MS 10

struct cgroups {
	/* The runner's own group, and in it the one of the run. */
	int home_fd;
	int run_fd;
	char name[sizeof(NAME_PREFIX) + 16];
};

static int open_dir(int dirfd, const char *name, int *ret_fd)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* Where version 2 is mounted: alone, or beside version 1. */
static char *find_mount(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;
	char *path = NULL;

	if (!mounts)
		return NULL;
	while (!path && (entry = getmntent(mounts)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0)
			path = g_strdup(entry->mnt_dir);
	endmntent(mounts);
	return path;
}

static int open_home(int *ret_fd)
{
	g_autofree char *mount = find_mount();
	g_autofree char *text = NULL;
	g_autofree char *path = NULL;
	const char *line;
	size_t len;
	int r = file_read_at(AT_FDCWD, "/proc/self/cgroup", &text, &len);

	if (r < 0)
		return r;
	line = g_str_has_prefix(text, "0::/") ? text : strstr(text, "\n0::/");
	if (!mount || !line)
		return -EOPNOTSUPP;
	line = strchr(line, '/');
	path = g_strdup_printf("%s%.*s", mount, (int)strcspn(line, "\n"), line);
	return open_dir(AT_FDCWD, path, ret_fd);
}

static int remove_tree(int parent_fd, const char *name)
{
	autofd fd = -1;
	const struct dirent *entry;
	DIR *dir;
	int r = open_dir(parent_fd, name, &fd);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	fd_steal(&fd);
	while (r >= 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			r = remove_tree(dirfd(dir), entry->d_name);
	closedir(dir);
	if (r >= 0 && unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	return r;
}

int cgroup_kill(int fd)
{
	autofd kill_fd = openat(fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	return kill_fd < 0 ? -errno : fd_write_all(kill_fd, "1", 1);
}

static bool is_populated(int events_fd)
{
	char text[128];
	ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return strstr(text, "populated 1") != NULL;
}

static void wait_until_empty(int fd, unsigned seconds)
{
	autofd events_fd = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	double deadline = clock_seconds(CLOCK_MONOTONIC) + seconds;

	while (events_fd >= 0 && is_populated(events_fd)) {
		struct pollfd poller = {.fd = events_fd, .events = POLLPRI};
		double left = deadline - clock_seconds(CLOCK_MONOTONIC);

		if (left <= 0)
			return;
		poll(&poller, 1, (int)(left * 1000) + 1);
	}
}

/*
 * A runner holds the lock of its group as long as it lives. That of one that is gone is held for a
 * moment by what it forked, or by a third one that clears the group away: worth waiting for.
 */
static bool lock_left_group(int fd, const char *name)
{
	pid_t owner = atoi(name + strlen(NAME_PREFIX));
	double deadline = clock_seconds(CLOCK_MONOTONIC) + LEFT_KILL_S;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || kill(owner, 0) == 0 || errno != ESRCH ||
		    clock_seconds(CLOCK_MONOTONIC) > deadline)
			return false;
		poll(NULL, 0, LOCK_POLL_MS);
	}
	return true;
}

static void clear_left_group(int home_fd, const char *name)
{
	autofd fd = -1;

	if (open_dir(home_fd, name, &fd) < 0 || !lock_left_group(fd, name))
		return;
	wait_until_empty(fd, LEFT_GRACE_S);
	cgroup_kill(fd);
	wait_until_empty(fd, LEFT_KILL_S);
	remove_tree(home_fd, name);
}

static void clear_left_groups(int home_fd)
{
	autofd copy = -1;
	const struct dirent *entry;
	DIR *dir;

	if (open_dir(home_fd, ".", &copy) < 0)
		return;
	dir = fdopendir(copy);
	if (!dir)
		return;
	fd_steal(&copy);
	while ((entry = readdir(dir)))
		if (g_str_has_prefix(entry->d_name, NAME_PREFIX))
			clear_left_group(home_fd, entry->d_name);
	closedir(dir);
}

static int make_group(int dirfd, const char *name, int *ret_fd)
{
	if (mkdirat(dirfd, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	return open_dir(dirfd, name, ret_fd);
}

int cgroups_open(const char *home, struct cgroups **ret)
{
	_cleanup_(cgroups_closep) struct cgroups *cgroups = g_new0(struct cgroups, 1);
	int r;

	cgroups->home_fd = cgroups->run_fd = -1;
	g_snprintf(cgroups->name, sizeof(cgroups->name), NAME_PREFIX "%d", (int)getpid());
	r = home ? open_dir(AT_FDCWD, home, &cgroups->home_fd) : open_home(&cgroups->home_fd);
	if (r < 0)
		return r;
	clear_left_groups(cgroups->home_fd);
	r = make_group(cgroups->home_fd, cgroups->name, &cgroups->run_fd);
	if (r < 0)
		return r;
	if (flock(cgroups->run_fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	if (faccessat(cgroups->run_fd, "cgroup.kill", W_OK, 0) < 0)
		return -EOPNOTSUPP;
	*ret = g_steal_pointer(&cgroups);
	return 0;
}

void cgroups_close(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	if (cgroups->run_fd >= 0)
		remove_tree(cgroups->home_fd, cgroups->name);
	fd_closep(&cgroups->run_fd);
	fd_closep(&cgroups->home_fd);
	g_free(cgroups);
}

int cgroups_fd(const struct cgroups *cgroups)
{
	return cgroups->run_fd;
}

int cgroups_add_job(const struct cgroups *cgroups, unsigned index, int *ret_fd)
{
	char name[16];

	g_snprintf(name, sizeof(name), "%u", index);
	return make_group(cgroups->run_fd, name, ret_fd);
}

int cgroups_remove_job(const struct cgroups *cgroups, unsigned index)
{
	char name[16];

	g_snprintf(name, sizeof(name), "%u", index);
	return remove_tree(cgroups->run_fd, name);
}
