/* SPDX-License-Identifier: MIT */
/**
 * Making and leaving of a cgroup, and its files.
 */
#define IGT_LOG_DOMAIN "igt_memcg"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memcg.h"

/* What is to be undone. Paths are ready here, since a signal handler may have to do it. */
static struct {
	bool made;
	bool enabled; /* the memory controller, for children of the root */
	char path[PATH_MAX];
	char home[PATH_MAX];	/* cgroup.procs of where the process was */
	char control[PATH_MAX]; /* cgroup.subtree_control of the root */
} sandbox;

int igt_memory_stat_parse(const char *text, const char *key, uint64_t *ret_value)
{
	const size_t length = strlen(key);

	while (*text) {
		if (strncmp(text, key, length) == 0 && text[length] == ' ') {
			unsigned long long value;
			char *end;

			errno = 0;
			value = strtoull(text + length + 1, &end, 10);
			if (end == text + length + 1 || (*end && *end != '\n') || errno)
				return -EINVAL;
			*ret_value = value;
			return 0;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return -ENOENT;
}

int igt_cgroup_parse(const char *text, char **ret_path)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		if (strncmp(text, "0::/", 4) == 0) {
			char *path = strndup(text + 3, length - 3);

			if (!path)
				return -ENOMEM;
			*ret_path = path;
			return 0;
		}
		text += length;
		text += *text == '\n';
	}
	return -ENOENT;
}

/* Only what a signal handler may do. */
static int write_now(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	close(fd);
	return written < 0 ? -errno : 0;
}

/* Only what a signal handler may do. */
static void undo(int sig)
{
	/* "0" is the process that writes. */
	if (sandbox.made && write_now(sandbox.home, "0") == 0 && rmdir(sandbox.path) == 0)
		sandbox.made = false;
	if (sandbox.enabled && !sandbox.made && write_now(sandbox.control, "-memory") == 0)
		sandbox.enabled = false;
}

static void undo_at_subtest_end(void *data)
{
	undo(0);
}

/* The root of the v2 hierarchy. */
static int find_root(char **ret_path)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	char *path = NULL;
	int r = -ENOENT;

	if (!mounts)
		return -errno;
	while (!path && (entry = getmntent(mounts)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0) {
			path = strdup(entry->mnt_dir);
			r = path ? 0 : -ENOMEM;
		}
	endmntent(mounts);
	if (r == 0)
		*ret_path = path;
	return r;
}

static int find_home(const char *root)
{
	_cleanup_free_ char *text = NULL, *path = NULL;
	int r;

	r = igt_file_read("/proc/self/cgroup", &text);
	if (r == 0)
		r = igt_cgroup_parse(text, &path);
	if (r < 0)
		return r;
	if (snprintf(sandbox.home, sizeof(sandbox.home), "%s%s/cgroup.procs", root, path) >=
	    (int)sizeof(sandbox.home))
		return -ENAMETOOLONG;
	return 0;
}

static bool has_word(const char *text, const char *word)
{
	const size_t length = strlen(word);

	for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
		const size_t here = strcspn(text, " \n");

		if (here == length && strncmp(text, word, length) == 0)
			return true;
		text += here;
	}
	return false;
}

/* Children of the root get the memory controller, if there is one. */
static int enable_memory(const char *root)
{
	_cleanup_free_ char *list = NULL, *controllers = NULL, *enabled = NULL;
	int r;

	if (asprintf(&list, "%s/cgroup.controllers", root) < 0)
		return -ENOMEM;
	r = igt_file_read(list, &controllers);
	if (r < 0)
		return r;
	if (!has_word(controllers, "memory"))
		return -EOPNOTSUPP;
	if (snprintf(sandbox.control, sizeof(sandbox.control), "%s/cgroup.subtree_control", root) >=
	    (int)sizeof(sandbox.control))
		return -ENAMETOOLONG;
	r = igt_file_read(sandbox.control, &enabled);
	if (r < 0 || has_word(enabled, "memory"))
		return r;
	r = write_now(sandbox.control, "+memory");
	if (r == 0)
		sandbox.enabled = true;
	return r;
}

static int make_and_enter(const char *root)
{
	static unsigned int number;
	_cleanup_free_ char *procs = NULL;

	if (snprintf(sandbox.path, sizeof(sandbox.path), "%s/igt-%d-%u", root, getpid(),
		     number++) >= (int)sizeof(sandbox.path))
		return -ENAMETOOLONG;
	if (mkdir(sandbox.path, 0755) < 0)
		return -errno;
	sandbox.made = true;
	if (asprintf(&procs, "%s/cgroup.procs", sandbox.path) < 0)
		return -ENOMEM;
	return write_now(procs, "0");
}

static void require_step(int r, const char *what)
{
	if (r < 0)
		undo(0);
	errno = 0;
	igt_require_f(r >= 0, "No memory cgroup can be made: %s: %s\n", what, strerror(-r));
}

void igt_memcg_enter(void)
{
	_cleanup_free_ char *root = NULL;
	int r;

	igt_assert_f(!sandbox.made, "the test is in a cgroup of its own already\n");
	errno = 0;
	igt_require_f(geteuid() == 0, "No memory cgroup can be made: run as root\n");
	r = find_root(&root);
	errno = 0;
	igt_require_f(r != -ENOENT, "No memory cgroup can be made: cgroup v2 is not mounted\n");
	require_step(r, "/proc/self/mounts");
	require_step(find_home(root), "finding the present one in v2");
	igt_install_exit_handler(undo);
	igt_on_subtest_end(undo_at_subtest_end, NULL);

	r = enable_memory(root);
	errno = 0;
	igt_require_f(r != -EOPNOTSUPP, "No memory cgroup can be made: %s has no memory "
		      "controller (CONFIG_MEMCG; or v1 has it)\n", root);
	require_step(r, "enabling the memory controller");
	require_step(make_and_enter(root), sandbox.path);
	igt_debug("in %s\n", sandbox.path);
}

void igt_memcg_leave(void)
{
	undo(0);
	igt_assert_f(!sandbox.made, "%s cannot be left: %s\n", sandbox.path, strerror(errno));
}

static int read_file(const char *name, char **ret_text)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", sandbox.path, name) < 0)
		return -ENOMEM;
	return igt_file_read(path, ret_text);
}

uint64_t igt_memcg_stat(const char *key)
{
	_cleanup_free_ char *text = NULL;
	uint64_t value = 0;
	int r;

	r = read_file("memory.stat", &text);
	if (r == 0)
		r = igt_memory_stat_parse(text, key, &value);
	igt_assert_f(r == 0, "memory.stat, %s: %s\n", key, strerror(-r));
	return value;
}

static uint64_t read_number(const char *name)
{
	_cleanup_free_ char *text = NULL;
	int r = read_file(name, &text);

	igt_assert_f(r == 0, "%s: %s\n", name, strerror(-r));
	return strtoull(text, NULL, 10);
}

uint64_t igt_memcg_current(void)
{
	return read_number("memory.current");
}

uint64_t igt_memcg_swap(void)
{
	return read_number("memory.swap.current");
}

void igt_memcg_reclaim(uint64_t bytes)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	if (asprintf(&path, "%s/memory.reclaim", sandbox.path) < 0)
		path = NULL;
	if (asprintf(&text, "%" PRIu64, bytes) < 0)
		text = NULL;
	igt_assert(path && text);
	r = write_now(path, text);
	errno = 0;
	igt_require_f(r != -ENOENT, "A cgroup has no memory.reclaim: the kernel is older than "
		      "5.19\n");
	/* EAGAIN: it found less than @bytes. */
	igt_assert_f(r == 0 || r == -EAGAIN, "memory.reclaim: %s\n", strerror(-r));
}
