// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory as the GPU sees it: page tables, cached translations, faults.
 *
 * Every access walks the driver's tables, also where the TLB has an answer; the
 * TLB's is then used and the walk's tells whether it was out of date.
 */
#include "mali.h"

struct translation {
	u64 pa; /* of the page */
	bool readable;
	bool writable;
	unsigned int level; /* of the last entry read */
	u32 fault;	    /* AS_FAULT_TRANSLATION | level if there is no page */
	bool bus_error;	    /* a table is where no memory is */
};

static struct translation walk(struct mali_gpu *gpu, u64 table, u64 va)
{
	struct translation t = {0};

	if (va >> LPAE_VA_BITS) {
		t.fault = AS_FAULT_TRANSLATION;
		return t;
	}
	for (unsigned int level = 0; level < 4; level++) {
		unsigned int shift = 39 - 9 * level;
		u64 index = va >> shift & 511, entry;

		t.level = level;
		if (gpu->ops->read(gpu->host, table + index * sizeof(entry), &entry,
				   sizeof(entry))) {
			t.bus_error = true;
			return t;
		}
		/* The top level has no leaves, the last one nothing else. */
		if ((entry & LPAE_TYPE) == LPAE_TYPE_LEAF && level > 0) {
			u64 block = (1ULL << shift) - 1;

			t.pa = (entry & LPAE_ADDRESS & ~block) | (va & block & ~(MALI_PAGE - 1));
			t.readable = entry & LPAE_READ;
			t.writable = entry & LPAE_WRITE;
			return t;
		}
		if ((entry & LPAE_TYPE) != LPAE_TYPE_TABLE || level == 3) {
			t.fault = AS_FAULT_TRANSLATION | level;
			return t;
		}
		table = entry & LPAE_ADDRESS;
	}
	return t;
}

static void log_walk(struct mali_gpu *gpu, unsigned int as, const struct mali_walk_entry *entry)
{
	struct mali_log *log = &gpu->log;
	struct mali_walk_entry *line = &log->walk[log->walked % MALI_WALKS_SIZE];

	if (!log->watching || as != log->watch_as || entry->va < log->watch_first ||
	    entry->va > log->watch_last)
		return;
	*line = *entry;
	line->ns = mali_now(gpu);
	log->walked++;
}

static bool permits(bool readable, bool writable, bool write)
{
	return write ? writable : readable;
}

/* The first fault stays to be read; whoever comes after it finds out at the next try. */
static void fault(struct mali_gpu *gpu, unsigned int nr, u64 va, u32 status, bool write)
{
	struct mali_as *as = &gpu->as[nr];

	if (gpu->raw[MALI_LINE_MMU] & BIT(nr))
		return;
	as->fault_status = status | (write ? AS_FAULT_WRITE : AS_FAULT_READ);
	as->fault_address = va;
	gpu->raw[MALI_LINE_MMU] |= BIT(nr);
	gpu->stats.mmu_faults++;
}

/*
 * An access is about to be made to the page at @pa. That is wrong if the page is
 * free, and also if it serves something else than at @then, when the translation
 * was cached. It is not wrong merely because the tables have changed since: until
 * the driver has flushed, hardware may do that, and the page must still be there.
 */
static void check_owner(struct mali_gpu *gpu, unsigned int as, u64 va, u64 pa,
			const struct mali_owner *then, bool write)
{
	const struct mali_report report = {
		.event = MALI_EVENT_FREED,
		.write = write,
		.as = as,
		.va = va,
		.pa = pa,
	};
	struct mali_owner now;

	if (gpu->ops->owner(gpu->host, pa, &now) &&
	    (!then || (now.file == then->file && now.index == then->index)))
		return;
	gpu->stats.freed_accesses++;
	gpu->ops->report(gpu->host, &report);
}

static enum mali_access translate(struct mali_gpu *gpu, unsigned int nr, u64 va, bool write,
				  u64 *ret_pa)
{
	struct mali_as *as = &gpu->as[nr];
	const struct mali_tlb_entry *hit;
	struct mali_walk_entry log = {.va = va, .as = nr, .write = write};
	struct mali_tlb_entry fill;
	struct translation t;

	if (!as->enabled)
		return MALI_ACCESS_UNMAPPED;
	if (as->locked && va >= as->lock_first && va <= as->lock_last)
		return MALI_ACCESS_STALLED;

	t = walk(gpu, as->table, va);
	hit = gpu->use_tlb ? mali_tlb_lookup(&as->tlb, va) : NULL;
	if (hit && permits(hit->readable, hit->writable, write)) {
		gpu->stats.tlb_hits++;
		log.hit = true;
		log.stale = t.bus_error || t.fault || t.pa != hit->pa ||
			    !permits(t.readable, t.writable, write);
		if (log.stale)
			gpu->stats.stale_accesses++;
		*ret_pa = hit->pa | (va & (MALI_PAGE - 1));
		log.pa = *ret_pa;
		log_walk(gpu, nr, &log);
		check_owner(gpu, nr, va, *ret_pa, &hit->owner, write);
		return MALI_ACCESS_OK;
	}

	if (!t.bus_error && !t.fault && !permits(t.readable, t.writable, write))
		t.fault = AS_FAULT_PERMISSION | t.level;
	log.fault = t.fault;
	log.pa = t.fault || t.bus_error ? 0 : t.pa | (va & (MALI_PAGE - 1));
	log_walk(gpu, nr, &log);
	if (t.bus_error)
		return MALI_ACCESS_BUS_ERROR;
	if (t.fault) {
		fault(gpu, nr, va, t.fault, write);
		return MALI_ACCESS_STALLED;
	}

	*ret_pa = log.pa;
	check_owner(gpu, nr, va, *ret_pa, NULL, write);
	if (gpu->use_tlb) {
		fill = (struct mali_tlb_entry){
			.valid = true,
			.readable = t.readable,
			.writable = t.writable,
			.va = va & ~(MALI_PAGE - 1),
			.pa = t.pa,
		};
		gpu->ops->owner(gpu->host, t.pa, &fill.owner);
		mali_tlb_fill(&as->tlb, &fill);
		gpu->stats.tlb_fills++;
	}
	return MALI_ACCESS_OK;
}

enum mali_access mali_mmu_copy(struct mali_gpu *gpu, unsigned int as, u64 va, void *buf, size_t len,
			       bool write, u64 *ret_va)
{
	while (len) {
		size_t left = MALI_PAGE - (va & (MALI_PAGE - 1)), part = len < left ? len : left;
		enum mali_access r;
		u64 pa;
		int err;

		r = translate(gpu, as, va, write, &pa);
		if (r == MALI_ACCESS_OK) {
			err = write ? gpu->ops->write(gpu->host, pa, buf, part) :
				      gpu->ops->read(gpu->host, pa, buf, part);
			if (err)
				r = MALI_ACCESS_BUS_ERROR;
		}
		if (r != MALI_ACCESS_OK) {
			*ret_va = va;
			return r;
		}
		if (write)
			gpu->stats.bytes_written += part;
		else
			gpu->stats.bytes_read += part;
		va += part;
		buf = (u8 *)buf + part;
		len -= part;
	}
	return MALI_ACCESS_OK;
}
