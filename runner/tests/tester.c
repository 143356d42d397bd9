/* SPDX-License-Identifier: MIT */
/**
 * A test binary without a test library: speaks the protocols by hand, and fails in
 * every way that a test can. The name under which it is called decides whether it
 * has subtests, and whether it talks in packets if it may.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igt_wire.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Of the runner's socket; -1: in text. */
static int packets_fd = -1;

/* @text: strings with a `|` between them, which become the packet's. */
static void send_packet(enum igt_packet_type type, const char *text)
{
	char packet[sizeof(struct igt_packet_header) + 512];
	struct igt_packet_header header = {.type = type, .pid = getpid(), .tid = getpid()};
	char *data = packet + sizeof(header);
	size_t len = strlen(text) + 1;

	memcpy(data, text, len);
	for (size_t i = 0; i < len; i++)
		if (data[i] == '|')
			data[i] = '\0';
	header.size = sizeof(header) + len;
	memcpy(packet, &header, sizeof(header));
	if (send(packets_fd, packet, header.size, MSG_NOSIGNAL) < 0)
		fprintf(stderr, "packet: %s\n", strerror(errno));
}

static void both(const char *line)
{
	printf("%s\n", line);
	fflush(stdout);
	if (getenv(IGT_ENV_SENTINEL))
		fprintf(stderr, "%s\n", line);
}

static void kernel_log(const char *line)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, line, strlen(line)) < 0)
		fprintf(stderr, "kmsg: %s\n", strerror(errno));
	close(fd);
}

static void start(const char *name, bool dynamic)
{
	char line[256];

	if (packets_fd >= 0) {
		send_packet(dynamic ? IGT_PACKET_DYNAMIC_START : IGT_PACKET_SUBTEST_START, name);
		return;
	}
	snprintf(line, sizeof(line), "%s%s",
		 dynamic ? IGT_TEXT_STARTING_DYNAMIC : IGT_TEXT_STARTING, name);
	both(line);
}

static void result(const char *name, bool dynamic, const char *word, const char *seconds)
{
	char line[256];

	if (packets_fd >= 0) {
		snprintf(line, sizeof(line), "%s|%s|%s|", name, word, seconds);
		send_packet(dynamic ? IGT_PACKET_DYNAMIC_RESULT : IGT_PACKET_SUBTEST_RESULT, line);
		return;
	}
	snprintf(line, sizeof(line), "%s%s: %s (%ss)",
		 dynamic ? IGT_TEXT_RESULT_DYNAMIC : IGT_TEXT_RESULT, name, word, seconds);
	both(line);
}

static void begin(const char *name)
{
	char line[256];

	snprintf(line, sizeof(line), "<6>[IGT] tester: starting subtest %s\n", name);
	kernel_log(line);
	start(name, /* dynamic= */ false);
}

static int end(const char *name, const char *word, int code)
{
	result(name, /* dynamic= */ false, word, "0.125");
	return code;
}

/* Says who it is, for a test that wants to look after it. */
static void write_pid(void)
{
	const char *path = getenv("TESTER_PIDFILE");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%d\n", (int)getpid());
	fclose(file);
}

static void wait_forever(void)
{
	write_pid();
	for (;;)
		pause();
}

static int sub_pass(const char *name)
{
	printf("all is well\n");
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_skip_requirement(const char *name)
{
	printf("Test requirement not met in function main, file tester.c:1:\n"
	       "Test requirement: swap_total() > 0\n");
	return end(name, IGT_WORD_SKIP, IGT_EXIT_SKIP);
}

static int sub_fail_assert(const char *name)
{
	fprintf(stderr,
		"(tester:1) CRITICAL: Test assertion failure function f, file t.c:7:\n"
		"(tester:1) CRITICAL: Failed assertion: pages == freed\n"
		"(tester:1) CRITICAL: Last errno: 22, Invalid argument\n"
		"(tester:1) CRITICAL: error: 4096 != 0\n"
		"Subtest %s failed.\n**** DEBUG ****\n****  END  ****\n",
		name);
	return end(name, IGT_WORD_FAIL, IGT_EXIT_FAILURE);
}

static int sub_crash(const char *name)
{
	fprintf(stderr, "Received signal SIGSEGV.\nStack trace: \n #0 [main+0x1]\n");
	return end(name, IGT_WORD_CRASH, 128 + SIGSEGV);
}

static int sub_warn(const char *name)
{
	fprintf(stderr, "(tester:1) WARNING: the clock went backwards\n");
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_killed(const char *name)
{
	struct rlimit no_core = {0, 0};

	setrlimit(RLIMIT_CORE, &no_core);
	fprintf(stderr, "Received signal SIGABRT.\n");
	abort();
}

static int sub_hang(const char *name)
{
	wait_forever();
	return 0;
}

static int sub_hang_hard(const char *name)
{
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	wait_forever();
	return 0;
}

/* Out of the group, out of the session, deaf, and without a parent. */
static int sub_daemon(const char *name)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		signal(SIGTERM, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		wait_forever();
	}
	/* Only once it is up is there something to leave behind. */
	while (access(getenv("TESTER_PIDFILE"), R_OK) < 0)
		usleep(1000);
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

/* Leaves somebody behind whose work takes longer than what else is left behind may live. */
static int sub_undo(const char *name)
{
	char done[512];

	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		prctl(PR_SET_NAME, IGT_UNDO_PROCESS);
		write_pid();
		snprintf(done, sizeof(done), "%s.done", getenv("TESTER_PIDFILE"));
		usleep(2500000);
		close(open(done, O_CREAT | O_WRONLY, 0600));
		_exit(0);
	}
	while (access(getenv("TESTER_PIDFILE"), R_OK) < 0)
		usleep(1000);
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_kernel_warning(const char *name)
{
	kernel_log("<4>WARNING: CPU: 0 PID: 1 at tester.c:1 gem_shrinker_scan\n");
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_dynamic(const char *name)
{
	start("small", /* dynamic= */ true);
	printf("small text\n");
	result("small", /* dynamic= */ true, IGT_WORD_SUCCESS, "0.001");
	start("large", /* dynamic= */ true);
	fprintf(stderr, "(tester:1) CRITICAL: Test assertion failure function f, file t.c:9:\n"
			"(tester:1) CRITICAL: Failed assertion: fits\n"
			"Dynamic subtest large failed.\nNo log.\n");
	result("large", /* dynamic= */ true, IGT_WORD_FAIL, "0.002");
	return end(name, IGT_WORD_FAIL, IGT_EXIT_FAILURE);
}

static int sub_abort(const char *name)
{
	fprintf(stderr, "Test abort in function f, file t.c:3:\nabort condition: gpu_is_gone\n");
	return IGT_EXIT_ABORT;
}

static int sub_environment(const char *name)
{
	char score[32] = "";
	FILE *file = fopen("/proc/self/oom_score_adj", "r");

	if (!file || !fgets(score, sizeof(score), file))
		return end(name, IGT_WORD_FAIL, IGT_EXIT_FAILURE);
	fclose(file);
	printf("TESTER_WORD=%s\noom_score_adj=%s", getenv("TESTER_WORD"), score);
	printf("stdin at %s\n", getchar() == EOF ? "end" : "something");
	printf("group %s\n", getpgrp() == getpid() ? "own" : "shared");
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_not_utf8(const char *name)
{
	static const char text[] = "caf\xe9 \xc2\xb5s \0 \xff\xc3\n";

	fwrite(text, 1, sizeof(text) - 1, stdout);
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_hangup(const char *name)
{
	raise(SIGHUP);
	return 0;
}

static const struct subtest {
	const char *name;
	int (*run)(const char *name);
} subtests[] = {
	{"pass", sub_pass},
	{"skip-requirement", sub_skip_requirement},
	{"fail-assert", sub_fail_assert},
	{"crash", sub_crash},
	{"warn", sub_warn},
	{"killed", sub_killed},
	{"hang", sub_hang},
	{"hang-hard", sub_hang_hard},
	{"daemon", sub_daemon},
	{"undo", sub_undo},
	{"kernel-warning", sub_kernel_warning},
	{"dynamic", sub_dynamic},
	{"abort", sub_abort},
	{"environment", sub_environment},
	{"not-utf8", sub_not_utf8},
	{"hangup", sub_hangup},
	{"Upper-Case", sub_pass},
};

/* Writes without end, to stdout. */
static int sub_flood(const char *name)
{
	for (;;)
		both("all work and no play");
	return 0;
}

/* A hundred processes that leave session and group, and have the next one when they are told. */
static int sub_storm(const char *name)
{
	for (int i = 0; i < 100; i++) {
		if (fork() != 0)
			continue;
		setsid();
		signal(SIGTERM, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		if (i % 2 == 0 && fork() != 0)
			_exit(0);
		for (;;)
			pause();
	}
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

/* A process that nothing but its runner would ever end, and a test that waits for that. */
static int sub_daemon_then_hang(const char *name)
{
	sub_daemon(name);
	for (;;)
		pause();
	return 0;
}

/* Leaves a process that needs half a second to put things in order. */
static int sub_guard(const char *name)
{
	const char *path = getenv("TESTER_PIDFILE");
	FILE *file;

	signal(SIGTERM, SIG_IGN);
	if (fork() == 0) {
		setsid();
		usleep(500000);
		file = fopen(path, "w");
		if (file && fputs("in order\n", file) >= 0)
			fclose(file);
		_exit(0);
	}
	raise(SIGKILL);
	return 0;
}

/* All that there is room for, in $TESTER_DIR. */
static int sub_fill_disk(const char *name)
{
	static char block[65536];
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/fill", getenv("TESTER_DIR"));
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	/* Pages of our own, as a file system that packs zeros must not be spared. */
	memset(block, 'x', sizeof(block));
	while (write(fd, block, sizeof(block)) > 0)
		;
	while (write(fd, block, 1) > 0)
		;
	return sub_flood(name);
}

/* $TESTER_DIR itself. */
static int sub_remove(const char *name)
{
	char command[4096];

	snprintf(command, sizeof(command), "rm -rf '%s'", getenv("TESTER_DIR"));
	if (system(command) != 0)
		return end(name, IGT_WORD_FAIL, IGT_EXIT_FAILURE);
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

/* Leaves a file where it is told to. */
static int sub_attach(const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/note", getenv("IGT_RUNNER_ATTACHMENTS_DIR"));
	file = fopen(path, "w");
	if (!file)
		return end(name, IGT_WORD_FAIL, IGT_EXIT_FAILURE);
	fprintf(file, "from %s\n", name);
	fclose(file);
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

/* What harms more than the test itself. */
static const struct subtest wrecks[] = {
	{"flood", sub_flood},
	{"storm", sub_storm},
	{"guard", sub_guard},
	{"fill-disk", sub_fill_disk},
	{"remove", sub_remove},
	{"attach", sub_attach},
	{"daemon-then-hang", sub_daemon_then_hang},
	{"pass", sub_pass},
};

/* One that hangs between two that do not. */
static const struct subtest sluggards[] = {
	{"first", sub_pass},
	{"hang", sub_hang},
	{"last", sub_pass},
};

/* As uwildmat: names and `*`, the last one that fits decides, `!` is "not". */
static bool is_chosen(const char *patterns, const char *name)
{
	char words[4096];
	bool chosen = false;

	snprintf(words, sizeof(words), "%s", patterns);
	for (char *word = strtok(words, ","); word; word = strtok(NULL, ",")) {
		bool negative = *word == '!';

		word += negative;
		if (strcmp(word, "*") == 0 || strcmp(word, name) == 0)
			chosen = !negative;
	}
	return chosen;
}

/* The first failure decides, then whether anything passed. */
static int run_subtests(const struct subtest *list, size_t count, const char *patterns)
{
	int code = IGT_EXIT_SKIP;
	bool any = false;

	printf("IGT-Version: 0-NO-GIT (x86_64) (Linux: 1 x86_64)\n");
	fflush(stdout);
	for (size_t i = 0; i < count; i++) {
		int r;

		if (!is_chosen(patterns, list[i].name))
			continue;
		any = true;
		begin(list[i].name);
		r = list[i].run(list[i].name);
		fflush(stdout);
		if (code == IGT_EXIT_SUCCESS || code == IGT_EXIT_SKIP)
			code = r == IGT_EXIT_SKIP ? code : r;
	}
	if (any)
		return code;
	fprintf(stderr, "Unknown subtest: %s\n", patterns);
	return IGT_EXIT_INVALID;
}

static int run_plain(const char *name)
{
	if (strcmp(name, "plain_silent") == 0)
		return IGT_EXIT_SUCCESS;
	printf("IGT-Version: 0-NO-GIT (x86_64) (Linux: 1 x86_64)\n");
	if (strcmp(name, "plain_pass") == 0) {
		printf("SUCCESS (0.000s)\n");
		return IGT_EXIT_SUCCESS;
	}
	if (strcmp(name, "plain_skip") == 0) {
		printf("no such device here\nSKIP (0.000s)\n");
		return IGT_EXIT_SKIP;
	}
	if (strcmp(name, "plain_fail") == 0) {
		fprintf(stderr, "(plain_fail:1) CRITICAL: the page came back changed\n");
		return IGT_EXIT_FAILURE;
	}
	fflush(stdout);
	raise(SIGSEGV);
	return 0;
}

/* By the name of the program; those with no subtests are not here. */
static const struct {
	const char *name;
	const struct subtest *list;
	size_t count;
} programs[] = {
	{"tester", subtests, ARRAY_SIZE(subtests)},
	{"talker", subtests, ARRAY_SIZE(subtests)},
	{"wrecker", wrecks, ARRAY_SIZE(wrecks)},
	{"sluggish", sluggards, ARRAY_SIZE(sluggards)},
};

static int list_subtests(const char *name, size_t program)
{
	if (strcmp(name, "dies_listing") == 0)
		raise(SIGKILL);
	if (program == ARRAY_SIZE(programs))
		return IGT_EXIT_INVALID;
	for (size_t i = 0; i < programs[program].count; i++)
		puts(programs[program].list[i].name);
	return IGT_EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *name = basename(argv[0]);
	const char *socket = getenv(IGT_ENV_SOCKET);
	const char *patterns = "*";
	size_t program = 0;

	while (program < ARRAY_SIZE(programs) && strcmp(programs[program].name, name) != 0)
		program++;
	if (argc == 2 && strcmp(argv[1], "--list-subtests") == 0)
		return list_subtests(name, program);
	if (program == ARRAY_SIZE(programs))
		return run_plain(name);
	if (strcmp(name, "talker") == 0 && socket)
		packets_fd = atoi(socket);
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--run-subtest") == 0)
			patterns = argv[i + 1];
		else
			printf("option %s %s\n", argv[i], argv[i + 1]);
	}
	return run_subtests(programs[program].list, programs[program].count, patterns);
}
