/* SPDX-License-Identifier: MIT */
#include "comms_record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fileio.h"

/* No socket of the kernel's defaults takes a longer datagram. */
#define PACKET_MAX (256 * 1024)
/* As many as a socket queues by default, twice. */
#define PACKETS_AT_A_TIME 20

struct comms_record {
	int fd;
	bool sync;
	marker_handler handler;
	void *user;
	bool used;
	bool results_stopped;
	/* What is received, ready to be written: its canary stands before it. */
	struct {
		uint32_t canary;
		char packet[PACKET_MAX];
	} received;
};

/* Where the last whole packet ends; what is behind was being written when the machine died. */
static size_t whole_packets(const char *data, size_t len)
{
	size_t end = 0;

	for (;;) {
		struct igt_packet_header header;
		uint32_t canary;

		if (len - end < sizeof(canary) + sizeof(header))
			break;
		memcpy(&canary, data + end, sizeof(canary));
		memcpy(&header, data + end + sizeof(canary), sizeof(header));
		if (canary != IGT_PACKET_CANARY || header.size < sizeof(header) ||
		    header.size > len - end - sizeof(canary))
			break;
		end += sizeof(canary) + header.size;
	}
	return end;
}

static int cut_remains(int dirfd, int fd)
{
	g_autofree char *data = NULL;
	size_t len;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size == 0)
		return 0;
	r = file_read_at(dirfd, "comms", &data, &len);
	if (r < 0)
		return r;
	return ftruncate(fd, whole_packets(data, len)) < 0 ? -errno : 0;
}

int comms_record_open(int dirfd, bool sync, marker_handler handler, void *user,
		      struct comms_record **ret)
{
	autofd fd = openat(dirfd, "comms", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct comms_record *record;
	int r;

	if (fd < 0)
		return -errno;
	r = cut_remains(dirfd, fd);
	if (r < 0)
		return r;
	/* Its buffer is large, and need not be cleared for each job. */
	record = g_malloc(sizeof(*record));
	record->fd = fd_steal(&fd);
	record->sync = sync;
	record->handler = handler;
	record->user = user;
	record->used = false;
	record->results_stopped = false;
	record->received.canary = IGT_PACKET_CANARY;
	*ret = record;
	return 0;
}

void comms_record_close(struct comms_record *record)
{
	if (!record)
		return;
	close(record->fd);
	g_free(record);
}

bool comms_record_is_used(const struct comms_record *record)
{
	return record->used;
}

void comms_record_stop_results(struct comms_record *record)
{
	record->results_stopped = true;
}

/* In one write, so that a machine that dies leaves all of it or a tail that can be told. */
static int append(struct comms_record *record, const void *canary_and_packet, size_t len)
{
	int r = fd_write_all(record->fd, canary_and_packet, len);

	if (r >= 0 && record->sync && fdatasync(record->fd) < 0 && errno != EINVAL)
		r = -errno;
	return r;
}

/* A packet of the runner's: a number of @number_size bytes, then a string. */
static int append_own(struct comms_record *record, enum igt_packet_type type, pid_t pid,
		      const void *number, size_t number_size, const char *string)
{
	const uint32_t canary = IGT_PACKET_CANARY;
	const size_t string_size = strlen(string) + 1;
	const struct igt_packet_header header = {
		.size = sizeof(header) + number_size + string_size,
		.type = type,
		.pid = pid,
		.tid = pid,
	};
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const guint8 *)&canary, sizeof(canary));
	g_byte_array_append(bytes, (const guint8 *)&header, sizeof(header));
	g_byte_array_append(bytes, number, number_size);
	g_byte_array_append(bytes, (const guint8 *)string, string_size);
	return append(record, bytes->data, bytes->len);
}

int comms_record_exec(struct comms_record *record, pid_t pid, char *const *argv)
{
	g_autofree char *words = g_strjoinv(" ", (char **)argv);

	return append_own(record, IGT_PACKET_EXEC, pid, NULL, 0, words);
}

int comms_record_log(struct comms_record *record, enum igt_packet_stream stream, const char *text)
{
	const uint8_t number = stream;

	for (size_t left = strlen(text); left > 0;) {
		size_t len = MIN(left, IGT_PACKET_TEXT_MAX);
		g_autofree char *piece = g_strndup(text, len);
		int r = append_own(record, IGT_PACKET_LOG, getpid(), &number, sizeof(number),
				   piece);

		if (r < 0)
			return r;
		text += len;
		left -= len;
	}
	return 0;
}

int comms_record_override(struct comms_record *record, const char *result)
{
	return append_own(record, IGT_PACKET_RESULT_OVERRIDE, getpid(), NULL, 0, result);
}

int comms_record_exit(struct comms_record *record, int code, double seconds)
{
	g_autofree char *text = g_strdup_printf("%.3f", seconds);
	const int32_t number = code;

	return append_own(record, IGT_PACKET_EXIT, getpid(), &number, sizeof(number), text);
}

/* Of a start or a result, what the runner wants to know; false for any other packet. */
static bool packet_marker(const char *packet, const struct igt_packet_header *header,
			  struct marker *ret)
{
	static const enum marker_kind kinds[] = {
		[IGT_PACKET_SUBTEST_START] = MARKER_START,
		[IGT_PACKET_SUBTEST_RESULT] = MARKER_RESULT,
		[IGT_PACKET_DYNAMIC_START] = MARKER_DYNAMIC_START,
		[IGT_PACKET_DYNAMIC_RESULT] = MARKER_DYNAMIC_RESULT,
	};
	const char *name = packet + sizeof(*header);
	size_t room = header->size - sizeof(*header);
	size_t len = strnlen(name, room);
	const char *word = name + len + 1;

	if (header->type < IGT_PACKET_SUBTEST_START || header->type > IGT_PACKET_DYNAMIC_RESULT ||
	    len == room || !test_name_is_valid(name, len))
		return false;
	*ret = (struct marker){.kind = kinds[header->type], .verdict = VERDICT_INCOMPLETE};
	if ((ret->kind == MARKER_RESULT || ret->kind == MARKER_DYNAMIC_RESULT) &&
	    memchr(word, '\0', room - len - 1))
		ret->verdict = verdict_from_word(word);
	ret->name = g_strndup(name, len);
	return true;
}

static int refuse_packet(struct comms_record *record, size_t len)
{
	g_autofree char *text = g_strdup_printf(
		"runner: a packet of %zu bytes is not as long as it says, dropped\n", len);
	int r = comms_record_log(record, IGT_STREAM_STDERR, text);

	return r < 0 ? r : comms_record_override(record, "warn");
}

static int take_packet(struct comms_record *record, size_t len)
{
	struct igt_packet_header header;
	struct marker marker;

	if (len < sizeof(header) || len > PACKET_MAX)
		return refuse_packet(record, len);
	memcpy(&header, record->received.packet, sizeof(header));
	if (header.size != len)
		return refuse_packet(record, len);
	if (packet_marker(record->received.packet, &header, &marker)) {
		record->handler(record->user, &marker);
		marker_clear(&marker);
	}
	if (record->results_stopped && header.type != IGT_PACKET_LOG)
		return 0;
	return append(record, &record->received, sizeof(record->received.canary) + len);
}

int comms_record_receive(struct comms_record *record, int socket_fd, size_t *ret_bytes)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < PACKETS_AT_A_TIME; i++) {
		ssize_t n = recv(socket_fd, record->received.packet, PACKET_MAX,
				 MSG_DONTWAIT | MSG_TRUNC);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		record->used = true;
		bytes += n;
		r = take_packet(record, n);
		if (r < 0)
			return r;
	}
	*ret_bytes = bytes;
	return 0;
}
