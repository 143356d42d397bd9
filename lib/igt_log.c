/* SPDX-License-Identifier: MIT */
/**
 * Log records: where they go, what precedes them, and the ring that remembers them.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_internal.h"
#include "igt_log.h"
#include "igt_wire.h"

static const char *const level_names[] = {
	[IGT_LOG_DEBUG] = "DEBUG",
	[IGT_LOG_INFO] = "INFO",
	[IGT_LOG_WARN] = "WARNING",
	[IGT_LOG_CRITICAL] = "CRITICAL",
};

static struct {
	pthread_mutex_t lock;
	char child[16]; /* "<g:3> " in a child of igt_multi_fork() */
	enum igt_log_level least;
	const char *domain; /* print this domain only; NULL: all */
	char *ring[IGT_LOG_RING];
	unsigned int next; /* index of the oldest record, once the ring is full */
} state = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.least = IGT_LOG_INFO,
};

/* The thread's last record had no newline. */
static __thread bool line_open;

void igt_log_init_from_env(void)
{
	static const struct {
		const char *word;
		enum igt_log_level level;
	} words[] = {
		{"debug", IGT_LOG_DEBUG},
		{"info", IGT_LOG_INFO},
		{"warn", IGT_LOG_WARN},
		{"none", IGT_LOG_NONE},
	};
	const char *value = getenv(IGT_ENV_LOG_LEVEL);

	if (!value)
		return;
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i].word) == 0)
			state.least = words[i].level;
}

void igt_log_set_debug(const char *domain)
{
	state.least = IGT_LOG_DEBUG;
	state.domain = domain;
}

static bool domain_passes(const char *domain)
{
	return !state.domain || strcmp(state.domain, domain ?: "application") == 0;
}

static void ring_lock(sigset_t *ret_saved)
{
	igt_signals_hold(ret_saved);
	pthread_mutex_lock(&state.lock);
}

static void ring_unlock(const sigset_t *saved)
{
	pthread_mutex_unlock(&state.lock);
	igt_signals_release(saved);
}

void igt_log_become_child(void)
{
	pthread_mutex_init(&state.lock, NULL);
}

void igt_log_ring_reset(void)
{
	sigset_t saved;

	ring_lock(&saved);
	for (unsigned int i = 0; i < IGT_LOG_RING && state.ring[i]; i++) {
		free(state.ring[i]);
		state.ring[i] = NULL;
	}
	state.next = 0;
	ring_unlock(&saved);
}

void igt_log_set_child_index(int index)
{
	snprintf(state.child, sizeof(state.child), "<g:%d> ", index);
}

/* Takes over @record. */
static void ring_add(char *record)
{
	sigset_t saved;
	char *oldest;

	/* A bad free() crashes; then the lock must not be held, for the next subtest logs too. */
	ring_lock(&saved);
	oldest = state.ring[state.next];
	state.ring[state.next] = record;
	state.next = (state.next + 1) % IGT_LOG_RING;
	ring_unlock(&saved);
	free(oldest);
}

void igt_log_buffer_inspect(igt_buffer_log_handler_t check, void *data)
{
	sigset_t saved;

	ring_lock(&saved);
	for (unsigned int i = 0; i < IGT_LOG_RING; i++) {
		const char *record = state.ring[(state.next + i) % IGT_LOG_RING];

		if (record && check(record, data))
			break;
	}
	ring_unlock(&saved);
}

void igt_log_ring_dump(void)
{
	unsigned int printed = 0;
	sigset_t saved;

	ring_lock(&saved);
	for (unsigned int i = 0; i < IGT_LOG_RING; i++) {
		const char *record = state.ring[(state.next + i) % IGT_LOG_RING];

		if (!record)
			continue;
		if (printed++ == 0)
			igt_put(IGT_STREAM_STDERR, "**** DEBUG ****\n");
		igt_put(IGT_STREAM_STDERR, record);
	}
	igt_put_line_end(IGT_STREAM_STDERR);
	igt_put(IGT_STREAM_STDERR, printed ? "****  END  ****\n" : "No log.\n");
	ring_unlock(&saved);
}

/* "<g:N> (prog:pid) [thread:tid] domain-LEVEL: "; see igt_log.h for when which part is there. */
static char *make_prefix(const char *domain, enum igt_log_level level)
{
	char thread[32] = "", *prefix;

	if (!igt_on_main_thread())
		snprintf(thread, sizeof(thread), "[thread:%d] ", gettid());
	if (asprintf(&prefix, "%s(%s:%d) %s%s%s%s: ", state.child, igt_test_name(), getpid(),
		     thread, domain ?: "", domain ? "-" : "", level_names[level]) < 0)
		return NULL;
	return prefix;
}

void igt_log_line_end(void)
{
	line_open = false;
	igt_put_line_end(IGT_STREAM_STDOUT);
	igt_put_line_end(IGT_STREAM_STDERR);
}

/* Leave the record; signals are held back. */
__attribute__((format(printf, 3, 0)))
static void leave_record(const char *domain, enum igt_log_level level, const char *format,
			 va_list args)
{
	char *text = NULL, *record = NULL, *prefix = NULL;
	const enum igt_packet_stream out =
		level >= IGT_LOG_WARN ? IGT_STREAM_STDERR : IGT_STREAM_STDOUT;
	const bool continued = line_open;

	if (vasprintf(&text, format, args) < 0)
		return;
	if (!*text) {
		free(text);
		return;
	}
	if (!continued)
		prefix = make_prefix(domain, level);
	if (asprintf(&record, "%s%s", prefix ?: "", text) < 0) {
		free(prefix);
		free(text);
		return;
	}
	line_open = text[strlen(text) - 1] != '\n';

	if (level >= state.least && domain_passes(domain)) {
		if (level == IGT_LOG_INFO && !continued && *state.child)
			igt_putf(out, "%s%s", state.child, text);
		else
			igt_put(out, level == IGT_LOG_INFO ? text : record);
	}
	ring_add(record);
	free(prefix);
	free(text);
}

void igt_vlog(const char *domain, enum igt_log_level level, const char *format, va_list args)
{
	int saved_errno = errno;
	sigset_t saved;

	/* A listing holds names and nothing else. */
	if (igt_list_mode() && level < IGT_LOG_CRITICAL)
		return;
	igt_signals_hold(&saved);
	leave_record(domain, level, format, args);
	igt_signals_release(&saved);
	errno = saved_errno;
}

void igt_log(const char *domain, enum igt_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	igt_vlog(domain, level, format, args);
	va_end(args);
}
