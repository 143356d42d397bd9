/* SPDX-License-Identifier: MIT */
/**
 * An input is a memory.txt.
 */
#include "fuzz.h"
#include "report/timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct timeline *timeline = timeline_parse(text, size);

	for (unsigned row = 0; timeline && row < timeline->times->len; row++) {
		fuzz_assert(row == 0 ||
			    timeline_time(timeline, row) >= timeline_time(timeline, row - 1));
		fuzz_assert(timeline_find(timeline, timeline_time(timeline, row)) <= row);
		for (unsigned column = 0; column < timeline->columns->len; column++)
			fuzz_assert(timeline_value(timeline, row, column) >= TIMELINE_UNKNOWN);
	}
	timeline_free(timeline);
	free(text);
	return 0;
}
