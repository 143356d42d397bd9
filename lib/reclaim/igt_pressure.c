/* SPDX-License-Identifier: MIT */
/**
 * Starting, feeding and judging the process that makes pressure.
 */
#define IGT_LOG_DOMAIN "igt_pressure"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_pressure.h"
#include "reclaim/igt_pressure_worker.h"
#include "reclaim/igt_swap_area.h"

/* More takes too long to fill, and is not what a test machine has. */
#define MOST MiB(8192)

/* Steps of pressure on the machine: this part of all memory, and at least this. */
#define STEPS 256
#define LEAST_STEP MiB(1)

/* Memory is not short where this part of it is free, and this: kswapd sleeps (mm/page_alloc.c). */
#define PLENTY_PART 8
#define LEAST_PLENTY MiB(128)

struct igt_pressure {
	struct igt_cgroup *cgroup;
	struct igt_swap_area disk; /* what page cache is read from */
	int socket;
	pid_t pid; /* 0: dead */
	bool of_subtest;
	bool swaps; /* it may use swap */
	struct igt_vmstat before;
	uint64_t bytes;
};

/* --- the process ---------------------------------------------------------------------------- */

/* Wait for the end of the process; it is dead or about to be. */
static void bury(struct igt_pressure *pressure)
{
	if (!pressure->pid)
		return;
	/* Somebody who waits for any child may have been quicker. */
	while (waitpid(pressure->pid, NULL, 0) < 0 && errno == EINTR)
		;
	pressure->pid = 0;
}

static int start_process(struct igt_pressure *pressure, enum igt_pressure_kind kind, int file)
{
	const struct igt_self_program *program =
		kind == IGT_PRESSURE_ANON ? &igt_pressure_anon : &igt_pressure_file;
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	pid = igt_self_start(program, (int[]){ends[1], file}, kind == IGT_PRESSURE_ANON ? 1 : 2);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return pid;
	}
	pressure->socket = ends[0];
	pressure->pid = pid;
	return igt_cgroup_enter(pressure->cgroup, pid);
}

/* The process is alone in its cgroup. Without swap accounting its swap cannot be limited. */
static void set_limits(const struct igt_pressure *pressure, uint64_t bytes, uint64_t swap_bytes)
{
	int r = igt_cgroup_write(pressure->cgroup, "memory.max", bytes);

	if (r == 0)
		r = igt_cgroup_write(pressure->cgroup, "pids.max", 1);
	igt_assert_f(r == 0, "limits of %s: %s\n", igt_cgroup_path(pressure->cgroup),
		     strerror(-r));
	if (igt_cgroup_has(pressure->cgroup, "memory.swap.max"))
		r = igt_cgroup_write(pressure->cgroup, "memory.swap.max", swap_bytes);
	igt_assert_f(r == 0, "memory.swap.max: %s\n", strerror(-r));
}

/* A device that was never written reads as zeros, which become page cache all the same. */
static int open_disk(struct igt_pressure *pressure, uint64_t bytes)
{
	int r = igt_swap_zram(&pressure->disk, bytes);

	errno = 0;
	igt_require_f(r == 0, "No page cache can be made: %s\n", pressure->disk.why);
	r = open(pressure->disk.path, O_RDONLY | O_CLOEXEC);
	igt_assert_f(r >= 0, "%s: %s\n", pressure->disk.path, strerror(errno));
	return r;
}

static void end(struct igt_pressure *pressure)
{
	if (pressure->pid)
		kill(pressure->pid, SIGKILL);
	bury(pressure);
	if (pressure->socket >= 0)
		close(pressure->socket);
	pressure->socket = -1;
}

static void end_at_subtest_end(void *data)
{
	struct igt_pressure *pressure = data;

	end(pressure);
	igt_cgroup_free(pressure->cgroup);
	free(pressure);
}

struct igt_pressure *igt_pressure_start(enum igt_pressure_kind kind, uint64_t bytes,
					uint64_t swap_bytes)
{
	struct igt_pressure *pressure;
	_cleanup_close_ int file = -1;
	struct igt_cgroup *cgroup;
	int r;

	cgroup = igt_cgroup_new("pressure", "memory pids");
	pressure = calloc(1, sizeof(*pressure));
	igt_assert(pressure);
	pressure->cgroup = cgroup;
	pressure->socket = -1;
	pressure->swaps = swap_bytes > 0;
	pressure->of_subtest = igt_on_subtest_end(end_at_subtest_end, pressure);
	set_limits(pressure, bytes, swap_bytes);
	if (kind == IGT_PRESSURE_FILE)
		file = open_disk(pressure, bytes);
	r = start_process(pressure, kind, file);
	igt_assert_f(r == 0, "starting the process that makes pressure: %s\n", strerror(-r));
	igt_vmstat(&pressure->before);
	return pressure;
}

static bool give_order(struct igt_pressure *pressure, const struct igt_pressure_order *order)
{
	struct igt_pressure_answer answer;
	ssize_t got = -1;

	if (!pressure->pid)
		return false;
	if (send(pressure->socket, order, sizeof(*order), MSG_NOSIGNAL) == sizeof(*order))
		do
			got = recv(pressure->socket, &answer, sizeof(answer), 0);
		while (got < 0 && errno == EINTR);
	if (got != sizeof(answer)) {
		bury(pressure);
		return false;
	}
	igt_assert_f(answer.result == 0, "making pressure: %s\n", strerror(-answer.result));
	pressure->bytes += order->bytes;
	return true;
}

bool igt_pressure_grow(struct igt_pressure *pressure, uint64_t bytes)
{
	return give_order(pressure, &(struct igt_pressure_order){.bytes = bytes,
								 .fill = pressure->swaps});
}

void igt_pressure_approach(struct igt_pressure *pressure, uint64_t most)
{
	const uint64_t plenty = max(igt_meminfo("MemTotal") / PLENTY_PART, LEAST_PLENTY);
	const uint64_t left = igt_meminfo("MemFree");
	const struct igt_pressure_order order = {
		.bytes = left > plenty ? min(left - plenty, most) & ~(igt_page_size() - 1) : 0,
		.huge = true,
	};

	if (order.bytes > 0)
		give_order(pressure, &order);
}

/* --- what it did ---------------------------------------------------------------------------- */

struct igt_pressure_report igt_pressure_report(const struct igt_pressure *pressure)
{
	const struct igt_vmstat *before = &pressure->before;
	struct igt_pressure_report report = {.bytes = pressure->bytes};
	struct igt_vmstat now;

	igt_vmstat(&now);
	report.cgroup_pages = igt_cgroup_entry(pressure->cgroup, "memory.stat", "pgsteal");
	report.kswapd_pages = now.pgsteal_kswapd - before->pgsteal_kswapd;
	report.direct_pages = now.pgsteal_direct - before->pgsteal_direct;
	report.stalls = now.allocstall - before->allocstall;
	report.slab_objects = now.slabs_scanned - before->slabs_scanned;
	report.swapped_pages = now.pswpout - before->pswpout;
	report.oom = igt_cgroup_entry(pressure->cgroup, "memory.events", "oom_kill") > 0;
	report.oom_in_cgroup = igt_cgroup_entry(pressure->cgroup, "memory.events", "oom") > 0;
	return report;
}

struct igt_pressure_report igt_pressure_stop(struct igt_pressure *pressure)
{
	const struct igt_pressure_report report = igt_pressure_report(pressure);
	int r = 0;

	end(pressure);
	igt_pressure_log(&report);
	while (pressure->disk.changed > 0 && r == 0)
		r = igt_undo_now(pressure->disk.changes[--pressure->disk.changed]);
	if (r == 0)
		r = igt_cgroup_free(pressure->cgroup);
	pressure->cgroup = NULL;
	/* At the end of the subtest it is looked at once more. */
	if (!pressure->of_subtest)
		free(pressure);
	igt_assert_f(r == 0, "pressure does not end: %s\n", strerror(-r));
	return report;
}

void igt_pressure_log(const struct igt_pressure_report *report)
{
	igt_info("pressure: %" PRIu64 " MiB; reclaimed %" PRIu64 " pages of its own, %" PRIu64
		 " by kswapd, %" PRIu64 " directly in %" PRIu64 " stalls, %" PRIu64
		 " swapped; %" PRIu64 " slab objects scanned%s\n",
		 report->bytes >> 20, report->cgroup_pages, report->kswapd_pages,
		 report->direct_pages, report->stalls, report->swapped_pages, report->slab_objects,
		 !report->oom ? "" : report->oom_in_cgroup ? "; ended by its limit"
							    : "; ended by the OOM killer");
}

/* --- the machine ---------------------------------------------------------------------------- */

/*
 * How much it takes at most. Anonymous memory: all that is free or clean page cache, and what is
 * expected to be freed; then the OOM killer takes the process, which says that it may. Page cache
 * only takes its own place, however much is read; twice all memory is enough for shrinkers, which
 * are asked for their part of each bit that is reclaimed.
 */
static uint64_t most_of(enum igt_pressure_kind kind, uint64_t bytes)
{
	if (kind == IGT_PRESSURE_FILE)
		return 2 * igt_meminfo("MemTotal");
	return igt_meminfo("MemFree") + igt_meminfo("Cached") + bytes;
}

struct igt_pressure_report igt_pressure_machine(enum igt_pressure_kind kind, uint64_t bytes,
						bool (*enough)(void *data), void *data)
{
	const uint64_t total = igt_meminfo("MemTotal"), most = most_of(kind, bytes);
	const uint64_t step = max(total / STEPS, LEAST_STEP) & ~(igt_page_size() - 1);
	struct igt_pressure *pressure;

	errno = 0;
	igt_require_f(most <= MOST, "%" PRIu64 " MiB of memory are too much to be made short of\n",
		      total >> 20);
	pressure = igt_pressure_start(kind, most & ~(igt_page_size() - 1), 0);
	if (kind == IGT_PRESSURE_ANON && !enough(data))
		igt_pressure_approach(pressure, most);
	while (!enough(data) && pressure->bytes + step <= most)
		if (!igt_pressure_grow(pressure, step))
			break;
	return igt_pressure_stop(pressure);
}
