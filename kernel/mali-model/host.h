/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model's host in the kernel: one lock, a thread for each job slot, three
 * interrupts, one platform device. There is one GPU, as on a board.
 */
#ifndef MALI_HOST_H
#define MALI_HOST_H

#include "mali.h"

#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#define MALI_PENDING_REPORTS 8

struct mali_host;

struct mali_irq {
	struct mali_host *host;
	struct irq_work work;
	unsigned int irq;
	u64 due_ns; /* the thread is to deliver it then; 0: it is not */
};

struct mali_slot_thread {
	struct mali_host *host;
	unsigned int slot;
	struct task_struct *task;
};

/**
 * struct mali_host - all that @lock guards, and the threads
 *
 * Registers are read in hard interrupts, so the lock is a raw one: nothing may
 * be printed, allocated or slept for under it, and only wake_up_process() wakes.
 */
struct mali_host {
	raw_spinlock_t lock;
	struct mali_gpu gpu;
	/* To be printed when the lock is released; see mali_unlock(). */
	struct mali_report report[MALI_PENDING_REPORTS];
	unsigned int reports;
	bool strict;

	struct mali_slot_thread slot[MALI_SLOTS];
	int irq_base; /* of MALI_LINES consecutive ones; below 0 if there are none */
	struct mali_irq irq[MALI_LINES];
	struct task_struct *irq_thread;
};

/* platform.c */

/** mali_lock() - make calls into the model; to be undone by mali_unlock() */
unsigned long mali_lock(struct mali_host *host);

/** mali_unlock() - and print what the model reported meanwhile */
void mali_unlock(struct mali_host *host, unsigned long flags);

/** mali_register_read() - mali_gpu_read() from anywhere */
u32 mali_register_read(struct mali_host *host, u32 offset);

/** mali_register_write() - mali_gpu_write() from anywhere */
void mali_register_write(struct mali_host *host, u32 offset, u32 value);

/* memory.c: the operations read, write and owner of struct mali_host_ops */

int mali_memory_read(void *host, u64 pa, void *buf, size_t len);
int mali_memory_write(void *host, u64 pa, const void *buf, size_t len);
bool mali_memory_owner(void *host, u64 pa, struct mali_owner *ret_owner);

/* irq.c */

int mali_irqs_init(struct mali_host *host);
void mali_irqs_exit(struct mali_host *host);

/** mali_irq_line() - the operation line of struct mali_host_ops */
void mali_irq_line(void *host, enum mali_line line, bool high);

/* debugfs.c */

void mali_debugfs_init(struct mali_host *host);
void mali_debugfs_exit(void);

/* uml.c; elsewhere redirect.h leads panfrost to the model, and there is nothing to do */

#ifdef CONFIG_UML
/* QEMU has nothing there, but UML's virtual PCI owns what is above. */
#define MALI_WINDOW_START 0xc0000000ULL
int mali_uml_init(struct mali_host *host);
#else
#define MALI_WINDOW_START 0xf0000000ULL
static inline int mali_uml_init(struct mali_host *host)
{
	return 0;
}
#endif

#endif
