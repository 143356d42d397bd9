/* SPDX-License-Identifier: MIT */
/**
 * Transfers that have nothing to transfer.
 */
#include <errno.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "gem/virtgpu.h"
#include "igt.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"
#include "transfers.h"

#define BO_BYTES MiB(1)

static void assert_refused(struct gem_bo *bo, int r, const char *what)
{
	errno = 0;
	igt_assert_f(r == -EINVAL || r == -ENOMEM || (r == -ENOSYS && !bo->dev->caps.gpu_3d),
		     "%s a BO that was purged: %s, expected %s or %s\n", what,
		     r ? strerror(-r) : "accepted", strerror(EINVAL), strerror(ENOMEM));
	igt_assert_f(!gem_bo_is_busy(bo), "%s a BO that was purged is refused and leaves it busy\n",
		     what);
	gem_bo_wait_idle(bo);
	igt_assert_bo_purged(bo, "a transfer that is refused brings nothing back");
}

/**
 * PU09: what was purged is neither sent nor received, be the box right or wrong; the BO is not
 * left locked or busy, and others go on.
 */
void transfers_of_purged_are_refused(struct gem_device *dev)
{
	struct virtgpu_box whole, beyond;
	struct gem_bo *gone, *other;

	igt_require_free_memory(2 * BO_BYTES);
	other = gem_bo_filled(dev, BO_BYTES);
	gone = purged_bo(dev, BO_BYTES);
	whole = virtgpu_whole(gone);
	beyond = whole;
	beyond.y = whole.height;

	assert_refused(gone, virtgpu_transfer_to_host(gone, whole), "sending all of");
	assert_refused(gone, virtgpu_transfer_to_host(gone, beyond), "sending what is beyond");
	assert_refused(gone, virtgpu_transfer_from_host(gone, whole), "receiving all of");
	assert_refused(gone, virtgpu_transfer_from_host(gone, beyond), "receiving what is beyond");

	gem_bo_flush(other);
	igt_assert_bo_retained(other, "transfers of other BOs go on");
	gem_bo_free(gone);
	gem_bo_flush(other);
}
