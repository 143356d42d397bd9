/* SPDX-License-Identifier: MIT */
/**
 * Spawning testers and evening out their output.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_tester.h"

#define MAX_ARGUMENTS 8

static _Noreturn void become(const char *environment, const char *name, char **argv, int out,
			     int err)
{
	char path[4096], entry[256];

	snprintf(path, sizeof(path), "%s/tester_%s", getenv("IGT_TESTERS"), name);
	argv[0] = path;
	clearenv();
	if (environment) {
		snprintf(entry, sizeof(entry), "%s", environment);
		putenv(entry);
	}
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execv(path, argv);
	_exit(127);
}

static char *contents(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	return text;
}

static int is_noise(const char *line)
{
	while (*line == ' ')
		line++;
	return strncmp(line, "IGT-Version: ", 13) == 0 ||
	       strncmp(line, "Using IGT_SRANDOM=", 18) == 0 ||
	       (line[0] == '#' && isdigit((unsigned char)line[1]));
}

/* What stands for a number at @at that may change, or NULL when the number counts. */
static const char *stand_in(const char *text, const char *at, size_t digits)
{
	const char *end = at + digits;

	if (at == text)
		return NULL;
	/* "(tester_x:123) " */
	if (at[-1] == ':' && end[0] == ')' && memchr(text, '(', (size_t)(at - text)))
		return "PID";
	/* "file.c:12:" */
	if (at - text >= 3 && strncmp(at - 3, ".c:", 3) == 0)
		return "N";
	/* "(0.012s)", with the digits on both sides of the point */
	if (at[-1] == '.' && end[0] == 's' && end[1] == ')')
		return "000";
	if (at[-1] == '(' && end[0] == '.' && digits < 3)
		return "0";
	return NULL;
}

static char *even_out(char *raw)
{
	char *even = calloc(1, 2 * strlen(raw) + 1), *to = even;
	const char *at = raw;
	int line_start = 1;

	assert_non_null(even);
	while (*at) {
		size_t digits = strspn(at, "0123456789");
		const char *other = digits ? stand_in(raw, at, digits) : NULL;

		if (line_start && is_noise(at)) {
			at += strcspn(at, "\n");
			at += *at == '\n';
			continue;
		}
		if (!digits)
			digits = 1;
		line_start = *at == '\n';
		to = other ? stpcpy(to, other) : mempcpy(to, at, digits);
		at += digits;
	}
	free(raw);
	return even;
}

struct run run_tester(const char *environment, const char *name, ...)
{
	char *argv[MAX_ARGUMENTS + 2] = {NULL};
	int out = memfd_create("out", 0), err = memfd_create("err", 0), status;
	unsigned int count = 1;
	va_list arguments;
	pid_t pid;

	va_start(arguments, name);
	while (count <= MAX_ARGUMENTS && (argv[count] = va_arg(arguments, char *)))
		count++;
	va_end(arguments);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become(environment, name, argv, out, err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return (struct run){
		.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
		.out = even_out(contents(out)),
		.err = even_out(contents(err)),
	};
}

void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
}

void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text);
}
