/* SPDX-License-Identifier: MIT */
#include "comms.h"

#include <string.h>

#define CANARY_SIZE sizeof(uint32_t)
#define HEADER_SIZE sizeof(struct igt_packet_header)

/* Larger than any datagram that a socket takes: a size beyond it is a damaged one. */
#define PACKET_MAX_BYTES (16u << 20)

/* The data of a packet, taken from the front. */
struct fields {
	const char *data;
	size_t len;
};

static bool take_bytes(struct fields *fields, void *ret, size_t len)
{
	if (fields->len < len)
		return false;
	memcpy(ret, fields->data, len);
	fields->data += len;
	fields->len -= len;
	return true;
}

/* NULL if the string, or the NUL behind it, is not there. */
static const char *take_string(struct fields *fields)
{
	const char *string = fields->data;
	const char *end = fields->len > 0 ? memchr(string, '\0', fields->len) : NULL;

	if (!end)
		return NULL;
	fields->len -= end + 1 - string;
	fields->data = end + 1;
	return string;
}

/* A time that nobody can have measured is none. */
static double take_seconds(struct fields *fields)
{
	const char *string = take_string(fields);
	double seconds = string ? g_ascii_strtod(string, /* endptr= */ NULL) : 0.0;

	return seconds >= 0.0 && seconds < 1e9 ? seconds : 0.0;
}

static bool take_log(struct fields *fields, struct comms_packet *packet)
{
	uint8_t stream;

	if (!take_bytes(fields, &stream, sizeof(stream)) ||
	    (stream != IGT_STREAM_STDOUT && stream != IGT_STREAM_STDERR))
		return false;
	packet->stream = stream;
	packet->text = take_string(fields);
	return packet->text;
}

static bool take_exit(struct fields *fields, struct comms_packet *packet)
{
	int32_t code;

	if (!take_bytes(fields, &code, sizeof(code)))
		return false;
	packet->exit_code = code;
	packet->seconds = take_seconds(fields);
	return true;
}

static bool take_result(struct fields *fields, struct comms_packet *packet)
{
	packet->name = take_string(fields);
	packet->text = take_string(fields);
	packet->seconds = take_seconds(fields);
	return packet->name && packet->text;
}

static bool take_fields(struct fields *fields, struct comms_packet *packet)
{
	switch (packet->type) {
	case IGT_PACKET_LOG:
		return take_log(fields, packet);
	case IGT_PACKET_EXIT:
		return take_exit(fields, packet);
	case IGT_PACKET_SUBTEST_START:
	case IGT_PACKET_DYNAMIC_START:
		packet->name = take_string(fields);
		return packet->name;
	case IGT_PACKET_SUBTEST_RESULT:
	case IGT_PACKET_DYNAMIC_RESULT:
		return take_result(fields, packet);
	case IGT_PACKET_EXEC:
	case IGT_PACKET_VERSION:
	case IGT_PACKET_RESULT_OVERRIDE:
		packet->text = take_string(fields);
		return packet->text;
	case IGT_PACKET_INVALID:
	case IGT_PACKET_TYPES:
		break;
	}
	return false;
}

static bool packet_begins(const char *data, size_t len)
{
	const uint32_t canary = IGT_PACKET_CANARY;

	return len >= CANARY_SIZE + HEADER_SIZE && memcmp(data, &canary, CANARY_SIZE) == 0;
}

/* The size of the packet that begins at @data, canary included; 0 if none does. */
static size_t packet_size(const char *data, size_t len)
{
	struct igt_packet_header header;

	if (!packet_begins(data, len))
		return 0;
	memcpy(&header, data + CANARY_SIZE, HEADER_SIZE);
	if (header.size < HEADER_SIZE || header.size > PACKET_MAX_BYTES ||
	    header.size > len - CANARY_SIZE)
		return 0;
	return CANARY_SIZE + header.size;
}

/* Where the next canary is; the end if there is none. */
static size_t find_canary(const struct comms_reader *reader, size_t from)
{
	const uint32_t canary = IGT_PACKET_CANARY;
	const char *at = memmem(reader->data + from, reader->len - from, &canary, CANARY_SIZE);

	return at ? (size_t)(at - reader->data) : reader->len;
}

/*
 * The size of the packet that reading stands at; 0 if there is none. A damaged
 * size makes a packet swallow those behind it: then there is a canary inside,
 * and none at its end.
 */
static size_t next_packet_size(const struct comms_reader *reader)
{
	size_t size = packet_size(reader->data + reader->at, reader->len - reader->at);
	size_t end = reader->at + size;

	if (size == 0 || end == reader->len || find_canary(reader, reader->at + 1) >= end ||
	    packet_begins(reader->data + end, reader->len - end))
		return size;
	return 0;
}

bool comms_next(struct comms_reader *reader, struct comms_packet *ret)
{
	bool after_damage = false;

	while (reader->at < reader->len) {
		const char *data = reader->data + reader->at;
		size_t size = next_packet_size(reader);
		struct igt_packet_header header;
		struct fields fields;

		if (size == 0) {
			after_damage = true;
			reader->at = find_canary(reader, reader->at + 1);
			continue;
		}
		reader->at += size;
		memcpy(&header, data + CANARY_SIZE, HEADER_SIZE);
		fields = (struct fields){data + CANARY_SIZE + HEADER_SIZE,
					 size - CANARY_SIZE - HEADER_SIZE};
		*ret = (struct comms_packet){.type = header.type, .after_damage = after_damage};
		if (!take_fields(&fields, ret))
			*ret = (struct comms_packet){.type = IGT_PACKET_INVALID,
						     .after_damage = after_damage};
		return true;
	}
	reader->damaged = after_damage;
	return false;
}

bool comms_is_used(const char *data, size_t len)
{
	struct comms_reader reader = {.data = data, .len = len};
	struct comms_packet packet;

	while (comms_next(&reader, &packet))
		if (packet.type != IGT_PACKET_EXEC)
			return true;
	return false;
}
