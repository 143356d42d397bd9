/* SPDX-License-Identifier: MIT */
/**
 * An input is the kernel log of a test, of which every line is a warning too.
 */
#include "fuzz.h"
#include "report/kernel_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	GPtrArray *marks = log_marks(text, text, 8);

	fuzz_assert(marks->len <= 8);
	for (unsigned i = 0; i < marks->len; i++) {
		const struct log_mark *mark = g_ptr_array_index(marks, i);

		fuzz_assert(mark->kind == LOG_MARK_WARNING && !strchr(mark->text, '\n'));
	}
	g_ptr_array_unref(marks);
	marks = log_marks(text, NULL, 8);
	for (unsigned i = 0; i < marks->len; i++)
		fuzz_assert(((struct log_mark *)marks->pdata[i])->kind != LOG_MARK_WARNING);
	g_ptr_array_unref(marks);
	free(text);
	return 0;
}
