/* SPDX-License-Identifier: MIT */
/**
 * Where a run that was cut off goes on: with the runner killed, the machine panicked or the power
 * gone at any moment, without running anything a second time, and without an end of its own to
 * trust in.
 */
#ifndef RUNNER_RESUME_H
#define RUNNER_RESUME_H

#include <glib.h>
#include <stdbool.h>

#include "settings.h"

struct resume_point {
	/** The first job that is not done; the number of jobs if all are. */
	unsigned index;
	/**
	 * What of that job is on record (char *, owned), also if that is nothing: it goes on in the
	 * directory that it has. NULL if it has none.
	 */
	GPtrArray *seen;
	/** Seconds that were spent in jobs; 0 if the run may take as long as it likes. */
	double spent;
	/** The machine went down since the run began or went on. */
	bool rebooted;
};

void resume_point_clear(struct resume_point *point);

/** Notes in @results_fd which boot of the machine this is. Call when a run begins. Negative errno.
 */
int resume_note_boot(int results_fd);

/**
 * Finds the place in results directory @results_fd (@path is its name in messages). A subtest that
 * began is not run again: it is what was going on when the run was cut off, and may be why. A
 * process in which none began is started again; if the machine went down with it, once. Logs, then
 * returns a negative errno, if the record cannot be read.
 */
int resume_find(int results_fd, const char *path, const struct settings *settings,
		const GPtrArray *jobs, struct resume_point *ret);

/**
 * Makes the record ready to go on at @point, and flushes it: the job that was cut off gets an end
 * that says so, and the run none yet. Can be cut off itself at any moment, and done again. Logs,
 * then returns a negative errno.
 */
int resume_prepare(int results_fd, const char *path, const GPtrArray *jobs,
		   const struct resume_point *point);

#endif
