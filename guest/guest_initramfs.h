/* SPDX-License-Identifier: MIT */
/** The guest's whole user space, packed per run. */
#ifndef GUEST_INITRAMFS_H
#define GUEST_INITRAMFS_H

#include "guest_gpu.h"
#include "guest_kernel.h"

#include <stdbool.h>

/** Where the suite's prefix lies inside the guest. */
#define GUEST_SUITE_DIR "/igt"

struct guest_initramfs {
	const struct guest_kernel *kernel;
	const char *suite;   /* prefix on the host */
	const char *sysroot; /* where its libraries are, for another machine; or NULL */
	const char *init;    /* igt_guest_init on the host */
	const char *busybox; /* a static busybox on the host */
	const char *tests;   /* text for igt_runner --test-list; NULL for a shell */
	const char *workdir; /* an empty directory for intermediate files */
	const char *mali;    /* which GPU mali_model is to be, or "none" */
	enum guest_gpu_kind gpu; /* of QEMU */
	bool iommu;		 /* which it is behind */
	int per_test_timeout_s;
	bool shell;
};

/**
 * Writes an uncompressed newc archive to fd: the suite, its shared libraries, busybox
 * with its applets, the kernel's modules with indices, igt_guest_init as /init and its
 * configuration. Returns 0 or a negative errno with a sentence in ret_why.
 */
int guest_initramfs_write(const struct guest_initramfs *spec, int fd, char **ret_why);

#endif
