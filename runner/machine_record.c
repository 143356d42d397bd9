/* SPDX-License-Identifier: MIT */
#include "machine_record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>

#include "fileio.h"

struct machine_record {
	int fd;
	/* The last look, and whether it may be out of date. */
	struct machine_state now;
	bool change_expected;
	struct machine_state at_begin;
	/* Of the running subtest; NULL between two. */
	char *subtest;
	struct machine_state at_subtest;
};

int machine_record_open(int dirfd, struct machine_record **ret)
{
	autofd fd = openat(dirfd, "machine.txt", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct machine_record *record;

	if (fd < 0)
		return -errno;
	record = g_new0(struct machine_record, 1);
	record->fd = fd_steal(&fd);
	machine_state_read(&record->now);
	record->at_begin = record->now;
	*ret = record;
	return 0;
}

void machine_record_close(struct machine_record *record)
{
	if (!record)
		return;
	close(record->fd);
	g_free(record->subtest);
	g_free(record);
}

void machine_record_expect_change(struct machine_record *record)
{
	record->change_expected = true;
}

static void look(struct machine_record *record)
{
	/* Whoever may write to it can set this one without a word. */
	record->now.taint = machine_taint();
	if (record->change_expected)
		machine_state_read(&record->now);
	record->change_expected = false;
}

static int write_line(const struct machine_record *record, const char *subtest,
		      const struct machine_state *before)
{
	const struct machine_state *now = &record->now;
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append_printf(line, "subtest=%s\ttaint=0x%lx->0x%lx", subtest, before->taint,
			       now->taint);
	if (before->debug_locks < 0 || now->debug_locks < 0)
		g_string_append(line, "\tdebug_locks=-");
	else
		g_string_append_printf(line, "\tdebug_locks=%d->%d", before->debug_locks,
				       now->debug_locks);
	if (before->oom_kills < 0 || now->oom_kills < 0)
		g_string_append(line, "\toom_kills=-");
	else
		g_string_append_printf(line, "\toom_kills=%lld",
				       now->oom_kills - before->oom_kills);
	g_string_append_c(line, '\n');
	return fd_write_all(record->fd, line->str, line->len);
}

static int end_subtest(struct machine_record *record)
{
	g_autofree char *name = g_steal_pointer(&record->subtest);

	return name ? write_line(record, name, &record->at_subtest) : 0;
}

int machine_record_marker(struct machine_record *record, const struct marker *marker)
{
	int r = 0;

	if (marker->kind == MARKER_RESULT && g_strcmp0(marker->name, record->subtest) == 0) {
		look(record);
		return end_subtest(record);
	}
	/* Not the result of one that its fixture skipped, which never began. */
	if (marker->kind != MARKER_START)
		return 0;
	if (record->subtest) {
		look(record);
		r = end_subtest(record);
	}
	/*
	 * As it was at the last look: when a start is heard of, the test may have done its worst
	 * already.
	 */
	record->subtest = g_strdup(marker->name);
	record->at_subtest = record->now;
	return r;
}

int machine_record_end(struct machine_record *record)
{
	int r;

	look(record);
	r = end_subtest(record);
	return r < 0 ? r : write_line(record, "", &record->at_begin);
}
