/* SPDX-License-Identifier: MIT */
#include "results_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fileio.h"
#include "job_list.h"
#include "log.h"

/* Files of a run at the top of its directory, also those that other runners write. */
static const char *const run_files[] = {
	"metadata.txt",	 "environment.txt", "hooks.txt",   "joblist.txt",  "uname.txt",
	"starttime.txt", "endtime.txt",	    "aborted.txt", "kmemleak.txt", "results.json",
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

static int remove_run(int fd)
{
	int r;

	/* metadata.txt goes last: until then the directory is a run's, and refused as such. */
	r = remove_entries(fd, is_job_directory);
	if (r < 0)
		return r;
	for (size_t i = G_N_ELEMENTS(run_files); i-- > 0;)
		if (unlinkat(fd, run_files[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return 0;
}

static int write_plan(int fd, const struct settings *settings, const GPtrArray *jobs)
{
	g_autofree char *joblist = job_list_to_text(jobs);
	g_autofree char *environment = settings_to_environment(settings);
	g_autofree char *metadata = settings_to_metadata(settings);
	int r = file_write_at(fd, "joblist.txt", joblist, FILE_CREATE_NEW, settings->sync);

	if (r >= 0 && environment)
		r = file_write_at(fd, "environment.txt", environment, FILE_CREATE_NEW,
				  settings->sync);
	if (r >= 0)
		r = file_write_at(fd, "metadata.txt", metadata, FILE_CREATE_NEW, settings->sync);
	if (r >= 0 && settings->sync)
		r = fd_sync(fd);
	return r;
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

int results_dir_add_job(int results_fd, unsigned index, bool sync, int *ret_fd)
{
	autofd fd = -1;
	char name[16];
	int r;

	g_snprintf(name, sizeof(name), "%u", index);
	if (mkdirat(results_fd, name, 0755) < 0)
		return -errno;
	r = open_directory(results_fd, name, &fd);
	if (r >= 0 && sync)
		r = fd_sync(results_fd);
	if (r < 0)
		return r;
	*ret_fd = fd_steal(&fd);
	return 0;
}
