// SPDX-License-Identifier: MIT
/* What comes out of a guest: lines, console text, verdicts, QMP messages. */
#include "testing.h"

#include "guest_console.h"
#include "expectations.h"
#include "guest_live.h"
#include "guest_qmp.h"
#include "guest_util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void collect(const char *line, void *data)
{
	g_ptr_array_add(data, g_strdup(line));
}

static void lines_are_put_together_from_pieces(void **state)
{
	g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
	struct guest_lines lines = {0};

	guest_lines_feed(&lines, "on", 2, collect, seen);
	assert_int_equal(seen->len, 0);
	guest_lines_feed(&lines, "e\r\n\ntw\033[1mo", 11, collect, seen);
	guest_lines_finish(&lines, collect, seen);
	assert_int_equal(seen->len, 3);
	assert_string_equal(seen->pdata[0], "one");
	assert_string_equal(seen->pdata[1], "");
	/* No escape sequence of a guest reaches a terminal. */
	assert_string_equal(seen->pdata[2], "tw?[1mo");
}

static void endless_line_is_cut(void **state)
{
	g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *junk = g_strnfill(GUEST_LINE_MAX + 10, 'x');
	struct guest_lines lines = {0};

	guest_lines_feed(&lines, junk, GUEST_LINE_MAX + 10, collect, seen);
	assert_int_equal(seen->len, 1);
	guest_lines_finish(&lines, collect, seen);
	assert_int_equal(seen->len, 2);
}

static void console_keeps_text_from_the_panic_on(void **state)
{
	struct guest_console console = {0};

	guest_console_line("[    0.100000] all is well", &console);
	guest_console_line("[    0.200000][  T12] Kernel panic - not syncing: no init", &console);
	for (int i = 0; i < 40; i++)
		guest_console_line("[    0.300000] Call Trace:", &console);
	assert_true(console.panicked);
	assert_string_equal(console.panic_text, "no init");
	assert_int_equal(guest_console_excerpt(&console)->len, GUEST_CONSOLE_KEPT);
	assert_non_null(strstr(guest_console_excerpt(&console)->pdata[0], "Kernel panic"));
	guest_console_clear(&console);
}

static void console_starts_at_the_first_trouble_and_keeps_the_panic(void **state)
{
	struct guest_console console = {0};
	const GPtrArray *kept;

	guest_console_line("<1>[    1.0] BUG: kernel NULL pointer dereference", &console);
	assert_false(console.panicked);
	for (int i = 0; i < 40; i++)
		guest_console_line("[    1.1] RIP: 0010:evil", &console);
	guest_console_line("[    1.2] Kernel panic - not syncing: Fatal exception", &console);
	guest_console_line("[    1.3] Rebooting", &console);
	kept = guest_console_excerpt(&console);
	assert_int_equal(kept->len, GUEST_CONSOLE_KEPT + 1);
	assert_non_null(strstr(kept->pdata[0], "BUG: kernel NULL"));
	assert_non_null(strstr(kept->pdata[kept->len - 1], "Fatal exception"));
	guest_console_clear(&console);
}

static void console_without_trouble_gives_its_end(void **state)
{
	struct guest_console console = {0};
	const GPtrArray *kept;

	assert_null(guest_console_excerpt(&console));
	for (int i = 0; i < 40; i++) {
		g_autofree char *line = g_strdup_printf("[    1.0] line %d", i);

		guest_console_line(line, &console);
	}
	/* Words in the middle of a line are no sign: tests print about BUGs, too. */
	guest_console_line("a test says Kernel panic - not syncing: not really", &console);
	assert_false(console.panicked);
	kept = guest_console_excerpt(&console);
	assert_int_equal(kept->len, GUEST_CONSOLE_KEPT);
	assert_string_equal(kept->pdata[GUEST_CONSOLE_KEPT - 2], "[    1.0] line 39");
	guest_console_clear(&console);
}

static void console_remembers_what_init_said(void **state)
{
	struct guest_console console = {0};

	guest_console_line("igt_guest_init: error: no port", &console);
	assert_string_equal(console.init_error, "error: no port");
	guest_console_clear(&console);
}

/* A counter of the names a@b, c@d, whose output goes to two buffers. */
struct live_test {
	struct guest_live live;
	char *verdicts, *others;
	size_t verdicts_len, others_len;
};

static int live_setup(void **state)
{
	static char *names[] = {"a@b", "Bin@Sub", "c@d"};
	GPtrArray list = {.pdata = (gpointer *)names, .len = G_N_ELEMENTS(names)};
	struct live_test *t = g_new0(struct live_test, 1);

	guest_live_init(&t->live, &list, open_memstream(&t->verdicts, &t->verdicts_len),
			open_memstream(&t->others, &t->others_len));
	*state = t;
	return 0;
}

static int live_teardown(void **state)
{
	struct live_test *t = *state;

	fclose(t->live.verdicts);
	fclose(t->live.others);
	guest_live_clear(&t->live);
	free(t->verdicts);
	free(t->others);
	g_free(t);
	return 0;
}

static void verdicts_are_counted_once_each(void **state)
{
	struct live_test *t = *state;
	g_autofree char *missing = NULL;

	assert_true(guest_live_line(&t->live, "PASS  a@b  0.214s"));
	assert_false(guest_live_line(&t->live, "PASS  a@b  0.214s"));
	assert_true(guest_live_line(&t->live, "DMESG-FAIL  bin@sub  1.0s  the kernel said so"));
	assert_false(guest_live_line(&t->live, "PASS  other@name  0.1s"));
	assert_false(guest_live_line(&t->live, "PASS  c@d"));
	assert_false(guest_live_line(&t->live, "PASSED  c@d  0.1s"));
	assert_false(guest_live_line(&t->live, ""));
	fflush(t->live.others);
	assert_string_equal(t->verdicts, "[1/3] PASS  a@b  0.214s\n"
					 "[2/3] DMESG-FAIL  bin@sub  1.0s  the kernel said so\n");
	assert_non_null(strstr(t->others, "runner: PASSED  c@d  0.1s\n"));

	missing = guest_live_missing(&t->live);
	assert_string_equal(missing, "1 of 3 subtests have no verdict: c@d");
}

static void nothing_is_missing_when_all_came(void **state)
{
	struct live_test *t = *state;

	guest_live_line(&t->live, "SKIP  c@d  0.001s  no device");
	guest_live_line(&t->live, "CRASH  a@b  0.001s");
	guest_live_line(&t->live, "TIMEOUT  bin@sub  120.001s");
	assert_null(guest_live_missing(&t->live));
}

static void what_was_expected_is_told_beside_the_verdict(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("igt-guest-test-XXXXXX", NULL);
	g_autofree char *file = testing_file(dir, "fails.txt", "# B1: broken\na@b,Fail\n", 0644);
	_cleanup_(expectations_freep) struct expectations *expectations = expectations_new();
	struct live_test *t = *state;

	assert_int_equal(expectations_add(expectations, file, NULL), 0);
	t->live.expectations = expectations;
	assert_true(guest_live_line(&t->live, "FAIL  a@b  0.214s  1 is not 2"));
	assert_true(guest_live_line(&t->live, "FAIL  c@d  0.214s  1 is not 2"));
	assert_false(guest_live_line(&t->live, "a line of the runner"));
	fflush(t->live.others);
	assert_string_equal(t->verdicts,
			    "[1/3] XFAIL  a@b  0.214s  FAIL as expected (B1: broken): 1 is not 2\n"
			    "[2/3] FAIL  c@d  0.214s  1 is not 2\n");
	assert_string_equal(t->others, "runner: a line of the runner\n");
	t->live.expectations = NULL;
	remove(file);
	remove(dir);
}

static void assert_message(const char *line, enum guest_qmp_kind kind, const char *text)
{
	struct guest_qmp_message message;

	assert_int_equal(guest_qmp_parse(line, &message), 0);
	assert_int_equal(message.kind, kind);
	if (text)
		assert_string_equal(message.text, text);
	else
		assert_null(message.text);
	guest_qmp_message_clear(&message);
}

static void qmp_messages_are_told_apart(void **state)
{
	assert_message("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, "
		       "\"major\": 7}, \"package\": \"x\"}, \"capabilities\": [\"oob\"]}}",
		       GUEST_QMP_GREETING, "7.2.22");
	assert_message("{\"QMP\": {}}", GUEST_QMP_GREETING, "unknown");
	assert_message("{\"return\": {}}", GUEST_QMP_RETURN, NULL);
	assert_message("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such chardev\"}}",
		       GUEST_QMP_ERROR, "no such chardev");
	assert_message("{\"timestamp\": {\"seconds\": 1}, \"event\": \"GUEST_PANICKED\", "
		       "\"data\": {\"action\": \"run\"}}",
		       GUEST_QMP_EVENT, "GUEST_PANICKED");
}

static void qmp_answer_names_its_command(void **state)
{
	struct guest_qmp_message message;

	assert_int_equal(guest_qmp_parse("{\"return\": {}, \"id\": \"a7\"}", &message), 0);
	assert_string_equal(message.id, "a7");
	guest_qmp_message_clear(&message);
	assert_int_equal(guest_qmp_parse("{\"return\": {}}", &message), 0);
	assert_null(message.id);
	guest_qmp_message_clear(&message);
}

static void qmp_junk_is_refused(void **state)
{
	static const char *const junk[] = {"", "{", "[1]", "7", "{\"unknown\": 1}", "null"};

	for (size_t i = 0; i < G_N_ELEMENTS(junk); i++) {
		struct guest_qmp_message message = {.kind = GUEST_QMP_EVENT, .text = "untouched"};

		assert_int_equal(guest_qmp_parse(junk[i], &message), -EBADMSG);
		assert_string_equal(message.text, "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_put_together_from_pieces),
		cmocka_unit_test(endless_line_is_cut),
		cmocka_unit_test(console_keeps_text_from_the_panic_on),
		cmocka_unit_test(console_starts_at_the_first_trouble_and_keeps_the_panic),
		cmocka_unit_test(console_without_trouble_gives_its_end),
		cmocka_unit_test(console_remembers_what_init_said),
		cmocka_unit_test_setup_teardown(verdicts_are_counted_once_each, live_setup,
						live_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_missing_when_all_came, live_setup,
						live_teardown),
		cmocka_unit_test_setup_teardown(what_was_expected_is_told_beside_the_verdict,
						live_setup, live_teardown),
		cmocka_unit_test(qmp_messages_are_told_apart),
		cmocka_unit_test(qmp_answer_names_its_command),
		cmocka_unit_test(qmp_junk_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
