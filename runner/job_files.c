/* SPDX-License-Identifier: MIT */
#include "job_files.h"

#include <errno.h>
#include <string.h>

#include "comms.h"
#include "comms_transcript.h"
#include "fileio.h"
#include "log.h"
#include "text_transcript.h"

void job_files_clear(struct job_files *files)
{
	for (int i = 0; i < _SEALED_MAX; i++)
		g_clear_pointer(&files->data[i], g_free);
}

static int read_data(int job_fd, struct job_files *ret)
{
	struct job_files files = {0};

	for (int i = 0; i < _SEALED_MAX; i++) {
		int r = file_read_at(job_fd, sealed_file_name(i), &files.data[i], &files.len[i]);

		if (r < 0 && r != -ENOENT) {
			job_files_clear(&files);
			return r;
		}
	}
	*ret = files;
	return 0;
}

int job_files_read(int job_fd, struct job_files *ret)
{
	struct seal seal;
	int r = read_data(job_fd, ret);

	if (r < 0)
		return r;
	seal_read(job_fd, &seal);
	for (int i = 0; i < _SEALED_MAX; i++)
		ret->seal[i] = seal_check(&seal, i, ret->data[i], ret->len[i]);
	return 0;
}

int job_files_seal(int job_fd, bool sync, struct job_files *ret)
{
	int r = read_data(job_fd, ret);

	if (r >= 0)
		r = seal_write(job_fd, ret->data, ret->len, sync);
	if (r < 0)
		job_files_clear(ret);
	return r;
}

const char *job_files_data(const struct job_files *files, enum sealed_file file)
{
	return files->data[file] ? files->data[file] : "";
}

static char *take_data(struct job_files *files, enum sealed_file file)
{
	char *data = g_steal_pointer(&files->data[file]);

	return data ? data : g_strdup("");
}

static struct transcript *make_transcript(const struct job *job, struct job_files *files)
{
	const char *comms = job_files_data(files, SEALED_COMMS);
	struct text_record record;
	bool journal_holds;

	if (comms_is_used(comms, files->len[SEALED_COMMS]))
		return comms_transcript(comms, files->len[SEALED_COMMS]);
	/* All but the end of the process can be told without it. */
	journal_holds = files->seal[SEALED_JOURNAL] == SEAL_HOLDS;
	record = (struct text_record){.journal = job_files_data(files, SEALED_JOURNAL),
				      .journal_len = journal_holds ? files->len[SEALED_JOURNAL] : 0,
				      .out = take_data(files, SEALED_OUT),
				      .out_len = files->len[SEALED_OUT],
				      .err = take_data(files, SEALED_ERR),
				      .err_len = files->len[SEALED_ERR]};
	return text_transcript(&record, job);
}

/* True if what was executed, by the runner's own note of it, is not what is in the job list. */
static bool is_another_job(const struct job *job, const struct job_files *files)
{
	g_autofree char *path = g_strconcat("/", job->binary, NULL);
	struct comms_reader reader = {.data = job_files_data(files, SEALED_COMMS),
				      .len = files->len[SEALED_COMMS]};
	struct comms_packet packet;
	const char *at;

	if (!comms_next(&reader, &packet) || packet.type != IGT_PACKET_EXEC)
		return false;
	for (at = packet.text; (at = strstr(at, path)); at++)
		if (at[strlen(path)] == ' ' || at[strlen(path)] == '\0')
			return false;
	return true;
}

static bool has_several_processes(const struct stream *stream)
{
	for (unsigned i = 0; i < stream->markers->len; i++)
		if (g_array_index(stream->markers, struct marker, i).kind == MARKER_PROCESS)
			return true;
	return false;
}

static void say_what_is_wrong(unsigned index, enum sealed_file file, enum seal_verdict seal)
{
	if (seal == SEAL_CUT)
		log_warning("%u/%s was longer when it was recorded; what may have been in it does "
			    "not count as passed",
			    index, sealed_file_name(file));
	else if (seal == SEAL_BROKEN)
		log_warning("%u/%s is not what was recorded; what depends on it does not count as "
			    "passed",
			    index, sealed_file_name(file));
}

/* True if the record is not what it was, and nobody knows what that changes. */
static bool is_doubtful(const struct job *job, unsigned index, const struct job_files *files,
			const struct transcript *transcript)
{
	bool doubtful = false;

	for (int i = 0; i < _SEALED_MAX; i++) {
		say_what_is_wrong(index, i, files->seal[i]);
		doubtful |= files->seal[i] == SEAL_BROKEN && i != SEALED_JOURNAL;
	}
	/* Only the journal knows how those ended that are not the last. */
	doubtful |= files->seal[SEALED_JOURNAL] != SEAL_HOLDS &&
		    has_several_processes(&transcript->err);
	if (is_another_job(job, files)) {
		log_warning("%u is the record of another job than %s, which joblist.txt says it "
			    "is; nothing in it counts as passed",
			    index, job->binary);
		doubtful = true;
	}
	return doubtful;
}

struct transcript *job_files_transcript(struct job_files *files, const struct job *job,
					unsigned index)
{
	struct transcript *transcript = make_transcript(job, files);

	transcript->err.cut = files->seal[SEALED_ERR] == SEAL_CUT;
	transcript->doubtful = is_doubtful(job, index, files, transcript);
	return transcript;
}
