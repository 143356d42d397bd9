/* SPDX-License-Identifier: MIT */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results.h"

#define POLL_US 20000
#define POLL_ROUNDS 500

char *scratch_new(void)
{
	g_autoptr(GError) error = NULL;
	char *dir = g_dir_make_tmp("igt-runner-test-XXXXXX", &error);

	if (!dir)
		fail_msg("no scratch directory: %s", error->message);
	return dir;
}

void use_memory_for_scratch(void)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", /* overwrite= */ TRUE);
}

static void run_quietly(char **argv)
{
	g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

void scratch_remove(char *dir)
{
	char *argv[] = {(char *)"rm", (char *)"-rf", (char *)"--", dir, NULL};

	run_quietly(argv);
	g_free(dir);
}

int scratch_setup(void **state)
{
	*state = scratch_new();
	return 0;
}

int scratch_teardown(void **state)
{
	scratch_remove(*state);
	return 0;
}

void put_bytes(const char *dir, const char *name, const char *data, size_t len)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	int fd;

	assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
	/* In place and without a flush: some tests do this ten thousand times. */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

void put_file(const char *dir, const char *name, const char *text)
{
	put_bytes(dir, name, text, strlen(text));
}

char *get_file(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	char *text;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

void put_run(const char *dir, const char *joblist)
{
	put_file(dir, "metadata.txt",
		 "name : hand-made\ndmesg_warn_level : 4\nprune_mode : 2\n"
		 "cmdline.argc : 1\ncmdline.argv[0] : igt_runner\n");
	put_file(dir, "joblist.txt", joblist);
}

void put_job(const char *dir, unsigned index, const char *out, const char *err, const char *dmesg,
	     const char *journal)
{
	const char *const names[] = {"out.txt", "err.txt", "dmesg.txt", "journal.txt"};
	const char *const texts[] = {out, err, dmesg, journal};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *name = g_strdup_printf("%u/%s", index, names[i]);

		put_file(dir, name, texts[i]);
	}
}

struct json_object *read_results(const char *dir)
{
	g_autofree char *text = get_file(dir, "results.json");
	struct json_object *results = json_tokener_parse(text);

	assert_non_null(results);
	assert_true(g_utf8_validate(text, -1, NULL));
	return results;
}

struct json_object *make_results(const char *dir)
{
	assert_int_equal(results_generate(dir), 0);
	return read_results(dir);
}

const char *test_string(struct json_object *results, const char *name, const char *key)
{
	struct json_object *tests, *test, *value;

	assert_true(json_object_object_get_ex(results, "tests", &tests));
	if (!json_object_object_get_ex(tests, name, &test) ||
	    !json_object_object_get_ex(test, key, &value))
		return "";
	return json_object_get_string(value);
}

int total_of(struct json_object *results, const char *group, const char *verdict)
{
	struct json_object *totals, *counts, *count;

	assert_true(json_object_object_get_ex(results, "totals", &totals));
	if (!json_object_object_get_ex(totals, group, &counts))
		return -1;
	assert_true(json_object_object_get_ex(counts, verdict, &count));
	return json_object_get_int(count);
}

static char *tool_path(const char *tool)
{
	const char *dir = g_getenv("RUNNER_BUILD_DIR");

	assert_non_null(dir);
	/* Of whoever runs these tests; it would stand in for the one that they name. */
	g_unsetenv("IGT_TEST_ROOT");
	return g_build_filename(dir, tool, NULL);
}

struct tool_run run_tool(const char *tool, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *path = tool_path(tool);
	struct tool_run run = {0};
	va_list words;
	const char *word;
	int status;

	g_ptr_array_add(argv, path);
	va_start(words, tool);
	while ((word = va_arg(words, const char *)))
		g_ptr_array_add(argv, (char *)word);
	va_end(words);
	g_ptr_array_add(argv, NULL);
	assert_true(g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL,
				 &run.out, &run.err, &status, NULL));
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	return run;
}

void tool_run_clear(struct tool_run *run)
{
	g_free(run->out);
	g_free(run->err);
}

pid_t start_runner(const char *const *words)
{
	return start_tool("igt_runner", words);
}

pid_t start_tool(const char *tool, const char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *path = tool_path(tool);
	GPid pid;

	g_ptr_array_add(argv, path);
	for (; *words; words++)
		g_ptr_array_add(argv, (char *)*words);
	g_ptr_array_add(argv, NULL);
	assert_true(g_spawn_async(NULL, (char **)argv->pdata, NULL,
				  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
					  G_SPAWN_STDERR_TO_DEV_NULL,
				  NULL, NULL, &pid, NULL));
	return pid;
}

int wait_runner(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

bool runs_can_start(void)
{
	/* Orphans are for the runner, not for us. */
	return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 0) == 0;
}

int skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	return 0;
}

char *make_test_root(const char *dir, const char *test_list)
{
	static const char *const names[] = {
		"tester",     "talker",	    "wrecker",	  "sluggish",	  "plain_pass",
		"plain_skip", "plain_fail", "plain_segv", "plain_silent", "dies_listing"};
	char *root = g_build_filename(dir, "root", NULL);
	g_autofree char *tester =
		g_build_filename(g_getenv("RUNNER_BUILD_DIR"), "tests", "tester", NULL);
	g_autofree char *tester_many =
		g_build_filename(g_getenv("RUNNER_BUILD_DIR"), "tests", "tester_many", NULL);
	g_autofree char *many = g_build_filename(root, "many", NULL);

	put_file(root, "test-list.txt", test_list);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *link = g_build_filename(root, names[i], NULL);

		assert_int_equal(symlink(tester, link), 0);
	}
	assert_int_equal(symlink(tester_many, many), 0);
	return root;
}

struct workplace *workplace_new(const char *test_list)
{
	struct workplace *place = g_new0(struct workplace, 1);

	place->dir = scratch_new();
	place->root = make_test_root(place->dir, test_list);
	place->results = g_build_filename(place->dir, "results", NULL);
	place->environment = g_strdup_printf("TESTER_PIDFILE=%s/pid", place->dir);
	return place;
}

void workplace_free(struct workplace *place)
{
	g_free(place->root);
	g_free(place->results);
	g_free(place->environment);
	scratch_remove(place->dir);
	g_free(place);
}

char *wait_for_file(const char *dir, const char *name)
{
	for (int i = 0; i < POLL_ROUNDS; i++) {
		char *text = get_file(dir, name);

		if (*text != '\0')
			return text;
		g_free(text);
		g_usleep(POLL_US);
	}
	fail_msg("%s/%s did not appear", dir, name);
	return NULL;
}

static bool has_text(const char *dir, const char *name, const char *text, unsigned times)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *content = NULL;
	const char *at;
	size_t len;

	if (!g_file_get_contents(path, &content, &len, NULL))
		return false;
	for (at = content; times > 0; times--) {
		at = memmem(at, len - (at - content), text, strlen(text));
		if (!at)
			return false;
		at += strlen(text);
	}
	return true;
}

void wait_for_text(const char *dir, const char *name, const char *text, unsigned times)
{
	for (int i = 0; i < POLL_ROUNDS; i++) {
		if (has_text(dir, name, text, times))
			return;
		g_usleep(POLL_US);
	}
	fail_msg("%s/%s does not have \"%s\" %u times", dir, name, text, times);
}

bool process_lives(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *stat = NULL;
	const char *state;

	if (!g_file_get_contents(path, &stat, NULL, NULL))
		return false;
	state = strrchr(stat, ')');
	return state && state[1] == ' ' && state[2] != 'Z' && state[2] != 'X';
}
