/* SPDX-License-Identifier: MIT */
/** igt_results: makes results.json of a results directory, however the run ended. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "results.h"

static const char usage[] =
	"Usage: igt_results results-path\n"
	"\n"
	"Writes results-path/results.json from the records of a run, also of one that\n"
	"was cut off. Exit status: 0 written; 1 not, and an earlier one is untouched.\n";

int main(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 2) {
		log_error("expected one argument, the results directory; see --help");
		return 1;
	}
	if (results_generate(argv[1]) < 0)
		return 1;
	puts("Results generated");
	return 0;
}
