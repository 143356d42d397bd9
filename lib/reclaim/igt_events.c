/* SPDX-License-Identifier: MIT */
/**
 * A trace instance, and the parsing of its lines.
 */
#define IGT_LOG_DOMAIN "igt_events"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_undo.h"

/*
 * Of all processors together as much of the memory. An event takes some hundred bytes at most, and
 * who reclaims where there is nothing calls twenty shrinkers thousands of times in a second.
 */
#define MEMORY_PART 64
/* For each processor. */
#define LEAST_BUFFER_KIB 2048
#define MOST_BUFFER_KIB 8192

/* The name of a task is right-aligned to that many columns. */
#define TASK_WIDTH 16

struct igt_events {
	char path[160]; /* of the instance */
	int change;	/* that it is */
	int pipe;
	bool of_subtest;
};

/* --- parsers -------------------------------------------------------------------------------- */

/* Skip what is accepted by @is, at least one of it. */
static const char *skip(const char *at, int (*is)(int))
{
	if (!at || !is((unsigned char)*at))
		return NULL;
	while (is((unsigned char)*at))
		at++;
	return at;
}

static const char *expect(const char *at, char what)
{
	return at && *at == what ? at + 1 : NULL;
}

static int is_visible(int c)
{
	return c > ' ' && c != ':' && c < 127;
}

/* "[000] .....    26.405772: " behind the task; returns what follows it. */
static const char *parse_place(const char *at, struct igt_event *event)
{
	const char *seconds, *fraction;

	at = expect(at, '[');
	event->cpu = at ? (unsigned int)strtoul(at, NULL, 10) : 0;
	at = skip(expect(skip(at, isdigit), ']'), isblank);
	/* Flags of the context, unless the option that shows them is off. */
	if (at && !isdigit((unsigned char)*at))
		at = skip(skip(at, is_visible), isblank);
	seconds = at;
	fraction = expect(skip(at, isdigit), '.');
	at = skip(fraction, isdigit);
	if (!at || at - fraction != 6)
		return NULL;
	event->us = strtoull(seconds, NULL, 10) * 1000000 + strtoull(fraction, NULL, 10);
	return expect(expect(at, ':'), ' ');
}

int igt_event_parse(const char *line, struct igt_event *ret_event)
{
	struct igt_event event = {0};
	const char *at = line, *name;
	unsigned long pid;

	if (strnlen(line, TASK_WIDTH + 1) <= TASK_WIDTH || line[TASK_WIDTH] != '-')
		return -EINVAL;
	at += strspn(at, " ");
	snprintf(event.task, sizeof(event.task), "%.*s", (int)(line + TASK_WIDTH - at), at);
	at = line + TASK_WIDTH + 1;
	pid = strtoul(at, NULL, 10);
	event.pid = (int)pid;
	name = parse_place(skip(skip(at, isdigit), isblank), &event);
	at = skip(name, is_visible);
	if (!at || pid > INT_MAX || at - name >= (ptrdiff_t)sizeof(event.name))
		return -EINVAL;
	memcpy(event.name, name, (size_t)(at - name));
	event.details = expect(expect(at, ':'), ' ');
	if (!event.details)
		return -EINVAL;
	*ret_event = event;
	return 0;
}

bool igt_event_is_loss(const char *line)
{
	return strncmp(line, "CPU:", strlen("CPU:")) == 0 && strstr(line, "[LOST ");
}

int igt_event_number(const char *details, const char *key, uint64_t *ret_value)
{
	const size_t length = strlen(key);
	const char *at = details;

	while ((at = strstr(at, key))) {
		unsigned long long value;
		char *end;

		if ((at > details && at[-1] != ' ') || at[length] != '=') {
			at += length;
			continue;
		}
		at += length + 1;
		errno = 0;
		value = strtoull(at, &end, 0);
		if (!isdigit((unsigned char)*at) || errno || (*end && !isspace((unsigned char)*end)))
			return -EINVAL;
		*ret_value = value;
		return 0;
	}
	return -ENOENT;
}

/* --- the instance --------------------------------------------------------------------------- */

/* Old systems have it below debugfs only. */
static const char *tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/instances", places[i]);
		if (access(path, W_OK) == 0)
			return places[i];
	}
	return NULL;
}

static int write_at(const struct igt_events *events, const char *directory, const char *name,
		    const char *text)
{
	char path[384];

	if (snprintf(path, sizeof(path), "%s/%s%s", events->path, directory, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return igt_file_write(path, text);
}

static int choose(const struct igt_events *events, const struct igt_event_choice *choice)
{
	char directory[160];
	int r = 0;

	snprintf(directory, sizeof(directory), "events/%s/", choice->event);
	if (choice->filter)
		r = write_at(events, directory, "filter", choice->filter);
	return r < 0 ? r : write_at(events, directory, "enable", "1");
}

static int open_pipe(struct igt_events *events)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/trace_pipe", events->path);
	events->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return events->pipe < 0 ? -errno : 0;
}

static int end(struct igt_events *events)
{
	if (events->pipe >= 0)
		close(events->pipe);
	events->pipe = -1;
	return igt_undo_now(events->change);
}

static void end_at_subtest_end(void *data)
{
	end(data);
	free(data);
}

static void require_event(const char *tracing, const char *event)
{
	char path[256];
	bool there;

	snprintf(path, sizeof(path), "%s/events/%s", tracing, event);
	there = access(path, F_OK) == 0;
	errno = 0;
	igt_require_f(there, "This kernel has no tracepoint %s\n", event);
}

static void require_step(int r, const char *what)
{
	errno = 0;
	igt_require_f(r >= 0, "No trace can be made: %s: %s\n", what, strerror(-r));
}

static int set_buffer(const struct igt_events *events)
{
	const uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	const uint64_t part = (igt_meminfo("MemTotal") >> 10) / MEMORY_PART / cpus;
	const uint64_t kib = min_t(uint64_t, max_t(uint64_t, part, LEAST_BUFFER_KIB),
				   MOST_BUFFER_KIB);
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, kib);
	return write_at(events, "", "buffer_size_kb", text);
}

struct igt_events *igt_events_start(const struct igt_event_choice *choices, unsigned int count)
{
	static unsigned int number;
	const char *tracing = tracefs();
	struct igt_events *events;
	int r = 0;

	errno = 0;
	igt_require_f(tracing, "No trace can be made: run as root, with tracefs mounted at "
		      "/sys/kernel/tracing\n");
	for (unsigned int i = 0; i < count; i++)
		require_event(tracing, choices[i].event);
	events = calloc(1, sizeof(*events));
	igt_assert(events);
	events->pipe = -1;
	snprintf(events->path, sizeof(events->path), "%s/instances/igt-%d-%u", tracing, getpid(),
		 number++);
	events->change = igt_undo_add(IGT_UNDO_RMDIR, events->path, NULL);
	/* Called before it is undone: who reads an instance keeps it. */
	events->of_subtest = igt_on_subtest_end(end_at_subtest_end, events);
	require_step(events->change, "starting what undoes it");
	require_step(mkdir(events->path, 0700) < 0 ? -errno : 0, events->path);
	require_step(set_buffer(events), "buffer_size_kb");
	require_step(open_pipe(events), "trace_pipe");
	for (unsigned int i = 0; i < count && r == 0; i++)
		r = choose(events, &choices[i]);
	igt_assert_f(r == 0, "choosing tracepoints: %s\n", strerror(-r));
	return events;
}

/* A read returns whole lines. */
static void take_lines(char *text, void (*function)(const struct igt_event *event, void *data),
		       void *data)
{
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct igt_event event;

		igt_assert_f(!igt_event_is_loss(line), "events were lost: %s\n", line);
		if (igt_event_parse(line, &event) == 0)
			function(&event, data);
	}
}

void igt_events_read(struct igt_events *events,
		     void (*function)(const struct igt_event *event, void *data), void *data)
{
	char text[16 << 10];
	ssize_t got;

	do {
		got = read(events->pipe, text, sizeof(text) - 1);
		if (got > 0) {
			text[got] = '\0';
			take_lines(text, function, data);
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	igt_assert_f(got == 0 || errno == EAGAIN, "reading a trace: %s\n", strerror(errno));
	errno = 0;
}

void igt_events_stop(struct igt_events *events)
{
	int r;

	if (!events)
		return;
	r = end(events);
	/* At the end of the subtest it is looked at once more. */
	if (!events->of_subtest)
		free(events);
	igt_assert_f(r == 0, "a trace instance stays: %s\n", strerror(-r));
}
