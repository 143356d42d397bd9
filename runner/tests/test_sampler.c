/* SPDX-License-Identifier: MIT */
/** Memory over time, as a process beside the runner writes it. */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory_row.h"
#include "sampler.h"

/* A results folder. */
struct place {
	char *dir;
	int dirfd;
};

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = scratch_new();
	place->dirfd = open(place->dir, O_RDONLY | O_DIRECTORY);
	*state = place;
	return place->dirfd < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	close(place->dirfd);
	scratch_remove(place->dir);
	g_free(place);
	return 0;
}

static void assert_row(const char *row)
{
	if (!g_regex_match_simple("^[0-9]+\\.[0-9]{6}(\t(-|[0-9]+)){8}$", row, 0, 0))
		fail_msg("\"%s\" is no row", row);
}

static void a_row_has_what_the_kernel_tells(void **state)
{
	struct memory_source *source = memory_source_new(/* procs_fd= */ -1, getpid());
	g_autoptr(GString) rows = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	memory_row_add(source, 12.5, rows);
	memory_row_add(source, 12.55, rows);
	memory_source_free(source);
	lines = g_strsplit(rows->str, "\n", -1);
	assert_int_equal(g_strv_length(lines), 3);
	assert_row(lines[0]);
	assert_row(lines[1]);
	assert_true(g_str_has_prefix(lines[1], "12.550000\t"));
	/* MemAvailable is in any kernel; this process has no DRM file. */
	assert_false(g_str_has_prefix(strchr(lines[0], '\t'), "\t-"));
	assert_true(g_str_has_suffix(lines[0], "\t-\t-\t-"));
}

static void rows_come_while_a_job_runs(void **state)
{
	const struct place *place = *state;
	struct sampler *sampler;
	g_autofree char *job = g_build_filename(place->dir, "0", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_mkdir_with_parents(job, 0700);
	assert_int_equal(sampler_start(place->dirfd, /* cgroups= */ NULL, &sampler), 0);
	/* It is nobody's child that a runner could take for a part of the job. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	sampler_begin(sampler, 0, getpid(), /* clock_offset= */ 1000.0);
	for (int i = 0; i < 500; i++) {
		g_free(text);
		text = get_file(job, "memory.txt");
		g_strfreev(lines);
		lines = g_strsplit(text, "\n", -1);
		if (g_strv_length(lines) > 6)
			break;
		g_usleep(20000);
	}
	sampler_end(sampler);
	sampler_stop(sampler);
	assert_true(g_strv_length(lines) > 6);
	assert_string_equal(lines[0], "# igt-reclaim memory 1");
	assert_string_equal(lines[1], "time\tMemAvailable\tShmem\tUnevictable\tSwapUsed\tshrinker\t"
				      "resident\tpurgeable\tactive");
	for (unsigned i = 2; i < 6; i++) {
		assert_row(lines[i]);
		assert_true(g_ascii_strtod(lines[i], NULL) > 1000.0);
		assert_true(i == 2 || g_ascii_strtod(lines[i], NULL) >=
					      g_ascii_strtod(lines[i - 1], NULL) + 0.049);
	}
}

/* As one that hangs in a lock of the driver. */
static void a_stuck_sampler_is_replaced(void **state)
{
	const struct place *place = *state;
	g_autofree char *job = g_build_filename(place->dir, "1", NULL);
	struct sampler *sampler;
	g_autofree char *text = NULL;
	pid_t first;

	g_mkdir_with_parents(job, 0700);
	assert_int_equal(sampler_start(place->dirfd, /* cgroups= */ NULL, &sampler), 0);
	first = sampler_pid(sampler);
	kill(first, SIGSTOP);
	sampler_end(sampler);
	/* It is given some seconds, in which nobody waits for it. */
	for (int i = 0; i < 1500 && sampler_pid(sampler) == first; i++) {
		g_usleep(10000);
		sampler_begin(sampler, 1, getpid(), 0.0);
	}
	assert_int_not_equal(sampler_pid(sampler), first);
	text = wait_for_file(job, "memory.txt");
	sampler_stop(sampler);
	assert_false(process_lives(first));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_has_what_the_kernel_tells),
		TEST(rows_come_while_a_job_runs),
		TEST(a_stuck_sampler_is_replaced),
	};

	/* What starts no run there starts no sampler either. */
	if (!runs_can_start())
		return skip_all(NO_RUNS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
