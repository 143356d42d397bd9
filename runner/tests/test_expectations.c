/* SPDX-License-Identifier: MIT */
/** Expectation files: what is read of them, and what they make of a result. */
#include "helpers.h"

#include <errno.h>
#include <string.h>

#include "expect_line.h"
#include "expectations.h"

/* Of a text as a file of that name. NULL and *ret_why if it was refused. */
static GPtrArray *parse(const char *file, const char *text, char **ret_why)
{
	GPtrArray *entries = NULL;
	int r = expect_file_parse(file, expect_file_kind(file), text, strlen(text), &entries,
				  ret_why);

	assert_true((r == 0) == (entries != NULL));
	assert_true(r == 0 || r == -EINVAL);
	return entries;
}

static const struct expect_entry *entry_at(const GPtrArray *entries, unsigned i)
{
	assert_true(i < entries->len);
	return g_ptr_array_index(entries, i);
}

static void add_text(struct expectations *expectations, const char *dir, const char *name,
		     const char *text)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *why = NULL;

	put_file(dir, name, text);
	assert_int_equal(expectations_add(expectations, path, &why), 0);
}

static void assert_judged(const struct expectations *expectations, const char *name,
			  enum verdict verdict, enum judgement judgement)
{
	assert_int_equal(expectations_judge(expectations, name, verdict).judgement, judgement);
}

static void the_name_of_a_file_tells_its_kind(void **state)
{
	assert_int_equal(expect_file_kind("a/panfrost-rk3399-fails.txt"), EXPECT_FAILS);
	assert_int_equal(expect_file_kind("panfrost-rk3399-flakes.txt"), EXPECT_FLAKES);
	assert_int_equal(expect_file_kind("skips.txt"), EXPECT_SKIPS);
	assert_true(expect_file_kind("nofails.txt") < 0);
	assert_true(expect_file_kind("fails.txt/x") < 0);
	assert_true(expect_file_kind("fails") < 0);
	assert_true(expect_file_kind("") < 0);
}

static void a_line_has_name_status_and_reason(void **state)
{
	g_autoptr(GPtrArray) entries = parse("x-fails.txt",
					     "# SPDX-License-Identifier: MIT\n"
					     "# What is known of this board\n"
					     "\n"
					     "# B113: purge leaves pages\n"
					     "#   that are mapped\r\n"
					     "bin@One,Fail\r\n"
					     "  igt@bin@two@dyn ,\tdmesg-FAIL\n"
					     "# B114\n"
					     "bin,Missing\n"
					     "\n"
					     "bin@four,DmesgWarn",
					     NULL);
	static const struct {
		const char *name, *reason;
		enum verdict verdict;
		unsigned line;
	} expected[] = {
		{"bin@one", "B113: purge leaves pages that are mapped", VERDICT_FAIL, 6},
		{"bin@two@dyn", "B113: purge leaves pages that are mapped", VERDICT_DMESG_FAIL, 7},
		{"bin", "B114", VERDICT_NOTRUN, 9},
		{"bin@four", "", VERDICT_DMESG_WARN, 11},
	};

	assert_int_equal(entries->len, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < entries->len; i++) {
		const struct expect_entry *entry = entry_at(entries, i);

		assert_string_equal(entry->name, expected[i].name);
		assert_string_equal(entry->reason, expected[i].reason);
		assert_int_equal(entry->verdict, expected[i].verdict);
		assert_int_equal(entry->line, expected[i].line);
		assert_string_equal(entry->file, "x-fails.txt");
	}
}

static void every_status_is_read_as_it_is_written(void **state)
{
	for (int v = 0; v < _VERDICT_MAX; v++) {
		g_autofree char *status = expect_status_name(v);
		g_autofree char *text = g_strdup_printf("bin@x,%s\n", status);
		g_autoptr(GPtrArray) entries = NULL;
		g_autofree char *why = NULL;

		entries = parse("fails.txt", text, &why);
		if (v == VERDICT_SKIP)
			assert_null(entries);
		else
			assert_int_equal(entry_at(entries, 0)->verdict, v);
	}
}

static void a_long_reason_is_cut_between_characters(void **state)
{
	g_autoptr(GString) text = g_string_new("# x");
	g_autoptr(GPtrArray) entries = NULL;
	const char *reason;

	for (int i = 0; i < 400; i++)
		g_string_append(text, "\u00e9");
	g_string_append(text, "\n# more\nbin@x,Fail\n");
	entries = parse("fails.txt", text->str, NULL);
	reason = entry_at(entries, 0)->reason;
	assert_true(strlen(reason) <= 300 && strlen(reason) > 290);
	assert_true(g_utf8_validate(reason, -1, NULL));
}

static void a_bad_line_is_named_with_what_to_do(void **state)
{
	static const struct {
		const char *file, *text, *why;
	} cases[] = {
		{"d/x-fails.txt", "\n#\nbin@a\n",
		 "d/x-fails.txt:3: no status after \"bin@a\"; write NAME,Fail"},
		{"fails.txt", "bin@a,Fails\n",
		 "fails.txt:1: status \"Fails\" is unknown; use Fail, Crash, Timeout, Warn, "
		 "Dmesg-Fail, Dmesg-Warn, Incomplete, Abort, Missing or Pass"},
		{"fails.txt", "bin@a,\n", "fails.txt:1: status \"\" is unknown; use "},
		{"fails.txt", "bin@a,Fail # why\n", "fails.txt:1: status \"Fail # why\" is"},
		{"fails.txt", "bin@a,Skip\n", "fails.txt:1: a skip needs no expectation; remove"},
		{"fails.txt", "bin@a,UnexpectedImprovement(Pass)\n",
		 "fails.txt:1: an improvement is nothing to expect; remove the line"},
		{"fails.txt", "bin@,Fail\n", "fails.txt:1: \"bin@\" is no name of a test; write "},
		{"fails.txt", ",Fail\n", "fails.txt:1: \"\" is no name"},
		{"fails.txt", "igt@,Fail\n", "fails.txt:1: \"\" is no name"},
		{"fails.txt", "a@b@c@d,Fail\n", "fails.txt:1: \"a@b@c@d\" is no name"},
		{"fails.txt", "a b@c,Fail\n", "fails.txt:1: \"a b@c\" is no name"},
		{"fails.txt", "a@b,0.1,Fail\n", "fails.txt:1: \"a@b,0.1\" is no name"},
		{"fails.txt", "a@b,Fail\nc@d,Fail\nA@b,Crash\n",
		 "fails.txt:3: A@b is on line 1 already; leave one of them"},
		{"fails.txt", "a@b,Fail\n\xff@c,Fail\n", "fails.txt:2: not UTF-8 text; write"},
		{"fails.txt", "# \x1b[31mred\n", "fails.txt:1: control character 0x1b; remove"},
		{"flakes.txt", "ok\nbro(ken\n", "flakes.txt:2: no regular expression: "},
		{"flakes.txt", "a@b,Fail\n", "flakes.txt:1: \"a@b,Fail\" is a line of a fails"},
		{"flakes.txt", ".*\n", "flakes.txt:1: \".*\" matches every name; say which"},
		{"skips.txt", "a|\n", "skips.txt:1: \"a|\" matches every name; say which"},
		{"skips.txt", "^igt@\n", "skips.txt:1: \"^igt@\" matches every name; say which"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = NULL;

		assert_null(parse(cases[i].file, cases[i].text, &why));
		if (!g_str_has_prefix(why, cases[i].why))
			fail_msg("said: %s\nexpected: %s", why, cases[i].why);
		assert_null(strchr(why, '\n'));
	}
}

static void a_nul_byte_is_no_end_of_the_file(void **state)
{
	static const char text[] = "a@b,Fail\n\0c@d,Crash\n";
	GPtrArray *entries = NULL;
	g_autofree char *why = NULL;

	assert_int_equal(expect_file_parse("fails.txt", EXPECT_FAILS, text, sizeof(text) - 1,
					   &entries, &why),
			 -EINVAL);
	assert_true(g_str_has_prefix(why, "fails.txt:2: not UTF-8 text"));
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();
	g_autofree char *dir = g_build_filename(*state, "x-fails.txt", NULL);
	g_autofree char *dir_why = NULL, *none_why = NULL, *name_why = NULL;

	assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
	assert_int_equal(expectations_add(expectations, dir, &dir_why), -EISDIR);
	assert_non_null(strstr(dir_why, "x-fails.txt: cannot be read: Is a directory; "));
	assert_int_equal(expectations_add(expectations, "/no/fails.txt", &none_why), -ENOENT);
	assert_true(g_str_has_prefix(none_why, "/no/fails.txt: cannot be read: No such file"));
	assert_true(expectations_add(expectations, "known.txt", &name_why) < 0);
	assert_string_equal(name_why, "known.txt: the name does not say what is in it; let it end "
				      "in -fails.txt, -flakes.txt or -skips.txt");
}

static void only_the_expected_verdict_is_an_expected_failure(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();

	add_text(expectations, *state, "fails.txt", "bin@fails,Fail\nbin@crashes,Crash\n");
	assert_judged(expectations, "igt@bin@fails", VERDICT_FAIL, JUDGED_XFAIL);
	assert_judged(expectations, "bin@FAILS", VERDICT_FAIL, JUDGED_XFAIL);
	assert_judged(expectations, "bin@fails", VERDICT_PASS, JUDGED_XPASS);
	assert_judged(expectations, "bin@crashes", VERDICT_CRASH, JUDGED_XFAIL);
	/* Neither worse nor milder than expected is as expected. */
	assert_judged(expectations, "bin@fails", VERDICT_CRASH, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails", VERDICT_TIMEOUT, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails", VERDICT_DMESG_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails", VERDICT_DMESG_WARN, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails", VERDICT_NOTRUN, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@crashes", VERDICT_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails", VERDICT_SKIP, JUDGED_PLAIN);
	/* Names are names, not patterns, and not parts of others. */
	assert_judged(expectations, "bin@fails2", VERDICT_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@fails@dyn", VERDICT_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin", VERDICT_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@other", VERDICT_PASS, JUDGED_PLAIN);
}

static void without_files_every_bad_verdict_is_unexpected(void **state)
{
	_cleanup_(expectations_freep) struct expectations *empty = expectations_new();

	for (int v = 0; v < _VERDICT_MAX; v++) {
		enum judgement judgement = verdict_is_bad(v) ? JUDGED_UNEXPECTED : JUDGED_PLAIN;

		assert_judged(NULL, "bin@x", v, judgement);
		assert_judged(empty, "bin@x", v, judgement);
	}
	assert_null(expectations_skip(NULL, "bin@x"));
}

static void a_later_file_overrides_an_earlier_one(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();
	g_autoptr(GPtrArray) awaited = NULL;
	struct judged judged;

	add_text(expectations, *state, "base-fails.txt",
		 "# old\nbin@a,Fail\nbin@b,Fail\nbin@c,Fail\nbin@s,Fail\n");
	add_text(expectations, *state, "board-fails.txt", "# new\nbin@a,Crash\n\nbin@b,Pass\n");
	add_text(expectations, *state, "board-skips.txt", "@s$\n");
	assert_judged(expectations, "bin@a", VERDICT_FAIL, JUDGED_UNEXPECTED);
	judged = expectations_judge(expectations, "bin@a", VERDICT_CRASH);
	assert_int_equal(judged.judgement, JUDGED_XFAIL);
	assert_string_equal(judged.entry->reason, "new");
	assert_judged(expectations, "bin@b", VERDICT_FAIL, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@b", VERDICT_PASS, JUDGED_PLAIN);
	assert_judged(expectations, "bin@c", VERDICT_FAIL, JUDGED_XFAIL);

	awaited = expectations_awaited(expectations);
	assert_int_equal(awaited->len, 2);
	assert_string_equal(entry_at(awaited, 0)->name, "bin@c");
	assert_string_equal(entry_at(awaited, 1)->name, "bin@a");
}

static void a_flake_may_end_in_any_way_but_with_the_machine(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();

	add_text(expectations, *state, "fails.txt", "bin@racy-one,Fail\n");
	add_text(expectations, *state, "flakes.txt", "^igt@bin@racy-\n");
	assert_judged(expectations, "igt@bin@racy-one", VERDICT_PASS, JUDGED_FLAKE);
	assert_judged(expectations, "igt@bin@racy-one", VERDICT_FAIL, JUDGED_FLAKE);
	assert_judged(expectations, "bin@RACY-two", VERDICT_TIMEOUT, JUDGED_FLAKE);
	assert_judged(expectations, "bin@racy-two", VERDICT_SKIP, JUDGED_PLAIN);
	assert_judged(expectations, "bin@racy-two", VERDICT_INCOMPLETE, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@racy-two", VERDICT_NOTRUN, JUDGED_UNEXPECTED);
	assert_judged(expectations, "bin@racy-two", VERDICT_ABORT, JUDGED_UNEXPECTED);
	assert_judged(expectations, "a_bin@racy-two", VERDICT_FAIL, JUDGED_UNEXPECTED);
}

static void skips_are_found_by_expression(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();

	add_text(expectations, *state, "skips.txt", "# hangs the bus\n.*suspend.*\n");
	assert_string_equal(expectations_skip(expectations, "igt@bin@to-suspend-and-back")->reason,
			    "hangs the bus");
	assert_null(expectations_skip(expectations, "bin@susp"));
}

static void a_line_of_the_runner_is_annotated(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();
	static const struct {
		const char *line, *annotated;
	} cases[] = {
		{"FAIL  bin@a  0.301s  a == b  in x",
		 "XFAIL  bin@a  0.301s  FAIL as expected (B1: broken): a == b  in x"},
		{"FAIL  bin@b  0.301s", "XFAIL  bin@b  0.301s  FAIL as expected"},
		{"CRASH  bin@a  1.000s  SIGSEGV",
		 "CRASH  bin@a  1.000s  not the expected FAIL (B1: broken): SIGSEGV"},
		{"DMESG-WARN  bin@c  1.000s  oops",
		 "FLAKE  bin@c  1.000s  DMESG-WARN, known flake (racy): oops"},
		{"PASS  bin@c  1.000s", "FLAKE  bin@c  1.000s  PASS, known flake (racy)"},
		{"SKIP  bin@a  0.000s  no device", "SKIP  bin@a  0.000s  no device"},
		{"PASS  bin@d  0.000s", "PASS  bin@d  0.000s"},
	};
	g_autofree char *xpass = NULL;

	add_text(expectations, *state, "fails.txt", "# B1: broken\nbin@a,Fail\n\nbin@b,Fail\n");
	add_text(expectations, *state, "flakes.txt", "# racy\n@c$\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *annotated = expect_line_annotate(expectations, cases[i].line);

		assert_string_equal(annotated, cases[i].annotated);
	}
	xpass = expect_line_annotate(expectations, "PASS  bin@a  0.000s");
	assert_true(g_str_has_prefix(xpass, "XPASS  bin@a  0.000s  passed, but FAIL was expected "
					    "(B1: broken); if it is fixed, remove /"));
	assert_true(g_str_has_suffix(xpass, "/fails.txt:2"));
}

static void other_lines_are_not_annotated(void **state)
{
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();
	static const char *const lines[] = {
		"",
		"  ",
		"PASS",
		"PASS  bin@a",
		"PASS bin@a 0.1s",
		"GOOD  bin@a  0.1s",
		"PASS  bin@a  soon",
		"PASS  bin@a  0.1",
		"PASS  bin@a  s",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_null(expect_line_annotate(expectations, lines[i]));
}

static char random_byte(GRand *rand)
{
	static const char common[] = "@,#\n\r\t ()[]{}*+?|\\^$.a1-\0\x1b\x80\xc3\xa9\xff";

	return g_rand_boolean(rand) ? common[g_rand_int_range(rand, 0, sizeof(common) - 1)]
				    : (char)g_rand_int_range(rand, 0, 256);
}

/* Lines of real files with some bytes changed, or only such bytes. */
static char *random_text(GRand *rand, size_t *ret_len)
{
	static const char *const lines[] = {
		"# B113: purge leaves pages\n",
		"bin@one,Fail\n",
		"igt@bin@two@dyn,Crash\r\n",
		"\n",
		"other,Dmesg-Warn\n",
		"# \xc3\xa9\n",
		"^bin@(?:one|two)$\n",
		".*suspend.*\n",
		"igt@bin@a{1,2}\n",
		"bin@x,UnexpectedImprovement(Pass)\n",
	};
	GString *text = g_string_new(NULL);
	bool is_noise = g_rand_int_range(rand, 0, 4) == 0;
	int count = g_rand_int_range(rand, 0, is_noise ? 100 : 8);

	for (int i = 0; i < count; i++) {
		if (is_noise)
			g_string_append_c(text, random_byte(rand));
		else
			g_string_append(text,
					lines[g_rand_int_range(rand, 0, G_N_ELEMENTS(lines))]);
	}
	for (int i = g_rand_int_range(rand, 0, 4); i > 0 && text->len > 0; i--)
		text->str[g_rand_int_range(rand, 0, text->len)] = random_byte(rand);
	*ret_len = text->len;
	return g_string_free(text, /* free_segment= */ FALSE);
}

/* What holds of every file that is taken, and of every refusal. The number of entries. */
static unsigned check_random(enum expect_kind kind, const char *text, size_t len)
{
	/* Without the NUL behind it, so that a sanitizer sees a read beyond the end. */
	g_autofree char *exact = g_memdup2(text, len);
	GPtrArray *entries = NULL;
	char *why = NULL;
	unsigned count;
	int r = expect_file_parse("f", kind, exact, len, &entries, &why);

	if (r < 0) {
		assert_null(entries);
		assert_true(g_str_has_prefix(why, "f:"));
		assert_true(g_utf8_validate(why, -1, NULL));
		assert_non_null(strstr(why, "; "));
		assert_null(strchr(why, '\n'));
		g_free(why);
		return 0;
	}
	assert_null(why);
	count = entries->len;
	for (unsigned i = 0; i < count; i++) {
		const struct expect_entry *entry = entry_at(entries, i);

		assert_true(kind == EXPECT_FAILS ? entry->name[0] != '\0' : entry->regex != NULL);
		assert_true(g_utf8_validate(entry->reason, -1, NULL));
		assert_true(entry->line > 0);
		assert_true(i == 0 || entry->line > entry_at(entries, i - 1)->line);
	}
	g_ptr_array_unref(entries);
	return count;
}

static void whatever_is_in_a_file_is_taken_or_refused(void **state)
{
	/* The same each time: a failure can be looked into. */
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	unsigned entries = 0;

	for (int i = 0; i < 20000; i++) {
		size_t len;
		g_autofree char *text = random_text(rand, &len);

		entries += check_random(g_rand_int_range(rand, EXPECT_FAILS, EXPECT_SKIPS + 1),
					text, len);
	}
	/* Some are good, or the checks of what is taken would check nothing. */
	assert_in_range(entries, 1000, UINT_MAX);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_name_of_a_file_tells_its_kind),
		TEST(a_line_has_name_status_and_reason),
		TEST(every_status_is_read_as_it_is_written),
		TEST(a_long_reason_is_cut_between_characters),
		TEST(a_bad_line_is_named_with_what_to_do),
		TEST(a_nul_byte_is_no_end_of_the_file),
		TEST(a_file_that_cannot_be_read_is_named),
		TEST(only_the_expected_verdict_is_an_expected_failure),
		TEST(without_files_every_bad_verdict_is_unexpected),
		TEST(a_later_file_overrides_an_earlier_one),
		TEST(a_flake_may_end_in_any_way_but_with_the_machine),
		TEST(skips_are_found_by_expression),
		TEST(a_line_of_the_runner_is_annotated),
		TEST(other_lines_are_not_annotated),
		TEST(whatever_is_in_a_file_is_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
