/* SPDX-License-Identifier: MIT */
/**
 * Calls with arguments that no driver may take.
 */
#include <errno.h>
#include <grp.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <xf86drm.h>

#include "dmabuf_sync_file.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_syncobj.h"
#include "reclaim/igt_bo_assert.h"
#include "reclaim/igt_files.h"
#include "reclaim/misuse.h"
#include "reclaim/partner.h"
#include "reclaim/unchanged.h"
#include "sw_sync.h"

#define BO_BYTES KiB(64)

/* What takes longer stands still. */
#define STUCK_SECONDS 30

/* Of Debian, and with us also where there are no names. */
#define NOBODY 65534

/* What is freed is so by a worker, or when the host has answered. */
#define SETTLE_MS 3000

#define SYNC_INFO "/sys/kernel/debug/sync/info"

/* --- one call ------------------------------------------------------------------------------- */

int misuse_told(struct misuse *m, unsigned long request, void *args, const char *what)
{
	const int r = ioctl(m->dev->fd, request, args) < 0 ? -errno : 0;

	igt_debug("%s: %s\n", what, r ? strerror(-r) : "accepted");
	errno = 0;
	return r;
}

void misuse_refused(struct misuse *m, unsigned long request, void *args, int error,
		    const char *what)
{
	const int r = misuse_told(m, request, args, what);

	igt_assert_f(r < 0, "%s is accepted, expected %s\n", what,
		     error ? strerror(error) : "an error");
	igt_assert_f(!error || r == -error, "%s: %s, expected %s\n", what, strerror(-r),
		     strerror(error));
}

/* --- what must hold around them -------------------------------------------------------------- */

static char *map_edge(void)
{
	const size_t page = igt_page_size();
	char *pages = mmap(NULL, 5 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	igt_assert(pages != MAP_FAILED);
	igt_assert(munmap(pages + 4 * page, page) == 0);
	return pages + 4 * page;
}

static void unmap_edge(char *edge)
{
	munmap(edge - 4 * igt_page_size(), 4 * igt_page_size());
}

static uint32_t some_syncobj(struct gem_device *dev)
{
	struct drm_syncobj_create args = {0};
	const int r = drmIoctl(dev->fd, DRM_IOCTL_SYNCOBJ_CREATE, &args);

	errno = 0;
	return r < 0 ? 0 : args.handle;
}

void misuse_assert_unlocked(struct misuse *m, const struct gem_bo *bo)
{
	const bool locked = unchanged_is_locked(bo);

	if (locked)
		unchanged_abandon(m->dev);
	errno = 0;
	igt_assert_f(!locked, "a call that was refused has left %s locked\n", bo->label);
}

static void check_bo(struct misuse *m)
{
	misuse_assert_unlocked(m, m->bo);
	gem_bo_wait_idle(m->bo);
	igt_assert_bo_content(m->bo, "calls that are refused leave a BO as it was");
	if (m->dev->ops->bo_flush)
		gem_bo_flush(m->bo);
	if (m->dev->caps.madvise)
		igt_assert_bo_retained(m->bo, "a BO works after calls that were refused");
}

static void run(struct gem_device *dev, const struct misuse_driver *driver,
		void (*calls)(struct misuse *m, const struct misuse_driver *driver))
{
	struct misuse m = {.dev = gem_device_reopen(dev, /* render= */ true)};
	struct unchanged before;

	m.bo = gem_bo_sent(m.dev, BO_BYTES);
	m.syncobj = some_syncobj(m.dev);
	m.edge = map_edge();
	igt_set_timeout(STUCK_SECONDS, "calls that are to be refused");
	before = unchanged_look(m.dev);
	calls(&m, driver);
	check_bo(&m);
	unchanged_assert(before, unchanged_look(m.dev), "a call");
	unmap_edge(m.edge);
	gem_device_close(m.dev);
	igt_reset_timeout();
}

/* --- pointers and sizes ---------------------------------------------------------------------- */

static bool has(const struct misuse *m, const struct misuse_ioctl *call)
{
	return m->dev->caps.madvise || !call->if_advised;
}

static void wrong_pointers(struct misuse *m, const struct misuse_driver *driver)
{
	char what[80];

	memset(m->edge - 64, 0xff, 64);
	for (unsigned int i = 0; i < driver->count; i++) {
		const struct misuse_ioctl *call = &driver->ioctls[i];

		if (!has(m, call))
			continue;
		snprintf(what, sizeof(what), "%s of arguments at NULL", call->name);
		misuse_refused(m, call->request, NULL, EFAULT, what);
		snprintf(what, sizeof(what), "%s of arguments where nothing is", call->name);
		misuse_refused(m, call->request, m->edge, EFAULT, what);
		snprintf(what, sizeof(what), "%s of arguments that lead there", call->name);
		misuse_refused(m, call->request, m->edge - 4, EFAULT, what);
		snprintf(what, sizeof(what), "%s of arguments of the kernel's", call->name);
		misuse_refused(m, call->request, (void *)-(uintptr_t)igt_page_size(), EFAULT, what);
	}
}

/**
 * LD06: arguments of any ioctl that are not where the process has memory are EFAULT, and nothing
 * else comes of them.
 */
void misuse_pointers(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_pointers);
}

static unsigned long resized(unsigned long request, unsigned int bytes)
{
	return _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), bytes);
}

/* Ones throughout make handles, flags and pads that are none. */
static void wrong_sizes(struct misuse *m, const struct misuse_driver *driver)
{
	char what[80];

	memset(m->edge - 4 * igt_page_size(), 0xff, 4 * igt_page_size());
	for (unsigned int i = 0; i < driver->count; i++) {
		const struct misuse_ioctl *call = &driver->ioctls[i];
		const unsigned int bytes = _IOC_SIZE(call->request);
		const unsigned int sizes[] = {1, 4, bytes - 4, bytes, bytes + 1, bytes + 4, 255,
					      2048, (1u << _IOC_SIZEBITS) - 1};

		if (!has(m, call))
			continue;
		for (unsigned int s = 0; s < ARRAY_SIZE(sizes) && !call->no_junk; s++) {
			snprintf(what, sizeof(what), "%s of %u bytes of ones", call->name,
				 sizes[s]);
			misuse_refused(m, resized(call->request, sizes[s]), m->edge - sizes[s], 0,
				       what);
		}
		snprintf(what, sizeof(what), "%s of more than there is memory", call->name);
		misuse_refused(m, resized(call->request, 2048), m->edge - 2044, EFAULT, what);
	}
	misuse_refused(m, _IOC(_IOC_READ | _IOC_WRITE, 'd', 0x9f, 16), m->edge - 16, EINVAL,
		       "an ioctl that no driver has");
	misuse_refused(m, _IOC(_IOC_READ | _IOC_WRITE, 'd', 0xff, 16), m->edge - 16, EINVAL,
		       "an ioctl that there is not");
	misuse_refused(m, _IOC(_IOC_READ | _IOC_WRITE, 'e', 0x40, 16), m->edge - 16, ENOTTY,
		       "an ioctl of others");
}

/**
 * LD06: arguments of any ioctl and any length that are all ones are refused; what is told to be
 * longer than it is is EFAULT.
 */
void misuse_sizes(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_sizes);
}

/* --- handles -------------------------------------------------------------------------------- */

static void wrong_descriptor(struct misuse *m, int fd, int error, const char *what)
{
	struct drm_prime_handle prime = {.fd = fd};
	struct drm_syncobj_handle syncobj = {.fd = fd};
	struct drm_syncobj_handle fence = {
		.fd = fd,
		.handle = m->syncobj,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	char text[80];

	snprintf(text, sizeof(text), "importing %s as a BO", what);
	misuse_refused(m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime, error, text);
	if (!m->syncobj)
		return;
	snprintf(text, sizeof(text), "importing %s as a syncobj", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &syncobj, EINVAL, text);
	snprintf(text, sizeof(text), "importing %s as a fence", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &fence, EINVAL, text);
}

static void wrong_syncobjs(struct misuse *m, uint32_t handle, const char *what)
{
	uint32_t handles[] = {m->syncobj, handle};
	struct drm_syncobj_array array = {.handles = (uintptr_t)handles, .count_handles = 2};
	struct drm_syncobj_wait wait = {.handles = (uintptr_t)handles, .count_handles = 2};
	struct drm_syncobj_destroy destroy = {.handle = handle};
	struct drm_syncobj_handle export = {.handle = handle};
	char text[80];

	snprintf(text, sizeof(text), "a syncobj that is %s: destroying it", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy, EINVAL, text);
	snprintf(text, sizeof(text), "a syncobj that is %s: exporting it", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export, EINVAL, text);
	snprintf(text, sizeof(text), "a syncobj that is %s: signalling it", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, ENOENT, text);
	snprintf(text, sizeof(text), "a syncobj that is %s: resetting it", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_RESET, &array, ENOENT, text);
	snprintf(text, sizeof(text), "a syncobj that is %s: waiting for it", what);
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_WAIT, &wait, ENOENT, text);
}

static void wrong_core_arguments(struct misuse *m)
{
	uint32_t *last = (uint32_t *)m->edge - 1;
	struct drm_gem_close closing = {.handle = 12345};
	struct drm_gem_close padded = {.handle = m->bo->handle, .pad = 1};
	struct drm_prime_handle prime = {.handle = 12345, .flags = DRM_CLOEXEC};
	struct drm_prime_handle flags = {.handle = m->bo->handle, .flags = 0x100};
	struct drm_syncobj_create create = {.flags = 0x100};
	struct drm_syncobj_array array = {.handles = (uintptr_t)m->edge, .count_handles = 1};

	misuse_refused(m, DRM_IOCTL_GEM_CLOSE, &closing, EINVAL, "closing a BO that there is not");
	/* DRM does not look at the pad; whatever it says, see that it was meant. */
	if (misuse_told(m, DRM_IOCTL_GEM_CLOSE, &padded, "closing a BO with padding") == 0)
		m->bo->handle = 0;
	misuse_refused(m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime, ENOENT,
		       "exporting a BO that there is not");
	misuse_refused(m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &flags, EINVAL,
		       "exporting a BO with unknown flags");
	if (!m->syncobj)
		return;
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_CREATE, &create, EINVAL,
		       "creating a syncobj with unknown flags");
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, EFAULT,
		       "signalling syncobjs of a list that is not there");
	*last = m->syncobj;
	array = (struct drm_syncobj_array){.handles = (uintptr_t)last, .count_handles = 2};
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, EFAULT,
		       "signalling syncobjs of a list that ends with its page");
	array = (struct drm_syncobj_array){.handles = (uintptr_t)last};
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, EINVAL, "signalling no syncobj");
	array = (struct drm_syncobj_array){.handles = (uintptr_t)last, .count_handles = 1,
					   .pad = 1};
	misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, EINVAL,
		       "signalling a syncobj with padding");
}

static void wrong_handles(struct misuse *m, const struct misuse_driver *driver)
{
	const int event = eventfd(0, EFD_CLOEXEC), memory = memfd_create("no BO", MFD_CLOEXEC);

	igt_assert_fd(event);
	igt_assert_fd(memory);
	wrong_descriptor(m, -1, EBADF, "no descriptor");
	wrong_descriptor(m, event, EINVAL, "an eventfd");
	wrong_descriptor(m, memory, EINVAL, "a memfd");
	wrong_descriptor(m, m->dev->fd, EINVAL, "the GPU");
	if (m->syncobj) {
		const int syncobj = syncobj_handle_to_fd(m->dev->fd, m->syncobj, 0);
		struct drm_prime_handle prime = {.fd = syncobj};

		misuse_refused(m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime, EINVAL,
			       "importing a syncobj as a BO");
		close(syncobj);
		wrong_syncobjs(m, 0, "none");
		wrong_syncobjs(m, 12345, "unknown");
		wrong_syncobjs(m, UINT32_MAX, "the largest number");
	}
	close(event);
	close(memory);
}

/* Another BO for what closes it. */
static void wrong_core(struct misuse *m, const struct misuse_driver *driver)
{
	struct gem_bo *bo = m->bo;

	wrong_handles(m, driver);
	m->bo = gem_bo_create(m->dev, igt_page_size());
	wrong_core_arguments(m);
	gem_bo_free(m->bo);
	m->bo = bo;
}

/** LD06: what is no handle, or one of something else, is refused by all that DRM itself has. */
void misuse_handles(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_core);
}

/* --- arguments ------------------------------------------------------------------------------ */

static void wrong_arguments(struct misuse *m, const struct misuse_driver *driver)
{
	driver->arguments(m);
}

/**
 * LD06: unknown flags, padding, other things' handles, lists that are not there and sizes that
 * cannot be are refused by each ioctl of a driver. B65.
 */
void misuse_arguments(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_arguments);
}

/* The kernel gives each of these warnings once, be it that of another test. */
static void warn_again(void)
{
	igt_file_write("/sys/kernel/debug/clear_warn_once", "1");
	errno = 0;
}

uint32_t *misuse_list(uint32_t handle)
{
	uint32_t *list = mmap(NULL, MISUSE_LIST * sizeof(*list), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	igt_assert(list != MAP_FAILED);
	for (unsigned int i = 0; i < MISUSE_LIST; i++)
		list[i] = handle;
	return list;
}

static void wrong_counts(struct misuse *m, const struct misuse_driver *driver)
{
	warn_again();
	driver->counts(m);
}

/** LD06: a list of more than there can be is refused, and the kernel does not warn of it. B191. */
void misuse_counts(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_counts);
}

/* Lists that are in memory, of which the kernel makes longer ones. How long one may be, it says. */
static void many_there(struct misuse *m)
{
	uint32_t *list = misuse_list(m->syncobj);
	struct drm_syncobj_array array = {
		.handles = (uintptr_t)list,
		.count_handles = MISUSE_LIST,
	};
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)list,
		.count_handles = MISUSE_LIST / 2,
	};

	misuse_told(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, "signalling one syncobj many times");
	misuse_told(m, DRM_IOCTL_SYNCOBJ_WAIT, &wait, "waiting for one syncobj many times");
	munmap(list, MISUSE_LIST * sizeof(*list));
}

static void wrong_core_counts(struct misuse *m, const struct misuse_driver *driver)
{
	static const uint32_t counts[] = {UINT32_MAX, 1u << 30, 1u << 24};

	warn_again();
	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		struct drm_syncobj_array array = {
			.handles = (uintptr_t)&m->syncobj,
			.count_handles = counts[i],
		};

		misuse_refused(m, DRM_IOCTL_SYNCOBJ_SIGNAL, &array, 0, "signalling many syncobjs");
	}
	many_there(m);
}

/** LD06: so is a list of syncobjs of more than there can be. B192. */
void misuse_core_counts(struct gem_device *dev, const struct misuse_driver *driver)
{
	run(dev, driver, wrong_core_counts);
}

/* --- what is left --------------------------------------------------------------------------- */

/*
 * A fence of a timeline with a name of its own: as long as anything has the fence the kernel lists
 * the timeline, so what it was given to and was lost shows.
 */
static int witness(int *ret_fence)
{
	char before[16] = "";
	int timeline;

	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, "igt-witness");
	timeline = sw_sync_timeline_create();
	prctl(PR_SET_NAME, before);
	*ret_fence = sw_sync_timeline_create_fence(timeline, 1);
	return timeline;
}

static bool witness_is_there(void)
{
	_cleanup_free_ char *text = NULL;
	const int r = igt_file_read(SYNC_INFO, &text);

	errno = 0;
	igt_require_f(r >= 0, "What is lost cannot be seen: " SYNC_INFO ": %s\n", strerror(-r));
	return strstr(text, "igt-witness");
}

static void assert_nothing_left(const char *what)
{
	const bool gone = igt_wait(!witness_is_there(), SETTLE_MS, 10);

	errno = 0;
	igt_assert_f(gone, "%s of a job that was refused is there for ever\n", what);
}

static void give_to_bo(struct gem_bo *bo, int fence)
{
	dmabuf_import_sync_file(gem_bo_export(bo), DMA_BUF_SYNC_WRITE, fence);
	close(bo->dmabuf);
	bo->dmabuf = -1;
}

/**
 * LD06: of a job that was refused nothing is left: neither a reference to its BOs or its syncobj,
 * nor a descriptor.
 */
void misuse_leaves_nothing(struct gem_device *dev, const struct misuse_driver *driver)
{
	struct misuse m = {.dev = gem_device_reopen(dev, /* render= */ true)};
	const bool syncobjs = some_syncobj(m.dev) != 0;
	struct unchanged before;
	int timeline, fence;

	igt_require_sw_sync();
	m.edge = map_edge();
	for (int of_bo = 0; of_bo <= syncobjs; of_bo++) {
		struct gem_bo *bo = gem_bo_create(m.dev, igt_page_size());
		uint32_t syncobj = syncobjs ? syncobj_create(m.dev->fd, 0) : 0;

		timeline = witness(&fence);
		igt_assert(witness_is_there());
		if (of_bo || !syncobjs)
			give_to_bo(bo, fence);
		else
			syncobj_import_sync_file(m.dev->fd, syncobj, fence);
		close(fence);
		sw_sync_timeline_inc(timeline, 1);
		m.bo = bo;
		before = unchanged_look(m.dev);
		driver->refused_job(&m, bo, syncobj);
		unchanged_assert(before, unchanged_look(m.dev), "a job");
		if (syncobj)
			syncobj_destroy(m.dev->fd, syncobj);
		gem_bo_free(bo);
		close(timeline);
		assert_nothing_left(of_bo || !syncobjs ? "the BO" : "the syncobj");
	}
	unmap_edge(m.edge);
	gem_device_close(m.dev);
}

/* --- by nobody ------------------------------------------------------------------------------ */

static void become_nobody(void)
{
	igt_assert_f(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0,
		     "becoming user %d: %s\n", NOBODY, strerror(errno));
}

static void all_by_nobody(struct misuse *m, const struct misuse_driver *driver)
{
	igt_fork(child, 1) {
		become_nobody();
		wrong_pointers(m, driver);
		wrong_sizes(m, driver);
		wrong_handles(m, driver);
		wrong_arguments(m, driver);
	}
	igt_waitchildren_timeout(PARTNER_SECONDS, "a child of user nobody");
}

/** LD06: who has no privilege, and got the render node from one who has, is refused alike. */
void misuse_by_nobody(struct gem_device *dev, const struct misuse_driver *driver)
{
	errno = 0;
	igt_require_f(geteuid() == 0, "Only root can become another user\n");
	run(dev, driver, all_by_nobody);
}
