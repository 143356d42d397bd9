/* SPDX-License-Identifier: MIT */
/**
 * What is left of BOs, mappings and the shrinker when the driver goes, and that devices have no
 * part in each other's.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_binding.h"
#include "igt_cleanup.h"
#include "igt_klog.h"
#include "igt_kmod.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"
#include "reclaim/lifecycle.h"
#include "reclaim/lifecycle_parts.h"
#include "reclaim/purge.h"

#define SHRINKERS "/sys/kernel/debug/shrinker"
#define BO_BYTES KiB(256)

/* The last file's end is told to the driver by a worker. */
#define SETTLE_MS 5000

void lifecycle_require_alone(const struct igt_binding *binding)
{
	errno = 0;
	igt_require_f(igt_wait(igt_binding_users(binding) == 0, SETTLE_MS, 10),
		      "Somebody uses %s, or it cannot be seen: the driver is left alone\n",
		      binding->device);
}

void lifecycle_assert_works(struct lifecycle_device device, const char *claim)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	struct gem_bo *bo = purged_bo(dev, BO_BYTES);

	igt_assert_bo_purged(bo, claim);
	gem_device_close(dev);
}

static bool shrinker_is_there(const struct igt_shrinker *shrinker)
{
	_cleanup_free_ char *path = NULL;

	igt_assert(asprintf(&path, SHRINKERS "/%s", shrinker->name) > 0);
	return access(path, F_OK) == 0;
}

void lifecycle_assert_shrinker_gone(const struct igt_shrinker *shrinker, const char *claim)
{
	igt_assert_f(igt_wait(!shrinker_is_there(shrinker), SETTLE_MS, 10), "%s: %s/%s is left\n",
		     claim, SHRINKERS, shrinker->name);
}

/* BOs in some of the states there are, all mapped. */
struct states {
	struct gem_bo *whole, *evicted, *purged;
};

/* And others in the rest of them. */
static struct states make_states(struct gem_device *dev)
{
	struct states states;
	struct gem_bo *lent, *exported;

	evict_leftovers(dev);
	gem_bo_create(dev, BO_BYTES);
	exported = gem_bo_filled(dev, BO_BYTES);
	gem_bo_export(exported);
	states.purged = purged_bo(dev, BO_BYTES);
	states.evicted = gem_bo_filled(dev, BO_BYTES);
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	states.whole = gem_bo_sent(dev, BO_BYTES);
	lent = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(lent, GEM_DONTNEED);
	return states;
}

static void load_again(void *data)
{
	int r = igt_kmod_load(data, NULL);

	if (r < 0)
		igt_warn("%s is not loaded again: %s\n", (char *)data, strerror(-r));
}

void lifecycle_load_at_subtest_end(const struct igt_binding *binding)
{
	static char module[sizeof(binding->module)];

	snprintf(module, sizeof(module), "%s", binding->module);
	igt_on_subtest_end(load_again, module);
}

/** LC01: a driver whose BOs have been in all states can be unloaded, and is as new when loaded. */
void lifecycle_module_unloads(struct lifecycle_device device)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);
	const char *const module = binding.module;
	struct igt_shrinker shrinker;
	int r;

	errno = 0;
	igt_require_f(binding.module[0], "The driver is built into the kernel\n");
	igt_reclaim_require(dev);
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_klog_start();
	make_states(dev);
	shrinker = *dev->shrinker;
	gem_device_close(dev);
	lifecycle_require_alone(&binding);

	lifecycle_load_at_subtest_end(&binding);
	r = igt_kmod_unload(module);
	errno = 0;
	igt_assert_f(r == 0, "unloading %s: %s\n", module, strerror(-r));
	lifecycle_assert_shrinker_gone(&shrinker, "a driver that is unloaded leaves no shrinker");
	r = igt_kmod_load(module, NULL);
	errno = 0;
	igt_assert_f(r == 0, "loading %s again: %s\n", module, strerror(-r));
	lifecycle_assert_works(device, "a driver that was unloaded works when it is loaded again");
	igt_klog_assert_quiet("unloading a driver is no mistake of the kernel's");
}

/* A kernel may cut mappings off, or show them as they were; nothing else may be seen. */
static void assert_cut_off_or_whole(struct gem_bo *bo, const char *what)
{
	const struct igt_sigbus signal = igt_sigbus_probe(bo->map, IGT_ACCESS_READ);

	igt_info("with the driver gone a BO that %s %s\n", what,
		 signal.raised ? "raises SIGBUS" : "can be read");
	if (!signal.raised)
		igt_assert_bo_content(bo, "with the driver gone a BO is as it was");
}

/* On machines with so many processors that more were needed a leak may go unnoticed. */
#define MOST_CLOSED_AFTER 1200

/**
 * LC02: BOs that outlive their driver can be touched, scanned for and closed, and are gone then.
 * B57: the shrinker was left, of a device that was not.
 */
void lifecycle_unbind_under_mappings(struct lifecycle_device device)
{
	const unsigned int closed_after = min_t(unsigned int, igt_objects_noticed(),
						MOST_CLOSED_AFTER);
	const uint64_t files = igt_open_files();
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);
	struct igt_shrinker shrinker;
	struct states states;

	igt_require_free_memory(MiB(16));
	igt_reclaim_require(dev);
	errno = 0;
	igt_require_f(igt_binding_users(&binding) == 1, "Somebody else uses %s: the driver is left "
		      "alone\n", binding.device);
	igt_swap_on(EVICT_SWAP_BYTES);
	igt_klog_start();
	for (unsigned int i = 0; i < closed_after; i++)
		gem_bo_touched(dev, igt_page_size());
	states = make_states(dev);
	shrinker = *dev->shrinker;

	igt_unbind(&binding);
	assert_cut_off_or_whole(states.whole, "was there");
	assert_cut_off_or_whole(states.evicted, "was evicted");
	igt_assert_map_dead(states.purged, states.purged->map,
			    "with the driver gone a purged BO has nothing behind it");
	/* The shrinker may have gone with the driver, or stay as long as there are BOs. */
	if (shrinker_is_there(&shrinker)) {
		igt_info("with the driver gone its shrinker is there as long as its BOs are\n");
		igt_reclaim(dev, RECLAIM_SHRINKER, 0);
		assert_cut_off_or_whole(states.whole, "was scanned for");
		assert_cut_off_or_whole(states.evicted, "was scanned for twice");
	}
	gem_device_close(dev);

	lifecycle_assert_shrinker_gone(&shrinker, "with the last BO of a device goes its shrinker");
	igt_assert_objects_freed(files, closed_after, "BOs that outlive their driver are freed");
	igt_bind(&binding);
	lifecycle_assert_works(device, "a driver that was put on again works");
	igt_klog_assert_quiet("a driver that goes before its BOs is no mistake of the kernel's");
}

#define WORKERS 3
#define ROUNDS 6

/* Who makes BOs all the time, through a file of its own, until there is no GPU. */
struct worker {
	struct gem_device *dev;
	pthread_t thread;
	atomic_uint done;
	int end; /* the error that ended it */
};

static void *work(void *data)
{
	struct worker *worker = data;
	const int fd = worker->dev->fd;

	while (worker->end == 0) {
		struct drm_gem_close close = {0};

		worker->end = worker->dev->ops->bo_create(fd, KiB(64), &close.handle);
		drmIoctl(fd, DRM_IOCTL_GEM_CLOSE, &close);
		atomic_fetch_add(&worker->done, 1);
	}
	return NULL;
}

static bool all_work(struct worker workers[WORKERS])
{
	for (int i = 0; i < WORKERS; i++)
		if (atomic_load(&workers[i].done) < 3)
			return false;
	return true;
}

/**
 * LC02: nor is anything left of BOs that are made at the moment when the driver goes. B170: what
 * could not be given to the device any more kept its BOs for ever.
 */
void lifecycle_unbind_while_making(struct lifecycle_device device)
{
	static struct worker workers[WORKERS];
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);

	gem_device_close(dev);
	lifecycle_require_alone(&binding);
	igt_klog_start();
	for (int round = 0; round < ROUNDS; round++) {
		bool working;

		for (int i = 0; i < WORKERS; i++)
			workers[i] = (struct worker){.dev = gem_device_open(device.chipset)};
		for (int i = 0; i < WORKERS; i++)
			igt_assert(pthread_create(&workers[i].thread, NULL, work, &workers[i]) ==
				   0);
		working = igt_wait(all_work(workers), SETTLE_MS, 1);
		igt_unbind(&binding);
		for (int i = 0; i < WORKERS; i++) {
			igt_assert(pthread_join(workers[i].thread, NULL) == 0);
			gem_device_close(workers[i].dev);
		}
		igt_assert_f(working, "no BOs are made\n");
		for (int i = 0; i < WORKERS; i++)
			igt_assert_eq(workers[i].end, -ENODEV);
		igt_bind(&binding);
		igt_klog_assert_quiet("of BOs that are made while the driver goes nothing is left");
	}
	dev = gem_device_open(device.chipset);
	gem_bo_filled(dev, BO_BYTES);
	gem_device_close(dev);
}

/* But those of file systems: DRM's own comes with the first device and goes with the last. */
static unsigned int count_shrinkers(void)
{
	_cleanup_closedir_ DIR *directory = opendir(SHRINKERS);
	unsigned int count = 0;
	struct dirent *entry;

	igt_assert_f(directory, "%s: %s\n", SHRINKERS, strerror(errno));
	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.' && strncmp(entry->d_name, "sb-", 3) != 0;
	return count;
}

/** LC04: a device has one shrinker, from when its driver takes it until that lets it go. */
void lifecycle_shrinker_goes_with_driver(struct lifecycle_device device)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);
	struct igt_shrinker shrinker;
	unsigned int with, without;

	/* That there is one and no more which counts its BOs is how it is found. */
	igt_reclaim_require(dev);
	shrinker = *dev->shrinker;
	gem_device_close(dev);
	lifecycle_require_alone(&binding);
	igt_klog_start();
	with = count_shrinkers();

	igt_unbind(&binding);
	lifecycle_assert_shrinker_gone(&shrinker, "a driver that is taken off leaves no shrinker");
	without = count_shrinkers();
	igt_assert_f(without == with - 1, "a driver that is taken off takes %u shrinkers along, "
		     "expected one\n", with - without);
	igt_bind(&binding);
	igt_assert_f(count_shrinkers() == with, "a driver that is put on again has %u shrinkers, "
		     "expected one\n", count_shrinkers() - without);
	lifecycle_assert_works(device, "a driver that was put on again works");
	igt_klog_assert_quiet("taking a driver off is no mistake of the kernel's");
}

/** LC06: a scan for the BOs of one device takes and counts none of another's. */
void lifecycle_devices_are_apart(struct lifecycle_device device, struct lifecycle_device other)
{
	struct gem_device *devs[2] = {gem_device_open(device.chipset), NULL};
	struct gem_bo *bos[2];
	uint64_t before[2];

	devs[1] = gem_device_open_another(devs[0], other.chipset);
	for (int i = 0; i < 2; i++) {
		igt_reclaim_require(devs[i]);
		evict_leftovers(devs[i]);
		before[i] = igt_reclaimable(devs[i]);
	}
	igt_assert_f(strcmp(devs[0]->shrinker->name, devs[1]->shrinker->name) != 0,
		     "two devices have one shrinker, %s\n", devs[0]->shrinker->name);
	for (int i = 0; i < 2; i++) {
		bos[i] = gem_bo_filled(devs[i], BO_BYTES);
		gem_bo_madvise(bos[i], GEM_DONTNEED);
		evict_assert_counted(devs[i], before[i], BO_BYTES, "each counts what is its own");
	}
	for (int i = 0; i < 2; i++) {
		evict_exactly(devs[i], BO_BYTES);
		igt_assert_bo_purged(bos[i], "a device's BO is purged by a scan for it");
		if (i == 0)
			igt_assert_bo_resident(bos[1], "a scan leaves another device's BO alone");
	}
	for (int i = 0; i < 2; i++)
		gem_device_close(devs[i]);
}
