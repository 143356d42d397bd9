// SPDX-License-Identifier: GPL-2.0-only
/*
 * What jobs do, one short step at a time.
 *
 * A chain is a list of descriptors. Each job goes through three phases: its
 * descriptor is read; when its time has come it has its effect; its status is
 * written back. Jobs run in the order of the list, which satisfies whatever
 * dependencies the descriptors state. Any access may stall, and the phase is
 * then tried again.
 */
#include "mali.h"

/* Fields as they lie in memory; the GPU is little endian, and so is every host of it. */
static u64 field64(const struct mali_slot *slot, unsigned int offset)
{
	u64 value;

	memcpy(&value, slot->descriptor + offset, sizeof(value));
	return value;
}

static u32 field32(const struct mali_slot *slot, unsigned int offset)
{
	u32 value;

	memcpy(&value, slot->descriptor + offset, sizeof(value));
	return value;
}

static unsigned int job_type(const struct mali_slot *slot)
{
	return JOB_CONTROL_TYPE(field32(slot, JOB_CONTROL));
}

static u64 next_job(const struct mali_slot *slot)
{
	if (field32(slot, JOB_CONTROL) & JOB_CONTROL_64BIT)
		return field64(slot, JOB_NEXT);
	return field32(slot, JOB_NEXT);
}

/* The chain ends badly; what its job did wrong is in @status. */
static void fail(struct mali_gpu *gpu, unsigned int nr, u32 status)
{
	gpu->stats.job_faults++;
	mali_slot_end(gpu, nr, status);
}

/* One access of a job. If it did not work, what follows from that has been done. */
static bool copy(struct mali_gpu *gpu, unsigned int nr, u64 va, void *buf, size_t len, bool write)
{
	struct mali_slot *slot = &gpu->slot[nr];
	u64 bad;

	switch (mali_mmu_copy(gpu, JS_CONFIG_AS(slot->regs.config), va, buf, len, write, &bad)) {
	case MALI_ACCESS_OK:
		return true;
	case MALI_ACCESS_STALLED:
		slot->stalled = true;
		mali_update_lines(gpu);
		break;
	case MALI_ACCESS_UNMAPPED:
		fail(gpu, nr, write ? MALI_STATUS_JOB_WRITE_FAULT : MALI_STATUS_JOB_READ_FAULT);
		break;
	case MALI_ACCESS_BUS_ERROR:
		fail(gpu, nr, MALI_STATUS_JOB_BUS_FAULT);
		break;
	}
	return false;
}

/* A fault of the job itself, not of its memory: the descriptor shall say so. */
static void blame(struct mali_slot *slot, u32 status)
{
	slot->outcome = status;
	slot->fault_pointer = slot->job;
}

/* Without shaders, rendering is only time that passes. */
static bool is_timed(unsigned int type)
{
	return type >= JOB_TYPE_COMPUTE && type <= JOB_TYPE_INDEXED_VERTEX;
}

static void count(struct mali_gpu *gpu, unsigned int type)
{
	gpu->stats.jobs++;
	if (type == JOB_TYPE_NULL)
		gpu->stats.jobs_null++;
	else if (type == JOB_TYPE_WRITE_VALUE)
		gpu->stats.jobs_write_value++;
	else if (type == JOB_TYPE_CACHE_FLUSH)
		gpu->stats.jobs_cache_flush++;
	else if (is_timed(type))
		gpu->stats.jobs_timed++;
}

static enum mali_step fetch(struct mali_gpu *gpu, unsigned int nr)
{
	struct mali_slot *slot = &gpu->slot[nr];

	if (slot->soft_stop && !slot->hang) {
		gpu->stats.soft_stops++;
		mali_slot_end(gpu, nr, MALI_STATUS_STOPPED);
		return MALI_STEP_AGAIN;
	}
	if (!gpu->l2_ready || !gpu->shader_ready) {
		fail(gpu, nr, MALI_STATUS_JOB_POWER_FAULT);
		return MALI_STEP_AGAIN;
	}
	if (JS_CONFIG_AS(slot->regs.config) >= MALI_AS_COUNT) {
		fail(gpu, nr, MALI_STATUS_JOB_CONFIG_FAULT);
		return MALI_STEP_AGAIN;
	}
	if (!copy(gpu, nr, slot->job, slot->descriptor, JOB_HEADER_SIZE, false))
		return MALI_STEP_AGAIN;
	if (job_type(slot) == JOB_TYPE_WRITE_VALUE &&
	    !copy(gpu, nr, slot->job + JOB_HEADER_SIZE, slot->descriptor + JOB_HEADER_SIZE,
		  WRITE_VALUE_SIZE - JOB_HEADER_SIZE, false))
		return MALI_STEP_AGAIN;

	slot->due_ns = mali_now(gpu) + gpu->control.job_time_us * 1000;
	slot->phase = MALI_PHASE_EXECUTE;
	return MALI_STEP_AGAIN;
}

/* What WRITE_VALUE writes; the number of bytes, 0 if there is no such kind. */
static size_t written_value(struct mali_gpu *gpu, const struct mali_slot *slot, u64 *ret_value)
{
	*ret_value = field64(slot, WRITE_VALUE_IMMEDIATE);
	switch (field32(slot, WRITE_VALUE_KIND)) {
	case WRITE_VALUE_CYCLE_COUNTER:
		*ret_value = mali_cycles(gpu);
		return 8;
	case WRITE_VALUE_TIMESTAMP:
		*ret_value = mali_now(gpu);
		return 8;
	case WRITE_VALUE_ZERO:
		*ret_value = 0;
		return 8;
	case WRITE_VALUE_8:
		return 1;
	case WRITE_VALUE_16:
		return 2;
	case WRITE_VALUE_32:
		return 4;
	case WRITE_VALUE_64:
		return 8;
	}
	return 0;
}

static enum mali_step execute(struct mali_gpu *gpu, unsigned int nr, u64 *ret_until_ns)
{
	struct mali_slot *slot = &gpu->slot[nr];
	u64 value;
	size_t size;

	if (slot->hang || gpu->control.hold)
		return MALI_STEP_SLEEP;
	if (slot->due_ns > mali_now(gpu)) {
		*ret_until_ns = slot->due_ns;
		return MALI_STEP_SLEEP;
	}

	slot->fault_pointer = 0;
	slot->outcome = MALI_STATUS_DONE;
	switch (job_type(slot)) {
	case JOB_TYPE_NULL:
		break;
	case JOB_TYPE_WRITE_VALUE:
		size = written_value(gpu, slot, &value);
		if (!size)
			blame(slot, MALI_STATUS_DATA_INVALID_FAULT);
		else if (!copy(gpu, nr, field64(slot, WRITE_VALUE_ADDRESS), &value, size, true))
			return MALI_STEP_AGAIN;
		break;
	case JOB_TYPE_CACHE_FLUSH:
		gpu->flush_id++;
		break;
	default:
		if (!is_timed(job_type(slot)))
			blame(slot, MALI_STATUS_JOB_CONFIG_FAULT);
	}
	slot->phase = MALI_PHASE_WRITE_BACK;
	return MALI_STEP_AGAIN;
}

static enum mali_step write_back(struct mali_gpu *gpu, unsigned int nr)
{
	struct mali_slot *slot = &gpu->slot[nr];
	struct {
		u32 exception_status;
		u32 first_incomplete_task;
		u64 fault_pointer;
	} words = {
		.exception_status = slot->outcome,
		.fault_pointer = slot->fault_pointer,
	};

	if (!(slot->regs.config & JS_CONFIG_NO_WRITE_BACK) &&
	    !copy(gpu, nr, slot->job, &words, sizeof(words), true))
		return MALI_STEP_AGAIN;

	if (slot->outcome != MALI_STATUS_DONE) {
		fail(gpu, nr, slot->outcome);
		return MALI_STEP_AGAIN;
	}
	count(gpu, job_type(slot));
	if (!next_job(slot)) {
		mali_slot_end(gpu, nr, MALI_STATUS_DONE);
		return MALI_STEP_AGAIN;
	}
	slot->job = next_job(slot);
	slot->phase = MALI_PHASE_FETCH;
	return MALI_STEP_AGAIN;
}

enum mali_step mali_slot_step(struct mali_gpu *gpu, unsigned int nr, u64 *ret_until_ns)
{
	const struct mali_slot *slot = &gpu->slot[nr];

	*ret_until_ns = 0;
	if (slot->state != MALI_SLOT_ACTIVE || slot->stalled)
		return MALI_STEP_SLEEP;
	switch (slot->phase) {
	case MALI_PHASE_FETCH:
		return fetch(gpu, nr);
	case MALI_PHASE_EXECUTE:
		return execute(gpu, nr, ret_until_ns);
	case MALI_PHASE_WRITE_BACK:
		return write_back(gpu, nr);
	}
	return MALI_STEP_SLEEP;
}
