// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job slots as the driver handles them: what runs, what is next, how a
 * chain ends and is acknowledged.
 *
 * NEXT becomes current as soon as the slot is free. A chain that is done frees
 * its slot at once; one that failed keeps it until the driver has cleared the
 * interrupt, so that a driver can take NEXT back before it starts.
 */
#include "mali.h"

static struct mali_slot *find(struct mali_gpu *gpu, u32 offset, unsigned int *ret_nr)
{
	if (offset < JS_BASE || offset >= JS_BASE + MALI_SLOTS * JS_STRIDE)
		return NULL;
	*ret_nr = (offset - JS_BASE) / JS_STRIDE;
	return &gpu->slot[*ret_nr];
}

static void start_next(struct mali_gpu *gpu, unsigned int nr)
{
	struct mali_slot *slot = &gpu->slot[nr];

	if (slot->state != MALI_SLOT_IDLE || slot->command_next != JS_COMMAND_START)
		return;
	/* NEXT keeps its values: a driver may start them again. */
	slot->regs = slot->next;
	slot->command_next = JS_COMMAND_NOP;
	slot->state = MALI_SLOT_ACTIVE;
	slot->status = MALI_STATUS_ACTIVE;
	slot->phase = MALI_PHASE_FETCH;
	slot->job = slot->regs.head;
	slot->tail = slot->regs.head;
	slot->soft_stop = false;
	slot->stalled = false;
	slot->hang = gpu->control.hang & BIT(nr);
	gpu->control.hang &= ~BIT(nr);
	gpu->ops->kick(gpu->host, nr);
}

void mali_slot_end(struct mali_gpu *gpu, unsigned int nr, u32 status)
{
	struct mali_slot *slot = &gpu->slot[nr];

	slot->status = status;
	slot->tail = slot->job;
	if (status == MALI_STATUS_DONE) {
		slot->state = MALI_SLOT_IDLE;
		gpu->raw[MALI_LINE_JOB] |= BIT(nr);
		start_next(gpu, nr);
	} else {
		slot->state = MALI_SLOT_FAILED;
		gpu->raw[MALI_LINE_JOB] |= BIT(nr + 16);
	}
	mali_update_lines(gpu);
}

void mali_slots_resume(struct mali_gpu *gpu, unsigned int as)
{
	for (unsigned int nr = 0; nr < MALI_SLOTS; nr++) {
		struct mali_slot *slot = &gpu->slot[nr];

		if (slot->state != MALI_SLOT_ACTIVE || !slot->stalled ||
		    JS_CONFIG_AS(slot->regs.config) != as)
			continue;
		slot->stalled = false;
		gpu->ops->kick(gpu->host, nr);
	}
}

/* A command for the chain that runs. The numbered ones are meant for one that may be over by now. */
static void command(struct mali_gpu *gpu, unsigned int nr, u32 offset, u32 value)
{
	struct mali_slot *slot = &gpu->slot[nr];
	bool flag = slot->regs.config & JS_CONFIG_CHAIN_FLAG;

	switch (value) {
	case JS_COMMAND_NOP:
		return;
	case JS_COMMAND_SOFT_STOP:
	case JS_COMMAND_HARD_STOP:
		break;
	case JS_COMMAND_SOFT_STOP_0:
	case JS_COMMAND_HARD_STOP_0:
		if (flag)
			return;
		break;
	case JS_COMMAND_SOFT_STOP_1:
	case JS_COMMAND_HARD_STOP_1:
		if (!flag)
			return;
		break;
	default:
		mali_bad_write(gpu, offset, value, "no such command");
		return;
	}
	if (slot->state != MALI_SLOT_ACTIVE)
		return;
	if (value == JS_COMMAND_HARD_STOP || value == JS_COMMAND_HARD_STOP_0 ||
	    value == JS_COMMAND_HARD_STOP_1) {
		gpu->stats.hard_stops++;
		mali_slot_end(gpu, nr, MALI_STATUS_TERMINATED);
	} else {
		slot->soft_stop = true;
		gpu->ops->kick(gpu->host, nr);
	}
}

static void command_next(struct mali_gpu *gpu, unsigned int nr, u32 offset, u32 value)
{
	struct mali_slot *slot = &gpu->slot[nr];

	if (value > JS_COMMAND_START) {
		mali_bad_write(gpu, offset, value, "NEXT can be started or taken back");
		return;
	}
	if (value == JS_COMMAND_START && slot->command_next == JS_COMMAND_START)
		mali_bad_write(gpu, offset, value, "a chain is waiting there already");
	slot->command_next = value;
	start_next(gpu, nr);
}

/* JS_STATE is a sample, taken for the slots whose interrupts are cleared. */
static void int_clear(struct mali_gpu *gpu, u32 bits)
{
	gpu->raw[MALI_LINE_JOB] &= ~bits;
	for (unsigned int nr = 0; nr < MALI_SLOTS; nr++) {
		struct mali_slot *slot = &gpu->slot[nr];
		u32 state = 0;

		if (slot->state == MALI_SLOT_FAILED && (bits & BIT(nr + 16))) {
			slot->state = MALI_SLOT_IDLE;
			start_next(gpu, nr);
		}
		if (slot->state == MALI_SLOT_ACTIVE)
			state |= BIT(nr);
		if (slot->command_next == JS_COMMAND_START)
			state |= BIT(nr + 16);
		gpu->js_state &= ~(bits & (BIT(nr) | BIT(nr + 16)));
		gpu->js_state |= state & bits;
	}
}

bool mali_job_read(struct mali_gpu *gpu, u32 offset, u32 *ret_value)
{
	unsigned int nr;
	const struct mali_slot *slot = find(gpu, offset, &nr);
	u32 reg = (offset - JS_BASE) % JS_STRIDE;
	bool high = reg & 4;

	if (offset == JOB_INT_JS_STATE) {
		*ret_value = gpu->js_state;
		return true;
	}
	if (!slot)
		return false;
	switch (reg) {
	case JS_HEAD_LO:
	case JS_HEAD_HI:
		*ret_value = mali_half(slot->regs.head, high);
		break;
	case JS_TAIL_LO:
	case JS_TAIL_HI:
		*ret_value = mali_half(slot->tail, high);
		break;
	case JS_AFFINITY_LO:
	case JS_AFFINITY_HI:
		*ret_value = mali_half(slot->regs.affinity, high);
		break;
	case JS_CONFIG:
		*ret_value = slot->regs.config;
		break;
	case JS_XAFFINITY:
		*ret_value = slot->regs.xaffinity;
		break;
	case JS_STATUS:
		*ret_value = slot->status;
		break;
	case JS_HEAD_NEXT_LO:
	case JS_HEAD_NEXT_HI:
		*ret_value = mali_half(slot->next.head, high);
		break;
	case JS_AFFINITY_NEXT_LO:
	case JS_AFFINITY_NEXT_HI:
		*ret_value = mali_half(slot->next.affinity, high);
		break;
	case JS_CONFIG_NEXT:
		*ret_value = slot->next.config;
		break;
	case JS_XAFFINITY_NEXT:
		*ret_value = slot->next.xaffinity;
		break;
	case JS_COMMAND_NEXT:
		*ret_value = slot->command_next;
		break;
	case JS_FLUSH_ID_NEXT:
		*ret_value = slot->next.flush_id;
		break;
	default:
		*ret_value = 0;
	}
	return true;
}

bool mali_job_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	unsigned int nr;
	struct mali_slot *slot = find(gpu, offset, &nr);
	u32 reg = (offset - JS_BASE) % JS_STRIDE;
	bool high = reg & 4;

	if (offset == JOB_INT_CLEAR) {
		int_clear(gpu, value);
		return true;
	}
	if (!slot)
		return false;
	switch (reg) {
	case JS_COMMAND:
		command(gpu, nr, offset, value);
		return true;
	case JS_HEAD_NEXT_LO:
	case JS_HEAD_NEXT_HI:
		mali_set_half(&slot->next.head, high, value);
		return true;
	case JS_AFFINITY_NEXT_LO:
	case JS_AFFINITY_NEXT_HI:
		mali_set_half(&slot->next.affinity, high, value);
		return true;
	case JS_CONFIG_NEXT:
		slot->next.config = value;
		return true;
	case JS_XAFFINITY_NEXT:
		slot->next.xaffinity = value;
		return true;
	case JS_COMMAND_NEXT:
		command_next(gpu, nr, offset, value);
		return true;
	case JS_FLUSH_ID_NEXT:
		slot->next.flush_id = value;
		return true;
	}
	return false;
}
