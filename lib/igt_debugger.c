/* SPDX-License-Identifier: MIT */
/**
 * People at the keyboard: a debugger around the test, and stops that wait for a key.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "igt_cleanup.h"
#include "igt_internal.h"

/* The process that traces this one, 0: none. */
static int tracer(void)
{
	_cleanup_fclose_ FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	int pid = 0;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "TracerPid: %d", &pid) == 1)
			break;
	return pid;
}

bool igt_under_gdb(void)
{
	char path[64], name[64] = "";
	int pid = tracer();

	if (!pid)
		return false;
	/* strace and others trace as well, and want the test to go on. */
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	_cleanup_fclose_ FILE *comm = fopen(path, "re");

	return comm && fgets(name, sizeof(name), comm) && strcmp(name, "gdb\n") == 0;
}

/* True if the user asked for a stop at the points named @var. */
static bool wants_stop(const char *var)
{
	return igt_options.interactive && (strcmp(igt_options.interactive, "all") == 0 ||
					   strcmp(igt_options.interactive, var) == 0);
}

/* Ask, and wait for one key. Returns EOF when nobody can press any. */
static int ask(const char *question)
{
	struct termios old, raw;
	int key;

	if (tcgetattr(STDIN_FILENO, &old) < 0) {
		igt_info("stdin is no terminal, interactive debugging is off\n");
		igt_options.interactive = NULL;
		return EOF;
	}
	igt_info("%s\n", question);
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	key = getchar();
	tcsetattr(STDIN_FILENO, TCSANOW, &old);
	return key;
}

bool igt_debug_wait_for_keypress(const char *var)
{
	return wants_stop(var) && ask("Press any key to continue ...") != EOF;
}

void igt_debug_manual_check(const char *var, const char *expected)
{
	char question[256];
	int key;

	if (!wants_stop(var))
		return;
	snprintf(question, sizeof(question), "Is %s [Y/n]", expected);
	key = ask(question);
	igt_assert_f(key != 'n' && key != 'N', "seen otherwise: %s\n", expected);
}
