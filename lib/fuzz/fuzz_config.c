/* SPDX-License-Identifier: MIT */
/**
 * An input is a configuration file.
 */
#include "fuzz.h"
#include "igt_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	const char *why = NULL;

	fuzz_assert(igt_config_parse(text, &why) == 0 || why);
	igt_config_get("Common", "Device");
	igt_config_forget();
	free(text);
	return 0;
}
