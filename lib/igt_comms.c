/* SPDX-License-Identifier: MIT */
/**
 * Packets to the runner, and text where there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "igt_comms.h"
#include "igt_internal.h"

#define MAX_STRINGS 4

static int runner_fd = -1;

void igt_comms_init(void)
{
	const char *value = getenv(IGT_ENV_SOCKET);
	struct stat st;
	char *end;
	long fd;

	if (!value)
		return;
	fd = strtol(value, &end, 10);
	if (end != value && !*end && fd >= 0 && fstat((int)fd, &st) == 0 && S_ISSOCK(st.st_mode)) {
		runner_fd = (int)fd;
		/* Programs that we start report to nobody; a child of ours has the socket still. */
		fcntl(runner_fd, F_SETFD, FD_CLOEXEC);
	}
	unsetenv(IGT_ENV_SOCKET);
}

bool igt_comms_active(void)
{
	return runner_fd >= 0;
}

/* @parts[0] is left free for the header. */
static void send_packet(enum igt_packet_type type, bool in_signal, struct iovec *parts, int count)
{
	struct igt_packet_header header = {
		.size = sizeof(header),
		.type = type,
		.pid = getpid(),
		.tid = in_signal ? 0 : gettid(),
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};

	for (int i = 1; i < count; i++)
		header.size += (uint32_t)parts[i].iov_len;
	parts[0] = (struct iovec){&header, sizeof(header)};
	while (sendmsg(runner_fd, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

void igt_comms_send(enum igt_packet_type type, bool in_signal, const char *const *strings)
{
	struct iovec parts[1 + MAX_STRINGS];
	int count = 1, saved_errno = errno;

	for (; *strings && count <= MAX_STRINGS; strings++)
		parts[count++] = (struct iovec){(void *)*strings, strlen(*strings) + 1};
	send_packet(type, in_signal, parts, count);
	errno = saved_errno;
}

static void send_log(enum igt_packet_stream stream, bool in_signal, const char *text)
{
	const size_t most = in_signal ? IGT_PACKET_TEXT_MAX_SIGNAL : IGT_PACKET_TEXT_MAX;
	uint8_t number = (uint8_t)stream;
	int saved_errno = errno;

	while (*text) {
		size_t length = strnlen(text, most);
		struct iovec parts[] = {
			{NULL, 0}, {&number, 1}, {(void *)text, length}, {(void *)"", 1},
		};

		send_packet(IGT_PACKET_LOG, in_signal, parts, 4);
		text += length;
	}
	errno = saved_errno;
}

/* By stream: its last text had no newline at its end. Accessed with __atomic_*. */
static bool line_begun[IGT_STREAM_STDERR + 1];

void igt_put(enum igt_packet_stream stream, const char *text)
{
	FILE *out = stream == IGT_STREAM_STDERR ? stderr : stdout;
	sigset_t saved;

	if (!*text)
		return;
	igt_signals_hold(&saved);
	/* Whatever went to either stream before stays before. */
	fflush(stdout);
	fflush(stderr);
	if (igt_comms_active()) {
		send_log(stream, /* in_signal= */ false, text);
	} else {
		fputs(text, out);
		fflush(out);
		__atomic_store_n(&line_begun[stream], text[strlen(text) - 1] != '\n',
				 __ATOMIC_RELAXED);
	}
	igt_signals_release(&saved);
}

void igt_put_line_end(enum igt_packet_stream stream)
{
	if (__atomic_load_n(&line_begun[stream], __ATOMIC_RELAXED))
		igt_put(stream, "\n");
}

void igt_putf(enum igt_packet_stream stream, const char *format, ...)
{
	sigset_t saved;
	va_list args;
	char *text;

	igt_signals_hold(&saved);
	va_start(args, format);
	if (vasprintf(&text, format, args) >= 0) {
		igt_put(stream, text);
		free(text);
	}
	va_end(args);
	igt_signals_release(&saved);
}

void igt_put_from_signal(enum igt_packet_stream stream, const char *text)
{
	int fd = stream == IGT_STREAM_STDERR ? STDERR_FILENO : STDOUT_FILENO;

	if (igt_comms_active()) {
		send_log(stream, /* in_signal= */ true, text);
		return;
	}
	/* Another signal may end a write() early. */
	while (*text) {
		ssize_t written = write(fd, text, strlen(text));

		if (written < 0 && errno != EINTR)
			return;
		text += written < 0 ? 0 : written;
	}
}
