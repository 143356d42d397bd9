/* SPDX-License-Identifier: MIT */
#include "sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fileio.h"
#include "memory_row.h"

#define INTERVAL_S 0.05
/* Of a processor, at most. */
#define CPU_SHARE 0.01
/* A process that has not answered for as long is stuck in the kernel. */
#define STUCK_S 5
/* For the last row. */
#define STOP_S 1

/* From the runner. An answer is one byte for each. */
struct order {
	/* False: the job that began last is over. */
	bool begin;
	unsigned index;
	pid_t pid;
	double clock_offset;
};

struct sampler {
	int results_fd;
	const struct cgroups *cgroups;
	/* 0: could not be started again after it got stuck. */
	pid_t pid;
	int socket_fd;
	unsigned unanswered;
	/* When the first of them was sent; CLOCK_MONOTONIC. */
	double unanswered_since;
};

/* What the process itself knows; the job is over while there is no source. */
struct taker {
	int results_fd;
	int cgroups_fd;
	int socket_fd;
	struct memory_source *source;
	int file_fd;
	int procs_fd;
	double clock_offset;
	double next;
};

static void take_row(struct taker *taker)
{
	double cpu = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
	double now = clock_seconds(CLOCK_MONOTONIC);
	g_autoptr(GString) row = g_string_new(NULL);

	memory_row_add(taker->source, now + taker->clock_offset, row);
	/* A disk that is full is for the runner to complain about. */
	fd_write_all(taker->file_fd, row->str, row->len);
	cpu = clock_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
	taker->next = now + fmax(INTERVAL_S, cpu / CPU_SHARE);
}

static void end_job(struct taker *taker)
{
	if (!taker->source)
		return;
	take_row(taker);
	memory_source_free(taker->source);
	taker->source = NULL;
	fd_closep(&taker->file_fd);
	fd_closep(&taker->procs_fd);
}

static void begin_job(struct taker *taker, const struct order *order)
{
	g_autofree char *file = g_strdup_printf("%u/memory.txt", order->index);
	g_autofree char *procs = g_strdup_printf("%u/cgroup.procs", order->index);

	end_job(taker);
	taker->file_fd =
		openat(taker->results_fd, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (taker->file_fd < 0)
		return;
	/* A job that goes on has the header already. */
	if (lseek(taker->file_fd, 0, SEEK_END) == 0)
		fd_write_all(taker->file_fd, memory_row_header, strlen(memory_row_header));
	taker->procs_fd =
		taker->cgroups_fd < 0 ? -1 : openat(taker->cgroups_fd, procs, O_RDONLY | O_CLOEXEC);
	taker->clock_offset = order->clock_offset;
	taker->source = memory_source_new(taker->procs_fd, order->pid);
	take_row(taker);
}

/* False when the runner is gone. */
static bool take_orders(struct taker *taker)
{
	for (;;) {
		struct order order;
		ssize_t n = recv(taker->socket_fd, &order, sizeof(order), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n != sizeof(order))
			return false;
		if (order.begin)
			begin_job(taker, &order);
		else
			end_job(taker);
		send(taker->socket_fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

/* For poll(): until the next row is due, or for ever. */
static int milliseconds_to_wait(const struct taker *taker)
{
	double left = taker->next - clock_seconds(CLOCK_MONOTONIC);

	if (!taker->source)
		return -1;
	return left > 0 ? (int)ceil(left * 1000) : 0;
}

static void __attribute__((noreturn)) take_rows(struct taker *taker)
{
	struct pollfd poller = {.fd = taker->socket_fd, .events = POLLIN};

	do {
		poll(&poller, 1, milliseconds_to_wait(taker));
		if (taker->source && clock_seconds(CLOCK_MONOTONIC) >= taker->next)
			take_row(taker);
	} while (take_orders(taker));
	end_job(taker);
	_exit(0);
}

/* Where the process has its files. */
enum {
	RESULTS_FD = STDERR_FILENO + 1,
	CGROUPS_FD,
	SOCKET_FD,
	FIRST_FREE_FD,
};

/*
 * Keeps only what it needs of the runner's files, in copies: should it get stuck, it must hold no
 * pipe of a test open, nor one that somebody reads the runner's output from, nor the lock on the
 * control group.
 */
static bool take_files(const struct sampler *sampler, int socket_fd)
{
	const char *here = sampler->cgroups ? "." : "/dev/null";
	int groups = sampler->cgroups ? cgroups_fd(sampler->cgroups) : AT_FDCWD;
	const int from[] = {
		open("/dev/null", O_RDWR),
		openat(sampler->results_fd, ".", O_RDONLY | O_DIRECTORY),
		openat(groups, here, O_RDONLY),
		socket_fd,
	};
	const int to[] = {STDERR_FILENO, RESULTS_FD, CGROUPS_FD, SOCKET_FD};
	int copies[G_N_ELEMENTS(from)];

	/* Above where they are going, so that none lands on another. */
	for (size_t i = 0; i < G_N_ELEMENTS(from); i++)
		copies[i] = fcntl(from[i], F_DUPFD, FIRST_FREE_FD);
	for (size_t i = 0; i < G_N_ELEMENTS(from); i++)
		if (copies[i] < 0 || dup2(copies[i], to[i]) < 0)
			return false;
	return dup2(STDERR_FILENO, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&
	       close_range(FIRST_FREE_FD, ~0u, 0) == 0;
}

static void __attribute__((noreturn)) run(const struct sampler *sampler, int socket_fd)
{
	struct taker taker = {
		.results_fd = RESULTS_FD,
		.cgroups_fd = sampler->cgroups ? CGROUPS_FD : -1,
		.socket_fd = SOCKET_FD,
		.file_fd = -1,
		.procs_fd = -1,
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "igt_sampler");
	if (!take_files(sampler, socket_fd))
		_exit(1);
	take_rows(&taker);
}

static int start(struct sampler *sampler)
{
	pid_t runner = getpid();
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	/* As fork(), but without a signal at its end, so that it is no child to be waited for. */
	sampler->pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (sampler->pid == 0) {
		if (getppid() != runner)
			_exit(1);
		run(sampler, sockets[1]);
	}
	close(sockets[1]);
	if (sampler->pid < 0) {
		int r = -errno;

		sampler->pid = 0;
		close(sockets[0]);
		return r;
	}
	sampler->socket_fd = sockets[0];
	sampler->unanswered = 0;
	return 0;
}

int sampler_start(int results_fd, const struct cgroups *cgroups, struct sampler **ret)
{
	struct sampler *sampler = g_new0(struct sampler, 1);
	int r;

	sampler->results_fd = results_fd;
	sampler->cgroups = cgroups;
	sampler->socket_fd = -1;
	r = start(sampler);
	if (r < 0) {
		g_free(sampler);
		return r;
	}
	*ret = sampler;
	return 0;
}

/* @seconds: for it to end by itself. Killed, it ends when the kernel lets go of it. */
static void end_process(struct sampler *sampler, double seconds)
{
	double deadline = clock_seconds(CLOCK_MONOTONIC) + seconds;
	struct pollfd poller = {.fd = sampler->socket_fd, .events = POLLIN};
	bool ended = false;

	shutdown(sampler->socket_fd, SHUT_WR);
	/* Its answers, and then the end of file. */
	while (seconds > 0 && !ended) {
		double left = deadline - clock_seconds(CLOCK_MONOTONIC);
		char answer;

		if (left <= 0 || poll(&poller, 1, (int)(left * 1000) + 1) == 0)
			break;
		ended = recv(sampler->socket_fd, &answer, 1, 0) == 0;
	}
	kill(sampler->pid, SIGKILL);
	waitpid(sampler->pid, /* wstatus= */ NULL, __WCLONE | (ended ? 0 : WNOHANG));
	close(sampler->socket_fd);
	sampler->pid = 0;
	sampler->socket_fd = -1;
}

void sampler_stop(struct sampler *sampler)
{
	if (!sampler)
		return;
	if (sampler->pid > 0)
		end_process(sampler, STOP_S);
	g_free(sampler);
}

pid_t sampler_pid(const struct sampler *sampler)
{
	return sampler ? sampler->pid : 0;
}

static void take_answers(struct sampler *sampler)
{
	char answer;

	while (sampler->unanswered > 0 && recv(sampler->socket_fd, &answer, 1, MSG_DONTWAIT) == 1) {
		sampler->unanswered--;
		sampler->unanswered_since = clock_seconds(CLOCK_MONOTONIC);
	}
}

static void send_order(struct sampler *sampler, const struct order *order)
{
	if (send(sampler->socket_fd, order, sizeof(*order), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
	if (sampler->unanswered++ == 0)
		sampler->unanswered_since = clock_seconds(CLOCK_MONOTONIC);
}

static bool is_stuck(const struct sampler *sampler)
{
	return sampler->unanswered > 0 &&
	       clock_seconds(CLOCK_MONOTONIC) > sampler->unanswered_since + STUCK_S;
}

void sampler_begin(struct sampler *sampler, unsigned index, pid_t pid, double clock_offset)
{
	const struct order order = {
		.begin = true, .index = index, .pid = pid, .clock_offset = clock_offset};

	if (!sampler)
		return;
	if (sampler->pid > 0)
		take_answers(sampler);
	if (sampler->pid > 0 && is_stuck(sampler))
		end_process(sampler, /* seconds= */ 0);
	if (sampler->pid == 0 && start(sampler) < 0)
		return;
	send_order(sampler, &order);
}

void sampler_end(struct sampler *sampler)
{
	const struct order order = {.begin = false};

	if (!sampler || sampler->pid == 0)
		return;
	take_answers(sampler);
	send_order(sampler, &order);
}
