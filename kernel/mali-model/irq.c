// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt lines. They are levels: one that is still high after its handler
 * ran is delivered again.
 *
 * A rising line is delivered from an irq_work, in a true hard interrupt. What
 * is to come later, because a test wants it delayed or because the line stayed
 * high, comes from a thread. So does everything on UML, which has no interrupt
 * to itself.
 */
#include "host.h"

#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kthread.h>

/* Between deliveries of a line that stays high, so that others get to lower it. */
#define AGAIN_NS 50000

static enum mali_line line_of(const struct mali_irq *irq)
{
	return irq - irq->host->irq;
}

static void deliver_at(struct mali_irq *irq, u64 ns)
{
	irq->due_ns = ns;
	wake_up_process(irq->host->irq_thread);
}

/* Count an interrupt that is about to happen, if the line is still high. */
static bool begin(struct mali_irq *irq)
{
	struct mali_host *host = irq->host;
	struct mali_stats *stats = &host->gpu.stats;
	u64 *const count[MALI_LINES] = {
		[MALI_LINE_JOB] = &stats->irqs_job,
		[MALI_LINE_MMU] = &stats->irqs_mmu,
		[MALI_LINE_GPU] = &stats->irqs_gpu,
	};
	unsigned long flags = mali_lock(host);
	bool high = host->gpu.high[line_of(irq)];

	if (high)
		++*count[line_of(irq)];
	mali_unlock(host, flags);
	return high;
}

static void end(struct mali_irq *irq)
{
	unsigned long flags = mali_lock(irq->host);

	if (irq->host->gpu.high[line_of(irq)])
		deliver_at(irq, ktime_get_ns() + AGAIN_NS);
	mali_unlock(irq->host, flags);
}

static void deliver_work(struct irq_work *work)
{
	struct mali_irq *irq = container_of(work, struct mali_irq, work);

	if (!begin(irq))
		return;
	generic_handle_irq(irq->irq);
	end(irq);
}

void mali_irq_line(void *data, enum mali_line line, bool high)
{
	struct mali_host *host = data;
	struct mali_irq *irq = &host->irq[line];
	u64 delay_us = host->gpu.control.irq_delay_us;

	if (!high)
		irq->due_ns = 0;
	else if (delay_us || IS_ENABLED(CONFIG_UML))
		deliver_at(irq, ktime_get_ns() + delay_us * NSEC_PER_USEC);
	else
		irq_work_queue(&irq->work);
}

/* Take the interrupts that are due out; the time of the next one, or 0. */
static u64 take_due(struct mali_host *host, unsigned long *ret_lines)
{
	unsigned long flags = mali_lock(host);
	u64 now = ktime_get_ns(), next = 0;

	*ret_lines = 0;
	for (int line = 0; line < MALI_LINES; line++) {
		u64 *due = &host->irq[line].due_ns;

		if (!*due)
			continue;
		if (*due <= now) {
			*due = 0;
			*ret_lines |= BIT(line);
		} else if (!next || *due < next) {
			next = *due;
		}
	}
	mali_unlock(host, flags);
	return next;
}

static int irq_thread(void *data)
{
	struct mali_host *host = data;
	unsigned long lines;
	ktime_t until;
	u64 next;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		next = take_due(host, &lines);
		if (!lines && next) {
			until = ns_to_ktime(next);
			schedule_hrtimeout_range(&until, 0, HRTIMER_MODE_ABS);
		} else if (!lines) {
			schedule();
		}
		__set_current_state(TASK_RUNNING);
		for (int line = 0; line < MALI_LINES; line++) {
			if (!(lines & BIT(line)) || !begin(&host->irq[line]))
				continue;
			generic_handle_irq_safe(host->irq[line].irq);
			end(&host->irq[line]);
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

int mali_irqs_init(struct mali_host *host)
{
	host->irq_base = irq_alloc_descs(-1, 0, MALI_LINES, NUMA_NO_NODE);
	if (host->irq_base < 0)
		return host->irq_base;
	for (int line = 0; line < MALI_LINES; line++) {
		struct mali_irq *irq = &host->irq[line];

		irq->host = host;
		irq->irq = host->irq_base + line;
		irq->work = IRQ_WORK_INIT_HARD(deliver_work);
		irq_set_chip_and_handler(irq->irq, &dummy_irq_chip, handle_simple_irq);
		irq_modify_status(irq->irq, IRQ_NOREQUEST, IRQ_NOPROBE);
	}
	host->irq_thread = kthread_run(irq_thread, host, "mali-irq");
	if (IS_ERR(host->irq_thread)) {
		irq_free_descs(host->irq_base, MALI_LINES);
		return PTR_ERR(host->irq_thread);
	}
	return 0;
}

void mali_irqs_exit(struct mali_host *host)
{
	for (int line = 0; line < MALI_LINES; line++)
		irq_work_sync(&host->irq[line].work);
	kthread_stop(host->irq_thread);
	irq_free_descs(host->irq_base, MALI_LINES);
}
