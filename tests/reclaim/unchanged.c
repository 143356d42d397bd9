/* SPDX-License-Identifier: MIT */
/**
 * What calls that fail must leave as it was.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_syncobj.h"
#include "reclaim/unchanged.h"

/* Nobody but a call that failed has the lock of a BO for so long. */
#define LOCKED_SECONDS 5

struct unchanged unchanged_look(struct gem_device *dev)
{
	struct drm_syncobj_create syncobj = {0};
	struct drm_syncobj_destroy destroy = {0};
	struct drm_gem_close closing = {0};
	struct unchanged next = {.fd = dup(dev->fd)};

	igt_assert_fd(next.fd);
	close(next.fd);
	igt_assert_eq(dev->ops->bo_create(dev->fd, igt_page_size(), &next.handle), 0);
	closing.handle = next.handle;
	do_ioctl(dev->fd, DRM_IOCTL_GEM_CLOSE, &closing);
	if (drmIoctl(dev->fd, DRM_IOCTL_SYNCOBJ_CREATE, &syncobj) == 0) {
		next.syncobj = destroy.handle = syncobj.handle;
		do_ioctl(dev->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
	}
	errno = 0;
	return next;
}

void unchanged_assert(struct unchanged before, struct unchanged after, const char *what)
{
	igt_assert_f(after.fd == before.fd, "%s fails, and the next descriptor is %d, not %d\n",
		     what, after.fd, before.fd);
	igt_assert_f(after.handle == before.handle, "%s fails, and the next BO has handle %u, not "
		     "%u\n", what, after.handle, before.handle);
	igt_assert_f(after.syncobj == before.syncobj, "%s fails, and the next syncobj is %u, not "
		     "%u\n", what, after.syncobj, before.syncobj);
}

static void interrupt(int sig)
{
}

/* Who asks, and what comes of it. */
struct asker {
	const struct gem_bo *bo;
	int result;
};

static void *ask(void *data)
{
	struct asker *asker = data;
	const struct gem_bo *bo = asker->bo;
	uint32_t retained = 0;

	asker->result = gem_madvise_raw(bo->dev, bo->handle, bo->advice, &retained);
	return NULL;
}

/*
 * A thread of its own: who has a mutex already, asks for it and is woken by a signal, is given it
 * once more.
 */
bool unchanged_is_locked(const struct gem_bo *bo)
{
	const struct sigaction action = {.sa_handler = interrupt};
	struct asker asker = {.bo = bo};
	struct sigaction before;
	sigset_t others, mask;
	struct timespec end;
	pthread_t thread;

	if (!bo->dev->caps.madvise)
		return false;
	igt_assert(sigaction(SIGUSR2, &action, &before) == 0);
	/* Signals of the test, as that of its timeout, are not for this thread. */
	sigfillset(&others);
	sigdelset(&others, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &others, &mask);
	igt_assert_eq(pthread_create(&thread, NULL, ask, &asker), 0);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += LOCKED_SECONDS;
	if (pthread_timedjoin_np(thread, NULL, &end) != 0) {
		pthread_kill(thread, SIGUSR2);
		pthread_join(thread, NULL);
	}
	sigaction(SIGUSR2, &before, NULL);
	return asker.result == -EINTR;
}

void unchanged_abandon(struct gem_device *dev)
{
	for (struct gem_bo *bo = dev->bos; bo; bo = bo->next)
		bo->handle = 0;
	dev->fd = -1;
}
