/* SPDX-License-Identifier: MIT */
/**
 * --seconds, for tests whose subtests go on as long as one likes; for igt_main_args().
 */
#ifndef RECLAIM_STRESS_OPTION_H
#define RECLAIM_STRESS_OPTION_H

#include <getopt.h>

/** How many seconds a subtest goes on: what --seconds says, without it @otherwise. */
unsigned int stress_seconds(unsigned int otherwise);

extern const struct option stress_options[];

#define STRESS_HELP "  --seconds N\tHow long each subtest goes on (default: one or two)\n"

/** An IGT_OPT_HANDLER_* value. */
int stress_take_option(int option, int index, void *data);

#endif
