/* SPDX-License-Identifier: MIT */
/**
 * The listing modes, and the descriptions they print: of the test, of groups, of subtests.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "igt_internal.h"
#include "igt_wildmat.h"

/* Description waiting for the subtest or group that follows it. */
static char *pending;
/* The groups around the place where the listing is, innermost first. */
static struct igt__group *groups;

void igt_describe_f(const char *format, ...)
{
	va_list args;

	if (igt_options.mode != IGT_MODE_DESCRIBE)
		return;
	igt_internal_assert(!pending, "a description follows another");
	va_start(args, format);
	if (vasprintf(&pending, format, args) < 0)
		pending = NULL;
	va_end(args);
}

void igt_description_drop(void)
{
	free(pending);
	pending = NULL;
}

void igt_group_describe(struct igt__group *group)
{
	group->description = pending;
	pending = NULL;
	group->outer = groups;
	groups = group;
}

void igt_group_undescribe(struct igt__group *group)
{
	free(group->description);
	group->description = NULL;
	groups = group->outer;
}

void igt_listing_begin(void)
{
	if (igt_options.mode == IGT_MODE_DESCRIBE && &igt__test_description)
		printf("%s\n\n", igt__test_description);
}

/* Print @text with each line indented by two spaces. */
static void print_indented(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("  %.*s\n", (int)length, text);
		text += length;
		if (*text)
			text++;
	}
}

static void print_groups(const struct igt__group *group)
{
	if (!group)
		return;
	print_groups(group->outer);
	if (group->description) {
		print_indented(group->description);
		printf("\n");
	}
}

static bool group_described(void)
{
	for (const struct igt__group *group = groups; group; group = group->outer)
		if (group->description)
			return true;
	return false;
}

static void describe_subtest(const char *name, const char *file, int line)
{
	printf("SUB %s %s:%d:\n", name, file, line);
	print_groups(groups);
	if (pending)
		print_indented(pending);
	else if (!group_described())
		printf("  NO DOCUMENTATION!\n");
	if (pending || !group_described())
		printf("\n");
}

void igt_listing_subtest(const char *name, const char *file, int line)
{
	if (!igt_options.pattern || igt_wildmat(name, igt_options.pattern)) {
		if (igt_options.mode == IGT_MODE_LIST)
			printf("%s\n", name);
		else if (igt_options.mode == IGT_MODE_TESTLIST)
			printf("igt@%s@%s\n", igt_test_name(), name);
		else
			describe_subtest(name, file, line);
	}
	igt_description_drop();
}
