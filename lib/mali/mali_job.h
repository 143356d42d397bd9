/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Job descriptors, as the job manager of Mali GPUs reads them from memory.
 *
 * Midgard (from T600 on), Bifrost and Valhall up to its second generation take the same header in
 * its 64-bit form, and the same payloads for the jobs that need no shader. The layout is the one
 * of Mesa's descriptions of the hardware (src/panfrost/lib/genxml). The GPU writes back what
 * became of a job into its header, which is how a test tells success from a fault: a fence
 * signals in either case.
 *
 * Nothing here calls the kernel.
 */
#ifndef MALI_JOB_H
#define MALI_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A descriptor is aligned to, and takes, this many bytes. */
#define MALI_JOB_BYTES 64

/** What a job does. */
enum mali_job_type {
	MALI_JOB_NULL = 1,
	MALI_JOB_WRITE_VALUE = 2,
	MALI_JOB_CACHE_FLUSH = 3,
	/** No GPU has a type of this number: the highest that the field holds. */
	MALI_JOB_UNKNOWN = 127,
};

/** What a job of type WRITE_VALUE writes. */
enum mali_write {
	MALI_WRITE_CYCLES = 1,
	MALI_WRITE_TIMESTAMP = 2,
	MALI_WRITE_ZERO = 3, /**< 4 bytes at least; how many is not documented */
	MALI_WRITE_8 = 4,
	MALI_WRITE_16 = 5,
	MALI_WRITE_32 = 6,
	MALI_WRITE_64 = 7,
};

/** What the GPU writes into mali_job_header.exception_status; larger values are faults too. */
enum mali_status {
	MALI_STATUS_NOT_STARTED = 0x00, /**< as the CPU wrote it: it never ran to an end */
	MALI_STATUS_DONE = 0x01,
	MALI_STATUS_STOPPED = 0x03,
	MALI_STATUS_TERMINATED = 0x04,
	MALI_STATUS_CONFIG_FAULT = 0x40,
	MALI_STATUS_READ_FAULT = 0x42,
	MALI_STATUS_WRITE_FAULT = 0x43,
};

/** The first half of every descriptor, little-endian. */
struct mali_job_header {
	uint32_t exception_status; /**< enum mali_status in the low byte; 0 before the job */
	uint32_t first_incomplete_task; /**< where it was stopped */
	uint64_t fault_pointer;	   /**< the GPU address that could not be accessed */
	uint8_t type;	  /**< bit 0: 64-bit descriptor; from bit 1 on enum mali_job_type */
	uint8_t flags;	  /**< bit 0: barrier, wait for all jobs before this one */
	uint16_t index;	  /**< from 1 on, which others depend on it by */
	uint16_t dependency[2]; /**< indices of jobs to wait for, 0: none */
	uint64_t next;	  /**< GPU address of the next descriptor of the chain, 0: the last */
};

/**
 * A chain of jobs in memory that CPU and GPU see. Each job waits for the one before it, since the
 * hardware may otherwise run them at the same time. Lives in the caller; owns nothing.
 */
struct mali_chain {
	volatile uint8_t *map; /**< of the CPU, the address of the first descriptor */
	uint64_t address;      /**< of the GPU, the same place; a multiple of MALI_JOB_BYTES */
	uint64_t stride;       /**< from one descriptor to the next, likewise */
	unsigned int room;     /**< descriptors there is space for */
	unsigned int jobs;     /**< and that are there */
};

/** An empty chain whose descriptors stand one behind the other in @bytes of memory. */
struct mali_chain mali_chain_at(void *map, uint64_t address, uint64_t bytes);

/** The GPU address of a job of the chain, from 0 on; also of the one that would be added next. */
uint64_t mali_chain_address(const struct mali_chain *chain, unsigned int job);

/** Add a job that does nothing. Returns its number, from 0, as all these do; there must be room. */
unsigned int mali_chain_null(struct mali_chain *chain);
/** Add a job that writes @value to the GPU address @target. */
unsigned int mali_chain_write(struct mali_chain *chain, enum mali_write what, uint64_t target,
			      uint64_t value);
/** Add a job that cleans and invalidates the caches. */
unsigned int mali_chain_flush(struct mali_chain *chain);

/** Add a job of any @type, with 32 bytes of payload that are zero. */
unsigned int mali_chain_other(struct mali_chain *chain, unsigned int type);

/** Let the last job lead back to the first: a chain that ends only when it is stopped. */
void mali_chain_close_loop(struct mali_chain *chain);

/** What became of a job, as the GPU wrote it: the low byte of its exception_status. */
unsigned int mali_chain_status(const struct mali_chain *chain, unsigned int job);

/** The words of all jobs are as before they ran, so that the chain can be submitted again. */
void mali_chain_rearm(struct mali_chain *chain);

/** Bytes that a job of this kind writes; 0 for an unknown one. */
unsigned int mali_write_bytes(enum mali_write what);

/** "DONE", "JOB_WRITE_FAULT", or "unknown" for messages. */
const char *mali_status_name(unsigned int status);

#endif
