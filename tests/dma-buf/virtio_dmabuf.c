/* SPDX-License-Identifier: MIT */
/**
 * TEST: virtio dmabuf
 * Description: Reclaim of virtio-gpu BOs that are shared by dma-bufs.
 *
 * The kernel promises: a BO that is exported and has a handle, and one that another device has
 * attached, is neither purged nor evicted. What somebody wrote, the others read. When it is neither
 * of both any more it is reclaimed as any BO, and with its pages go also mappings that were made
 * through the dma-buf. An evicted BO can be shared and is whole then; a purged one has nothing to
 * be shared, and gets no new memory.
 *
 * Since: the generic shrinker for GEM shmem objects, posted up to version 19 in January 2024 and in
 * no released kernel; kernel/build makes a kernel with it.
 *
 * Needs: a virtio-gpu device, of any host; somebody to import: vgem (CONFIG_DRM_VGEM) or a Mali
 * with panfrost, best both; root, debugfs, CONFIG_SHRINKER_DEBUG; to evict CONFIG_SWAP and
 * CONFIG_ZRAM; for some claims CONFIG_SW_SYNC, or cgroup v2 with memory.reclaim.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/attached.h"
#include "reclaim/evict.h"
#include "reclaim/exported.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_sentinel.h"
#include "reclaim/importer.h"
#include "reclaim/share_race.h"

IGT_TEST_DESCRIPTION("Purging and eviction of virtio-gpu BOs that are shared by dma-bufs");

static struct importers importers;

/* The subtest's parts, one for each importer that there is. */
static void each_importer(struct gem_device *dev, enum gem_advice advice,
			  void (*scenario)(struct gem_device *dev, struct gem_device *importer,
					   enum gem_advice advice))
{
	for (unsigned int i = 0; i < importers.count; i++)
		igt_dynamic(importer_name(importers.devices[i]))
			scenario(dev, importers.devices[i], advice);
}

static void lent(struct gem_device *dev)
{
	igt_describe("A lent BO that is attached is not purged, without handle and dma-buf either");
	igt_subtest_with_dynamic("lent-attached-is-kept")
		each_importer(dev, GEM_DONTNEED, attached_is_kept);

	igt_describe("A lent BO is purged when its importer has let go");
	igt_subtest_with_dynamic("lent-is-purged-after-importer")
		each_importer(dev, GEM_DONTNEED, attached_ends_with_importer);

	igt_describe("A lent BO of two importers is purged when both have let go, not before");
	igt_subtest_with_dynamic("lent-attached-twice-is-kept")
		each_importer(dev, GEM_DONTNEED, attached_twice_is_kept);

	igt_describe("A lent BO that comes back through its importer is protected as exported");
	igt_subtest_with_dynamic("lent-comes-back-by-importer")
		each_importer(dev, GEM_DONTNEED, attached_comes_back);

	igt_describe("A purged BO cannot be attached or mapped by its dma-buf, and takes no memory");
	igt_subtest_with_dynamic("purged-has-nothing-to-share") {
		for (unsigned int i = 0; i < importers.count; i++)
			igt_dynamic(importer_name(importers.devices[i]))
				attached_purged_is_refused(dev, importers.devices[i]);
	}

	igt_describe("Whether a lent BO is protected when its dma-buf is closed; then it is purged");
	igt_subtest("lent-after-export-is-told")
		exported_once_is_told(dev, GEM_DONTNEED);

	igt_describe("A mapping made through a dma-buf raises SIGBUS when its BO is purged");
	igt_subtest("purge-zaps-dmabuf-map")
		exported_map_goes_with_pages(dev, GEM_DONTNEED);

	igt_describe("A BO that a second file imports and lends is one, and is purged with the last");
	igt_subtest("lent-self-import-is-one")
		exported_to_itself_is_one(dev, GEM_DONTNEED);

	igt_describe("Wrong files, handles and ranges are refused, and keep no BO");
	igt_subtest("wrong-sharing-is-refused")
		exported_wrongly_is_refused(dev, GEM_DONTNEED);

	igt_describe("Importers that come and go beside scans find lent BOs whole");
	igt_subtest("lent-attached-beside-scans")
		share_attach_beside_scans(dev, &importers, GEM_DONTNEED);

	igt_describe("Of BOs that are lent, shared and left beside scans mappings show nothing");
	igt_subtest("lent-left-beside-scans")
		share_leave_beside_scans(dev, GEM_DONTNEED);

	igt_describe("Exporting a BO while it is purged is no mistake of the kernel's");
	igt_subtest("exported-while-purged-is-quiet")
		share_export_while_taken(dev, GEM_DONTNEED);
}

static void needed(struct gem_device *dev)
{
	igt_describe("A BO that is attached is not evicted, without handle and dma-buf either");
	igt_subtest_with_dynamic("attached-is-kept")
		each_importer(dev, GEM_WILLNEED, attached_is_kept);

	igt_describe("A BO is evicted when its importer has let go");
	igt_subtest_with_dynamic("evicted-after-importer")
		each_importer(dev, GEM_WILLNEED, attached_ends_with_importer);

	igt_describe("A BO of two importers is evicted when both have let go, not before");
	igt_subtest_with_dynamic("attached-twice-is-kept")
		each_importer(dev, GEM_WILLNEED, attached_twice_is_kept);

	igt_describe("A BO that comes back through its importer is protected as exported");
	igt_subtest_with_dynamic("comes-back-by-importer")
		each_importer(dev, GEM_WILLNEED, attached_comes_back);

	igt_describe("A BO that is in swap is whole when it is exported and attached");
	igt_subtest_with_dynamic("swapped-is-shared-whole") {
		for (unsigned int i = 0; i < importers.count; i++)
			igt_dynamic(importer_name(importers.devices[i]))
				attached_swapped_is_whole(dev, importers.devices[i]);
	}

	igt_describe("Whether a BO is protected when its dma-buf is closed; then it is evicted");
	igt_subtest("after-export-is-told")
		exported_once_is_told(dev, GEM_WILLNEED);

	igt_describe("A mapping made through a dma-buf loses the pages when its BO is evicted, and "
		     "brings them back");
	igt_subtest("eviction-zaps-dmabuf-map")
		exported_map_goes_with_pages(dev, GEM_WILLNEED);

	igt_describe("A BO that a second file imports is one, and is evicted with the last");
	igt_subtest("self-import-is-one")
		exported_to_itself_is_one(dev, GEM_WILLNEED);

	igt_describe("Fences go to and from the dma-buf of an evicted BO, and protect it when back");
	igt_subtest("evicted-takes-fences")
		exported_evicted_takes_fences(dev);

	igt_describe("An access of the CPU to the dma-buf of an evicted BO reads and writes it");
	igt_subtest("evicted-is-accessed")
		exported_evicted_is_accessed(dev);

	igt_describe("Importers that come and go beside scans find BOs whole");
	igt_subtest("attached-beside-scans")
		share_attach_beside_scans(dev, &importers, GEM_WILLNEED);

	igt_describe("BOs that are shared and left beside scans are whole in mappings");
	igt_subtest("left-beside-scans")
		share_leave_beside_scans(dev, GEM_WILLNEED);

	igt_describe("Exporting a BO while it is evicted is no mistake of the kernel's");
	igt_subtest("exported-while-evicted-is-quiet")
		share_export_while_taken(dev, GEM_WILLNEED);

	igt_describe("Two devices attach each other's BOs while both are scanned, and it ends");
	igt_subtest("both-ways-beside-scans")
		share_both_ways_beside_scans(dev, &importers);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_VIRTIO);
		gem_require_madvise(dev);
		importers = importers_open(dev);
		igt_sentinel_every_subtest();
	}

	igt_subtest_group() {
		igt_fixture()
			igt_reclaim_require(dev);

		lent(dev);
	}
	evict_with_swap(dev, needed);

	igt_fixture() {
		importers_close(&importers);
		gem_device_close(dev);
	}
}
