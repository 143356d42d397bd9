/* SPDX-License-Identifier: MIT */
/**
 * An input is a text that is logged to a runner's socket, as a thread and as a signal handler do.
 * What comes out there, put together again, is the text.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "igt_comms.h"

/* A socket takes ten datagrams before it blocks. */
#define MAX_TEXT (8 * IGT_PACKET_TEXT_MAX_SIGNAL)

static int runner = -1;

static void open_socket(void)
{
	char number[16];
	int ends[2];

	fuzz_assert(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
	snprintf(number, sizeof(number), "%d", ends[1]);
	setenv(IGT_ENV_SOCKET, number, 1);
	igt_comms_init();
	fuzz_assert(igt_comms_active());
	runner = ends[0];
}

static void expect(const char *text, size_t most, int32_t tid)
{
	char packet[sizeof(struct igt_packet_header) + 1 + IGT_PACKET_TEXT_MAX + 1];
	ssize_t size;

	while ((size = recv(runner, packet, sizeof(packet), MSG_DONTWAIT)) > 0) {
		const char *part = packet + sizeof(struct igt_packet_header) + 1;
		struct igt_packet_header header;
		size_t length;

		memcpy(&header, packet, sizeof(header));
		fuzz_assert(header.size == (size_t)size && header.type == IGT_PACKET_LOG);
		fuzz_assert(header.pid == getpid() && header.tid == tid);
		fuzz_assert(part[-1] == IGT_STREAM_STDERR && packet[size - 1] == '\0');
		length = strlen(part);
		fuzz_assert(part + length + 1 == packet + size && length > 0 && length <= most);
		fuzz_assert(strncmp(part, text, length) == 0);
		text += length;
	}
	fuzz_assert(!*text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size < MAX_TEXT ? size : MAX_TEXT);

	if (runner < 0)
		open_socket();
	igt_put(IGT_STREAM_STDERR, text);
	expect(text, IGT_PACKET_TEXT_MAX, gettid());
	igt_put_from_signal(IGT_STREAM_STDERR, text);
	expect(text, IGT_PACKET_TEXT_MAX_SIGNAL, 0);
	free(text);
	return 0;
}
