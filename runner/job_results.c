/* SPDX-License-Identifier: MIT */
#include "job_results.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fileio.h"
#include "log.h"
#include "results_dir.h"
#include "test_result.h"

/* What other result writers say of a job that left nothing; readers look for it. */
static const char no_output[] =
	"This test didn't produce any output. The machine probably rebooted ungracefully.\n";

void job_results_free(struct job_results *results)
{
	if (!results)
		return;
	g_ptr_array_unref(results->tests);
	g_free(results);
}

static struct job_results *not_run(const struct job *job, const struct settings *settings)
{
	struct job_results *results = g_new0(struct job_results, 1);

	results->tests = test_result_list_new();
	for (unsigned i = 0; i < job->subtests->len; i++) {
		g_auto(GStrv) names = g_strsplit(g_ptr_array_index(job->subtests, i), "@", 2);

		g_ptr_array_add(results->tests,
				test_result_new(job->binary, names[0], names[0] ? names[1] : NULL,
						VERDICT_NOTRUN));
	}
	/* With several subtests per process, a bare binary stands for names nobody asked for. */
	if (job->subtests->len == 0 && !settings->multiple_mode)
		g_ptr_array_add(results->tests,
				test_result_new(job->binary, /* subtest= */ NULL,
						/* dynamic= */ NULL, VERDICT_NOTRUN));
	return results;
}

/* The runner makes these before anything else. */
static bool never_began(const struct job_files *files)
{
	return !files->data[SEALED_OUT] || !files->data[SEALED_ERR] || !files->data[SEALED_DMESG];
}

static void mark_silent(const GPtrArray *tests)
{
	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (!test->recorded || *test->out != '\0' || *test->err != '\0' ||
		    test->dmesg->len > 0)
			continue;
		g_free(test->out);
		test->out = g_strdup(no_output);
		test->verdict = VERDICT_INCOMPLETE;
	}
}

/* A record of another runner has its own rules: there, what never began is missing. */
static bool is_own_run(int results_fd)
{
	return faccessat(results_fd, RESULTS_DIR_BOOT, F_OK, 0) == 0;
}

static bool was_seen(const struct transcript *transcript, const char *subtest)
{
	return g_hash_table_contains(transcript->index, subtest);
}

/* What was asked for must not vanish because its process was gone before its turn. */
static void add_unseen(int results_fd, const struct job *job, const struct transcript *transcript,
		       GPtrArray *tests)
{
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);

	/* The first one has the result of the process. */
	if (transcript->subtests->len == 0 && job->subtests->len > 0)
		g_hash_table_add(told, g_ptr_array_index(job->subtests, 0));
	for (unsigned i = 0; i < job->subtests->len; i++) {
		char *listed = g_ptr_array_index(job->subtests, i);
		g_auto(GStrv) names = g_strsplit(listed, "@", 2);

		/* A pattern names nothing by itself. */
		if (!names[0] || !test_name_is_valid(names[0], strlen(names[0])) ||
		    was_seen(transcript, names[0]) || !g_hash_table_add(told, listed))
			continue;
		if (!is_own_run(results_fd))
			return;
		g_ptr_array_add(tests,
				test_result_new(job->binary, names[0], names[1], VERDICT_NOTRUN));
	}
}

static struct job_results *judge(int results_fd, const struct job *job, unsigned index,
				 struct job_files *files, const struct dmesg_rules *rules)
{
	_cleanup_(transcript_freep) struct transcript *transcript =
		job_files_transcript(files, job, index);
	struct dmesg_log log = {.text = job_files_data(files, SEALED_DMESG),
				.len = files->len[SEALED_DMESG],
				.cut = files->seal[SEALED_DMESG] == SEAL_CUT};
	struct job_results *results = g_new0(struct job_results, 1);

	results->tests = transcript_results(transcript, job);
	add_unseen(results_fd, job, transcript, results->tests);
	for (unsigned i = 0; i < transcript->processes->len; i++) {
		const struct process *process =
			&g_array_index(transcript->processes, struct process, i);

		results->ended |= process->ended;
		results->seconds += process->seconds;
	}
	dmesg_attribute(&log, rules, results->tests);
	mark_silent(results->tests);
	return results;
}

struct job_results *job_results_of(int results_fd, unsigned index, const struct job *job,
				   const struct settings *settings,
				   const struct dmesg_rules *rules, struct job_files *files)
{
	return never_began(files) ? not_run(job, settings)
				  : judge(results_fd, job, index, files, rules);
}

int job_results_load(int results_fd, unsigned index, const struct job *job,
		     const struct settings *settings, const struct dmesg_rules *rules,
		     struct job_results **ret)
{
	_cleanup_(job_files_clear) struct job_files files = {0};
	char name[16];
	autofd job_fd = -1;
	int r;

	g_snprintf(name, sizeof(name), "%u", index);
	job_fd = openat(results_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = job_fd < 0 ? -errno : job_files_read(job_fd, &files);
	if (r == -ENOENT || r == -ENOTDIR) {
		*ret = not_run(job, settings);
		return 0;
	}
	if (r < 0) {
		log_error("cannot read the results of job %u (%s): %s", index, job->binary,
			  g_strerror(-r));
		return r;
	}
	*ret = job_results_of(results_fd, index, job, settings, rules, &files);
	return 0;
}
