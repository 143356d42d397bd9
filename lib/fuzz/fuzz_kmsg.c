/* SPDX-License-Identifier: MIT */
/**
 * An input is a record of /dev/kmsg.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "igt_klog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *record = fuzz_string(data, size);
	bool warning = false;
	const char *text = igt_klog_parse(record, &warning);

	fuzz_assert(!text || (text > record && text <= record + strlen(record)));
	/* Something has to be said for it to be a warning. */
	fuzz_assert(!text || !warning || *text);
	free(record);
	return 0;
}
