/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost dmabuf
 * Description: Reclaim of panfrost BOs that are shared by dma-bufs.
 *
 * The kernel promises: a BO marked DONTNEED that is exported and has a handle, or that another
 * device has attached, is not purged, and what one writes the other reads. When it is neither of
 * both any more it is purged, and mappings that were made through the dma-buf raise SIGBUS. What
 * was purged cannot be shared.
 *
 * Since: Linux 5.4, where only some of that is true; docs/findings.md tells what is not.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; vgem
 * (CONFIG_DRM_VGEM), which imports; root, debugfs and CONFIG_SHRINKER_DEBUG; for some claims cgroup
 * v2 with the memory controller, or a heap of dma-bufs (CONFIG_DMABUF_HEAPS_SYSTEM).
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "reclaim/attached.h"
#include "reclaim/exported.h"
#include "reclaim/foreign.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_sentinel.h"
#include "reclaim/importer.h"
#include "reclaim/share_race.h"

IGT_TEST_DESCRIPTION("Purging of panfrost BOs that are shared by dma-bufs");

static void with_importer(struct gem_device *dev, const struct importers *importers)
{
	struct gem_device *importer = importers->devices[0];

	igt_describe("A lent BO that is attached is not purged, without handle and dma-buf either");
	igt_subtest("lent-attached-is-kept")
		attached_is_kept(dev, importer, GEM_DONTNEED);

	igt_describe("A lent BO is purged when its importer has let go");
	igt_subtest("lent-is-purged-after-importer")
		attached_ends_with_importer(dev, importer, GEM_DONTNEED);

	igt_describe("A lent BO of two importers is purged when both have let go, not before");
	igt_subtest("lent-attached-twice-is-kept")
		attached_twice_is_kept(dev, importer, GEM_DONTNEED);

	igt_describe("A lent BO that comes back through its importer is protected as exported");
	igt_subtest("lent-comes-back-by-importer")
		attached_comes_back(dev, importer, GEM_DONTNEED);

	igt_describe("A purged BO cannot be attached or mapped by its dma-buf, and takes no memory");
	igt_subtest("purged-has-nothing-to-share")
		attached_purged_is_refused(dev, importer);

	igt_describe("Importers that come and go beside scans find lent BOs whole");
	igt_subtest("lent-attached-beside-scans")
		share_attach_beside_scans(dev, importers, GEM_DONTNEED);

	igt_describe("Memory that others made, imported and lent, is told retained, and is");
	igt_subtest_with_dynamic("foreign-is-kept") {
		igt_dynamic(importer_name(importer))
			foreign_of_device_is_kept(dev, importer);
		igt_dynamic("dma-heap")
			foreign_of_heap_is_kept(dev);
	}
}

static void alone(struct gem_device *dev)
{
	igt_describe("Whether a lent BO is protected when its dma-buf is closed; then it is purged");
	igt_subtest("lent-after-export-is-told")
		exported_once_is_told(dev, GEM_DONTNEED);

	igt_describe("A mapping made through a dma-buf raises SIGBUS when its BO is purged");
	igt_subtest("purge-zaps-dmabuf-map")
		exported_map_goes_with_pages(dev, GEM_DONTNEED);

	igt_describe("A BO that a second file imports is one, and is purged with the last");
	igt_subtest("lent-self-import-is-one")
		exported_to_itself_is_one(dev, GEM_DONTNEED);

	igt_describe("Wrong files, handles and ranges are refused, and keep no BO");
	igt_subtest("wrong-sharing-is-refused")
		exported_wrongly_is_refused(dev, GEM_DONTNEED);

	igt_describe("Of BOs that are lent, shared and left beside scans mappings show nothing");
	igt_subtest("lent-left-beside-scans")
		share_leave_beside_scans(dev, GEM_DONTNEED);

	igt_describe("Exporting a BO while it is purged is no mistake of the kernel's");
	igt_subtest("exported-while-purged-is-quiet")
		share_export_while_taken(dev, GEM_DONTNEED);
}

int igt_main()
{
	struct importers importers = {0};
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
		igt_sentinel_every_subtest();
	}

	alone(dev);
	igt_subtest_group() {
		igt_fixture()
			importers = importers_open(dev);

		with_importer(dev, &importers);

		igt_fixture()
			importers_close(&importers);
	}

	igt_fixture()
		gem_device_close(dev);
}
