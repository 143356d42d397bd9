/* SPDX-License-Identifier: MIT */
/**
 * Steps that scenarios of panfrost have in common.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "mali/mali_model.h"
#include "panfrost/steps.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/purge.h"

/* What the driver logs of jobs that are meant to fail here, of resets, and of its purges. */
#define FAULT_LINES                                                                            \
	"js fault|Unhandled Page fault|gpu sched timeout|Soft-stop|BO has no sgt|"             \
	"callbacks suppressed"

struct panfrost_job *job_writing(struct gem_device *dev, uint64_t address)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_write(&job->chain, MALI_WRITE_64, address, VALUE);
	return job;
}

struct panfrost_job *endless_job(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev);

	mali_chain_null(&job->chain);
	mali_chain_null(&job->chain);
	mali_chain_close_loop(&job->chain);
	return job;
}

void write_promptly(struct gem_bo *bo, uint64_t at, const char *claim)
{
	struct panfrost_job *job = job_writing(bo->dev, panfrost_address(bo) + at);

	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	panfrost_assert_done_promptly(job, claim);
}

void assert_purged_soon(struct gem_bo *bo, const char *claim)
{
	purge_lent(bo, claim);
	igt_assert_bo_purged(bo, claim);
}

void watched(struct gem_device *dev, void (*scenario)(struct gem_device *dev))
{
	const bool model = mali_model_present();
	const uint64_t before = model ? mali_model_stat("freed_accesses") : 0;
	uint64_t after;

	/* Else a fault of an earlier one may delay the next by the driver's timeout. */
	panfrost_rest(dev);
	igt_emit_ignore_dmesg_regex(FAULT_LINES);
	scenario(dev);
	after = model ? mali_model_stat("freed_accesses") : 0;
	igt_assert_f(after == before, "the GPU used memory that was freed, %" PRIu64 " times\n",
		     after - before);
}

pid_t interrupt_thread(const char *line)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;
	char suffix[32];

	igt_assert(proc);
	snprintf(suffix, sizeof(suffix), "-panfrost-%s", line);
	while (!found && (entry = readdir(proc))) {
		_cleanup_free_ char *name = NULL;
		char path[300];

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (atoi(entry->d_name) > 0 && igt_file_read(path, &name) == 0 &&
		    strncmp(name, "irq/", 4) == 0 && strstr(name, suffix))
			found = atoi(entry->d_name);
	}
	errno = 0;
	return found;
}
