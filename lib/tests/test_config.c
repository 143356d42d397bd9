/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_config.h"
#include "run_tester.h"

static void reads_groups_and_keys(void **state)
{
	char text[] = "# a comment\n"
		      "\n"
		      "[Common]\n"
		      "Device=drm:/dev/dri/card0;pci:card=1\n"
		      "  FrameDumpPath \t=  /tmp/a\\sb\\\\c\\n  \r\n"
		      "Empty=\n"
		      "[DUT]\n"
		      "Device=other\n"
		      "[Common]\n"
		      "Late=a=b";
	const char *why = NULL;

	assert_int_equal(igt_config_parse(text, &why), 0);
	assert_string_equal(igt_config_get("Common", "Device"), "drm:/dev/dri/card0;pci:card=1");
	assert_string_equal(igt_config_get("Common", "FrameDumpPath"), "/tmp/a b\\c\n");
	assert_string_equal(igt_config_get("Common", "Empty"), "");
	assert_string_equal(igt_config_get("Common", "Late"), "a=b");
	assert_string_equal(igt_config_get("DUT", "Device"), "other");
	assert_null(igt_config_get("DUT", "Empty"));
	assert_null(igt_config_get("common", "Device"));
	igt_config_forget();
	assert_null(igt_config_get("Common", "Device"));
}

static void last_value_counts(void **state)
{
	char text[] = "[a]\nk=1\nk=2\n";
	const char *why = NULL;

	assert_int_equal(igt_config_parse(text, &why), 0);
	assert_string_equal(igt_config_get("a", "k"), "2");
	igt_config_forget();
}

static void tells_the_wrong_line(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *why;
	} wrong[] = {
		{"key=value", 1, "a [group] must come before the first key"},
		{"[a]\n# x\nkey", 3, "this is neither [group] nor key=value"},
		{"[a]\nk=v\n[b\n", 3, "a group is written [name]"},
		{"[]\n", 1, "a group is written [name]"},
		{"[a]\nk=\\q\n", 2, "there is no such escape"},
		{"[a]\nk=v\\", 2, "there is no such escape"},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		char text[64];
		const char *why = NULL;

		snprintf(text, sizeof(text), "%s", wrong[i].text);
		assert_int_equal(igt_config_parse(text, &why), wrong[i].line);
		assert_contains(why, wrong[i].why);
		igt_config_forget();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_groups_and_keys),
		cmocka_unit_test(last_value_counts),
		cmocka_unit_test(tells_the_wrong_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
