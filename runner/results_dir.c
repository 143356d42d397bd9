/* SPDX-License-Identifier: MIT */
#include "results_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "fileio.h"
#include "job_list.h"
#include "log.h"
#include "machine_facts.h"

#define LOCK_PATIENCE_S 3
#define LOCK_POLL_US 10000

/* Files of a run at the top of its directory, also those that other runners write. */
static const char *const run_files[] = {
	"environment.txt", "hooks.txt",	   "uname.txt",	   "starttime.txt",  "endtime.txt",
	"aborted.txt",	   "kmemleak.txt", "results.json", RESULTS_DIR_BOOT, MACHINE_FACTS_FILE,
};

static bool is_job_directory(const char *name)
{
	return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static int open_directory(int dirfd, const char *name, int *ret_fd)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int remove_tree(int dirfd, const char *name);

typedef bool (*name_filter)(const char *name);

/* Removes the entries of a directory, all or those that the filter names. */
static int remove_entries(int dirfd, name_filter filter)
{
	autofd copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const struct dirent *entry;
	DIR *dir;

	if (copy < 0)
		return -errno;
	dir = fdopendir(copy);
	if (!dir)
		return -errno;
	fd_steal(&copy);
	/* All names first: removing while reading skips entries on some file systems. */
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    (!filter || filter(entry->d_name)))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(dir);
	for (unsigned i = 0; i < names->len; i++) {
		int r = remove_tree(dirfd, g_ptr_array_index(names, i));

		if (r < 0)
			return r;
	}
	return 0;
}

static int remove_tree(int dirfd, const char *name)
{
	autofd fd = -1;
	int r = open_directory(dirfd, name, &fd);

	if (r < 0 && r != -ENOTDIR && r != -ELOOP)
		return r;
	if (r < 0)
		return unlinkat(dirfd, name, 0) < 0 ? -errno : 0;
	r = remove_entries(fd, /* filter= */ NULL);
	if (r < 0)
		return r;
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static bool holds_run(int fd)
{
	static const char *const signs[] = {"metadata.txt", "joblist.txt", "0"};
	struct stat st;

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (fstatat(fd, signs[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

/*
 * metadata.txt goes first: without it nobody resumes what is only partly there.
 * joblist.txt goes last: until then the directory is a run's, and refused as such.
 */
static int remove_run(int fd)
{
	int r = 0;

	if (unlinkat(fd, "metadata.txt", 0) < 0 && errno != ENOENT)
		return -errno;
	r = remove_entries(fd, is_job_directory);
	if (r < 0)
		return r;
	for (size_t i = 0; i < G_N_ELEMENTS(run_files); i++)
		if (unlinkat(fd, run_files[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return unlinkat(fd, "joblist.txt", 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* A runner that was killed lets go of it as soon as its helpers are gone, too. */
static int lock_directory(int fd, const char *path)
{
	double deadline = clock_seconds(CLOCK_MONOTONIC) + LOCK_PATIENCE_S;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		/* A file system that has no locks has none to respect. */
		if (errno != EWOULDBLOCK)
			return 0;
		if (clock_seconds(CLOCK_MONOTONIC) > deadline) {
			log_error("another runner is at work on %s; wait for it, or name another "
				  "directory",
				  path);
			return -EBUSY;
		}
		g_usleep(LOCK_POLL_US);
	}
	return 0;
}

/*
 * On the disk before anything runs: it is what a run that was cut off goes on
 * by. metadata.txt comes last, and as a whole.
 */
static int write_plan(int fd, const struct settings *settings, const GPtrArray *jobs)
{
	g_autofree char *joblist = job_list_to_text(jobs);
	g_autofree char *environment = settings_to_environment(settings);
	g_autofree char *hooks = settings_to_hooks(settings);
	g_autofree char *metadata = settings_to_metadata(settings);
	int r = file_write_at(fd, "joblist.txt", joblist, FILE_CREATE_NEW, /* sync= */ true);

	if (r >= 0 && environment)
		r = file_write_at(fd, "environment.txt", environment, FILE_CREATE_NEW,
				  /* sync= */ true);
	if (r >= 0 && hooks)
		r = file_write_at(fd, "hooks.txt", hooks, FILE_CREATE_NEW, /* sync= */ true);
	return r < 0 ? r : file_replace_at(fd, "metadata.txt", metadata, strlen(metadata));
}

int results_dir_create(const struct settings *settings, const GPtrArray *jobs, int *ret_fd)
{
	const char *path = settings->results_path;
	autofd fd = -1;
	int r = g_mkdir_with_parents(path, 0755) < 0 ? -errno : 0;

	if (r >= 0) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = fd < 0 ? -errno : 0;
	}
	if (r < 0) {
		log_error("cannot make results directory %s: %s", path, g_strerror(-r));
		return r;
	}
	r = lock_directory(fd, path);
	if (r < 0)
		return r;
	if (holds_run(fd) && !settings->overwrite) {
		log_error("%s holds the results of an earlier run; replace them with --overwrite, "
			  "or name another directory",
			  path);
		return -EEXIST;
	}
	r = remove_run(fd);
	if (r < 0) {
		log_error("cannot remove the earlier results in %s: %s", path, g_strerror(-r));
		return r;
	}
	r = write_plan(fd, settings, jobs);
	if (r < 0) {
		log_error("cannot write to results directory %s: %s", path, g_strerror(-r));
		return r;
	}
	*ret_fd = fd_steal(&fd);
	return 0;
}

int results_dir_open(const char *path, int *ret_fd)
{
	autofd fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r < 0)
		log_error("cannot open results directory %s: %s", path, g_strerror(-r));
	else
		r = lock_directory(fd, path);
	if (r < 0)
		return r;
	*ret_fd = fd_steal(&fd);
	return 0;
}

int results_dir_read_jobs(int results_fd, const char *path, GPtrArray **ret)
{
	g_autoptr(GPtrArray) jobs = NULL;
	g_autofree char *text = NULL;
	char next[16];
	struct stat st;
	size_t len;
	int r = file_read_at(results_fd, "joblist.txt", &text, &len);

	if (r < 0) {
		log_error("cannot read %s/joblist.txt: %s", path, g_strerror(-r));
		return r;
	}
	jobs = job_list_parse(text);
	/* Results of a job that is not listed would vanish, and with them a failure. */
	g_snprintf(next, sizeof(next), "%u", jobs->len);
	if (fstatat(results_fd, next, &st, 0) == 0) {
		log_error("%s/joblist.txt lists %u jobs, but there are results of more; it was cut "
			  "short: restore it, or move directory %s and those above it away",
			  path, jobs->len, next);
		return -EBADMSG;
	}
	*ret = g_steal_pointer(&jobs);
	return 0;
}

int results_dir_open_job(int results_fd, unsigned index, int *ret_fd)
{
	char name[16];

	g_snprintf(name, sizeof(name), "%u", index);
	return open_directory(results_fd, name, ret_fd);
}

int results_dir_add_job(int results_fd, unsigned index, bool sync, int *ret_fd)
{
	autofd fd = -1;
	char name[16];
	int r;

	g_snprintf(name, sizeof(name), "%u", index);
	if (mkdirat(results_fd, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	r = open_directory(results_fd, name, &fd);
	if (r >= 0 && sync)
		r = fd_sync(results_fd);
	if (r < 0)
		return r;
	*ret_fd = fd_steal(&fd);
	return 0;
}

int results_dir_reopen_run(int results_fd)
{
	return unlinkat(results_fd, "endtime.txt", 0) < 0 && errno != ENOENT ? -errno : 0;
}
