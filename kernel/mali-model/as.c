// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address spaces as the driver handles them: registers and commands.
 *
 * A driver that changes page tables locks the region first, changes them, and
 * flushes; the flush ends the lock. Commands take no time here, so AS_STATUS is
 * always idle.
 */
#include "mali.h"

static struct mali_as *find(struct mali_gpu *gpu, u32 offset)
{
	if (offset < AS_BASE || offset >= AS_BASE + MALI_AS_COUNT * AS_STRIDE)
		return NULL;
	return &gpu->as[(offset - AS_BASE) / AS_STRIDE];
}

/* LOCKADDR is the address of a block that is aligned to its size, with the size in the low bits. */
static bool region(const struct mali_as *as, u64 *ret_first, u64 *ret_last)
{
	unsigned int bits = (as->lockaddr & AS_LOCKADDR_WIDTH) + 1;
	u64 mask = bits < 64 ? (1ULL << bits) - 1 : ~0ULL;

	if (mask < MALI_PAGE - 1)
		return false;
	*ret_first = as->lockaddr & ~mask;
	*ret_last = as->lockaddr | mask;
	return true;
}

static void update(struct mali_gpu *gpu, struct mali_as *as)
{
	/* Formats other than Mali's own LPAE are not modelled, so they reach nothing. */
	as->enabled = (as->transcfg & AS_TRANSCFG_MODE) == AS_TRANSCFG_MODE_LEGACY &&
		      (as->transtab & AS_TRANSTAB_MODE) == AS_TRANSTAB_MODE_TABLE;
	as->table = as->transtab & LPAE_ADDRESS;
	mali_tlb_flush(&as->tlb, 0, ~0ULL);
	gpu->stats.tlb_flushes++;
}

static void flush(struct mali_gpu *gpu, struct mali_as *as)
{
	u64 first, last;

	as->locked = false;
	if (!region(as, &first, &last))
		return;
	mali_tlb_flush(&as->tlb, first, last);
	gpu->stats.tlb_flushes++;
}

static void command(struct mali_gpu *gpu, struct mali_as *as, u32 offset, u32 value)
{
	switch (value) {
	case AS_COMMAND_NOP:
		return;
	case AS_COMMAND_LOCK:
		as->locked = region(as, &as->lock_first, &as->lock_last);
		if (!as->locked)
			mali_bad_write(gpu, offset, value, "the region is smaller than a page");
		return;
	case AS_COMMAND_UPDATE:
		update(gpu, as);
		break;
	case AS_COMMAND_UNLOCK:
	case AS_COMMAND_FLUSH_PT:
	case AS_COMMAND_FLUSH_MEM:
		flush(gpu, as);
		break;
	default:
		mali_bad_write(gpu, offset, value, "no such command");
		return;
	}
	mali_slots_resume(gpu, as - gpu->as);
}

bool mali_as_read(struct mali_gpu *gpu, u32 offset, u32 *ret_value)
{
	const struct mali_as *as = find(gpu, offset);
	u32 reg = (offset - AS_BASE) % AS_STRIDE;
	bool high = reg & 4;

	if (!as)
		return false;
	switch (reg) {
	case AS_TRANSTAB_LO:
	case AS_TRANSTAB_HI:
		*ret_value = mali_half(as->transtab, high);
		break;
	case AS_MEMATTR_LO:
	case AS_MEMATTR_HI:
		*ret_value = mali_half(as->memattr, high);
		break;
	case AS_LOCKADDR_LO:
	case AS_LOCKADDR_HI:
		*ret_value = mali_half(as->lockaddr, high);
		break;
	case AS_FAULTSTATUS:
		*ret_value = as->fault_status;
		break;
	case AS_FAULTADDRESS_LO:
	case AS_FAULTADDRESS_HI:
		*ret_value = mali_half(as->fault_address, high);
		break;
	case AS_TRANSCFG_LO:
	case AS_TRANSCFG_HI:
		*ret_value = mali_half(as->transcfg, high);
		break;
	default:
		*ret_value = 0;
	}
	return true;
}

bool mali_as_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	struct mali_as *as = find(gpu, offset);
	u32 reg = (offset - AS_BASE) % AS_STRIDE;
	bool high = reg & 4;

	if (!as)
		return false;
	switch (reg) {
	case AS_TRANSTAB_LO:
	case AS_TRANSTAB_HI:
		mali_set_half(&as->transtab, high, value);
		return true;
	case AS_MEMATTR_LO:
	case AS_MEMATTR_HI:
		mali_set_half(&as->memattr, high, value);
		return true;
	case AS_LOCKADDR_LO:
	case AS_LOCKADDR_HI:
		mali_set_half(&as->lockaddr, high, value);
		return true;
	case AS_TRANSCFG_LO:
	case AS_TRANSCFG_HI:
		mali_set_half(&as->transcfg, high, value);
		return true;
	case AS_COMMAND:
		command(gpu, as, offset, value);
		return true;
	}
	return false;
}
