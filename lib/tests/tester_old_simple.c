/* SPDX-License-Identifier: MIT */
/**
 * A tester in one piece with options, in the syntax of IGT 2.2 and before.
 */
#include "igt.h"

static int speed;

static int take_option(int option, int index, void *data)
{
	if (option != 'f')
		return IGT_OPT_HANDLER_ERROR;
	speed++;
	return IGT_OPT_HANDLER_SUCCESS;
}

igt_simple_main_args("f", NULL, "  -f  how fast\n", take_option, NULL)
{
	igt_info("speed %d\n", speed);
}
