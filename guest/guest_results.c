// SPDX-License-Identifier: MIT
#include "guest_results.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One of these makes a folder a results folder. */
static const char *const marks[] = {"metadata.txt", GUEST_RESULTS_JSON, GUEST_RESULTS_CONSOLE};

/* What runs leave: of the runner, and of the guest. Numbered directories are its jobs. */
static const char *const leavings[] = {
	"metadata.txt",	     "environment.txt", "hooks.txt",	    "joblist.txt",
	"uname.txt",	     "starttime.txt",	"endtime.txt",	    "aborted.txt",
	"kmemleak.txt",	     "results.json",	GUEST_RESULTS_JSON, GUEST_RESULTS_CONSOLE,
	GUEST_RESULTS_DMESG, "boot.txt",
};

static bool is_job(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

static bool is_results(const char *dir)
{
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		g_autofree char *path = g_build_filename(dir, marks[i], NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return true;
	}
	return false;
}

static int check_content(const char *dir, char **ret_why)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);

	if (!d)
		return guest_fail(ret_why, errno, "results folder %s cannot be read: %s", dir,
				  strerror(errno));
	if (g_dir_read_name(d) && !is_results(dir))
		return guest_fail(ret_why, ENOTEMPTY,
				  "%s is not empty and holds no results of an earlier run: give "
				  "--results another folder",
				  dir);
	return 0;
}

/* Only a write proves that one can write: root passes every permission check. */
static int check_writable(const char *dir, char **ret_why)
{
	g_autofree char *probe = g_build_filename(dir, ".igt-guest-XXXXXX", NULL);
	_cleanup_close_ int fd = g_mkstemp_full(probe, O_RDWR | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : guest_write_all(fd, "igt", 3);

	if (fd >= 0)
		unlink(probe);
	if (r < 0)
		return guest_fail(ret_why, -r,
				  "results folder %s cannot be written: %s; give --results one "
				  "that can",
				  dir, strerror(-r));
	return 0;
}

static int remove_leavings(const char *dir, char **ret_why)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *name;
	int r = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(leavings); i++) {
		g_autofree char *path = g_build_filename(dir, leavings[i], NULL);

		if (unlink(path) && errno != ENOENT)
			return guest_fail(ret_why, errno, "%s cannot be removed: %s", path,
					  strerror(errno));
	}
	while (d && r == 0 && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (is_job(name))
			r = guest_remove_tree(path);
		if (r < 0)
			return guest_fail(ret_why, -r, "%s cannot be removed: %s", path,
					  strerror(-r));
	}
	return 0;
}

int guest_results_prepare(const char *dir, char **ret_path, char **ret_why)
{
	g_autofree char *path = g_canonicalize_filename(dir, NULL);
	int r;

	if (g_mkdir_with_parents(path, 0755))
		return guest_fail(ret_why, errno, "results folder %s cannot be made: %s", dir,
				  strerror(errno));
	r = check_content(path, ret_why);
	r = r ?: check_writable(path, ret_why);
	r = r ?: remove_leavings(path, ret_why);
	if (r < 0)
		return r;
	*ret_path = g_steal_pointer(&path);
	return 0;
}

char *guest_results_running(const char *dir)
{
	g_autofree char *file = g_build_filename(dir, "joblist.txt", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) jobs = NULL;
	int last = -1;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	jobs = g_strsplit(g_strchomp(text), "\n", -1);
	/* The runner makes a job's directory when it starts the job. */
	for (char **job = jobs; *job; job++) {
		g_autofree char *number = g_strdup_printf("%d", last + 1);
		g_autofree char *path = g_build_filename(dir, number, NULL);

		if (!g_file_test(path, G_FILE_TEST_IS_DIR))
			break;
		last++;
	}
	if (last < 0)
		return NULL;
	return g_strdelimit(g_strdup(jobs[last]), " ", '@');
}

static char *tool_path(const char *suite, const char *name)
{
	return g_build_filename(suite, "bin", name, NULL);
}

static int make_results_json(const char *dir, const char *suite, char **ret_why)
{
	g_autofree char *tool = tool_path(suite, "igt_results");
	_cleanup_spawned_ struct guest_spawned done = {0};
	const char *argv[] = {tool, dir, NULL};
	int r = guest_spawn_run(&(struct guest_spawn){.argv = argv, .guest = true}, &done);

	if (r < 0)
		return guest_fail(ret_why, -r, "%s did not run: %s", tool, strerror(-r));
	if (done.status)
		return guest_fail(ret_why, EIO, "igt_results failed with %d on %s: %s", done.status,
				  dir, g_strstrip(done.err->str));
	return 0;
}

int guest_results_report(const char *dir, const char *suite, bool clean, const char *const *expect,
			 char **ret_why)
{
	g_autofree char *json = g_build_filename(dir, "results.json", NULL);
	g_autofree char *tool = tool_path(suite, "igt_report");
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	_cleanup_spawned_ struct guest_spawned done = {0};
	int r = 0;

	if (!clean || access(json, R_OK))
		r = make_results_json(dir, suite, ret_why);
	if (r < 0)
		return r;
	g_ptr_array_add(argv, tool);
	g_ptr_array_add(argv, (char *)"summary");
	g_ptr_array_add(argv, (char *)dir);
	for (; expect && *expect; expect++)
		g_ptr_array_add(argv, (char *)*expect);
	g_ptr_array_add(argv, NULL);
	fflush(stdout);
	r = guest_spawn_run(
		&(struct guest_spawn){.argv = (const char *const *)argv->pdata,
				      .inherit = true,
				      .guest = true},
		&done);
	if (r < 0)
		return guest_fail(ret_why, -r, "%s did not run: %s", tool, strerror(-r));
	return done.status;
}
