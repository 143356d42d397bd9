/* SPDX-License-Identifier: MIT */
/**
 * Importers, and what they do with a BO.
 */
#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/importer.h"

/* virtio-gpu of Linux 6.12 imports nothing of others. */
static const struct {
	unsigned int chipset;
	const char *name;
} kinds[] = {
	{DRIVER_VGEM, "vgem"},
	{DRIVER_PANFROST, "panfrost"},
};

/* Behind the mark at a page's start. */
#define WORD_IN_PAGE 64

struct importers importers_open(const struct gem_device *dev)
{
	struct importers importers = {0};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct gem_device *importer = NULL;

		if (kinds[i].chipset != dev->ops->chipset)
			importer = gem_device_find(kinds[i].chipset);
		if (importer)
			importers.devices[importers.count++] = importer;
	}
	errno = 0;
	igt_require_f(importers.count, "There is no device that could import a BO: neither vgem "
		      "(CONFIG_DRM_VGEM) nor a Mali with panfrost\n");
	return importers;
}

void importers_close(struct importers *importers)
{
	while (importers->count)
		gem_device_close(importers->devices[--importers->count]);
}

const char *importer_name(const struct gem_device *importer)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].chipset == importer->ops->chipset)
			return kinds[i].name;
	return "other";
}

struct gem_bo *importer_take(struct gem_device *importer, struct gem_bo *bo)
{
	const int dmabuf = bo->dmabuf < 0 ? gem_bo_export(bo) : bo->dmabuf;
	struct gem_bo *theirs = gem_bo_import_foreign(importer, dmabuf, bo->bytes);

	gem_bo_label(theirs, "%s of %s", bo->label, importer_name(importer));
	theirs->pattern = bo->pattern;
	theirs->filled = bo->filled;
	return theirs;
}

void importer_map(struct gem_bo *theirs)
{
	uint64_t offset;

	if (gem_bo_map_offset(theirs, &offset) == 0) {
		gem_bo_map(theirs);
	} else {
		gem_bo_export(theirs);
		gem_bo_map_dmabuf(theirs);
	}
}

static void write_word(struct gem_bo *theirs, uint64_t offset, uint64_t value)
{
	if (!theirs->dev->ops->bo_gpu_write) {
		*(volatile uint64_t *)((char *)theirs->map + offset) = value;
		return;
	}
	igt_assert_eq(gem_bo_gpu_write(theirs, offset, value, /* after= */ -1), 0);
	gem_bo_wait_idle(theirs);
}

void importer_write(struct gem_bo *theirs, struct gem_bo *bo, const char *claim)
{
	static uint64_t value = 0x1234567800000000;
	const uint64_t pages[] = {0, bo->pages / 2, bo->pages - 1};

	if (!theirs->map)
		importer_map(theirs);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		const uint64_t offset = pages[i] * igt_page_size() + WORD_IN_PAGE;
		const volatile uint64_t *word = (uint64_t *)((char *)bo->map + offset);

		value++;
		write_word(theirs, offset, value);
		igt_assert_f(*word == value,
			     "%s: %s writes %#" PRIx64 " into page %" PRIu64 " of %s, which reads %#"
			     PRIx64 "\n", claim, importer_name(theirs->dev), value, pages[i],
			     bo->label, *word);
	}
}
