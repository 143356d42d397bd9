/* SPDX-License-Identifier: MIT */
/**
 * Purges of BOs that threads write to, or have the kernel write to, at that moment.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "reclaim/purge_race.h"

#define BOS 4
#define BO_BYTES KiB(512)
#define ALL_BYTES (BOS * BO_BYTES)
#define WRITERS 3
#define ROUNDS 6
/* How often the memory of others is looked at while writers go on. */
#define LOOKS 4

/* What is written where a page has its mark. It stands nowhere else. */
#define SCRIBBLE UINT64_C(0xbadbadbadbadbadb)

struct writer {
	pthread_t thread;
	struct gem_bo **bos;
	atomic_bool *stop;
	unsigned int killed; /* writes that ended by SIGBUS */
};

static void scribble(void *data)
{
	const uint64_t words = igt_page_size() / sizeof(uint64_t);
	const struct gem_bo *bo = data;
	volatile uint64_t *word = bo->map;

	for (uint64_t page = 0; page < bo->pages; page++)
		word[page * words] = SCRIBBLE;
}

/* SIGBUS at the first page that is gone is all that may happen. */
static void *keep_scribbling(void *data)
{
	struct writer *writer = data;

	for (int i = 0; !atomic_load(writer->stop); i++)
		writer->killed += igt_sigbus_catch(scribble, writer->bos[i % BOS]).raised;
	return NULL;
}

/*
 * Each page of the BO is out of the writers' reach. To be found before anybody gets the memory, for
 * on a kernel that leaves it to them they would write into its page tables next.
 */
static void assert_cut_off(struct gem_bo *bo)
{
	for (uint64_t page = 0; page < bo->pages; page++) {
		void *at = (char *)bo->map + page * igt_page_size();

		igt_assert_f(igt_sigbus_probe(at, IGT_ACCESS_READ).raised,
			     "page %" PRIu64 " of %" PRIu64 " of a BO that was purged can still be "
			     "read, and written by others\n", page, bo->pages);
	}
}

/* Memory of ours, as much as was purged and more, so that it gets those pages. */
static void assert_memory_is_ours(uint16_t round)
{
	const uint64_t bytes = 2 * ALL_BYTES, pages = bytes / igt_page_size();
	const struct igt_pattern pattern = {.bo = round, .generation = 1};
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct igt_mismatch bad;
	char text[160];
	bool good = true;

	igt_assert(map != MAP_FAILED);
	igt_pattern_write(map, pages, pattern);
	for (int look = 0; look < LOOKS && good; look++) {
		igt_pause_ms(5);
		good = igt_pattern_check(map, pages, pattern, &bad);
	}
	munmap(map, bytes);
	if (good)
		return;
	igt_mismatch_format(&bad, pages, text, sizeof(text));
	igt_assert_f(good, "who writes to purged BOs hits nobody: memory of a process: %s\n", text);
}

/* The writers end also when the subtest does so early, before their BOs are unmapped. */
static struct crowd {
	struct writer writers[WRITERS];
	unsigned int count;
	atomic_bool stop;
} crowd;

static void stop_writers(void *data)
{
	atomic_store(&crowd.stop, true);
	for (; crowd.count > 0; crowd.count--)
		pthread_join(crowd.writers[crowd.count - 1].thread, NULL);
}

static void start_writers(struct gem_bo *bos[BOS])
{
	atomic_store(&crowd.stop, false);
	for (; crowd.count < WRITERS; crowd.count++) {
		struct writer *writer = &crowd.writers[crowd.count];

		*writer = (struct writer){.bos = bos, .stop = &crowd.stop};
		igt_assert(pthread_create(&writer->thread, NULL, keep_scribbling, writer) == 0);
	}
}

/**
 * PU18: a purge under the hands of many writers leaves them SIGBUS, and no way to the pages, which
 * are somebody else's at once. B37, B38, B39: they wrote into those.
 */
void purge_beside_writers(struct gem_device *dev)
{
	struct gem_bo *bos[BOS];

	igt_require_free_memory(3 * ALL_BYTES);
	for (int i = 0; i < BOS; i++)
		bos[i] = NULL;
	for (uint16_t round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BOS; i++)
			bos[i] = gem_bo_touched(dev, BO_BYTES);
		igt_on_subtest_end(stop_writers, NULL);
		start_writers(bos);
		for (int i = 0; i < BOS; i++)
			gem_bo_madvise(bos[i], GEM_DONTNEED);
		for (int i = 0; i < BOS; i++)
			purge_lent(bos[i], "a BO that many write to is taken");
		for (int i = 0; i < BOS; i++)
			assert_cut_off(bos[i]);
		assert_memory_is_ours(round);
		stop_writers(NULL);
		for (int i = 0; i < WRITERS; i++)
			igt_assert_f(crowd.writers[i].killed > 0,
				     "writer %d, who goes on after the purge, gets no SIGBUS\n", i);
		for (int i = 0; i < BOS; i++) {
			igt_assert_bo_purged(bos[i], "a BO that many write to is purged");
			gem_bo_free(bos[i]);
		}
	}
}

#define FILE_BYTES MiB(4)

/* A file in memory with some content. */
static int source(void)
{
	const int file = memfd_create("source", MFD_CLOEXEC);
	void *map;

	igt_assert_fd(file);
	igt_assert(ftruncate(file, FILE_BYTES) == 0);
	map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	igt_assert(map != MAP_FAILED);
	memset(map, 0x5a, FILE_BYTES);
	munmap(map, FILE_BYTES);
	return file;
}

struct reader {
	int file;
	const struct gem_bo *bo;
	bool into;	    /* the BO, else from it */
	atomic_bool *stop;
	unsigned int whole, cut, refused;
	ssize_t odd;	    /* what may not be, or 0 */
	int error;	    /* with it */
};

static void transfer(struct reader *reader)
{
	const ssize_t got = reader->into ? pread(reader->file, reader->bo->map, FILE_BYTES, 0)
					 : pwrite(reader->file, reader->bo->map, FILE_BYTES, 0);

	if (got == (ssize_t)FILE_BYTES)
		reader->whole++;
	else if (got > 0 && got < (ssize_t)FILE_BYTES)
		reader->cut++;
	else if (got < 0 && errno == EFAULT)
		reader->refused++;
	else {
		reader->odd = got;
		reader->error = errno;
	}
}

static void *keep_transferring(void *data)
{
	struct reader *reader = data;

	while (!reader->odd && !atomic_load(reader->stop))
		transfer(reader);
	return NULL;
}

static void purge_under_transfers(struct gem_device *dev, bool into)
{
	const int file = source();
	atomic_bool stop = false;
	struct reader reader = {.file = file, .into = into, .stop = &stop};
	struct gem_bo *bo = gem_bo_touched(dev, FILE_BYTES);
	pthread_t thread;
	bool begun;

	reader.bo = bo;
	igt_assert(pthread_create(&thread, NULL, keep_transferring, &reader) == 0);
	begun = igt_wait(*(volatile unsigned int *)&reader.whole > 0, 5000, 1);
	gem_bo_madvise(bo, GEM_DONTNEED);
	purge_lent(bo, "a BO that system calls use is taken");
	atomic_store(&stop, true);
	igt_assert(pthread_join(thread, NULL) == 0);
	igt_assert_f(begun, "no transfer was done within 5 s\n");
	errno = 0;
	igt_assert_f(!reader.odd, "a %s a BO that is purged returns %zd, %s\n",
		     into ? "read into" : "write from", reader.odd, strerror(reader.error));
	igt_info("a purge under %s: %u were whole, %u cut short, %u refused\n",
		 into ? "reads into a BO" : "writes from it", reader.whole, reader.cut,
		 reader.refused);

	reader.refused = 0;
	transfer(&reader);
	igt_assert_f(reader.refused == 1, "a %s a BO that was purged succeeds, expected %s\n",
		     into ? "read into" : "write from", strerror(EFAULT));
	igt_assert_bo_purged(bo, "the kernel's own accesses do not hold a BO");
	gem_bo_free(bo);
	close(file);
}

/** PU22: a system call that has a purged BO for its memory is cut short or EFAULT. */
void purge_under_system_calls(struct gem_device *dev)
{
	igt_require_free_memory(2 * FILE_BYTES);
	igt_klog_start();
	purge_under_transfers(dev, /* into= */ true);
	purge_under_transfers(dev, /* into= */ false);
	igt_klog_assert_quiet("a purge under system calls is no mistake of the kernel's");
}
