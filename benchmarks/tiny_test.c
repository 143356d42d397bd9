/* SPDX-License-Identifier: MIT */
/**
 * The least that a test can be: 200 subtests that do nothing, without a library, in packets or in
 * text. What a run of it costs beyond its own 0.3 ms is the runner's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igt_wire.h"

#define SUBTESTS 200

static int runner_fd = -1;

/* @strings: with their NULs, one behind the other. */
static void send_packet(enum igt_packet_type type, const char *strings, size_t size)
{
	char packet[sizeof(struct igt_packet_header) + 256];
	struct igt_packet_header header = {.size = (uint32_t)(sizeof(header) + size),
					   .type = type,
					   .pid = getpid(),
					   .tid = getpid()};

	memcpy(packet, &header, sizeof(header));
	memcpy(packet + sizeof(header), strings, size);
	send(runner_fd, packet, sizeof(header) + size, MSG_NOSIGNAL);
}

static void say(const char *line)
{
	printf("%s\n", line);
	fflush(stdout);
	if (getenv(IGT_ENV_SENTINEL))
		fprintf(stderr, "%s\n", line);
}

static void run_subtest(int number)
{
	char text[128];
	int size;

	if (runner_fd >= 0) {
		size = snprintf(text, sizeof(text), "s%d%c", number, 0);
		send_packet(IGT_PACKET_SUBTEST_START, text, (size_t)size);
		size = snprintf(text, sizeof(text), "s%d%cSUCCESS%c0.000%c%c", number, 0, 0, 0, 0);
		send_packet(IGT_PACKET_SUBTEST_RESULT, text, (size_t)size);
		return;
	}
	snprintf(text, sizeof(text), "Starting subtest: s%d", number);
	say(text);
	snprintf(text, sizeof(text), "Subtest s%d: SUCCESS (0.000s)", number);
	say(text);
}

/* One name, or all without an argument. */
static int run(const char *name)
{
	const char *socket_number = getenv(IGT_ENV_SOCKET);

	if (socket_number)
		runner_fd = atoi(socket_number);
	for (int i = 0; i < SUBTESTS; i++)
		if (!name || atoi(name + 1) == i)
			run_subtest(i);
	return IGT_EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--list-subtests") == 0) {
		for (int i = 0; i < SUBTESTS; i++)
			printf("s%d\n", i);
		return IGT_EXIT_SUCCESS;
	}
	return run(argc > 2 ? argv[2] : NULL);
}
