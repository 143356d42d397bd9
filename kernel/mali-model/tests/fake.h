/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host of the model for unit tests: a little memory whose pages can be freed
 * and given away, a clock that stands until it is moved, and a driver's way of
 * doing things: map, flush, submit, acknowledge.
 */
#ifndef MALI_FAKE_H
#define MALI_FAKE_H

#include "../mali.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#define FAKE_PAGES 128
/* Not at 0, so that a forgotten base is noticed. */
#define FAKE_RAM 0x40000000ULL
#define FAKE_VA 0x2000000ULL

struct fake {
	struct mali_gpu gpu;
	u8 ram[FAKE_PAGES][MALI_PAGE];
	unsigned int used;	/* pages handed out */
	long file[FAKE_PAGES];	/* whose the page is; 0: it is free */
	u64 now_ns;
	bool line[MALI_LINES];
	unsigned int rises[MALI_LINES];
	bool kicked[MALI_SLOTS];
	struct mali_report last_report;
	unsigned int reports;
	u64 table[MALI_AS_COUNT];
};

/** fake_setup(), fake_teardown() - for cmocka: *state is a struct fake with a T860, powered on,
 *  interrupts unmasked, address space 1 enabled with empty tables */
int fake_setup(void **state);
int fake_teardown(void **state);

/** fake_power_on() - as after a reset: power, interrupt masks */
void fake_power_on(struct fake *f);

u32 fake_read(struct fake *f, u32 offset);
void fake_write(struct fake *f, u32 offset, u32 value);

/** fake_page() - the physical address of a new page that belongs to @file (not 0) */
u64 fake_page(struct fake *f, long file);

/** fake_at() - memory at a physical address */
void *fake_at(struct fake *f, u64 pa);

/** fake_free() - the page is nobody's any more; its memory stays */
void fake_free(struct fake *f, u64 pa);

/** fake_give() - the page is @file's now */
void fake_give(struct fake *f, u64 pa, long file);

/** fake_pte() - the entry of @va on @level, with tables made on the way */
u64 *fake_pte(struct fake *f, unsigned int as, u64 va, unsigned int level);

/** fake_map() - a page with both permissions; no flush */
void fake_map(struct fake *f, unsigned int as, u64 va, u64 pa);
void fake_unmap(struct fake *f, unsigned int as, u64 va);

/** fake_as_enable() - as a driver does it: TRANSTAB, MEMATTR, UPDATE */
void fake_as_enable(struct fake *f, unsigned int as);
void fake_as_disable(struct fake *f, unsigned int as);

/** fake_lock() - a region of 2^@bits bytes at @va */
void fake_lock(struct fake *f, unsigned int as, u64 va, unsigned int bits);
void fake_as_command(struct fake *f, unsigned int as, u32 command);

/** fake_flush() - lock and FLUSH_PT of the smallest region a driver uses, 32 KiB */
void fake_flush(struct fake *f, unsigned int as, u64 va);

/** fake_job() - a descriptor of @type with 64-bit fields */
void fake_job(struct fake *f, u64 pa, unsigned int type, u64 next);

/** fake_write_value() - a WRITE_VALUE descriptor */
void fake_write_value(struct fake *f, u64 pa, u64 next, u64 address, u32 kind, u64 value);

/** fake_status() - what is written back to the descriptor at @pa */
u32 fake_status(struct fake *f, u64 pa);

/** fake_submit() - START of a chain in NEXT of @slot */
void fake_submit(struct fake *f, unsigned int slot, unsigned int as, u64 head);

/** fake_run() - steps of @slot until it sleeps; the number of them */
unsigned int fake_run(struct fake *f, unsigned int slot);

static inline u32 fake_js(unsigned int slot, u32 reg)
{
	return JS_BASE + slot * JS_STRIDE + reg;
}

static inline u32 fake_as(unsigned int as, u32 reg)
{
	return AS_BASE + as * AS_STRIDE + reg;
}

#endif
