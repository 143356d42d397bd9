/* SPDX-License-Identifier: MIT */
/** Which virtio-gpu a guest in QEMU gets, and what of the host that takes. */
#ifndef GUEST_GPU_H
#define GUEST_GPU_H

#include "guest_kernel.h"
#include "guest_machine.h"
#include "guest_xvfb.h"

#include <stdbool.h>

/** Its name in QEMU. */
#define GUEST_GPU_ID "gpu"

enum guest_gpu_kind {
	GUEST_GPU_NONE,
	GUEST_GPU_2D,	 /* the host renders nothing */
	GUEST_GPU_VIRGL, /* the host renders with OpenGL, in software if need be */
	GUEST_GPU_BLOB,	 /* blob resources, with virgl if the host can do both */
	_GUEST_GPU_MAX,
};

/** What is asked for. */
struct guest_gpu_wish {
	enum guest_gpu_kind kind;
	bool iommu;			   /* the GPU's DMA goes through an IOMMU */
	const char *qemu;		   /* its path */
	const struct guest_kernel *kernel; /* which has the driver of one IOMMU or another */
	const char *render_nodes;	   /* directory with renderD*; NULL: /dev/dri */
	const char *xvfb;		   /* name or path; NULL: Xvfb */
};

/** What was chosen. Clear with guest_gpu_clear, after the machine has ended. */
struct guest_gpu {
	enum guest_gpu_kind kind;
	char *display;	       /* value of -display; owned */
	char *device;	       /* value of -device, or NULL; owned */
	const char *iommu;     /* the same for the IOMMU, or NULL */
	const char *append;    /* more kernel command line for it, or NULL */
	bool shared_memory;    /* guest memory has to be in a memfd */
	char *caveat;	       /* what may go wrong without KVM, a sentence, or NULL; owned */
	struct guest_xvfb xvfb; /* where display is on one */
};

/** The word for --gpu. */
const char *guest_gpu_name(enum guest_gpu_kind kind);

/** The kind of that name, or _GUEST_GPU_MAX. */
enum guest_gpu_kind guest_gpu_by_name(const char *name);

/**
 * Chooses how QEMU is to make the GPU. Whatever may be missing on a host is tried out: QEMU is
 * started with this very GPU and display, and ended before the guest runs. OpenGL is on a render
 * node of the host if there is one that works, else on an X server of our own. ret is untouched
 * on failure. Returns 0, -EOPNOTSUPP when the host cannot make this GPU, or another negative
 * errno, with a sentence in ret_why.
 */
int guest_gpu_choose(const struct guest_gpu_wish *wish, struct guest_gpu *ret, char **ret_why);

/** Adds QEMU's arguments for GPU, display and memory (which depends on them). */
void guest_gpu_arguments(const struct guest_gpu *gpu, uint64_t mem_bytes,
			 struct guest_launch *launch);

/** Ends the X server and frees the strings. */
void guest_gpu_clear(struct guest_gpu *gpu);

#define _cleanup_gpu_ __attribute__((cleanup(guest_gpu_clear)))

#endif
