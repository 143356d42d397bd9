/* SPDX-License-Identifier: MIT */
/**
 * An input is one device filter. What it matches is looked up in a sysfs without any device.
 */
#include "fuzz.h"
#include "igt_device_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *node = NULL;
	struct igt_device_filter filter;
	const char *why = NULL;

	if (igt_device_filter_parse(text, &filter, &why) < 0)
		fuzz_assert(why);
	else
		fuzz_assert(igt_device_filter_find("/nonexistent", &filter, 0, false, &node) < 0);
	free(text);
	return 0;
}
