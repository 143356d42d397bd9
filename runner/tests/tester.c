/* SPDX-License-Identifier: MIT */
/**
 * A test binary without a test library: speaks the text protocol by hand, and
 * fails in every way that a test can. The name under which it is called decides
 * whether it has subtests.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "igt_wire.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

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

static void begin(const char *name)
{
	char line[256];

	snprintf(line, sizeof(line), "<6>[IGT] tester: starting subtest %s\n", name);
	kernel_log(line);
	snprintf(line, sizeof(line), "Starting subtest: %s", name);
	both(line);
}

static int end(const char *name, const char *word, int code)
{
	char line[256];

	snprintf(line, sizeof(line), "Subtest %s: %s (0.125s)", name, word);
	both(line);
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

static int sub_kernel_warning(const char *name)
{
	kernel_log("<4>WARNING: CPU: 0 PID: 1 at tester.c:1 gem_shrinker_scan\n");
	return end(name, IGT_WORD_SUCCESS, IGT_EXIT_SUCCESS);
}

static int sub_dynamic(const char *name)
{
	both("Starting dynamic subtest: small");
	printf("small text\n");
	both("Dynamic subtest small: SUCCESS (0.001s)");
	both("Starting dynamic subtest: large");
	fprintf(stderr, "(tester:1) CRITICAL: Test assertion failure function f, file t.c:9:\n"
			"(tester:1) CRITICAL: Failed assertion: fits\n"
			"Dynamic subtest large failed.\nNo log.\n");
	both("Dynamic subtest large: FAIL (0.002s)");
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

static const struct {
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
	{"kernel-warning", sub_kernel_warning},
	{"dynamic", sub_dynamic},
	{"abort", sub_abort},
	{"environment", sub_environment},
	{"not-utf8", sub_not_utf8},
	{"hangup", sub_hangup},
	{"Upper-Case", sub_pass},
};

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

int main(int argc, char **argv)
{
	const char *name = basename(argv[0]);
	int plain = strcmp(name, "tester") != 0;

	if (argc == 2 && strcmp(argv[1], "--list-subtests") == 0) {
		if (strcmp(name, "dies_listing") == 0)
			raise(SIGKILL);
		for (size_t i = 0; !plain && i < ARRAY_SIZE(subtests); i++)
			puts(subtests[i].name);
		return plain ? IGT_EXIT_INVALID : IGT_EXIT_SUCCESS;
	}
	if (plain)
		return run_plain(name);
	if (argc < 3 || strcmp(argv[1], "--run-subtest") != 0)
		return IGT_EXIT_INVALID;
	printf("IGT-Version: 0-NO-GIT (x86_64) (Linux: 1 x86_64)\n");
	for (size_t i = 0; i < ARRAY_SIZE(subtests); i++) {
		if (strcmp(subtests[i].name, argv[2]) != 0)
			continue;
		begin(argv[2]);
		return subtests[i].run(argv[2]);
	}
	fprintf(stderr, "Unknown subtest: %s\n", argv[2]);
	return IGT_EXIT_INVALID;
}
