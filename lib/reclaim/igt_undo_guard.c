/* SPDX-License-Identifier: MIT */
/**
 * The guard: a process that knows how to undo what a test has changed, and outlives it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igt_wire.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo_guard.h"

/* Where igt_self_run() has put them. */
#define FD(file) (3 + (file))

static struct {
	struct igt_undo_change list[IGT_UNDO_CHANGES];
	unsigned int count;
} changes;

static int find(int number)
{
	for (unsigned int i = 0; i < changes.count; i++)
		if (changes.list[i].number == number)
			return (int)i;
	return -1;
}

static void drop(int at)
{
	changes.count--;
	memmove(&changes.list[at], &changes.list[at + 1],
		(changes.count - (unsigned int)at) * sizeof(changes.list[0]));
}

static int add(const struct igt_undo_change *change)
{
	if (changes.count == IGT_UNDO_CHANGES)
		return -ENOSPC;
	changes.list[changes.count++] = *change;
	return 0;
}

/* To whom it may concern: a machine that is not as it was spoils what comes after. */
static void complain(const struct igt_undo_change *change, int r)
{
	char text[IGT_UNDO_TEXT + 128];

	snprintf(text, sizeof(text), "<4>" IGT_KMSG_PREFIX "a test's change of %s is not undone: %s\n",
		 change->path, strerror(-r));
	igt_file_write("/dev/kmsg", text);
}

static int undo(int at, pid_t test)
{
	const int r = igt_undo_apply(&changes.list[at], test);

	if (r < 0)
		complain(&changes.list[at], r);
	else
		drop(at);
	return r;
}

static int do_as_asked(const struct igt_undo_request *request, pid_t test)
{
	const int at = find(request->change.number);

	if (request->verb == IGT_UNDO_ADD)
		return at < 0 ? add(&request->change) : -EEXIST;
	if (at < 0)
		return 0;
	if (request->verb == IGT_UNDO_NOW)
		return undo(at, test);
	drop(at);
	return 0;
}

static void reply(uint32_t sequence, int result)
{
	const struct igt_undo_reply reply = {.sequence = sequence, .result = result};

	/* The test may be dead. */
	send(FD(IGT_UNDO_SOCKET), &reply, sizeof(reply), MSG_NOSIGNAL);
}

/* Answer what the test asks for. False when there will be nothing more. */
static bool serve(pid_t test)
{
	static struct igt_undo_request request;
	const ssize_t got = recv(FD(IGT_UNDO_SOCKET), &request, sizeof(request), 0);

	if (got < 0 && errno == EINTR)
		return true;
	if (got != sizeof(request))
		return false;
	reply(request.sequence, do_as_asked(&request, test));
	return true;
}

/*
 * The test may be dead while its children still have the socket: its pidfd tells. Requests that
 * came before its death are answered first, for what it had undone then is undone.
 */
static void serve_until_death(pid_t test)
{
	struct pollfd fds[] = {
		{.fd = FD(IGT_UNDO_SOCKET), .events = POLLIN},
		{.fd = FD(IGT_UNDO_TEST), .events = POLLIN},
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents) {
			if (!serve(test))
				return;
		} else if (fds[1].revents) {
			return;
		}
	}
}

/* Neither what kills the test nor what kills its cgroup is to meet us. All of it may fail. */
static void step_aside(void)
{
	char *root, path[4096];

	igt_file_write("/proc/self/oom_score_adj", "-1000");
	if (igt_cgroup_root(&root) < 0)
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", root);
	igt_file_write(path, "0");
}

static int guard(void)
{
	const pid_t test = getppid(), pid = fork();

	/* Nobody waits for the second one by accident: it is no child of the test. */
	if (pid)
		return pid < 0;
	step_aside();
	reply(0, 0);
	serve_until_death(test);
	while (changes.count > 0) {
		if (undo((int)changes.count - 1, /* test= */ 0) < 0)
			changes.count--;
	}
	return 0;
}

IGT_SELF_PROGRAM(igt_undo_guard, IGT_UNDO_PROCESS, guard)
