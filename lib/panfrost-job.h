/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The header of a job descriptor under the name that IGT GPU Tools has for it. mali/mali_job.h
 * has the same for this suite's own tests, and says what the GPU makes of it.
 */
#ifndef PANFROST_JOB_DESCRIPTOR_H
#define PANFROST_JOB_DESCRIPTOR_H

#include <stdint.h>

/** The first half of a descriptor. */
struct mali_job_descriptor_header {
	uint32_t exception_status; /**< 0 until the job has ended, 1: well */
	uint32_t first_incomplete_task;	 /**< where it was stopped */
	uint64_t fault_pointer;	   /**< the address that could not be accessed */
	uint8_t job_descriptor_size : 1; /**< 1: with 64-bit addresses */
	uint8_t job_type : 7;		 /**< enum mali_job_type */
	uint8_t job_barrier : 1;	 /**< wait for all jobs before this one */
	uint8_t unknown_flags : 7;	 /**< 0 */
	uint16_t job_index;		 /**< from 1 on, which others depend on it by */
	uint16_t job_dependency_index_1; /**< of a job to wait for, or 0 */
	uint16_t job_dependency_index_2; /**< of a second one, or 0 */
	union {
		uint64_t next_job_64; /**< GPU address of the chain's next job, 0: the last */
		uint32_t next_job_32; /**< the same where addresses have 32 bits */
	};
} __attribute__((packed));

#endif
