/* SPDX-License-Identifier: MIT */
/**
 * Interrupts of the GPU that come so late that the driver asks itself what became of the job.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_fork.h"
#include "igt_klog.h"
#include "panfrost/pressure.h"
#include "panfrost/steps.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/partner.h"

/* JOB_TIMEOUT_MS in panfrost_job.c. */
#define JOB_MS 500
/* More than that, and less than what the kernel lets anybody have of a processor at a time. */
#define LATE_MS 800
/* The machine may have been late itself, so that the driver looked when all was over. */
#define MOST_TRIES 5

#define SETTLE_MS 3000

static cpu_set_t all_cpus;
static pid_t handler;

static void let_loose(void *data)
{
	sched_setaffinity(handler, sizeof(all_cpus), &all_cpus);
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
}

/* The interrupts of jobs get a processor of their own, and this process the others. */
static cpu_set_t part_from_interrupts(void)
{
	cpu_set_t theirs, ours;
	int last = CPU_SETSIZE - 1;

	igt_assert(sched_getaffinity(0, sizeof(all_cpus), &all_cpus) == 0);
	errno = 0;
	igt_require_f(CPU_COUNT(&all_cpus) > 1, "With one processor everybody would be late\n");
	handler = interrupt_thread("job");
	igt_require_f(handler, "There is no thread irq/*-panfrost-job, which should handle the "
		      "interrupts of jobs\n");
	while (!CPU_ISSET(last, &all_cpus))
		last--;
	ours = all_cpus;
	CPU_CLR(last, &ours);
	CPU_ZERO(&theirs);
	CPU_SET(last, &theirs);
	igt_on_subtest_end(let_loose, NULL);
	igt_assert(sched_setaffinity(0, sizeof(ours), &ours) == 0);
	igt_require_f(sched_setaffinity(handler, sizeof(theirs), &theirs) == 0,
		      "The interrupts of jobs cannot get a processor of their own: %s\n",
		      strerror(errno));
	return theirs;
}

/* Have @cpu to oneself, before any interrupt thread, for LATE_MS. */
_Noreturn static void hog(const cpu_set_t *cpu, int ready)
{
	const struct sched_param first = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
	const bool alone = sched_setaffinity(0, sizeof(*cpu), cpu) == 0 &&
			   sched_setscheduler(0, SCHED_FIFO, &first) == 0;
	const uint64_t end_ns = igt_now_ns() + LATE_MS * UINT64_C(1000000);

	partner_signal(ready);
	while (alone && igt_now_ns() < end_ns)
		;
	_exit(alone ? 0 : 1);
}

/*
 * A job is done, and its BO lent and closed, whose interrupt is late. Returns whether the job was
 * taken for one that hangs meanwhile.
 */
static bool job_with_late_interrupt(struct gem_device *dev, const cpu_set_t *cpu)
{
	struct gem_bo *bo = gem_bo_create(dev, KiB(64));
	struct panfrost_job *job = job_writing(dev, panfrost_address(bo));
	struct igt_helper_process hogger = {0};
	const int ready = partner_event();
	unsigned int ms;
	int status;

	igt_fork_helper(&hogger)
		hog(cpu, ready);
	partner_await(ready);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	ms = panfrost_await(job);
	status = igt_wait_helper(&hogger);
	close(ready);
	errno = 0;
	igt_require_f(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		      "Nobody may have a processor to himself (SCHED_FIFO)\n");
	igt_info("the interrupt of a job is %u ms late\n", ms);
	panfrost_assert_done(job, "a job whose interrupt is late is done");
	gem_bo_madvise(bo, GEM_DONTNEED);
	gem_bo_free(bo);
	return ms > JOB_MS;
}

/**
 * LD05: of a job that was done, and taken for one that hangs until its interrupt came, nothing is
 * left. B181.
 */
void pressure_late_interrupt_leaves_nothing(struct gem_device *dev)
{
	const cpu_set_t cpu = part_from_interrupts();
	const uint64_t before = igt_reclaimable(dev);
	bool late = false;
	struct gem_bo *bo;

	igt_klog_start();
	for (int i = 0; i < MOST_TRIES && !late; i++)
		late = job_with_late_interrupt(dev, &cpu);
	errno = 0;
	igt_require_f(late, "No interrupt came later than the driver waits for a job\n");

	igt_assert_f(igt_wait(igt_reclaimable(dev) == before, SETTLE_MS, 10),
		     "the BO of a job whose interrupt was late is closed: %" PRIu64 " KiB are "
		     "counted, expected %" PRIu64 " KiB\n", igt_reclaimable(dev) >> 10,
		     before >> 10);
	bo = gem_bo_filled(dev, KiB(64));
	write_promptly(bo, KiB(1), "the GPU works after an interrupt that was late");
	igt_klog_assert_quiet("an interrupt that is late is no mistake of the kernel's");
}
