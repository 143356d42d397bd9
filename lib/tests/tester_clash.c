/* SPDX-License-Identifier: MIT */
/**
 * A tester whose options clash with the library's, as TESTER says. Its main function is its own.
 */
#include <stdlib.h>
#include <string.h>

#include "igt.h"

int main(int argc, char **argv)
{
	static const struct option name[] = {{"device", no_argument, NULL, 1}, {}};
	static const struct option value[] = {{"own", no_argument, NULL, 500}, {}};
	static const struct option letter[] = {{"own", no_argument, NULL, 'h'}, {}};
	const char *wish = getenv("TESTER") ?: "";
	const struct option *options = strcmp(wish, "name") == 0   ? name :
				       strcmp(wish, "value") == 0  ? value :
				       strcmp(wish, "letter") == 0 ? letter :
								     NULL;

	if (!*wish)
		igt_simple_init(argc, argv);
	else
		igt_subtest_init_parse_opts(&argc, argv, strcmp(wish, "short") == 0 ? "xh" : NULL,
					    options, NULL, NULL, NULL);
	igt_success();
}
