// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TLB of one address space. It forgets when told to, and when a set is
 * full; a driver that omits a flush therefore meets old translations for long,
 * as it would on hardware, but more dependably.
 */
#include "mali.h"

/* Neighbours go to different sets, and so do blocks that lie 2 MiB apart. */
static unsigned int set_of(u64 va)
{
	return ((va / MALI_PAGE) * 0x9e3779b97f4a7c15ULL) >> 58;
}

const struct mali_tlb_entry *mali_tlb_lookup(const struct mali_tlb *tlb, u64 va)
{
	const struct mali_tlb_entry *set = tlb->entry[set_of(va)];

	for (int way = 0; way < MALI_TLB_WAYS; way++)
		if (set[way].valid && set[way].va == (va & ~(MALI_PAGE - 1)))
			return &set[way];
	return NULL;
}

void mali_tlb_fill(struct mali_tlb *tlb, const struct mali_tlb_entry *entry)
{
	unsigned int nr = set_of(entry->va);
	struct mali_tlb_entry *set = tlb->entry[nr], *room = NULL;

	for (int way = 0; way < MALI_TLB_WAYS; way++) {
		if (set[way].valid && set[way].va == entry->va) {
			room = &set[way];
			break;
		}
		if (!set[way].valid && !room)
			room = &set[way];
	}
	if (!room)
		room = &set[tlb->victim[nr]++ % MALI_TLB_WAYS];
	*room = *entry;
}

void mali_tlb_flush(struct mali_tlb *tlb, u64 first, u64 last)
{
	for (int nr = 0; nr < MALI_TLB_SETS; nr++) {
		for (int way = 0; way < MALI_TLB_WAYS; way++) {
			struct mali_tlb_entry *entry = &tlb->entry[nr][way];

			if (entry->va <= last && entry->va + (MALI_PAGE - 1) >= first)
				entry->valid = false;
		}
	}
}
