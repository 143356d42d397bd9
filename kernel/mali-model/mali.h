/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: a Job Manager Mali as a state machine. It has no locks, no threads
 * and no devices of its own; whoever embeds it (platform.c in the kernel, the
 * unit tests in user space) is its host, makes one call at a time into it, and
 * lends it memory, time and interrupt lines through struct mali_host_ops.
 */
#ifndef MALI_H
#define MALI_H

#include "port.h"
#include "regs.h"

#define MALI_SLOTS 3
#define MALI_AS_COUNT 8
#define MALI_PAGE 4096ULL

enum mali_line { MALI_LINE_JOB, MALI_LINE_MMU, MALI_LINE_GPU, MALI_LINES };

/* What tells one life of a page from the next; the values mean nothing but to be compared. */
struct mali_owner {
	unsigned long file;
	unsigned long index;
};

/* Something a person should hear of. */
enum mali_event {
	MALI_EVENT_FREED,	   /* an access hit a page that is not the mapping's any more */
	MALI_EVENT_UNKNOWN_WRITE,  /* a write to a register the model does not have */
	MALI_EVENT_BAD_WRITE,	   /* a known register, a value or a moment that is wrong */
};

struct mali_report {
	enum mali_event event;
	/* MALI_EVENT_FREED */
	bool write;
	u8 as;
	u64 va;
	u64 pa;
	/* the others */
	u32 offset;
	u32 value;
	const char *why;
};

/**
 * struct mali_host_ops - what the model wants of its host
 *
 * All of them may be called inside any call into the model, so they run under
 * whatever lock the host holds there and must not call back.
 *
 * @now_ns: time since some start, in ns
 * @read: copy @len bytes at physical address @pa, all in one page of 4 KiB;
 *        -EFAULT if there is no memory
 * @write: the other way
 * @owner: whose page @pa is in; false if it is nobody's, that is, free
 * @line: an interrupt line changed its level
 * @kick: slot @slot has something to do, so mali_slot_step() is to be called
 * @report: see struct mali_report, which lives until the call returns
 */
struct mali_host_ops {
	u64 (*now_ns)(void *host);
	int (*read)(void *host, u64 pa, void *buf, size_t len);
	int (*write)(void *host, u64 pa, const void *buf, size_t len);
	bool (*owner)(void *host, u64 pa, struct mali_owner *ret_owner);
	void (*line)(void *host, enum mali_line line, bool high);
	void (*kick)(void *host, unsigned int slot);
	void (*report)(void *host, const struct mali_report *report);
};

/* A GPU as its registers describe it. */
struct mali_features {
	const char *name;	/* of the module parameter */
	const char *compatible; /* of the device tree */
	bool coherent;		/* whether boards with it have dma-coherent */
	u32 id;
	u32 l2, core, tiler, mem, mmu, afbc, coherency;
	u32 max_threads, max_workgroup, max_barrier, thread;
	u32 texture[4];
	u32 js[MALI_SLOTS];
	u64 shader_present, tiler_present, l2_present;
};

/* Counters, one line each in debugfs. */
#define MALI_STATS(X)                                                                              \
	X(jobs)                                                                                    \
	X(jobs_null)                                                                               \
	X(jobs_write_value)                                                                        \
	X(jobs_cache_flush)                                                                        \
	X(jobs_timed)                                                                              \
	X(job_faults)                                                                              \
	X(mmu_faults)                                                                              \
	X(tlb_hits)                                                                                \
	X(tlb_fills)                                                                               \
	X(tlb_flushes)                                                                             \
	X(stale_accesses)                                                                          \
	X(freed_accesses)                                                                          \
	X(resets)                                                                                  \
	X(soft_stops)                                                                              \
	X(hard_stops)                                                                              \
	X(irqs_job)                                                                                \
	X(irqs_mmu)                                                                                \
	X(irqs_gpu)                                                                                \
	X(unknown_writes)                                                                          \
	X(bytes_read)                                                                              \
	X(bytes_written)

struct mali_stats {
#define MALI_STAT_FIELD(name) u64 name;
	MALI_STATS(MALI_STAT_FIELD)
#undef MALI_STAT_FIELD
};

/* What a test may set; see README.md. Change them through the functions below. */
struct mali_control {
	u64 job_time_us;
	bool hold;
	u32 hang;     /* bit n: the next chain of slot n */
	u32 irq_drop; /* bit n: enum mali_line */
	u64 irq_delay_us; /* for the host, which carries interrupts */
};

/* A translation that is cached. Invalid ones never are. */
struct mali_tlb_entry {
	bool valid;
	bool readable;
	bool writable;
	u64 va; /* of the page */
	u64 pa;
	struct mali_owner owner; /* of the page when the entry was filled */
};

#define MALI_TLB_SETS 64
#define MALI_TLB_WAYS 8

struct mali_tlb {
	struct mali_tlb_entry entry[MALI_TLB_SETS][MALI_TLB_WAYS];
	u8 victim[MALI_TLB_SETS];
};

struct mali_as {
	/* Registers as written; they count from the next UPDATE. */
	u64 transtab, memattr, lockaddr, transcfg;
	/* What counts now. */
	bool enabled;
	u64 table;
	/* Accesses to [lock_first, lock_last] wait. */
	bool locked;
	u64 lock_first, lock_last;
	u32 fault_status;
	u64 fault_address;
	struct mali_tlb tlb;
};

enum mali_slot_state {
	MALI_SLOT_IDLE,
	MALI_SLOT_ACTIVE,
	MALI_SLOT_FAILED, /* ended with an error, which the driver has not acknowledged */
};

/* Where a job of a chain stands. Each is one or more steps; see exec.c. */
enum mali_phase { MALI_PHASE_FETCH, MALI_PHASE_EXECUTE, MALI_PHASE_WRITE_BACK };

struct mali_slot_regs {
	u64 head, affinity;
	u32 config, xaffinity, flush_id;
};

struct mali_slot {
	struct mali_slot_regs regs, next;
	u32 command_next;
	u64 tail;
	u32 status;
	enum mali_slot_state state;
	enum mali_phase phase;
	bool hang;	/* this chain never ends */
	bool soft_stop; /* asked for */
	bool stalled;	/* until the next command of its address space */
	u64 job;	/* descriptor of the job at work */
	u8 descriptor[WRITE_VALUE_SIZE];
	u64 due_ns;	/* when the job may have its effect */
	u32 outcome;	/* that is written back, a MALI_STATUS_ */
	u64 fault_pointer;
};

/* Rings of the last things that happened, for people. */
struct mali_trace_entry {
	u64 ns;
	u32 offset, value;
	bool write;
};

struct mali_walk_entry {
	u64 ns, va, pa;
	u8 as;
	bool hit;   /* by the TLB, else a walk */
	bool write; /* kind of access */
	bool stale; /* hit, but a walk says something else */
	u32 fault;  /* AS_FAULT_ value of a walk that found nothing */
};

#define MALI_TRACE_SIZE 512
#define MALI_WALKS_SIZE 256

struct mali_log {
	u64 traced; /* number of all; the last MALI_TRACE_SIZE are there */
	struct mali_trace_entry trace[MALI_TRACE_SIZE];
	bool watching;
	u8 watch_as;
	u64 watch_first, watch_last;
	u64 walked;
	struct mali_walk_entry walk[MALI_WALKS_SIZE];
};

/* Registers that are there to be written and change nothing. */
#define MALI_INERT 16

struct mali_gpu {
	const struct mali_features *features;
	const struct mali_host_ops *ops;
	void *host;
	bool use_tlb;

	u32 raw[MALI_LINES], mask[MALI_LINES];
	bool high[MALI_LINES];
	u64 shader_ready, tiler_ready, l2_ready;
	u32 js_state; /* as it was at the last write to JOB_INT_CLEAR */
	u32 flush_id;
	bool cycles_on;
	u64 cycles_start_ns;
	u32 inert[MALI_INERT];

	struct mali_slot slot[MALI_SLOTS];
	struct mali_as as[MALI_AS_COUNT];

	struct mali_control control;
	struct mali_stats stats;
	struct mali_log log;
};

/* gpu.c: the register window, resets, power, interrupt levels */

/** mali_features_by_name() - the GPU called @name, or NULL */
const struct mali_features *mali_features_by_name(const char *name);

/**
 * mali_gpu_init() - a GPU in the state of power-on
 *
 * @gpu is the caller's and all zero. @features and @ops are kept.
 */
void mali_gpu_init(struct mali_gpu *gpu, const struct mali_features *features,
		   const struct mali_host_ops *ops, void *host, bool use_tlb);

/** mali_gpu_read() - what a read of the register at @offset gives; 0 where there is none */
u32 mali_gpu_read(struct mali_gpu *gpu, u32 offset);

/** mali_gpu_write() - write a register, with all that follows from it */
void mali_gpu_write(struct mali_gpu *gpu, u32 offset, u32 value);

/** mali_set_hold() - let no job have its effect or end, or let them go on */
void mali_set_hold(struct mali_gpu *gpu, bool hold);

/** mali_set_irq_drop() - keep lines low (bits of enum mali_line); what is pending comes later */
void mali_set_irq_drop(struct mali_gpu *gpu, u32 lines);

/** mali_cycles() - the cycle counter, which stands still unless it was started */
u64 mali_cycles(const struct mali_gpu *gpu);

/** mali_update_lines() - tell the host of levels that changed; after each change of raw or mask */
void mali_update_lines(struct mali_gpu *gpu);

/** mali_bad_write() - report a write that a driver should not have made */
void mali_bad_write(struct mali_gpu *gpu, u32 offset, u32 value, const char *why);

static inline u64 mali_now(const struct mali_gpu *gpu)
{
	return gpu->ops->now_ns(gpu->host);
}

/* Change one half of a 64-bit register. */
static inline void mali_set_half(u64 *reg, bool high, u32 value)
{
	*reg = high ? (*reg & 0xffffffffULL) | (u64)value << 32 :
		      (*reg & ~0xffffffffULL) | value;
}

static inline u32 mali_half(u64 reg, bool high)
{
	return high ? upper_32_bits(reg) : lower_32_bits(reg);
}

/* as.c: the registers and commands of the address spaces; both false if there is no such register */

bool mali_as_read(struct mali_gpu *gpu, u32 offset, u32 *ret_value);
bool mali_as_write(struct mali_gpu *gpu, u32 offset, u32 value);

/* mmu.c: memory as the GPU sees it */

enum mali_access {
	MALI_ACCESS_OK,
	/* Nothing was copied from this page on; to be tried again after a command of the AS. */
	MALI_ACCESS_STALLED,
	/* The address space is switched off. */
	MALI_ACCESS_UNMAPPED,
	/* The tables name memory that does not exist. */
	MALI_ACCESS_BUS_ERROR,
};

/**
 * mali_mmu_copy() - read (@write false) or write GPU memory, page by page
 *
 * Each page is translated and copied in one go. A translation or permission
 * fault is recorded in the address space and raises its interrupt.
 *
 * @ret_va: if not MALI_ACCESS_OK, the address that did not work
 */
enum mali_access mali_mmu_copy(struct mali_gpu *gpu, unsigned int as, u64 va, void *buf, size_t len,
			       bool write, u64 *ret_va);

/* tlb.c */

/** mali_tlb_lookup() - the entry for the page of @va, or NULL */
const struct mali_tlb_entry *mali_tlb_lookup(const struct mali_tlb *tlb, u64 va);

/** mali_tlb_fill() - remember @entry, over an older one if there is no room */
void mali_tlb_fill(struct mali_tlb *tlb, const struct mali_tlb_entry *entry);

/** mali_tlb_flush() - forget the pages that have a byte in [@first, @last] */
void mali_tlb_flush(struct mali_tlb *tlb, u64 first, u64 last);

/* job.c: the registers of the job slots; the first two false if there is no such register */

bool mali_job_read(struct mali_gpu *gpu, u32 offset, u32 *ret_value);
bool mali_job_write(struct mali_gpu *gpu, u32 offset, u32 value);

/** mali_slot_end() - the chain of @slot ends with @status, a MALI_STATUS_ */
void mali_slot_end(struct mali_gpu *gpu, unsigned int slot, u32 status);

/** mali_slots_resume() - an AS command was executed: accesses stalled on @as are tried again */
void mali_slots_resume(struct mali_gpu *gpu, unsigned int as);

/* exec.c: what jobs do */

enum mali_step {
	MALI_STEP_AGAIN, /* there is more to do */
	MALI_STEP_SLEEP, /* until a kick, or until *ret_until_ns if that is not 0 */
};

/**
 * mali_slot_step() - the next piece of the work of a slot
 *
 * A piece is short: at most one descriptor is read or one value written.
 */
enum mali_step mali_slot_step(struct mali_gpu *gpu, unsigned int slot, u64 *ret_until_ns);

#endif
