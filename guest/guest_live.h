/* SPDX-License-Identifier: MIT */
/** The runner's output as it comes: verdicts are counted against what was asked for. */
#ifndef GUEST_LIVE_H
#define GUEST_LIVE_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

struct expectations;

struct guest_live {
	unsigned int expected; /* subtests that were asked for */
	unsigned int seen;     /* of those, how many have a verdict */
	GHashTable *missing;   /* names, folded to lower case, that have none yet */
	FILE *verdicts;	       /* where verdict lines go, with a counter in front */
	FILE *others;	       /* where everything else goes, marked as the runner's */
	/* What verdict lines are told to be expected by; may be NULL. Set after init. */
	const struct expectations *expectations;
};

/** Starts counting the names (`binary@subtest`, see guest_list_collect). */
void guest_live_init(struct guest_live *live, const GPtrArray *names, FILE *verdicts, FILE *others);

/** Takes one line of `igt_runner --report text`. True if it was a verdict that was awaited. */
bool guest_live_line(struct guest_live *live, const char *line);

/** A sentence about names without a verdict, owned by the caller; NULL if there are none. */
char *guest_live_missing(const struct guest_live *live);

/** Frees the names. */
void guest_live_clear(struct guest_live *live);

#endif
