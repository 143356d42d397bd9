/* SPDX-License-Identifier: MIT */
/**
 * Starting the own binary under another name.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "reclaim/igt_self.h"

#define FIRST_FD 3

/* From here on the files wait until their places are free. */
#define FD_ASIDE 64

/* /dev/null for the standard files, and @fds under their numbers, without close-on-exec. */
static int plan_files(posix_spawn_file_actions_t *actions, const int *fds, unsigned int count)
{
	int r = 0;

	for (int fd = 0; fd < FIRST_FD && r == 0; fd++)
		r = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
	for (unsigned int i = 0; i < count && r == 0; i++)
		r = posix_spawn_file_actions_adddup2(actions, fds[i], fds[i]);
	return r;
}

static int plan_signals(posix_spawnattr_t *attributes)
{
	sigset_t all;
	int r;

	sigfillset(&all);
	r = posix_spawnattr_setsigmask(attributes, &all);
	return r ?: posix_spawnattr_setflags(attributes,
					     POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
}

pid_t igt_self_start(const struct igt_self_program *program, const int *fds, unsigned int count)
{
	char numbers[IGT_SELF_FDS][12], *argv[IGT_SELF_FDS + 2] = {(char *)program->name};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;
	int r;

	if (count > IGT_SELF_FDS)
		return -E2BIG;
	for (unsigned int i = 0; i < count; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%d", fds[i]);
		argv[i + 1] = numbers[i];
	}
	r = posix_spawn_file_actions_init(&actions);
	if (r)
		return -r;
	r = posix_spawnattr_init(&attributes);
	if (r == 0) {
		r = plan_files(&actions, fds, count) ?: plan_signals(&attributes);
		if (r == 0)
			r = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv,
					environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return r ? -r : pid;
}

/* Put the files that @argv names at 3, 4, ... and close all others. */
static void take_files(int argc, char **argv)
{
	const int count = argc - 1 < IGT_SELF_FDS ? argc - 1 : IGT_SELF_FDS;
	int aside[IGT_SELF_FDS];

	for (int i = 0; i < count; i++)
		aside[i] = fcntl(atoi(argv[i + 1]), F_DUPFD, FD_ASIDE);
	for (int i = 0; i < count; i++)
		if (dup2(aside[i], FIRST_FD + i) < 0)
			_exit(1);
	close_range((unsigned int)(FIRST_FD + count), ~0u, 0);
}

void igt_self_run(const struct igt_self_program *program, int argc, char **argv)
{
	if (argc < 1 || strcmp(argv[0], program->name) != 0)
		return;
	prctl(PR_SET_NAME, program->name);
	take_files(argc, argv);
	_exit(program->main());
}
