/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "igt_aux.h"
#include "igt_wildmat.h"
#include "run_tester.h"

static const struct {
	const char *text;
	const char *pattern;
	bool selected;
} cases[] = {
	{"foo", "foo", true},
	{"foo", "fo", false},
	{"foo", "fooo", false},
	{"foo", "*", true},
	{"", "*", true},
	{"", "", true},
	{"foo", "", false},
	{"foo", "f*", true},
	{"foo", "*o", true},
	{"foo", "f*o", true},
	{"foobarbaz", "f*b*z", true},
	{"foobarbaz", "f*b*y", false},
	{"abcabd", "*abd", true},
	{"foo", "f?o", true},
	{"foo", "f?", false},
	{"foo", "?", false},
	/* Sets. */
	{"foo", "[ef]oo", true},
	{"foo", "[a-e]oo", false},
	{"foo", "[a-f]oo", true},
	{"foo", "[^a-e]oo", true},
	{"foo", "[^a-f]oo", false},
	{"a]b", "a[]]b", true},
	{"a-b", "a[-]b", true},
	{"a[b", "a[b", true},
	/* Escapes. */
	{"a*b", "a\\*b", true},
	{"axb", "a\\*b", false},
	{"a,b", "a\\,b", true},
	{"a,b", "a[,]b", true},
	/* Lists: the last one that matches decides. */
	{"foo", "bar,foo", true},
	{"foo", "foo,bar", true},
	{"foo", "*,!foo", false},
	{"bar", "*,!foo", true},
	{"foo", "!foo,*", true},
	{"foo", "*,!f*,foo", true},
	{"fob", "*,!f*,foo", false},
	{"bar", "!foo", false},
	{"foo", "!foo", false},
	/* Lower-case patterns find upper-case text, and not the reverse. */
	{"PASS", "pass", true},
	{"pass", "PASS", false},
	{"PASS", "[o-q]ass", true},
	/* One character of UTF-8 is one character. */
	{"b\xc3\xb6r", "b?r", true},
	{"b\xc3\xb6r", "b??r", false},
	{"b\xc3\xb6r", "b[\xc3\xa4-\xc3\xbc]r", true},
	{"b\xe2\x82\xacr", "b?r", true},
	{"b\xc3", "b?", true},
};

static void matches(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		if (igt_wildmat(cases[i].text, cases[i].pattern) != cases[i].selected)
			fail_msg("'%s' with '%s': expected %d", cases[i].text, cases[i].pattern,
				 cases[i].selected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
