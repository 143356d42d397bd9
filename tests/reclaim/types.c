/* SPDX-License-Identifier: MIT */
/**
 * Dumb buffers, and BOs of other devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_kms.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/types.h"

#define BO_BYTES MiB(1)

/** MA10: a dumb buffer that is not displayed can be lent like any BO. */
void types_dumb_is_purged(struct gem_device *dev)
{
	struct gem_device *primary = gem_device_reopen(dev, /* render= */ false);
	struct gem_bo *lent, *kept;
	uint32_t handles[2];
	uint64_t size = 0;

	igt_require_free_memory(2 * BO_BYTES);
	for (int i = 0; i < 2; i++) {
		/* Lines of 4 KiB, so that no driver has to round up. */
		const int r = __kmstest_dumb_create(primary->fd, 1024, BO_BYTES / KiB(4), 32, NULL,
						    &size, &handles[i]);

		errno = 0;
		igt_require_f(r != -ENOSYS && r != -EOPNOTSUPP, "This GPU has no dumb buffers\n");
		igt_assert_f(r == 0, "making a dumb buffer: %s\n", strerror(-r));
		igt_assert_eq_u64(size, BO_BYTES);
	}
	lent = gem_bo_adopt(primary, handles[0], BO_BYTES);
	kept = gem_bo_adopt(primary, handles[1], BO_BYTES);
	gem_bo_fill(lent);
	gem_bo_fill(kept);
	gem_bo_wait_idle(lent);
	gem_bo_madvise(lent, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, BO_BYTES);

	igt_assert_bo_purged(lent, "a dumb buffer that is lent is purged");
	igt_assert_bo_retained(kept, "one beside it that is not lent is kept");
	gem_device_close(primary);
}

/* A dma-buf of a memory file of ours, of @bytes; the file is mapped at *@ret_map. */
static int udmabuf_of(uint64_t bytes, void **ret_map)
{
	const int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	struct udmabuf_create create = {.flags = UDMABUF_FLAGS_CLOEXEC, .size = bytes};
	int file, dmabuf;

	igt_require_f(device >= 0, "No dma-buf can be made to be imported: /dev/udmabuf: %s "
		      "(CONFIG_UDMABUF)\n", strerror(errno));
	file = memfd_create("udmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	igt_assert_fd(file);
	igt_assert(ftruncate(file, (off_t)bytes) == 0);
	igt_assert(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	*ret_map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	igt_assert(*ret_map != MAP_FAILED);
	create.memfd = (uint32_t)file;
	dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	igt_assert_f(dmabuf >= 0, "making a udmabuf: %s\n", strerror(errno));
	close(file);
	close(device);
	return dmabuf;
}

/** MA10, MA20: what is imported is somebody else's memory, and not to be lent. */
void types_imported_is_kept(struct gem_device *dev)
{
	const uint64_t pages = BO_BYTES / igt_page_size();
	const struct igt_pattern pattern = {.bo = 99, .generation = 1};
	struct igt_mismatch bad;
	struct gem_bo *bo;
	char text[160];
	void *map;
	bool good;
	int dmabuf;

	dmabuf = udmabuf_of(BO_BYTES, &map);
	igt_pattern_write(map, pages, pattern);
	bo = gem_bo_import_foreign(dev, dmabuf, BO_BYTES);
	gem_bo_madvise(bo, GEM_DONTNEED);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_f(gem_bo_madvise(bo, GEM_WILLNEED), "an imported BO is told not retained\n");
	good = igt_pattern_check(map, pages, pattern, &bad);
	igt_mismatch_format(&bad, pages, text, sizeof(text));
	igt_assert_f(good, "an imported BO is whole: %s\n", text);
	munmap(map, BO_BYTES);
	close(dmabuf);
}
