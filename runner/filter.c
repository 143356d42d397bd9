/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>

#include "log.h"

int filter_add(GPtrArray *filters, const char *expression)
{
	g_autoptr(GError) error = NULL;
	/* RAW: names are bytes, and a byte that is no UTF-8 must not end the matching. */
	GRegex *regex = g_regex_new(expression, G_REGEX_CASELESS | G_REGEX_OPTIMIZE | G_REGEX_RAW,
				    /* match_options= */ 0, &error);

	if (!regex) {
		log_error("\"%s\" is no regular expression: %s", expression, error->message);
		return -EINVAL;
	}
	g_ptr_array_add(filters, regex);
	return 0;
}

bool filter_matches(const GPtrArray *filters, const char *name)
{
	for (unsigned i = 0; i < filters->len; i++)
		if (g_regex_match(g_ptr_array_index(filters, i), name, /* match_options= */ 0,
				  /* match_info= */ NULL))
			return true;
	return false;
}

bool filter_lets_through(const GPtrArray *include, const GPtrArray *exclude, const char *name)
{
	if (filter_matches(exclude, name))
		return false;
	return include->len == 0 || filter_matches(include, name);
}
