/* SPDX-License-Identifier: MIT */
#include "job_record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

#include "fileio.h"
#include "journal.h"

/* Behind a line that nobody will finish. */
#define CUT_HERE " (cut off here)\n"

struct job_record {
	bool sync;
	int out_fd, err_fd, dmesg_fd, journal_fd;
	struct journal_writer *journal;
	/* The last byte of stderr ended a line, or there is none yet. */
	bool err_line_done;
};

static int open_file(int dirfd, const char *name, int *ret_fd)
{
	int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int open_files(struct job_record *record, int dirfd)
{
	int r = open_file(dirfd, "out.txt", &record->out_fd);

	if (r >= 0)
		r = open_file(dirfd, "err.txt", &record->err_fd);
	if (r >= 0)
		r = open_file(dirfd, "dmesg.txt", &record->dmesg_fd);
	if (r >= 0)
		r = open_file(dirfd, "journal.txt", &record->journal_fd);
	if (r >= 0 && record->sync)
		r = fd_sync(dirfd);
	return r;
}

/* The length of what is there, and whether its last line has an end. */
static int look_at_end(int fd, off_t *ret_size, bool *ret_line_done)
{
	struct stat st;
	char last = '\n';

	if (fstat(fd, &st) < 0 || (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) < 0))
		return -errno;
	*ret_size = st.st_size;
	*ret_line_done = last == '\n';
	return 0;
}

/* A name that was cut off is another one, and nothing that any test has. */
static int cut_last_name(int fd, off_t size)
{
	off_t end = size;
	char c = '\0';

	while (end > 0 && c != '\n') {
		if (pread(fd, &c, 1, end - 1) < 0)
			return -errno;
		end -= c != '\n';
	}
	return ftruncate(fd, end) < 0 ? -errno : 0;
}

/* What is there was said by an earlier process of this job, and ends here. */
static int go_on(const struct job_record *record)
{
	const int fds[] = {record->out_fd, record->err_fd, record->dmesg_fd, record->journal_fd};
	off_t sizes[G_N_ELEMENTS(fds)];
	int r = 0;

	for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(fds); i++) {
		bool line_done = true;

		r = look_at_end(fds[i], &sizes[i], &line_done);
		if (r < 0 || line_done)
			continue;
		if (fds[i] == record->journal_fd)
			r = cut_last_name(fds[i], sizes[i]);
		else
			/* Half a marker must not become a whole one of another name. */
			r = fd_write_all(fds[i], CUT_HERE, strlen(CUT_HERE));
	}
	if (r < 0 || (sizes[0] == 0 && sizes[1] == 0 && sizes[3] == 0))
		return r;
	r = fd_write_all(record->out_fd, MARKER_PROCESS_LINE "\n", strlen(MARKER_PROCESS_LINE) + 1);
	if (r >= 0)
		r = fd_write_all(record->err_fd, MARKER_PROCESS_LINE "\n",
				 strlen(MARKER_PROCESS_LINE) + 1);
	return r;
}

int job_record_open(int dirfd, bool sync, marker_handler handler, void *user,
		    struct job_record **ret)
{
	_cleanup_(job_record_closep) struct job_record *record = g_new0(struct job_record, 1);
	int r;

	record->sync = sync;
	record->err_line_done = true;
	record->out_fd = record->err_fd = record->dmesg_fd = record->journal_fd = -1;
	r = open_files(record, dirfd);
	if (r >= 0)
		r = go_on(record);
	if (r < 0)
		return r;
	record->journal = journal_writer_new(record->journal_fd, sync, handler, user);
	*ret = g_steal_pointer(&record);
	return 0;
}

void job_record_close(struct job_record *record)
{
	if (!record)
		return;
	journal_writer_free(record->journal);
	fd_closep(&record->out_fd);
	fd_closep(&record->err_fd);
	fd_closep(&record->dmesg_fd);
	fd_closep(&record->journal_fd);
	g_free(record);
}

static int append(const struct job_record *record, int fd, const char *data, size_t len)
{
	int r = fd_write_all(fd, data, len);

	if (r >= 0 && record->sync && fdatasync(fd) < 0 && errno != EINVAL)
		r = -errno;
	return r;
}

int job_record_out(struct job_record *record, const char *data, size_t len)
{
	return append(record, record->out_fd, data, len);
}

int job_record_err(struct job_record *record, const char *data, size_t len)
{
	int r = append(record, record->err_fd, data, len);

	if (r < 0)
		return r;
	if (len > 0)
		record->err_line_done = data[len - 1] == '\n';
	return journal_writer_feed(record->journal, data, len);
}

int job_record_note(struct job_record *record, const char *line)
{
	g_autofree char *text = g_strconcat(record->err_line_done ? "" : "\n", line, NULL);

	record->err_line_done = true;
	return append(record, record->err_fd, text, strlen(text));
}

int job_record_kmsg(struct job_record *record, int kmsg_fd, struct kmsg_batch *ret)
{
	return kmsg_copy(kmsg_fd, record->dmesg_fd, record->sync, ret);
}

int job_record_end(struct job_record *record, bool timed_out, int exit_code, double seconds)
{
	return journal_writer_end(record->journal, timed_out, exit_code, seconds);
}
