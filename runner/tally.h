/* SPDX-License-Identifier: MIT */
/** The `totals` of results.json: how many of each verdict, overall and per binary. */
#ifndef RUNNER_TALLY_H
#define RUNNER_TALLY_H

#include "verdict.h"

struct json_object;
struct tally;

/** Starts with the two overall groups, named `""` and `root`. Never fails. */
struct tally *tally_new(void);
void tally_free(struct tally *tally);

/** Counts one entry for @binary (`igt@<binary>`, valid UTF-8) and overall. */
void tally_count(struct tally *tally, const char *binary, enum verdict verdict);

/** All groups in order of appearance. The caller owns the object. */
struct json_object *tally_to_json(const struct tally *tally);

#endif
