/* SPDX-License-Identifier: MIT */
/**
 * Evicted BOs as memory for system calls, in two processes, lent, and what of them comes back.
 */
#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"
#include "reclaim/swapin_use.h"

#define BO_BYTES MiB(1)

/* How long the books of a cgroup may take. */
#define SETTLE_MS 5000

/* Same as the BO, or fail. */
static void assert_copy(const struct gem_bo *bo, const void *copy, uint64_t pages, const char *what)
{
	struct igt_mismatch bad;
	char text[160];

	if (igt_pattern_check(copy, pages, bo->pattern, &bad))
		return;
	igt_mismatch_format(&bad, bo->pages, text, sizeof(text));
	igt_assert_f(false, "what %s: %s\n", what, text);
}

static void *copy_buffer(void)
{
	void *buffer = mmap(NULL, BO_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	igt_assert(buffer != MAP_FAILED);
	return buffer;
}

/* Through a file, both ways: written from an evicted BO, read into an evicted BO. */
static void use_by_read_and_write(struct gem_bo *bo, void *buffer)
{
	const int file = memfd_create("copy", MFD_CLOEXEC);

	igt_assert_fd(file);
	igt_assert_eq(pwrite(file, bo->map, BO_BYTES, 0), (ssize_t)BO_BYTES);
	igt_assert_eq(pread(file, buffer, BO_BYTES, 0), (ssize_t)BO_BYTES);
	assert_copy(bo, buffer, bo->pages, "write() takes from an evicted BO");

	bo->pattern.generation++;
	igt_pattern_write(buffer, bo->pages, bo->pattern);
	igt_assert_eq(pwrite(file, buffer, BO_BYTES, 0), (ssize_t)BO_BYTES);
	evict_exactly(bo->dev, BO_BYTES);
	igt_assert_eq(pread(file, bo->map, BO_BYTES, 0), (ssize_t)BO_BYTES);
	igt_assert_bo_retained(bo, "what read() puts into an evicted BO is there");
	close(file);
}

static void use_by_pipe(struct gem_bo *bo, void *buffer)
{
	const size_t size = igt_page_size();
	int pipe_ends[2];

	igt_assert(pipe2(pipe_ends, O_CLOEXEC) == 0);
	igt_assert_eq(write(pipe_ends[1], bo->map, size), (ssize_t)size);
	igt_assert_eq(read(pipe_ends[0], buffer, size), (ssize_t)size);
	assert_copy(bo, buffer, 1, "a pipe takes from an evicted BO");
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

/* Looks pages up, which cannot be done with those of a GPU; a kernel that can must do it right. */
static void use_by_process_vm(struct gem_bo *bo, void *buffer)
{
	const struct iovec local = {.iov_base = buffer, .iov_len = BO_BYTES};
	const struct iovec remote = {.iov_base = bo->map, .iov_len = BO_BYTES};
	const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

	igt_info("process_vm_readv() of an evicted BO: %s\n", got < 0 ? strerror(errno) : "read");
	/* ENOSYS: a kernel without CONFIG_CROSS_MEMORY_ATTACH. */
	igt_assert_f(got == (ssize_t)BO_BYTES || (got < 0 && (errno == EFAULT || errno == ENOSYS)),
		     "process_vm_readv() of an evicted BO returns %zd, %s, expected all or %s\n",
		     got, strerror(errno), strerror(EFAULT));
	errno = 0;
	if (got > 0)
		assert_copy(bo, buffer, bo->pages, "process_vm_readv() takes from an evicted BO");
}

/* The word is not what is waited for, so this must not sleep. Errors are EAGAIN or EFAULT. */
static void use_by_futex(struct gem_bo *bo, int private)
{
	uint32_t *word = (uint32_t *)bo->map;
	const struct timespec second = {.tv_sec = 1};
	/* Not read here: that would be what brings it back. */
	const uint32_t other = ~(uint32_t)igt_pattern_word(bo->pattern, 0);
	const long r = syscall(SYS_futex, word, FUTEX_WAIT | private, other, &second, NULL, 0);
	const int error = errno;

	igt_info("a %s futex in an evicted BO: %s\n", private ? "private" : "shared",
		 r < 0 ? strerror(error) : "woken");
	igt_assert_f(r < 0 && (error == EAGAIN || error == EFAULT),
		     "waiting for another value of a futex in an evicted BO returns %ld, %s, "
		     "expected %s or %s\n", r, strerror(error), strerror(EAGAIN),
		     strerror(EFAULT));
	errno = 0;
}

/** SI03: the kernel itself finds an evicted BO's contents, or says that it cannot use it. */
void swapin_by_system_calls(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	void *buffer = copy_buffer();

	use_by_read_and_write(bo, buffer);
	evict_exactly(dev, BO_BYTES);
	use_by_pipe(bo, buffer);
	evict_exactly(dev, BO_BYTES);
	use_by_process_vm(bo, buffer);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	use_by_futex(bo, FUTEX_PRIVATE_FLAG);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	use_by_futex(bo, 0);
	igt_assert_bo_retained(bo, "system calls on an evicted BO leave it as it was");
	munmap(buffer, BO_BYTES);
}

/** SI15: parent and child who touch an evicted BO at once both find it, and it is there once. */
void swapin_of_parent_and_child(struct gem_device *dev)
{
	const int ready = partner_event(), go = partner_event();
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	const uint64_t before = igt_reclaimable(dev);

	igt_fork(child, 1) {
		partner_signal(ready);
		partner_await(go);
		igt_assert_bo_content(bo, "a child finds the evicted BO of its parent");
	}
	partner_await(ready);
	partner_signal(go);
	igt_assert_bo_content(bo, "a parent finds the evicted BO that its child has too");
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child that reads an evicted BO");
	evict_assert_counted(dev, before, BO_BYTES, "a BO that two bring back is there once");
	igt_assert_bo_retained(bo, "a BO that two brought back is as it was");
}

/** SI16: an evicted BO that is lent, touched and taken back is whole, or gone and told so. */
void swapin_of_lent_is_consistent(struct gem_device *dev)
{
	struct gem_bo *bo = evicted_bo(dev, BO_BYTES);
	bool touched;

	igt_assert_f(gem_bo_madvise(bo, GEM_DONTNEED), "an evicted BO is told not retained\n");
	touched = !igt_sigbus_probe(bo->map, IGT_ACCESS_READ).raised;
	if (gem_bo_madvise(bo, GEM_WILLNEED)) {
		igt_assert_f(touched, "a BO is told retained that raised SIGBUS\n");
		igt_assert_bo_retained(bo, "an evicted BO that was lent comes back whole");
		evict_exactly(dev, BO_BYTES);
		igt_assert_bo_evicted(bo, "taken back it can be evicted again");
	} else {
		igt_info("memory was short: the BO was purged meanwhile\n");
		igt_assert_bo_purged(bo, "an evicted BO that was lent is lost and told so");
	}
}

/**
 * SI17: one touch brings a large BO back from swap whole, which is what it costs, and then there is
 * nothing of it that the kernel's ordinary reclaim could write to swap.
 */
void swapin_makes_all_resident(struct gem_device *dev)
{
	const uint64_t bytes = MiB(16), slack = MiB(2);
	struct gem_bo *bo;
	uint64_t before;

	igt_memcg_enter();
	before = igt_memcg_swap();
	bo = swapped_bo(dev, bytes);
	igt_assert_f(!igt_sigbus_probe(bo->map, IGT_ACCESS_READ).raised,
		     "reading an evicted BO raises SIGBUS\n");
	evict_assert_swap_freed(before, bytes, "one touch brings all of a large BO out of swap");

	/* Pages that were swapped in are told to be unevictable when reclaim has looked at them. */
	for (int i = 0; i < 3; i++)
		igt_memcg_reclaim(bytes);
	igt_assert_f(igt_memcg_swap() <= before + slack, "ordinary reclaim writes %" PRIu64
		     " KiB of a BO that is back to swap\n", (igt_memcg_swap() - before) >> 10);
	igt_assert_f(igt_wait(igt_memcg_stat("unevictable") >= bytes - slack, SETTLE_MS, 20),
		     "of a BO of %" PRIu64 " KiB that is back %" PRIu64 " KiB are told to be "
		     "unevictable\n", bytes >> 10, igt_memcg_stat("unevictable") >> 10);
	igt_assert_bo_retained(bo, "a large BO that one touch brings back is as it was");
}
