/* SPDX-License-Identifier: MIT */
#include "job_results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "fileio.h"
#include "log.h"
#include "test_result.h"
#include "text_results.h"

/* What other result writers say of a job that left nothing; readers look for it. */
static const char no_output[] =
	"This test didn't produce any output. The machine probably rebooted ungracefully.\n";

/* Start of a packet in the dump of the socket protocol, and the types that matter here. */
#define PACKET_CANARY ('I' << 24 | 'G' << 16 | 'T' << 8 | '1')
#define PACKET_EXEC 2
#define PACKET_HEADER_SIZE 16

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

/* True if the dump holds more than the runner's own note of what it executed. */
static bool comms_has_results(const char *data, size_t len)
{
	while (len >= sizeof(uint32_t) + PACKET_HEADER_SIZE) {
		uint32_t canary, size, type;

		memcpy(&canary, data, sizeof(canary));
		memcpy(&size, data + 4, sizeof(size));
		memcpy(&type, data + 8, sizeof(type));
		if (canary != PACKET_CANARY || size < PACKET_HEADER_SIZE)
			return false;
		if (type != PACKET_EXEC)
			return true;
		if (size > len - sizeof(canary))
			return false;
		data += sizeof(canary) + size;
		len -= sizeof(canary) + size;
	}
	return false;
}

/* Its text files are empty then, and would read as "the machine died". */
static int refuse_socket_dump(int job_fd, unsigned index)
{
	g_autofree char *data = NULL;
	size_t len;

	if (file_read_at(job_fd, "comms", &data, &len) < 0 || !comms_has_results(data, len))
		return 0;
	log_error("%u/comms: results in socket packets cannot be read; run the tests with "
		  "IGT_RUNNER_DISABLE_SOCKET_COMMUNICATION set",
		  index);
	return -EOPNOTSUPP;
}

/* The files of one job, as bytes. */
struct job_files {
	char *out, *err, *dmesg, *journal;
	size_t out_len, err_len, dmesg_len, journal_len;
};

static void job_files_clear(struct job_files *files)
{
	g_free(files->out);
	g_free(files->err);
	g_free(files->dmesg);
	g_free(files->journal);
}

static int job_files_read(int job_fd, struct job_files *files)
{
	int r = file_read_at(job_fd, "out.txt", &files->out, &files->out_len);

	if (r >= 0)
		r = file_read_at(job_fd, "err.txt", &files->err, &files->err_len);
	if (r >= 0)
		r = file_read_at(job_fd, "dmesg.txt", &files->dmesg, &files->dmesg_len);
	if (r < 0)
		return r;
	r = file_read_at(job_fd, "journal.txt", &files->journal, &files->journal_len);
	if (r == -ENOENT) {
		files->journal = g_strdup("");
		r = 0;
	}
	return r;
}

static void mark_silent(const GPtrArray *tests)
{
	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (*test->out != '\0' || *test->err != '\0' || test->dmesg->len > 0)
			continue;
		g_free(test->out);
		test->out = g_strdup(no_output);
		test->verdict = VERDICT_INCOMPLETE;
	}
}

static struct job_results *judge(const struct job *job, const struct job_files *files,
				 const struct dmesg_rules *rules)
{
	_cleanup_(journal_freep) struct journal *journal =
		journal_parse(files->journal, files->journal_len);
	struct job_results *results = g_new0(struct job_results, 1);
	struct text_record record = {.out = files->out,
				     .out_len = files->out_len,
				     .err = files->err,
				     .err_len = files->err_len,
				     .journal = journal};

	results->tests = text_results(job, &record);
	results->ended = journal->ended;
	results->seconds = journal->seconds;
	dmesg_attribute(files->dmesg, files->dmesg_len, rules, results->tests);
	mark_silent(results->tests);
	return results;
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
	r = job_fd < 0 ? -errno : refuse_socket_dump(job_fd, index);
	if (r == -EOPNOTSUPP)
		return r;
	if (r >= 0)
		r = job_files_read(job_fd, &files);
	if (r == -ENOENT || r == -ENOTDIR) {
		*ret = not_run(job, settings);
		return 0;
	}
	if (r < 0) {
		log_error("cannot read the results of job %u (%s): %s", index, job->binary,
			  g_strerror(-r));
		return r;
	}
	*ret = judge(job, &files, rules);
	return 0;
}
