/* SPDX-License-Identifier: MIT */
/**
 * machine.txt of one job: what happened to the kernel's health in each subtest, and in the whole
 * job. A line each, written when the subtest ends; keys and values are separated by tabs:
 *
 *	subtest=NAME	taint=0x0->0x200	debug_locks=1->1	oom_kills=0
 *
 * What happens before a subtest, and after the one before it, counts for it, as it does in the
 * kernel log. The name of the whole job is empty. `-` stands for what this kernel does not tell.
 */
#ifndef RUNNER_MACHINE_RECORD_H
#define RUNNER_MACHINE_RECORD_H

#include "cleanup.h"
#include "machine_state.h"
#include "markers.h"

struct machine_record;

/** Creates the file in the job's directory @dirfd, or goes on with it. 0 or a negative errno. */
int machine_record_open(int dirfd, struct machine_record **ret);
void machine_record_close(struct machine_record *record);

DEFINE_CLEANUP(struct machine_record *, machine_record_close);

/**
 * The kernel logged something: figures that take time to get are to be had anew. Locks that are
 * wrong and processes that are killed never change them in silence.
 */
void machine_record_expect_change(struct machine_record *record);

/** A subtest began or ended. 0 or a negative errno of the file. */
int machine_record_marker(struct machine_record *record, const struct marker *marker);

/** The job ended, and with it a subtest that had no end. 0 or a negative errno of the file. */
int machine_record_end(struct machine_record *record);

#endif
