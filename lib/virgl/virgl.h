/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Work for a host that renders: built, submitted, fenced, and looked at where the host has it.
 *
 * Every BO of a virtio-gpu that renders is an image of 1024 pixels of 4 bytes a row, so that row n
 * is page n of its backing (virtgpu.c). The image is the host's and the backing the guest's: only
 * transfers make them alike. So what the host has is an oracle of its own, which no reclaim in the
 * guest touches.
 *
 * A pixel is a 32-bit word as the CPU reads it from the backing, 0xaarrggbb.
 */
#ifndef VIRGL_H
#define VIRGL_H

#include <stdint.h>

#include "gem/gem_bo.h"
#include "virgl/virgl_cmd.h"

/** Pixels in a row of a BO's image; a row is a page of the backing. */
#define VIRGL_ROW_PIXELS 1024u

/** The number of the first set of capabilities. */
#define VIRGL_CAPSET_VIRGL 1
/** The number of the second, which begins as the first does. */
#define VIRGL_CAPSET_VIRGL2 2

/** The first words of the sets 1 and 2. Each bit of a mask is a VIRGL_FORMAT_*. */
struct virgl_caps {
	uint32_t max_version;	    /**< of the set */
	uint32_t sampler[16];	    /**< formats that can be read from */
	uint32_t render[16];	    /**< formats that can be drawn to */
	uint32_t depth_stencil[16]; /**< formats of depth and stencil buffers */
	uint32_t vertex_buffer[16]; /**< formats of vertices */
	uint32_t bits;		    /**< what else the host can */
	uint32_t glsl_level;	    /**< of the shading language, 130 say */
};

/** A stream of commands, and the BOs that it uses. Freed when the subtest ends. */
struct virgl_job {
	struct gem_device *dev;	 /**< the one it is for */
	struct virgl_cmds cmds;	 /**< the stream */
	struct gem_bo *uses[16]; /**< what it uses */
	unsigned int use_count;	 /**< how many there are in uses */
	uint32_t next_surface;	 /**< object number */
};

/** How a job is to be submitted. */
struct virgl_how {
	int after;	       /**< a sync_file to wait for, which the kernel does before it queues the
				    job; 0: none */
	int *ret_fence;	       /**< a sync_file that signals when the host is done, to be closed; or
				    NULL */
	const uint32_t *handles; /**< BOs to list in place of those that the job uses, or NULL */
	unsigned int handle_count; /**< how many there are in handles */
	uint32_t after_syncobj;	   /**< whose fence to wait for, as for @after; 0: none */
	bool resets_syncobj;	   /**< take the fence away that was waited for */
	uint32_t signals_syncobj;  /**< to be given the job's fence; 0: none */
	uint64_t signals_point;	   /**< where in its timeline; 0: it is none */
};

/** Skip unless the host renders. */
void virgl_require(const struct gem_device *dev);
/** Skip unless jobs take syncobjs, as they do since Linux 6.6. */
void virgl_require_syncobjs(const struct gem_device *dev);

/** The host's number for the resource behind a BO. */
uint32_t virgl_resource(const struct gem_bo *bo);

/** An empty stream. */
struct virgl_job *virgl_job_new(struct gem_device *dev);

/** List the BO with the job, which fences it. What follows does it by itself. */
void virgl_use(struct virgl_job *job, struct gem_bo *bo);
/** A command that does nothing. */
void virgl_nop(struct virgl_job *job);
/** Set all of the BO's image to @pixel. */
void virgl_clear(struct virgl_job *job, struct gem_bo *bo, uint32_t pixel);
/** Copy a part of an image to @x, @y of another, or of the same where they do not overlap. */
void virgl_copy(struct virgl_job *job, struct gem_bo *dst, uint32_t x, uint32_t y,
		struct gem_bo *src, struct virgl_box from);
/** Write pixels, which are taken from memory now, into a part of the image. */
void virgl_write(struct virgl_job *job, struct gem_bo *bo, struct virgl_box to,
		 const uint32_t *pixels);
/** Transfer all of the BO as a command of the stream, where it stands in it. */
void virgl_transfer(struct virgl_job *job, struct gem_bo *bo, enum virgl_way way);

/** The EXECBUFFER ioctl. Returns 0 or a negative errno. */
int __virgl_submit(struct virgl_job *job, struct virgl_how how);
/** Submit, asserting. The stream may be submitted again. */
void virgl_submit(struct virgl_job *job, struct virgl_how how);
/** Submit and wait until the host is done. */
void virgl_run(struct virgl_job *job);

/** @pages rows from row @first on. */
struct virgl_box virgl_rows(uint64_t first, uint64_t pages);
/** All of a BO's image. */
struct virgl_box virgl_all(const struct gem_bo *bo);

/**
 * Queue the transfer of rows from the backing to the image; the BO is busy meanwhile. A row's
 * bytes are where they belong in the backing. Returns 0 or a negative errno.
 */
int __virgl_to_host(struct gem_bo *bo, struct virgl_box rows);
/** The same from the image to the backing. */
int __virgl_from_host(struct gem_bo *bo, struct virgl_box rows);
/** Transfer all of a BO and wait for it, asserting; the other way is gem_bo_flush(). */
void virgl_from_host(struct gem_bo *bo);

/**
 * What the host has: a new BO, mapped, whose backing is as the image of @bo is now. The backing of
 * @bo is neither used nor read, and if it was evicted it stays so. Freed with the subtest.
 */
struct gem_bo *virgl_host_copy(struct gem_bo *bo);

/** The host has what gem_bo_fill() last wrote. */
void virgl_assert_host_filled(struct gem_bo *bo, const char *claim);
/** The host has @pixel in all of @part. */
void virgl_assert_host_pixel(struct gem_bo *bo, struct virgl_box part, uint32_t pixel,
			     const char *claim);
/** The backing, which is mapped, has @pixel in all of @part. */
void virgl_assert_pixel(const struct gem_bo *bo, struct virgl_box part, uint32_t pixel,
			const char *claim);

/** The GET_CAPS ioctl: @size bytes of a set of capabilities. Returns 0 or a negative errno. */
int __virgl_get_caps(const struct gem_device *dev, uint32_t set, uint32_t version, void *ret_caps,
		     uint32_t size);

/**
 * The CONTEXT_INIT ioctl, which has to be the first use of the file: contexts of it are of the
 * kind that goes with a set of capabilities. Returns 0 or a negative errno: -EINVAL on a device
 * that knows but one kind, -EEXIST when the file has its context.
 */
int __virgl_context_init(const struct gem_device *dev, uint32_t set);

#endif
