/* SPDX-License-Identifier: MIT */
/**
 * A test binary with many subtests, each done in no time, that speaks text or packets, whichever
 * the runner offers. The verdict of a subtest follows from its number. TESTER_RAN names a file to
 * which each subtest adds its name when it begins.
 *
 * What else the environment asks for: TESTER_STOP_IN=NAME, to wait in that subtest until it is
 * killed; TESTER_STOP_BEFORE, the same before any subtest.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igt_wire.h"

#define SUBTESTS 200
#define NAME_SIZE 16

static int socket_fd = -1;

static void subtest_name(char *name, int number)
{
	snprintf(name, NAME_SIZE, "sub-%03d", number);
}

static const char *subtest_word(int number)
{
	if (number % 7 == 3)
		return IGT_WORD_FAIL;
	return number % 11 == 5 ? IGT_WORD_SKIP : IGT_WORD_SUCCESS;
}

/* As the options of a test do: of the patterns that match, the last one decides. */
static bool is_selected(const char *name, const char *patterns)
{
	char copy[16384];
	char *rest = copy;
	const char *pattern;
	bool selected = false;

	snprintf(copy, sizeof(copy), "%s", patterns);
	while ((pattern = strsep(&rest, ","))) {
		bool negated = *pattern == '!';

		pattern += negated;
		if (strcmp(pattern, "*") == 0 || strcmp(pattern, name) == 0)
			selected = !negated;
	}
	return selected;
}

static void send_packet(enum igt_packet_type type, const char *const *strings)
{
	char packet[512];
	struct igt_packet_header header = {.size = sizeof(header), .type = type, .pid = getpid()};

	for (; *strings; strings++) {
		size_t len = strlen(*strings) + 1;

		memcpy(packet + header.size, *strings, len);
		header.size += len;
	}
	memcpy(packet, &header, sizeof(header));
	if (send(socket_fd, packet, header.size, MSG_NOSIGNAL) < 0)
		_exit(IGT_EXIT_INVALID);
}

static void both(const char *line)
{
	printf("%s\n", line);
	fflush(stdout);
	if (getenv(IGT_ENV_SENTINEL))
		fprintf(stderr, "%s\n", line);
}

static void say_version(void)
{
	static const char version[] = "IGT-Version: 0-NO-GIT (x86_64) (Linux: 1 x86_64)\n";

	if (socket_fd >= 0)
		send_packet(IGT_PACKET_VERSION, (const char *[]){version, NULL});
	else
		fputs(version, stdout);
}

static void say_start(const char *name)
{
	char line[64];

	snprintf(line, sizeof(line), "Starting subtest: %s", name);
	if (socket_fd >= 0)
		send_packet(IGT_PACKET_SUBTEST_START, (const char *[]){name, NULL});
	else
		both(line);
}

static void say_result(const char *name, const char *word)
{
	char line[64];

	snprintf(line, sizeof(line), "Subtest %s: %s (0.000s)", name, word);
	if (socket_fd >= 0)
		send_packet(IGT_PACKET_SUBTEST_RESULT,
			    (const char *[]){name, word, "0.000", "", NULL});
	else
		both(line);
}

static void note_name(const char *name)
{
	const char *path = getenv("TESTER_RAN");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
	char line[NAME_SIZE + 1];

	snprintf(line, sizeof(line), "%s\n", name);
	if (fd >= 0 && write(fd, line, strlen(line)) > 0)
		close(fd);
}

static void stop_if_asked(const char *variable, const char *name)
{
	const char *value = getenv(variable);

	while (value && strcmp(value, name) == 0)
		pause();
}

static void open_socket(void)
{
	const char *number = getenv(IGT_ENV_SOCKET);

	if (number)
		socket_fd = atoi(number);
}

int main(int argc, char **argv)
{
	const char *patterns = argc >= 3 && strcmp(argv[1], "--run-subtest") == 0 ? argv[2] : "*";
	bool list = argc == 2 && strcmp(argv[1], "--list-subtests") == 0;
	bool failed = false;
	char name[NAME_SIZE];

	for (int i = 0; list && i < SUBTESTS; i++) {
		subtest_name(name, i);
		puts(name);
	}
	if (list)
		return IGT_EXIT_SUCCESS;
	open_socket();
	say_version();
	stop_if_asked("TESTER_STOP_BEFORE", "1");
	for (int i = 0; i < SUBTESTS; i++) {
		subtest_name(name, i);
		if (!is_selected(name, patterns))
			continue;
		note_name(name);
		say_start(name);
		stop_if_asked("TESTER_STOP_IN", name);
		say_result(name, subtest_word(i));
		failed |= strcmp(subtest_word(i), IGT_WORD_FAIL) == 0;
	}
	return failed ? IGT_EXIT_FAILURE : IGT_EXIT_SUCCESS;
}
