/* SPDX-License-Identifier: MIT */
/** The command line of igt_runner. */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include "settings.h"

/** What the command line asks for. */
enum options_action {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_HELP_HOOK,
};

/**
 * Reads the command line. *ret_settings (caller frees) is set for OPTIONS_RUN
 * only; its paths are absolute. Logs what is wrong, then returns -EINVAL.
 */
int options_parse(int argc, char **argv, enum options_action *ret_action,
		  struct settings **ret_settings);

/** The usage text. Caller frees. */
char *options_help(void);

#endif
