/* SPDX-License-Identifier: MIT */
/**
 * Making and removing of cgroups, and their files.
 */
#define IGT_LOG_DOMAIN "igt_cgroup"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo.h"

#define MAX_CONTROLLERS 4

/* What a process that is in the kernel may need to leave it. */
#define FREEZE_MS 10000

struct igt_cgroup {
	char path[512];
	int made;		      /* the change that it is */
	int enabled[MAX_CONTROLLERS]; /* changes of the root, 0: it was so */
};

/* --- parsers -------------------------------------------------------------------------------- */

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

int igt_mounts_parse(const char *text, const char *type, const char *option, char **ret_path)
{
	_cleanup_fclose_ FILE *mounts = NULL;
	struct mntent *entry;

	if (!*text)
		return -ENOENT;
	mounts = fmemopen((char *)text, strlen(text), "r");
	if (!mounts)
		return -ENOMEM;
	while ((entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, type) != 0 || (option && !hasmntopt(entry, option)))
			continue;
		*ret_path = strdup(entry->mnt_dir);
		return *ret_path ? 0 : -ENOMEM;
	}
	return -ENOENT;
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

/* --- where they are ------------------------------------------------------------------------- */

static int find_mount(const char *type, const char *option, char **ret_path)
{
	_cleanup_free_ char *text = NULL;
	int r = igt_file_read("/proc/self/mounts", &text);

	return r < 0 ? r : igt_mounts_parse(text, type, option, ret_path);
}

int igt_cgroup_root(char **ret_path)
{
	return find_mount("cgroup2", NULL, ret_path);
}

/* The cgroup.procs of where the process is now. */
static int find_home(const char *root, char **ret_procs)
{
	_cleanup_free_ char *text = NULL, *path = NULL;
	int r;

	r = igt_file_read("/proc/self/cgroup", &text);
	if (r == 0)
		r = igt_cgroup_parse(text, &path);
	if (r < 0)
		return r;
	return asprintf(ret_procs, "%s%s/cgroup.procs", root, path) < 0 ? -ENOMEM : 0;
}

/* --- making them ---------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static void require(bool condition, const char *format, ...)
{
	char why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	errno = 0;
	igt_require_f(condition, "No cgroup can be made: %s\n", why);
}

static void require_step(int r, const char *what)
{
	require(r >= 0, "%s: %s", what, strerror(-r));
}

/* There is no v2, or not with this controller: whoever reads that wants to know what to do. */
static void require_not_v1(const char *controller)
{
	_cleanup_free_ char *v1 = NULL;

	if (find_mount("cgroup", controller, &v1) == 0)
		require(false, "the %s controller is used by cgroup v1, at %s: boot with "
			"cgroup_no_v1=%s, and on systemd with systemd.unified_cgroup_hierarchy=1",
			controller, v1, controller);
}

static void require_controller(const char *root, const char *controller)
{
	_cleanup_free_ char *path = NULL, *list = NULL;

	igt_assert(asprintf(&path, "%s/cgroup.controllers", root) >= 0);
	require_step(igt_file_read(path, &list), path);
	if (has_word(list, controller))
		return;
	require_not_v1(controller);
	require(false, "%s has no %s controller: the kernel was built without it, or booted with "
		"cgroup_disable=%s", root, controller, controller);
}

/* Children of the root get the controller. Returns the change, 0 if they have it. */
static int enable(const char *root, const char *controller)
{
	_cleanup_free_ char *path = NULL, *enabled = NULL, *on = NULL, *off = NULL;
	int change;

	require_controller(root, controller);
	igt_assert(asprintf(&path, "%s/cgroup.subtree_control", root) >= 0 &&
		   asprintf(&on, "+%s", controller) >= 0 && asprintf(&off, "-%s", controller) >= 0);
	require_step(igt_file_read(path, &enabled), path);
	if (has_word(enabled, controller))
		return 0;
	change = igt_undo_add(IGT_UNDO_WRITE, path, off);
	require_step(change, "what undoes it");
	require_step(igt_file_write(path, on), path);
	return change;
}

static void enable_all(struct igt_cgroup *cgroup, const char *root, const char *controllers)
{
	_cleanup_free_ char *names = strdup(controllers);
	unsigned int count = 0;
	char *rest, *name;

	igt_assert(names);
	for (name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		igt_assert(count < MAX_CONTROLLERS);
		cgroup->enabled[count++] = enable(root, name);
	}
}

struct igt_cgroup *igt_cgroup_new(const char *purpose, const char *controllers)
{
	static unsigned int number;
	_cleanup_free_ char *root = NULL, *home = NULL;
	struct igt_cgroup cgroup = {0}, *made;

	require(geteuid() == 0, "run as root");
	if (igt_cgroup_root(&root) < 0) {
		require_not_v1("memory");
		require(false, "cgroup v2 is not mounted");
	}
	require_step(find_home(root, &home), "finding the present one");
	enable_all(&cgroup, root, controllers);
	igt_assert(snprintf(cgroup.path, sizeof(cgroup.path), "%s/igt-%s-%d-%u", root, purpose,
			    getpid(), number++) < (int)sizeof(cgroup.path));
	cgroup.made = igt_undo_add(IGT_UNDO_CGROUP, cgroup.path, home);
	require_step(cgroup.made, "what undoes it");
	require_step(mkdir(cgroup.path, 0755) < 0 ? -errno : 0, cgroup.path);
	igt_debug("made %s\n", cgroup.path);
	made = malloc(sizeof(*made));
	igt_assert(made);
	*made = cgroup;
	return made;
}

int igt_cgroup_free(struct igt_cgroup *cgroup)
{
	int r;

	if (!cgroup)
		return 0;
	r = igt_undo_now(cgroup->made);
	for (int i = MAX_CONTROLLERS - 1; i >= 0 && r == 0; i--)
		if (cgroup->enabled[i])
			r = igt_undo_now(cgroup->enabled[i]);
	free(cgroup);
	return r;
}

int igt_cgroup_enter(const struct igt_cgroup *cgroup, pid_t pid)
{
	/* 0 stands for the process that writes. */
	return igt_cgroup_write(cgroup, "cgroup.procs", (uint64_t)pid);
}

/* --- their files ---------------------------------------------------------------------------- */

const char *igt_cgroup_path(const struct igt_cgroup *cgroup)
{
	return cgroup->path;
}

static char *path_of(const struct igt_cgroup *cgroup, const char *attribute)
{
	char *path;

	igt_assert(asprintf(&path, "%s/%s", cgroup->path, attribute) >= 0);
	return path;
}

bool igt_cgroup_has(const struct igt_cgroup *cgroup, const char *attribute)
{
	_cleanup_free_ char *path = path_of(cgroup, attribute);

	return access(path, F_OK) == 0;
}

static char *read_file(const struct igt_cgroup *cgroup, const char *attribute)
{
	_cleanup_free_ char *path = path_of(cgroup, attribute);
	char *text = NULL;
	int r = igt_file_read(path, &text);

	igt_assert_f(r == 0, "%s: %s\n", path, strerror(-r));
	return text;
}

uint64_t igt_cgroup_number(const struct igt_cgroup *cgroup, const char *attribute)
{
	_cleanup_free_ char *text = read_file(cgroup, attribute);

	return strtoull(text, NULL, 10);
}

uint64_t igt_cgroup_entry(const struct igt_cgroup *cgroup, const char *attribute, const char *key)
{
	_cleanup_free_ char *text = read_file(cgroup, attribute);
	uint64_t value = 0;
	int r = igt_entry_parse(text, key, &value);

	igt_assert_f(r == 0, "%s, %s: %s\n", attribute, key, strerror(-r));
	return value;
}

bool igt_cgroup_has_entry(const struct igt_cgroup *cgroup, const char *attribute, const char *key)
{
	_cleanup_free_ char *text = read_file(cgroup, attribute);
	uint64_t value;

	return igt_entry_parse(text, key, &value) == 0;
}

int igt_cgroup_write(const struct igt_cgroup *cgroup, const char *attribute, uint64_t number)
{
	_cleanup_free_ char *path = path_of(cgroup, attribute), *text = NULL;

	if (asprintf(&text, "%" PRIu64, number) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return igt_file_write(path, text);
}

int igt_cgroup_freeze(const struct igt_cgroup *cgroup, bool frozen)
{
	const int r = igt_cgroup_write(cgroup, "cgroup.freeze", frozen);

	if (r < 0)
		return r;
	return igt_wait(igt_cgroup_entry(cgroup, "cgroup.events", "frozen") == frozen, FREEZE_MS, 1)
		       ? 0 : -ETIMEDOUT;
}
