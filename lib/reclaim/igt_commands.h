/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: what did virtio-gpu ask of the host, and what did the host answer?
 *
 * From the driver's tracepoints, so everything that is queued is seen, also what reclaim and the
 * console queue. Types and flags are those of linux/virtio_gpu.h.
 *
 *	igt_commands_start(dev);
 *	...
 *	igt_commands_settle();
 *	igt_assert_eq(igt_commands_count(VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING), 1);
 */
#ifndef IGT_COMMANDS_H
#define IGT_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "reclaim/igt_events.h"

struct gem_device;

/** A command, and what became of it. */
struct igt_command {
	uint32_t type;	   /**< VIRTIO_GPU_CMD_... */
	uint32_t flags;	   /**< VIRTIO_GPU_FLAG_... */
	uint64_t fence_id; /**< if it has a fence */
	uint32_t context;  /**< of 3D */
	uint32_t queue;	   /**< 0: control, 1: cursor */
	uint64_t seqno;	   /**< by which the answer is found, of kernels that have one */
	bool has_seqno;	   /**< it is one */
	int pid;	   /**< the thread that queued it: this one, kswapd, a worker of fbcon */
	uint32_t answer;   /**< VIRTIO_GPU_RESP_..., 0: none up to now */
};

/**
 * Watch the commands for the host of @dev, a virtio-gpu, until the subtest, or when a fixture calls
 * this, the test ends, or until it is called again. Skips where the kernel has no such tracepoints.
 */
void igt_commands_start(const struct gem_device *dev);

/** Commands of @type that were queued since the start. */
unsigned int igt_commands_count(uint32_t type);

/**
 * Commands of @type that the thread @pid queued since the start: workers and consoles queue theirs
 * in between, and what was closed before the start may be released after it.
 */
unsigned int igt_commands_count_by(uint32_t type, pid_t pid);

/** All since the start, in the order they were queued, valid up to the next call. */
const struct igt_command *igt_commands(unsigned int *ret_count);

/** Wait until the host has answered all that were queued up to now; fails after 20 s. */
void igt_commands_settle(void);

/** Commands that the host answered with an error since the start. */
unsigned int igt_commands_refused(void);

/** A command from the event of its queueing. Returns 0, or -EINVAL for another event. */
int igt_command_parse(const struct igt_event *event, struct igt_command *ret_command);
/** Seqno, queue and answer of a command from the event of its answer. Returns as above. */
int igt_command_answer_parse(const struct igt_event *event, struct igt_command *ret_command);

#endif
