/* SPDX-License-Identifier: MIT */
/**
 * Arguments of the madvise ioctl that are not as a program of sense would give them.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/arguments.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"

#define BO_BYTES KiB(64)

/* What "retained" holds before a call. */
#define STALE 0xdeadbeef
/* What is behind the struct of the driver. */
#define BEHIND 0xa5a5a5a5

static uint32_t *field(uint32_t *args, unsigned int offset)
{
	return args + offset / sizeof(*args);
}

/* Two pages for arguments, and a third one that is not there. */
static char *three_pages(void)
{
	char *pages = mmap(NULL, 3 * igt_page_size(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(pages != MAP_FAILED);
	igt_assert(munmap(pages + 2 * igt_page_size(), igt_page_size()) == 0);
	return pages;
}

static void assert_faults(struct gem_bo *bo, void *at, const char *where)
{
	const int r = gem_madvise_at(bo->dev, at, bo->dev->ops->madvise_ioctl->bytes);

	errno = 0;
	igt_assert_f(r == -EFAULT, "arguments %s: %s, expected %s\n", where,
		     r ? strerror(-r) : "accepted", strerror(EFAULT));
	igt_assert_bo_retained(bo, "arguments that are not in memory change nothing");
}

/**
 * MA04: arguments that cannot be read, or not be answered, are EFAULT; those that lie across the
 * border of two pages are as good as any.
 */
void arguments_must_be_in_memory(struct gem_device *dev)
{
	const struct gem_madvise_ioctl *fields = dev->ops->madvise_ioctl;
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	const uint64_t page = igt_page_size();
	uint32_t args[GEM_MADVISE_WORDS];
	char *pages = three_pages();
	char *across = pages + page - sizeof(*args);
	int r;

	assert_faults(bo, NULL, "at NULL");
	assert_faults(bo, pages + 2 * page, "where nothing is");
	gem_madvise_fill(dev, args, bo->handle, GEM_WILLNEED, STALE);
	memcpy(pages + 2 * page - sizeof(*args), args, sizeof(*args));
	assert_faults(bo, pages + 2 * page - sizeof(*args), "that lead to where nothing is");

	memcpy(across, args, fields->bytes);
	r = gem_madvise_at(dev, across, fields->bytes);
	igt_assert_f(r == 0, "arguments across two pages: %s\n", strerror(-r));
	memcpy(args, across, fields->bytes);
	igt_assert_eq_u32(*field(args, fields->retained), 1);

	gem_madvise_fill(dev, (uint32_t *)pages, bo->handle, GEM_WILLNEED, STALE);
	igt_assert(mprotect(pages, page, PROT_READ) == 0);
	assert_faults(bo, pages, "that are read-only");
	igt_assert_eq_u32(*field((uint32_t *)pages, fields->retained), STALE);
	munmap(pages, 2 * page);
}

/**
 * MA04: a program that was compiled with a shorter or longer struct than the kernel is served
 * too: what is missing reads as 0, what is beyond is left alone.
 */
void arguments_may_be_shorter_or_longer(struct gem_device *dev)
{
	const struct gem_madvise_ioctl *fields = dev->ops->madvise_ioctl;
	struct gem_bo *bo = gem_bo_filled(dev, BO_BYTES);
	uint32_t args[GEM_MADVISE_WORDS];
	int r;

	/* With the handle alone the advice is 0, WILLNEED. Nothing is written behind it. */
	gem_bo_madvise(bo, GEM_DONTNEED);
	gem_madvise_fill(dev, args, bo->handle, GEM_DONTNEED, STALE);
	igt_assert_eq(fields->handle, 0);
	r = gem_madvise_at(dev, args, sizeof(*args));
	igt_assert_f(r == 0, "arguments of nothing but a handle: %s\n", strerror(-r));
	igt_assert_eq_u32(*field(args, fields->retained), STALE);
	bo->advice = GEM_WILLNEED;
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_bo_retained(bo, "advice that is left out is WILLNEED");

	gem_madvise_fill(dev, args, bo->handle, GEM_DONTNEED, STALE);
	for (unsigned int i = fields->bytes / sizeof(*args); i < GEM_MADVISE_WORDS; i++)
		args[i] = BEHIND;
	r = gem_madvise_at(dev, args, sizeof(args));
	igt_assert_f(r == 0, "arguments longer than the kernel's: %s\n", strerror(-r));
	igt_assert_eq_u32(*field(args, fields->retained), 1);
	for (unsigned int i = fields->bytes / sizeof(*args); i < GEM_MADVISE_WORDS; i++)
		igt_assert_eq_u32(args[i], BEHIND);
	bo->advice = GEM_DONTNEED;
	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);
	igt_assert_bo_purged(bo, "advice in a longer struct is taken");
}

static void assert_answer(struct gem_bo *bo, uint32_t stale, uint32_t expected, const char *what)
{
	uint32_t retained = stale;
	const int r = gem_madvise_raw(bo->dev, bo->handle, bo->advice, &retained);

	igt_assert_f(r == 0, "%s: %s\n", what, strerror(-r));
	igt_assert_f(retained == expected, "%s, retained %#x before the call: it is %#x "
		     "afterwards, expected %u\n", what, stale, retained, expected);
}

/* A kernel may look at the padding or not, but what it refuses it must not do. */
static void try_padding(struct gem_bo *bo)
{
	const struct gem_madvise_ioctl *fields = bo->dev->ops->madvise_ioctl;
	uint32_t args[GEM_MADVISE_WORDS];
	int r;

	gem_madvise_fill(bo->dev, args, bo->handle, GEM_DONTNEED, STALE);
	*field(args, fields->pad) = 1;
	r = gem_madvise_at(bo->dev, args, fields->bytes);
	errno = 0;
	igt_info("padding that is not zero: %s\n", r ? strerror(-r) : "accepted");
	igt_assert_f(r == 0 || r == -EINVAL, "padding that is not zero: %s, expected success or "
		     "%s\n", strerror(-r), strerror(EINVAL));
	igt_assert_eq_u32(*field(args, fields->retained), r == 0 ? 1 : STALE);
	if (r == 0)
		bo->advice = GEM_DONTNEED;
	igt_reclaim(bo->dev, RECLAIM_SHRINKER, r == 0 ? bo->bytes : 0);
	if (r == 0)
		igt_assert_bo_purged(bo, "advice with padding that is accepted is taken");
	else
		igt_assert_bo_retained(bo, "advice with padding that is refused is not taken");
}

/** MA11: the answer is 0 or 1, whatever was in its place, and padding does no harm. */
void arguments_keep_no_old_answer(struct gem_device *dev)
{
	struct gem_bo *whole = gem_bo_filled(dev, BO_BYTES), *gone = purged_bo(dev, BO_BYTES);

	assert_answer(whole, STALE, 1, "a BO that is whole");
	assert_answer(whole, 0, 1, "a BO that is whole");
	assert_answer(gone, STALE, 0, "a BO that was purged");
	assert_answer(gone, 1, 0, "a BO that was purged");
	if (dev->ops->madvise_ioctl->pad)
		try_padding(whole);
}
