/* SPDX-License-Identifier: MIT */
/**
 * A tester with options of its own; TESTER makes them clash with the library's.
 */
#include <stdlib.h>
#include <string.h>

#include "igt.h"
#include "igt_hook.h"

static const char *size = "none";
static int speed, bad;

static int take_option(int option, int index, void *data)
{
	switch (option) {
	case 's':
		size = optarg;
		return IGT_OPT_HANDLER_SUCCESS;
	case 1:
		++*(int *)data;
		return IGT_OPT_HANDLER_SUCCESS;
	case 2:
		bad = index;
	}
	return IGT_OPT_HANDLER_ERROR;
}

static const struct option own[] = {
	{"size", required_argument, NULL, 's'},
	{"fast", no_argument, NULL, 1},
	{"bad", no_argument, NULL, 2},
	{NULL, 0, NULL, 0},
};

int igt_main_args("s:", own, "  --size, -s <bytes>  how large\n  --fast  how fast", take_option,
		  &speed)
{
	igt_subtest("options")
		igt_info("size %s, speed %d\n", size, speed);

	igt_subtest("unbind")
		igt_hook_event(IGT_HOOK_POST_KMOD_UNBIND, "vgem");
}
