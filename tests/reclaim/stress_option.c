/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "igt.h"
#include "reclaim/stress_option.h"

static unsigned int seconds_given;

const struct option stress_options[] = {
	{"seconds", required_argument, NULL, 's'},
	{0},
};

unsigned int stress_seconds(unsigned int otherwise)
{
	return seconds_given ?: otherwise;
}

int stress_take_option(int option, int index, void *data)
{
	char *end;
	const long seconds = strtol(optarg, &end, 10);

	if (*end || end == optarg || seconds < 1 || seconds > 86400) {
		fprintf(stderr, "--seconds %s: give a number from 1 to 86400\n", optarg);
		return IGT_OPT_HANDLER_ERROR;
	}
	seconds_given = (unsigned int)seconds;
	return IGT_OPT_HANDLER_SUCCESS;
}
