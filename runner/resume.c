/* SPDX-License-Identifier: MIT */
#include "resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "comms.h"
#include "comms_record.h"
#include "fileio.h"
#include "igt_wire.h"
#include "job_files.h"
#include "job_list.h"
#include "journal.h"
#include "log.h"
#include "results_dir.h"
#include "seal.h"
#include "transcript.h"

/*
 * Processes of a job in which nothing began, one after the other, and the
 * machine went down: another would do the same.
 */
#define VAIN_PROCESSES_MAX 2

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void resume_point_clear(struct resume_point *point)
{
	g_clear_pointer(&point->seen, g_ptr_array_unref);
}

int resume_note_boot(int results_fd)
{
	g_autofree char *text = NULL;
	size_t len;
	int r = file_read_at(AT_FDCWD, BOOT_ID, &text, &len);

	return r < 0 ? r : file_replace_at(results_fd, RESULTS_DIR_BOOT, text, len);
}

/* Also if nobody can know. */
static bool has_rebooted(int results_fd)
{
	g_autofree char *then = NULL;
	g_autofree char *now = NULL;
	size_t len;

	return file_read_at(results_fd, RESULTS_DIR_BOOT, &then, &len) < 0 ||
	       file_read_at(AT_FDCWD, BOOT_ID, &now, &len) < 0 || strcmp(then, now) != 0;
}

/* A job as its directory tells of it. */
struct job_state {
	struct transcript *transcript;
	/* The test was told to speak in packets, and did. */
	bool in_packets;
	/* There is nothing at all of it, so that its process may never have been there. */
	bool untouched;
};

static void job_state_clear(struct job_state *state)
{
	transcript_free(state->transcript);
}

static int job_state_read(int job_fd, const struct job *job, unsigned index, struct job_state *ret)
{
	_cleanup_(job_files_clear) struct job_files files = {0};
	const char *comms;
	int r = job_files_read(job_fd, &files);

	if (r < 0)
		return r;
	comms = job_files_data(&files, SEALED_COMMS);
	ret->in_packets = comms_is_used(comms, files.len[SEALED_COMMS]);
	ret->untouched = files.len[SEALED_OUT] == 0 && files.len[SEALED_ERR] == 0 &&
			 files.len[SEALED_JOURNAL] == 0 && files.len[SEALED_COMMS] == 0;
	ret->transcript = job_files_transcript(&files, job, index);
	return 0;
}

static const struct process *nth_process(const struct transcript *transcript, unsigned index)
{
	return &g_array_index(transcript->processes, struct process, index);
}

/* Nobody saw its end, or it was none that a test comes to by itself. */
static bool was_cut(const struct process *process)
{
	return !process->ended || process->exit_code == JOURNAL_EXIT_UNKNOWN;
}

/* It did not get to its end, for whatever reason. */
static bool left_something(const struct process *process)
{
	return was_cut(process) || process->timed_out || process->exit_code < 0 ||
	       process->exit_code == IGT_EXIT_ABORT;
}

static unsigned count_vain_processes(const struct transcript *transcript)
{
	unsigned count = 0;

	for (unsigned i = transcript->processes->len; i > 0; i--) {
		const struct process *process = nth_process(transcript, i - 1);

		if (process->last > 0 || !was_cut(process))
			break;
		count++;
	}
	return count;
}

/* A test in one piece has no subtests that begin: what was cut off there was the test itself. */
static bool may_have_subtests(const struct job *job, const struct settings *settings)
{
	return job->subtests->len > 0 || settings->multiple_mode;
}

static bool is_done(const struct job_state *state, const struct job *job,
		    const struct settings *settings, bool rebooted)
{
	const struct transcript *transcript = state->transcript;
	const struct process *last = transcript_process(transcript);
	struct job *rest;

	if (state->untouched)
		return false;
	if (!left_something(last) ||
	    (rebooted && count_vain_processes(transcript) >= VAIN_PROCESSES_MAX))
		return true;
	if (transcript->subtests->len == 0)
		return !was_cut(last) || !may_have_subtests(job, settings);
	rest = job_without(job, transcript->subtests);
	job_free(rest);
	return !rest;
}

static double seconds_of(const struct transcript *transcript)
{
	double seconds = 0.0;

	for (unsigned i = 0; i < transcript->processes->len; i++)
		seconds += nth_process(transcript, i)->seconds;
	return seconds;
}

/* A run that is to end after some time has that time once. */
static int add_spent(int results_fd, const GPtrArray *jobs, struct resume_point *point)
{
	for (unsigned i = 0; i < point->index; i++) {
		_cleanup_(job_state_clear) struct job_state state = {0};
		autofd job_fd = -1;
		int r = results_dir_open_job(results_fd, i, &job_fd);

		if (r >= 0)
			r = job_state_read(job_fd, g_ptr_array_index(jobs, i), i, &state);
		if (r < 0 && r != -ENOENT)
			return r;
		if (r >= 0)
			point->spent += seconds_of(state.transcript);
	}
	return 0;
}

/* The last job that has a directory, or -1. */
static int last_begun(int results_fd, const GPtrArray *jobs)
{
	for (int i = (int)jobs->len - 1; i >= 0; i--) {
		autofd job_fd = -1;

		if (results_dir_open_job(results_fd, i, &job_fd) >= 0)
			return i;
	}
	return -1;
}

static int look_at_job(int results_fd, unsigned index, const struct job *job,
		       const struct settings *settings, struct resume_point *point)
{
	_cleanup_(job_state_clear) struct job_state state = {0};
	autofd job_fd = -1;
	int r = results_dir_open_job(results_fd, index, &job_fd);

	if (r >= 0)
		r = job_state_read(job_fd, job, index, &state);
	if (r < 0)
		return r;
	if (is_done(&state, job, settings, point->rebooted)) {
		point->index = index + 1;
		return 0;
	}
	point->index = index;
	point->seen = g_ptr_array_ref(state.transcript->subtests);
	if (settings->overall_timeout > 0)
		point->spent = seconds_of(state.transcript);
	return 0;
}

int resume_find(int results_fd, const char *path, const struct settings *settings,
		const GPtrArray *jobs, struct resume_point *ret)
{
	_cleanup_(resume_point_clear) struct resume_point point = {
		.rebooted = has_rebooted(results_fd)};
	int last = last_begun(results_fd, jobs);
	int r = 0;

	if (last >= 0)
		r = look_at_job(results_fd, last, g_ptr_array_index(jobs, last), settings, &point);
	if (r >= 0 && settings->overall_timeout > 0)
		r = add_spent(results_fd, jobs, &point);
	if (r < 0) {
		log_error("cannot read the results in %s: %s", path, g_strerror(-r));
		return r;
	}
	*ret = point;
	point.seen = NULL;
	return 0;
}

/* In packets; a packet that was cut off goes. */
static int end_packets(int job_fd)
{
	_cleanup_(comms_record_closep) struct comms_record *record = NULL;
	int r = comms_record_open(job_fd, /* sync= */ true, /* handler= */ NULL, /* user= */ NULL,
				  &record);

	return r < 0 ? r : comms_record_exit(record, JOURNAL_EXIT_UNKNOWN, 0.0);
}

/* What the journal should say: also of subtests whose line did not get there any more. */
static int end_journal(int job_fd, const struct transcript *transcript)
{
	_cleanup_(transcript_freep) struct transcript *known = transcript_new();
	g_autofree char *text = NULL;
	g_autoptr(GString) whole = NULL;
	size_t len = 0;
	int r = file_read_at(job_fd, sealed_file_name(SEALED_JOURNAL), &text, &len);

	if (r < 0 && r != -ENOENT)
		return r;
	whole = g_string_new_len(text ? text : "", len);
	while (whole->len > 0 && whole->str[whole->len - 1] != '\n')
		g_string_truncate(whole, whole->len - 1);
	journal_read(whole->str, whole->len, known);
	for (unsigned i = 0; i < transcript->subtests->len; i++) {
		const char *name = g_ptr_array_index(transcript->subtests, i);

		if (!g_hash_table_contains(known->index, name))
			g_string_append_printf(whole, "%s\n", name);
	}
	g_string_append(whole, JOURNAL_CUT_LINE);
	return file_replace_at(job_fd, sealed_file_name(SEALED_JOURNAL), whole->str, whole->len);
}

/*
 * Only what nobody saw the end of gets one. It is on the disk before anything
 * runs: should the next process take the machine down, too, it is known that it
 * was not the first.
 */
static int end_job(int results_fd, unsigned index, const struct job *job, bool rebooted)
{
	_cleanup_(job_state_clear) struct job_state state = {0};
	const struct process *last;
	autofd job_fd = -1;
	int r = results_dir_open_job(results_fd, index, &job_fd);

	if (r >= 0)
		r = seal_remove(job_fd);
	if (r >= 0)
		r = job_state_read(job_fd, job, index, &state);
	if (r < 0)
		return r;
	last = transcript_process(state.transcript);
	if (!last->ended || (rebooted && was_cut(last)))
		r = state.in_packets ? end_packets(job_fd) : end_journal(job_fd, state.transcript);
	return r < 0 ? r : fd_sync(job_fd);
}

int resume_prepare(int results_fd, const char *path, const GPtrArray *jobs,
		   const struct resume_point *point)
{
	int r = results_dir_reopen_run(results_fd);

	if (r >= 0)
		r = resume_note_boot(results_fd);
	if (r >= 0 && point->seen)
		r = end_job(results_fd, point->index, g_ptr_array_index(jobs, point->index),
			    point->rebooted);
	if (r < 0)
		log_error("cannot write to the results in %s: %s", path, g_strerror(-r));
	return r;
}
