// SPDX-License-Identifier: MIT
#include "guest_expect.h"

#include "expectations.h"
#include "guest_util.h"

#include <errno.h>
#include <string.h>

static enum expect_source source_of(const char *option)
{
	if (!strcmp(option, "--expect-for"))
		return EXPECT_FROM_LAYERS;
	return strcmp(option, "--require") ? EXPECT_FROM_FILE : EXPECT_FROM_REQUIREMENT;
}

int guest_expect_read(const char *const *words, struct expectations **ret, char **ret_why)
{
	_cleanup_(expectations_freep) struct expectations *expectations = NULL;

	for (; words[0]; words += 2) {
		int r = expectations_take(&expectations, source_of(words[0]), words[1], ret_why);

		if (r < 0)
			return r;
	}
	*ret = g_steal_pointer(&expectations);
	return 0;
}

int guest_expect_leave_out(const struct expectations *expectations, GPtrArray *names, FILE *stream,
			   char **ret_why)
{
	for (unsigned int i = 0; i < names->len;) {
		const char *name = names->pdata[i];
		const struct expect_entry *skip = expectations_skip(expectations, name);

		if (!skip) {
			i++;
			continue;
		}
		fprintf(stream, "igt_guest: %s is not run, as %s:%u says%s%s\n", name, skip->file,
			skip->line, *skip->reason ? ": " : "", skip->reason);
		g_ptr_array_remove_index(names, i);
	}
	if (!names->len)
		return guest_fail(ret_why, ENOENT,
				  "skips files leave nothing to run: give --tests others, or leave "
				  "out an --expect");
	return 0;
}
