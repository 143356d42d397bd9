/* SPDX-License-Identifier: MIT */
/**
 * Who writes to a disk when there is no memory left but that of BOs that were lent.
 *
 * The disk is one of zram, which wants memory for all that is written to it, in the midst of the
 * writing, where the kernel may not begin other I/O.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "igt_rand.h"
#include "reclaim/evict.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_pattern.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_shrinks.h"
#include "reclaim/igt_undo.h"
#include "reclaim/igt_zram.h"
#include "reclaim/noio.h"
#include "reclaim/partner.h"
#include "reclaim/scarce.h"
#include "reclaim/stress_crew.h"

#define BO_BYTES MiB(1)
#define NEEDED 8
#define LEAST_LENT 32
#define MOST_LENT 64

/* Others who use BOs meanwhile, and as many as each has; the first half of these it needs. */
#define USERS 2
#define USER_BOS 4

/* What is left beside what is lent. */
#define ROOM MiB(12)
/* What is written at once. */
#define CHUNK KiB(256)

/* Now and then kswapd, or somebody else, is always there first. */
#define MOST_ROUNDS 5

#define HOPELESS_MS 3000
#define WRITE_S 60
#define PROGRESS_MS 10000

/* --- the writer ----------------------------------------------------------------------------- */

struct disk {
	const char *path;
	uint64_t bytes;
};

/* Of a round, by which the writer and the test take turns. */
struct turns {
	int ready, write, written, check;
};

/* Nothing that can be compressed, the same each time for the same @chunk of the same @seed. */
static void make_chunk(void *memory, uint32_t seed, uint64_t chunk)
{
	const uint64_t number = (uint64_t)seed << 32 | (uint32_t)chunk;

	igt_noise_write(memory, CHUNK, number * UINT64_C(0x9e3779b97f4a7c15) | 1);
}

static struct turns new_turns(void)
{
	return (struct turns){
		.ready = partner_event(),
		.write = partner_event(),
		.written = partner_event(),
		.check = partner_event(),
	};
}

static void close_turns(struct turns turns)
{
	close(turns.ready);
	close(turns.write);
	close(turns.written);
	close(turns.check);
}

static void *new_chunk(void)
{
	void *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	igt_assert(chunk != MAP_FAILED);
	return chunk;
}

static int open_disk(struct disk disk, int flags)
{
	const int fd = open(disk.path, flags | O_CLOEXEC);

	igt_assert_f(fd >= 0, "%s: %s\n", disk.path, strerror(errno));
	return fd;
}

static void write_at(int fd, const void *chunk, uint64_t at)
{
	const ssize_t done = pwrite(fd, chunk, CHUNK, (off_t)at);

	igt_assert_f(done == (ssize_t)CHUNK, "writing at %" PRIu64 " KiB: %s\n", at >> 10,
		     done < 0 ? strerror(errno) : "not all is written");
}

/* By turns past the page cache and through it, of which nothing stays to be taken back. */
static void write_disk(int direct, int cached, uint64_t bytes, void *chunk, uint32_t seed)
{
	for (uint64_t at = 0; at < bytes; at += CHUNK) {
		make_chunk(chunk, seed, at / CHUNK);
		if (at / CHUNK % 2) {
			write_at(direct, chunk, at);
			continue;
		}
		write_at(cached, chunk, at);
		igt_assert_f(fdatasync(cached) == 0, "writing back: %s\n", strerror(errno));
		posix_fadvise(cached, (off_t)at, CHUNK, POSIX_FADV_DONTNEED);
	}
}

static void check_disk(int direct, uint64_t bytes, void *chunk, void *found, uint32_t seed)
{
	for (uint64_t at = 0; at < bytes; at += CHUNK) {
		make_chunk(chunk, seed, at / CHUNK);
		igt_assert_f(pread(direct, found, CHUNK, (off_t)at) == (ssize_t)CHUNK,
			     "reading at %" PRIu64 " KiB: %s\n", at >> 10, strerror(errno));
		igt_assert_f(memcmp(chunk, found, CHUNK) == 0, "what was written to a disk at %"
			     PRIu64 " KiB, with memory of BOs, reads as something else\n",
			     at >> 10);
	}
}

/* Writes when told so, tells that it has, and has a look when there is memory again. */
static void write_and_check(struct disk disk, struct turns turns, uint32_t seed)
{
	const int direct = open_disk(disk, O_RDWR | O_DIRECT), cached = open_disk(disk, O_RDWR);
	uint64_t all[2] = {0, disk.bytes};
	void *chunk = new_chunk(), *found = new_chunk();

	scarce_offer_self();
	partner_signal(turns.ready);
	partner_await(turns.write);
	write_disk(direct, cached, disk.bytes, chunk, seed);
	partner_signal(turns.written);
	partner_await(turns.check);
	check_disk(direct, disk.bytes, chunk, found, seed);
	igt_assert_f(ioctl(direct, BLKDISCARD, all) == 0, "discarding: %s\n", strerror(errno));
}

/* --- beside it ------------------------------------------------------------------------------ */

/* What each of the users has done. */
static atomic_ulong *steps;

static void keep_using(struct gem_device *dev, int user, uint32_t seed)
{
	struct gem_device *own = gem_device_reopen(dev, /* render= */ true);
	struct gem_bo *bos[USER_BOS] = {NULL};

	hars_petruska_f54_1_random_seed(seed);
	for (unsigned int i = 0; i < USER_BOS; i++)
		bos[i] = gem_bo_filled(own, BO_BYTES);
	for (;;) {
		const uint32_t i = crew_below(USER_BOS);

		if (bos[i])
			crew_use_kept(&bos[i], /* may_lend= */ i >= USER_BOS / 2);
		atomic_fetch_add(&steps[user], 1);
	}
}

static void start_users(struct gem_device *dev, struct igt_helper_process users[USERS])
{
	steps = mmap(NULL, igt_page_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	igt_assert(steps != MAP_FAILED);
	for (int user = 0; user < USERS; user++) {
		const uint32_t seed = (uint32_t)rand();

		users[user] = (struct igt_helper_process){.use_SIGKILL = true};
		igt_fork_helper(&users[user])
			keep_using(dev, user, seed);
	}
}

/* Each of them comes to an end of what it does, and of what it does next, with memory short. */
static void await_progress(void)
{
	for (int user = 0; user < USERS; user++) {
		const unsigned long now = atomic_load(&steps[user]);

		igt_assert_f(igt_wait(atomic_load(&steps[user]) >= now + 2, PROGRESS_MS, 1),
			     "who uses BOs beside a writer does not get on for %d s\n",
			     PROGRESS_MS / 1000);
	}
}

/* --- what is lent --------------------------------------------------------------------------- */

struct pool {
	struct gem_bo *needed[NEEDED], *lent[MOST_LENT];
	unsigned int count; /* of those to be lent */
};

static struct pool make_pool(struct gem_device *dev)
{
	const uint64_t count = igt_meminfo("MemFree") / 8 / BO_BYTES;
	struct pool pool = {
		.count = (unsigned int)min_t(uint64_t, max_t(uint64_t, count, LEAST_LENT), MOST_LENT),
	};

	for (unsigned int i = 0; i < NEEDED; i++)
		pool.needed[i] = gem_bo_filled(dev, BO_BYTES);
	return pool;
}

static void complete(struct gem_device *dev, struct pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++)
		if (!pool->lent[i])
			pool->lent[i] = gem_bo_filled(dev, BO_BYTES);
}

static void lend(struct pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++)
		igt_assert_f(gem_bo_madvise(pool->lent[i], GEM_DONTNEED),
			     "%s, which is needed, is told lost\n", pool->lent[i]->label);
}

/* Returns how many were lost. */
static unsigned int take_back(struct pool *pool)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < pool->count; i++)
		lost += crew_take_back(&pool->lent[i]);
	return lost;
}

/* --- together ------------------------------------------------------------------------------- */

static void count_limited(const struct igt_event *event, void *data)
{
	*(unsigned int *)data += igt_reclaimer_parse(event->details) != IGT_RECLAIMER_ANY;
}

/* Something was freed for who may not do I/O, or enter a file system. */
static bool is_proven(const struct igt_shrinks *shrinks)
{
	return shrinks->nofs_freed > 0;
}

/* With nothing to be had: whoever comes too short is on his own then. */
static bool kswapd_gives_up(void)
{
	_cleanup_free_ char *text = NULL;

	return igt_file_read("/proc/zoneinfo", &text) < 0 ||
	       strstr(text, "node_unreclaimable:  1");
}

static bool is_signalled(int event)
{
	return poll(&(struct pollfd){.fd = event, .events = POLLIN}, 1, 0) == 1;
}

/* Not by partner_await(): there has to be memory again before anybody can be ended. */
static void await_written(int event, int change, uint64_t kills)
{
	bool done;

	igt_wait(is_signalled(event) || igt_vmstat_counter("oom_kill") != kills, WRITE_S * 1000,
		 5);
	done = is_signalled(event);
	if (!done)
		igt_undo_now(change);
	igt_assert_f(igt_vmstat_counter("oom_kill") == kills, "a process is killed for memory "
		     "while BOs that nobody needs have some\n");
	igt_assert_f(done, "who writes to a disk, and may have the memory of BOs, is kept waiting "
		     "for %d s\n", WRITE_S);
}

/* What is lent, and then taken back, pays for what is written. Returns how many BOs it took. */
static unsigned int play_round(struct gem_device *dev, struct pool *pool, struct disk disk)
{
	const struct turns turns = new_turns();
	const uint64_t kills = igt_vmstat_counter("oom_kill");
	const uint32_t seed = (uint32_t)rand();
	unsigned int lost;
	int change;

	complete(dev, pool);
	igt_fork(writer, 1)
		write_and_check(disk, turns, seed);
	partner_await(turns.ready);
	change = scarce_leave(ROOM);
	igt_wait(kswapd_gives_up(), HOPELESS_MS, 1);
	lend(pool);
	partner_signal(turns.write);
	await_written(turns.written, change, kills);
	await_progress();
	igt_assert_eq(igt_undo_now(change), 0);
	lost = take_back(pool);
	partner_signal(turns.check);
	igt_waitchildren_timeout(WRITE_S, "who has written to a disk, and reads it");
	close_turns(turns);
	return lost;
}

/* As often as it takes until who may not do I/O reclaims. Returns how many times that is. */
static unsigned int play(struct gem_device *dev, struct igt_events *events,
			 struct igt_shrinks *ret_shrinks, struct pool *pool, struct disk disk)
{
	struct igt_shrinks shrinks = {0};
	unsigned int entered = 0, lost = 0;
	int rounds = 0;

	for (; rounds < MOST_ROUNDS && !is_proven(&shrinks); rounds++) {
		lost += play_round(dev, pool, disk);
		shrinks = igt_shrinks();
		igt_events_read(events, count_limited, &entered);
	}
	igt_info("writing %" PRIu64 " MiB %d times, who may not enter a file system has to reclaim "
		 "%u times, and calls the shrinker %" PRIu64 " times, %" PRIu64 " of them where no "
		 "I/O may be; that frees %" PRIu64 " pages; %u BOs are lost in all\n",
		 disk.bytes >> 20, rounds, entered, shrinks.nofs_calls, shrinks.noio_calls,
		 shrinks.nofs_freed, lost);
	*ret_shrinks = shrinks;
	return entered;
}

/**
 * OO07: who writes to a disk, and wants memory where the kernel may neither do I/O nor enter a file
 * system, has that of BOs that were lent, by reclaim of its own; others go on using BOs meanwhile,
 * what is written reads the same, and what is needed is whole.
 */
void noio_writers_reclaim(struct gem_device *dev)
{
	static const struct igt_event_choice choice = {
		"vmscan/mm_vmscan_direct_reclaim_begin", NULL,
	};
	struct igt_helper_process users[USERS];
	struct igt_shrinks shrinks;
	struct igt_events *events;
	unsigned int entered;
	struct pool pool;
	struct disk disk;

	igt_require_no_swap();
	igt_require_free_memory(4 * (uint64_t)MOST_LENT * BO_BYTES);
	igt_klog_start();
	evict_leftovers(dev);
	igt_shrinks_start(dev);
	events = igt_events_start(&choice, 1);
	pool = make_pool(dev);
	/* Half of what is lent is for others. */
	disk.bytes = ROOM + pool.count * BO_BYTES / 2;
	disk.path = igt_zram_disk(disk.bytes);
	scarce_offer_nobody();
	start_users(dev, users);
	entered = play(dev, events, &shrinks, &pool, disk);
	for (int user = 0; user < USERS; user++)
		igt_stop_helper(&users[user]);
	munmap(steps, igt_page_size());
	errno = 0;
	igt_require_f(entered > 0, "Nobody has to reclaim where no I/O may be: kswapd is always "
		      "there first\n");
	igt_assert_f(shrinks.nofs_freed > 0, "%u times who may not do I/O, or enter a file system, "
		     "has to reclaim, and has nothing of the BOs that are lent\n", entered);
	for (unsigned int i = 0; i < NEEDED; i++)
		igt_assert_bo_resident(pool.needed[i], "what is needed is left to its owner");
	igt_klog_assert_quiet("a writer who has the memory of BOs is no mistake of the kernel's");
}
