/* SPDX-License-Identifier: MIT */
/**
 * The first byte of an input tells the kind of file, F, K (flakes) or S; the rest is its text.
 */
#include <glib.h>

#include "expect_file.h"
#include "fuzz.h"

static enum expect_kind kind_of(uint8_t letter)
{
	return letter == 'K' ? EXPECT_FLAKES : letter == 'S' ? EXPECT_SKIPS : EXPECT_FAILS;
}

static void check_entry(const struct expect_entry *entry, enum expect_kind kind)
{
	fuzz_assert(entry->kind == kind && entry->line > 0);
	fuzz_assert(g_utf8_validate(entry->reason, -1, NULL) && !strchr(entry->reason, '\n'));
	if (kind == EXPECT_FAILS)
		fuzz_assert(entry->name && *entry->name && !strpbrk(entry->name, ", \t\n"));
	else
		/* One that matches everything would hide all failures. */
		fuzz_assert(entry->regex && !g_regex_match(entry->regex, "", 0, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum expect_kind kind = size ? kind_of(data[0]) : EXPECT_FAILS;
	char *text = fuzz_string(data, size), *why = NULL;
	GPtrArray *entries = NULL;
	int r = expect_file_parse("x", kind, size ? text + 1 : text, size ? size - 1 : 0, &entries,
				  &why);

	if (r < 0) {
		fuzz_assert(g_str_has_prefix(why, "x:") && !entries);
		fuzz_assert(!strchr(why, '\n') && g_utf8_validate(why, -1, NULL));
	} else {
		for (unsigned i = 0; i < entries->len; i++)
			check_entry(g_ptr_array_index(entries, i), kind);
		g_ptr_array_unref(entries);
	}
	g_free(why);
	free(text);
	return 0;
}
