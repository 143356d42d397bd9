/* SPDX-License-Identifier: MIT */
/**
 * The test's side of undoing: starting the guard, telling it of changes, asking it at the end.
 */
#define IGT_LOG_DOMAIN "igt_undo"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_internal.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo_guard.h"

/* How long the guard of a test before this one, or beside it, may take. */
#define OTHERS_MS 10000
#define OTHERS_PAUSE_MS 10

/* Where a change was made, which says when it ends at the latest. */
enum scope {
	OF_TEST,
	OF_SUBTEST,
	OF_DYNAMIC,
	SCOPES,
};

static struct {
	int socket; /* 0: no guard was started */
	uint32_t sequence;
	int last; /* number of a change */
	struct {
		int number;
		enum scope scope;
		bool of_file; /* igt_undo_set_file() made it */
		char path[160]; /* as much as a message needs */
	} changes[IGT_UNDO_CHANGES];
	unsigned int count;
	bool hooked[SCOPES];
} undo;

/* --- the guard ------------------------------------------------------------------------------ */

/*
 * A lock that the kernel gives up when the last process that has it ends: of this test and its
 * guard. Its file is the one place that all tests of a machine surely have in common.
 */
static int lock_machine(void)
{
	int fd = open("/sys/kernel", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && !igt_wait(flock(fd, LOCK_EX | LOCK_NB) == 0, OTHERS_MS, OTHERS_PAUSE_MS))
		igt_info("Another test still changes this machine, or undoes it: going on\n");
	return fd >= 0 ? fd : -errno;
}

/* Wait for the answer to request @sequence: of others, a signal may have kept us from theirs. */
static int receive(int socket, uint32_t sequence)
{
	struct igt_undo_reply reply;

	for (;;) {
		const ssize_t got = recv(socket, &reply, sizeof(reply), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(reply))
			return -EPIPE;
		if (reply.sequence == sequence)
			return reply.result;
	}
}

static int spawn(const int *files)
{
	const pid_t pid = igt_self_start(&igt_undo_guard, files, IGT_UNDO_FILES);

	if (pid < 0)
		return pid;
	/* It goes on in a child, which is nobody's to wait for. */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int start_guard(void)
{
	_cleanup_close_ int lock = lock_machine();
	_cleanup_close_ int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int ends[2], r;

	if (lock < 0)
		return lock;
	if (self < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	r = spawn((int[IGT_UNDO_FILES]){
		[IGT_UNDO_SOCKET] = ends[1],
		[IGT_UNDO_TEST] = self,
		[IGT_UNDO_LOCK] = lock,
	});
	close(ends[1]);
	if (r == 0)
		r = receive(ends[0], 0);
	if (r < 0)
		close(ends[0]);
	else
		undo.socket = ends[0];
	return r;
}

/* As a signal handler may. */
static int ask(struct igt_undo_request *request)
{
	request->sequence = ++undo.sequence;
	while (send(undo.socket, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return receive(undo.socket, request->sequence);
}

static int ask_about(enum igt_undo_verb verb, int number)
{
	static struct igt_undo_request request;

	request.verb = verb;
	request.change.number = number;
	return ask(&request);
}

/* --- the list ------------------------------------------------------------------------------- */

static enum scope here(void)
{
	if (igt_dynamic_subtest_name())
		return OF_DYNAMIC;
	return igt_subtest_name() ? OF_SUBTEST : OF_TEST;
}

static void drop(unsigned int at)
{
	undo.count--;
	memmove(&undo.changes[at], &undo.changes[at + 1],
		(undo.count - at) * sizeof(undo.changes[0]));
}

static int find(int number)
{
	for (unsigned int i = 0; i < undo.count; i++)
		if (undo.changes[i].number == number)
			return (int)i;
	return -1;
}

/* The last first. What cannot be undone stays in the list, and the guard tries again. */
static void undo_from(enum scope scope, bool quiet)
{
	for (unsigned int i = undo.count; i > 0; i--) {
		int r;

		if (undo.changes[i - 1].scope < scope)
			continue;
		r = ask_about(IGT_UNDO_NOW, undo.changes[i - 1].number);
		if (r == 0)
			drop(i - 1);
		else if (!quiet)
			igt_warn("The change of %s is not undone: %s\n", undo.changes[i - 1].path,
				 strerror(-r));
	}
}

static void undo_at_subtest_end(void *data)
{
	const enum scope scope = (enum scope)(intptr_t)data;

	undo.hooked[scope] = false;
	undo_from(scope, /* quiet= */ false);
}

/*
 * At the end of the test, so that it is over when the test is. Where that cannot be, in a signal
 * handler of another thread than the one that may be talking to the guard now, the guard sees to
 * it a moment later.
 */
static void undo_at_exit(int sig)
{
	if (!igt_on_main_thread())
		return;
	undo_from(OF_TEST, /* quiet= */ sig != 0);
	undo.count = 0;
	close(undo.socket);
	undo.socket = 0;
}

static void note(int number, const char *path)
{
	const enum scope scope = here();

	if (scope != OF_TEST && !undo.hooked[scope])
		undo.hooked[scope] =
			igt_on_subtest_end(undo_at_subtest_end, (void *)(intptr_t)scope);
	undo.changes[undo.count].number = number;
	undo.changes[undo.count].scope = scope;
	undo.changes[undo.count].of_file = false;
	snprintf(undo.changes[undo.count].path, sizeof(undo.changes[0].path), "%s", path);
	undo.count++;
}

int igt_undo_add(enum igt_undo_kind kind, const char *path, const char *value)
{
	static struct igt_undo_request request;
	struct igt_undo_change *change = &request.change;
	int r = 0;

	igt_internal_assert(!igt_in_child() && igt_on_main_thread(),
			    "a change of the machine by a child or thread");
	if (strlen(path) >= sizeof(change->path) || strlen(value ?: "") >= sizeof(change->value))
		return -ENAMETOOLONG;
	if (undo.count == IGT_UNDO_CHANGES)
		return -ENOSPC;
	if (!undo.socket)
		r = start_guard();
	if (r < 0)
		return r;
	igt_install_exit_handler(undo_at_exit);
	request.verb = IGT_UNDO_ADD;
	change->number = ++undo.last;
	change->kind = kind;
	strcpy(change->path, path);
	strcpy(change->value, value ?: "");
	r = ask(&request);
	if (r < 0)
		return r;
	note(undo.last, path);
	return undo.last;
}

int igt_undo_now(int change)
{
	const int at = find(change);
	int r;

	if (at < 0)
		return 0;
	r = ask_about(IGT_UNDO_NOW, change);
	if (r == 0)
		drop((unsigned int)at);
	return r;
}

void igt_undo_forget(int change)
{
	const int at = find(change);

	if (at >= 0 && ask_about(IGT_UNDO_FORGET, change) == 0)
		drop((unsigned int)at);
}

void igt_undo_keep(int change)
{
	const int at = find(change);

	if (at >= 0)
		undo.changes[at].scope = OF_TEST;
}

/* --- changes of a common kind --------------------------------------------------------------- */

char *igt_undo_old_value(char *text)
{
	char *open = strchr(text, '['), *end = open ? strchr(open, ']') : NULL;

	if (!end)
		return text;
	*end = '\0';
	return open + 1;
}

/* What undoes an earlier change of the same file, in the same block, does for the next as well. */
static int find_file(const char *path)
{
	for (unsigned int i = 0; i < undo.count; i++)
		if (undo.changes[i].of_file && undo.changes[i].scope == here() &&
		    strlen(path) < sizeof(undo.changes[i].path) &&
		    strcmp(undo.changes[i].path, path) == 0)
			return undo.changes[i].number;
	return 0;
}

static int note_file(const char *path)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = igt_file_read(path, &text);
	if (r == 0)
		r = igt_undo_add(IGT_UNDO_WRITE, path, igt_undo_old_value(text));
	if (r > 0)
		undo.changes[undo.count - 1].of_file = true;
	return r;
}

int igt_undo_set_file(const char *path, const char *value)
{
	const int earlier = find_file(path), change = earlier ?: note_file(path);
	int r;

	if (change < 0)
		return change;
	r = igt_file_write(path, value);
	if (r == 0)
		return change;
	if (!earlier)
		igt_undo_forget(change);
	return r;
}
