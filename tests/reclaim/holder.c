/* SPDX-License-Identifier: MIT */
/**
 * A thread that maps a BO for the first time.
 */
#include <signal.h>
#include <sys/mman.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "reclaim/holder.h"

static void *map_first(void *data)
{
	struct holder *holder = data;

	holder->begun_ns = igt_now_ns();
	holder->map = mmap(NULL, holder->bo->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			   holder->bo->dev->fd, (off_t)holder->offset);
	holder->ended_ns = igt_now_ns();
	atomic_store(&holder->done, true);
	return NULL;
}

void holder_start(struct holder *holder, struct gem_bo *bo)
{
	sigset_t all, former;

	*holder = (struct holder){.bo = bo};
	igt_assert_eq(gem_bo_map_offset(bo, &holder->offset), 0);
	sigfillset(&all);
	igt_assert(pthread_sigmask(SIG_BLOCK, &all, &former) == 0);
	igt_assert(pthread_create(&holder->thread, NULL, map_first, holder) == 0);
	igt_assert(pthread_sigmask(SIG_SETMASK, &former, NULL) == 0);
}

void holder_join(struct holder *holder)
{
	igt_assert(pthread_join(holder->thread, NULL) == 0);
	igt_assert_f(holder->map != MAP_FAILED, "%s cannot be mapped\n", holder->bo->label);
	holder->bo->map = holder->map;
}
