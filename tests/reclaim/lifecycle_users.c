/* SPDX-License-Identifier: MIT */
/**
 * Drivers that are taken off or unloaded while others use the device, or have just ceased to.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_klog.h"
#include "igt_kmod.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_objects.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_swap.h"
#include "reclaim/lifecycle_parts.h"
#include "reclaim/partner.h"
#include "reclaim/scanner.h"

#define BO_BYTES KiB(64)
#define SETTLE_MS 5000

/* --- users ---------------------------------------------------------------------------------- */

#define ROUNDS 2
#define USERS 3
/* That each has used so many BOs is when the driver goes. */
#define USED 4

/* Of all processes. */
static struct {
	atomic_uint used[USERS];
	atomic_uint made, opened, scans;
} *done;

/* Who uses one BO after the other. */
struct user {
	struct gem_device *dev;
	uint32_t handle;
	void *map; /* of the last BO, or MAP_FAILED */
	struct igt_pattern pattern;
	bool filled, lent;
};

static void fill(void *data)
{
	const struct user *user = data;

	igt_pattern_write(user->map, BO_BYTES / igt_page_size(), user->pattern);
}

static void check(void *data)
{
	const struct user *user = data;
	struct igt_mismatch bad;
	char text[160];

	if (igt_pattern_check(user->map, BO_BYTES / igt_page_size(), user->pattern, &bad))
		return;
	igt_mismatch_format(&bad, BO_BYTES / igt_page_size(), text, sizeof(text));
	igt_assert_f(false, "a BO that is used as the driver goes: %s\n", text);
}

/* As it was, or, if it may be @gone, nothing. */
static void look(struct user *user, bool gone)
{
	if (user->map == MAP_FAILED || !user->filled)
		return;
	igt_assert_f(!igt_sigbus_catch(check, user).raised || gone,
		     "a BO that is used as the driver goes raises SIGBUS while it is there\n");
}

static void let_go(struct user *user)
{
	struct drm_gem_close close = {.handle = user->handle};

	if (user->map != MAP_FAILED)
		munmap(user->map, BO_BYTES);
	drmIoctl(user->dev->fd, DRM_IOCTL_GEM_CLOSE, &close);
	user->map = MAP_FAILED;
	user->handle = 0;
	user->filled = user->lent = false;
}

static int map(struct user *user)
{
	uint64_t offset = 0;
	int r = user->dev->ops->bo_map_offset(user->dev->fd, user->handle, &offset);

	if (r < 0)
		return r;
	user->map = mmap(NULL, BO_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, user->dev->fd,
			 (off_t)offset);
	if (user->map == MAP_FAILED)
		return -errno;
	user->pattern.generation++;
	/* A kernel may cut mappings off as soon as the driver has gone. */
	if (igt_sigbus_catch(fill, user).raised)
		return -ENODEV;
	user->filled = true;
	return 0;
}

static int advise(struct user *user, enum gem_advice advice, uint32_t *retained)
{
	int r;

	do
		r = gem_madvise_raw(user->dev, user->handle, advice, retained);
	while (r == -EINTR);
	return r;
}

static int lend(struct user *user)
{
	uint32_t retained = 1;
	int r = advise(user, GEM_DONTNEED, &retained);

	if (r < 0)
		return r;
	user->lent = true;
	r = advise(user, GEM_WILLNEED, &retained);
	if (r < 0)
		return r;
	user->lent = !retained;
	return 0;
}

static int share(struct user *user)
{
	int dmabuf = -1;

	if (drmPrimeHandleToFD(user->dev->fd, user->handle, DRM_CLOEXEC | DRM_RDWR, &dmabuf) < 0)
		return -errno;
	close(dmabuf);
	return 0;
}

/* All that can be done with a BO. Returns the first error; the BO is left as it is then. */
static int use(struct user *user)
{
	const struct gem_ops *const ops = user->dev->ops;
	int r;

	let_go(user);
	r = ops->bo_create(user->dev->fd, BO_BYTES, &user->handle);
	if (r < 0)
		return r;
	atomic_fetch_add(&done->made, 1);
	r = map(user);
	if (r == 0 && ops->bo_flush)
		r = ops->bo_flush(user->dev->fd, user->handle, BO_BYTES);
	if (r == 0)
		r = ops->bo_wait(user->dev->fd, user->handle, /* block= */ true);
	if (r == 0)
		r = share(user);
	if (r == 0)
		r = lend(user);
	if (r == 0)
		look(user, user->lent);
	return r;
}

static void keep_using(struct gem_device *dev, int number)
{
	struct user user = {.dev = dev, .map = MAP_FAILED, .pattern = {.bo = (uint16_t)number}};
	int r;

	do {
		r = use(&user);
		atomic_fetch_add(&done->used[number], 1);
	} while (r == 0);
	igt_assert_f(r == -ENODEV, "who uses a device whose driver goes is told %s, expected %s\n",
		     strerror(-r), strerror(ENODEV));
	look(&user, /* gone= */ true);
	let_go(&user);
	gem_device_close(dev);
}

/* And who opens the device and closes it at once, until there is none. */
static void keep_opening(const struct gem_device *dev)
{
	char path[64], node[64];
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dev->fd);
	length = readlink(path, node, sizeof(node) - 1);
	igt_assert(length > 0);
	node[length] = '\0';
	while ((file = open(node, O_RDWR | O_CLOEXEC)) >= 0) {
		close(file);
		atomic_fetch_add(&done->opened, 1);
	}
	igt_assert_f(errno == ENODEV || errno == ENOENT || errno == ENXIO,
		     "opening a device whose driver goes: %s\n", strerror(errno));
}

static void keep_scanning(const struct igt_shrinker *shrinker)
{
	while (igt_shrinker_scan_once(shrinker, SCAN_ALL_PAGES) == 0)
		atomic_fetch_add(&done->scans, 1);
}

static bool all_use(void)
{
	for (int i = 0; i < USERS; i++)
		if (atomic_load(&done->used[i]) < USED)
			return false;
	return atomic_load(&done->opened) && atomic_load(&done->scans);
}

/* The driver goes once, under everybody. Returns how many BOs were made. */
static void unbind_once(struct lifecycle_device device, const struct igt_binding *binding)
{
	const uint64_t files = igt_open_files();
	struct gem_device *dev = gem_device_open(device.chipset);
	struct igt_shrinker shrinker;
	bool used;

	igt_reclaim_require(dev);
	shrinker = *dev->shrinker;
	memset(done, 0, sizeof(*done));
	igt_fork(user, USERS)
		keep_using(gem_device_reopen(dev, /* render= */ true), user);
	igt_fork(opener, 1)
		keep_opening(dev);
	igt_fork(scanner, 1) {
		/* What it has open of the device would keep the shrinker. */
		close(dev->fd);
		keep_scanning(&shrinker);
	}
	used = igt_wait(all_use(), SETTLE_MS, 1);
	igt_unbind(binding);
	gem_device_close(dev);
	igt_waitchildren_timeout(PARTNER_SECONDS, "users of a device whose driver goes");

	igt_assert_f(used, "within %d ms not everybody used the device\n", SETTLE_MS);
	igt_info("%u BOs, %u openings and %u scans until the driver was gone\n", done->made,
		 done->opened, done->scans);
	lifecycle_assert_shrinker_gone(&shrinker, "with the last user goes a device's shrinker");
	igt_assert_objects_freed(files, done->made, "BOs of a device whose driver goes are freed");
	igt_bind(binding);
	lifecycle_assert_works(device, "a driver that was put on again works");
}

/**
 * CO10: a driver may go whatever others do then with its device: they are told so, what they have
 * mapped is as it was or raises SIGBUS, all of them can end, and the driver can come back. B92.
 */
void lifecycle_unbind_under_users(struct lifecycle_device device)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);

	gem_device_close(dev);
	lifecycle_require_alone(&binding);
	igt_require_free_memory(MiB(64));
	igt_swap_on(EVICT_SWAP_BYTES);
	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	igt_assert(done != MAP_FAILED);
	igt_klog_start();
	for (int round = 0; round < ROUNDS; round++) {
		unbind_once(device, &binding);
		igt_klog_assert_quiet("a driver that goes under its users is no mistake of the "
				      "kernel's");
	}
	munmap(done, sizeof(*done));
}

/* --- closing -------------------------------------------------------------------------------- */

#define CLOSERS 3
#define UNLOAD_MS 20000

/* BOs in several states, one of them with a dma-buf. */
static void make_bos(struct gem_device *dev)
{
	gem_bo_export(gem_bo_filled(dev, BO_BYTES));
	gem_bo_madvise(gem_bo_filled(dev, BO_BYTES), GEM_DONTNEED);
	gem_bo_sent(dev, BO_BYTES);
	gem_bo_create(dev, BO_BYTES);
}

/* Each in another way, as one who has to end. */
static void close_all(struct gem_device *dev, int way)
{
	switch (way % CLOSERS) {
	case 0:
		gem_device_close(dev);
		break;
	case 1:
		/* The file first, and the mappings with the process. */
		close(dev->fd);
		break;
	case 2:
		/* All of it with the process. */
		break;
	}
}

static void unload(const char *module)
{
	int r = 0;

	igt_assert_f(igt_wait((r = igt_kmod_unload(module)) == 0 || (r != -EBUSY && r != -EAGAIN),
			      UNLOAD_MS, 1) && r == 0,
		     "unloading %s, whose users have closed: %s\n", module, strerror(-r));
}

static void unload_once(struct lifecycle_device device, const struct igt_binding *binding)
{
	const int ready = partner_event(), go = partner_event();
	struct gem_device *dev = gem_device_open(device.chipset);
	struct igt_shrinker shrinker;
	int r;

	igt_reclaim_require(dev);
	shrinker = *dev->shrinker;
	gem_device_close(dev);
	igt_fork(closer, CLOSERS) {
		struct gem_device *own = gem_device_open(device.chipset);

		make_bos(own);
		partner_signal(ready);
		partner_await(go);
		close_all(own, closer);
	}
	for (int i = 0; i < CLOSERS; i++)
		partner_await(ready);
	/* Some are taken now, some as they are closed, and some not at all. */
	igt_fork(scanner, 1)
		keep_scanning(&shrinker);
	igt_assert(igt_wait(atomic_load(&done->scans) > 0, SETTLE_MS, 1));
	for (int i = 0; i < CLOSERS; i++)
		partner_signal(go);
	unload(binding->module);

	igt_waitchildren_timeout(PARTNER_SECONDS, "users of a device that close it");
	lifecycle_assert_shrinker_gone(&shrinker, "a driver that is unloaded leaves no shrinker");
	r = igt_kmod_load(binding->module, NULL);
	errno = 0;
	igt_assert_f(r == 0, "loading %s again: %s\n", binding->module, strerror(-r));
	lifecycle_assert_works(device, "a driver that is loaded again works");
	close(ready);
	close(go);
}

/**
 * CO11: a driver can be unloaded as soon as those who had BOs have closed them, ended, or left
 * mappings behind, scans or not, and is as new when it is loaded again. B57.
 */
void lifecycle_unload_beside_closing(struct lifecycle_device device)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);

	errno = 0;
	igt_require_f(binding.module[0], "The driver is built into the kernel\n");
	gem_device_close(dev);
	lifecycle_require_alone(&binding);
	igt_require_free_memory(MiB(64));
	igt_swap_on(EVICT_SWAP_BYTES);
	lifecycle_load_at_subtest_end(&binding);
	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	igt_assert(done != MAP_FAILED);
	igt_klog_start();
	for (int round = 0; round < ROUNDS; round++) {
		memset(done, 0, sizeof(*done));
		unload_once(device, &binding);
		igt_klog_assert_quiet("a driver that is unloaded beside scans is no mistake of the "
				      "kernel's");
	}
	munmap(done, sizeof(*done));
}
