/* SPDX-License-Identifier: MIT */
#include "dmesg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "igt_wire.h"
#include "test_result.h"
#include "utf8.h"

#define IGNORE_MARKER "add ignored dmesg regex: "

/*
 * Kernel messages at warning level that come with ordinary machines doing
 * ordinary things; the set that other IGT result writers leave out, and two of
 * machines that are slow: an emulated one whose host was busy, and the line that
 * stands for many that were let pass.
 */
static const char harmless_expression[] =
	"ACPI: button: The lid device is not compliant to SW_LID"
	"|ACPI: .*Unable to dock"
	"|IRQ [0-9]+: no longer affine to CPU[0-9]+"
	"|IRQ fixup: irq [0-9]+ move in progress, old vector [0-9]+"
	"|Setting dangerous option [^ ]+ - tainting kernel"
	"|Suspending console\\(s\\)"
	"|atkbd serio[0-9]+: Failed to (de)?activate keyboard"
	"|cache: parent cpu[0-9]+ should not be sleeping"
	"|hpet[0-9]*: lost [0-9]+ rtc interrupts"
	"|hrtimer: interrupt took [0-9]+ ns"
	"|i915: probe of [0-9a-f:.]+ failed with error -25"
	"|mock: DMA: Out of SW-IOMMU space"
	"|usb usb[0-9]+: root hub lost power or was reset"
	"|: [0-9]+ callbacks suppressed";

/* The older way round: only these count. */
static const char piglit_expression[] = "\\[drm:|drm_|intel_|i915_|\\[drm\\]";

struct dmesg_rules {
	unsigned long level;
	bool piglit_style;
	GRegex *regex;
};

static GRegex *compile(const char *expression)
{
	return g_regex_new(expression, G_REGEX_RAW | G_REGEX_OPTIMIZE, /* match_options= */ 0,
			   /* error= */ NULL);
}

struct dmesg_rules *dmesg_rules_new(const struct settings *settings)
{
	struct dmesg_rules *rules = g_new0(struct dmesg_rules, 1);

	rules->level = settings->dmesg_warn_level;
	rules->piglit_style = settings->piglit_style_dmesg;
	rules->regex = compile(rules->piglit_style ? piglit_expression : harmless_expression);
	return rules;
}

void dmesg_rules_free(struct dmesg_rules *rules)
{
	if (!rules)
		return;
	g_regex_unref(rules->regex);
	g_free(rules);
}

/* One record, decoded. */
struct record {
	unsigned long level;
	unsigned long long usec;
	char flag;
	/* Valid UTF-8, owned. */
	char *text;
};

static bool decode_escape(const char *p, size_t len, char *ret)
{
	int high, low, c;

	if (len < 4 || p[0] != '\\' || p[1] != 'x')
		return false;
	high = g_ascii_xdigit_value(p[2]);
	low = g_ascii_xdigit_value(p[3]);
	if (high < 0 || low < 0)
		return false;
	c = high << 4 | low;
	if (c >= 0x80 || (!g_ascii_isprint(c) && !g_ascii_isspace(c)))
		return false;
	*ret = (char)c;
	return true;
}

static char *decode_text(const char *p, size_t len)
{
	g_autoptr(GString) text = g_string_sized_new(len + 1);

	for (size_t i = 0; i < len; i++) {
		char c;

		if (decode_escape(p + i, len - i, &c)) {
			g_string_append_c(text, c);
			i += 3;
		} else {
			g_string_append_c(text, p[i]);
		}
	}
	return utf8_from_bytes(text->str, text->len);
}

/* `<prio>,<seq>,<usec>,<flag>[,...];<text>`. False for anything else, also if cut short. */
static bool record_parse(const char *line, size_t len, struct record *ret)
{
	const char *semicolon = memchr(line, ';', len);
	g_autofree char *head = NULL;
	g_auto(GStrv) fields = NULL;

	if (len == 0 || line[0] == ' ' || !semicolon)
		return false;
	head = g_strndup(line, semicolon - line);
	fields = g_strsplit(head, ",", /* max_tokens= */ 5);
	if (g_strv_length(fields) < 4 || !g_ascii_isdigit(fields[0][0]))
		return false;
	/* The low three bits; the rest is the facility. */
	ret->level = strtoul(fields[0], /* endptr= */ NULL, 10) & 7;
	ret->usec = strtoull(fields[2], /* endptr= */ NULL, 10);
	ret->flag = fields[3][0];
	ret->text = decode_text(semicolon + 1, len - (semicolon + 1 - line));
	return true;
}

/* Where records go at the moment. */
struct sorter {
	const struct dmesg_rules *rules;
	/* "subtest" or "subtest@dynamic" -> struct test_result *, not owned. */
	GHashTable *tests;
	struct test_result *subtest;
	struct test_result *dynamic;
	/* Before the first marker. */
	GString *early;
	GString *early_warnings;
	GRegex *ignored;
};

static bool record_is_warning(const struct sorter *sorter, const struct record *record)
{
	const struct dmesg_rules *rules = sorter->rules;
	bool match;

	if (record->level > rules->level || record->flag == 'c')
		return false;
	if (sorter->ignored && g_regex_match(sorter->ignored, record->text, 0, NULL))
		return false;
	match = g_regex_match(rules->regex, record->text, 0, NULL);
	return match == rules->piglit_style;
}

static void sorter_begin(struct sorter *sorter, struct test_result *subtest,
			 struct test_result *dynamic)
{
	if (!sorter->subtest) {
		g_string_append_len(subtest->dmesg, sorter->early->str, sorter->early->len);
		g_string_append_len(subtest->warnings, sorter->early_warnings->str,
				    sorter->early_warnings->len);
	}
	sorter->subtest = subtest;
	sorter->dynamic = dynamic;
	g_clear_pointer(&sorter->ignored, g_regex_unref);
}

/*
 * A marker of a name that this job does not know is another process's: it must
 * not take records away from the running test.
 */
static void sorter_take_marker(struct sorter *sorter, const char *text)
{
	struct test_result *test;
	const char *at;

	if (!g_str_has_prefix(text, IGT_KMSG_PREFIX))
		return;
	at = strstr(text, IGT_KMSG_STARTING);
	if (at) {
		test = g_hash_table_lookup(sorter->tests, at + strlen(IGT_KMSG_STARTING));
		if (test)
			sorter_begin(sorter, test, /* dynamic= */ NULL);
		return;
	}
	at = strstr(text, IGT_KMSG_STARTING_DYNAMIC);
	if (at && sorter->subtest) {
		g_autofree char *key = g_strconcat(sorter->subtest->subtest, "@",
						   at + strlen(IGT_KMSG_STARTING_DYNAMIC), NULL);

		test = g_hash_table_lookup(sorter->tests, key);
		if (test)
			sorter_begin(sorter, sorter->subtest, test);
	}
}

static void sorter_take_ignore(struct sorter *sorter, const char *text)
{
	const char *at = strstr(text, IGNORE_MARKER);

	if (!at || !g_str_has_prefix(text, IGT_KMSG_PREFIX))
		return;
	g_clear_pointer(&sorter->ignored, g_regex_unref);
	sorter->ignored = compile(at + strlen(IGNORE_MARKER));
}

static void sorter_take(struct sorter *sorter, const struct record *record)
{
	g_autofree char *line =
		g_strdup_printf("<%lu> [%llu.%06llu] %s\n", record->level, record->usec / 1000000,
				record->usec % 1000000, record->text);
	bool warning;

	sorter_take_marker(sorter, record->text);
	sorter_take_ignore(sorter, record->text);
	warning = record_is_warning(sorter, record);
	if (!sorter->subtest) {
		g_string_append(sorter->early, line);
		if (warning)
			g_string_append(sorter->early_warnings, line);
		return;
	}
	g_string_append(sorter->subtest->dmesg, line);
	if (warning)
		g_string_append(sorter->subtest->warnings, line);
	if (!sorter->dynamic)
		return;
	g_string_append(sorter->dynamic->dmesg, line);
	if (warning)
		g_string_append(sorter->dynamic->warnings, line);
}

/* No marker at all: everyone sees the log; only a test that is alone answers for it. */
static void sorter_spread(const struct sorter *sorter, const GPtrArray *tests)
{
	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		g_string_append_len(test->dmesg, sorter->early->str, sorter->early->len);
		if (!test->subtest)
			g_string_append_len(test->warnings, sorter->early_warnings->str,
					    sorter->early_warnings->len);
	}
}

static void judge(const GPtrArray *tests)
{
	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (test->warnings->len == 0)
			continue;
		if (test->verdict == VERDICT_PASS || test->verdict == VERDICT_WARN)
			test->verdict = VERDICT_DMESG_WARN;
		else if (test->verdict == VERDICT_FAIL)
			test->verdict = VERDICT_DMESG_FAIL;
	}
}

static GHashTable *index_tests(const GPtrArray *tests)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  /* value_destroy= */ NULL);

	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (test->subtest)
			g_hash_table_insert(table,
					    g_strconcat(test->subtest, test->dynamic ? "@" : NULL,
							test->dynamic, NULL),
					    test);
	}
	return table;
}

void dmesg_attribute(const char *text, size_t len, const struct dmesg_rules *rules,
		     const GPtrArray *tests)
{
	g_autoptr(GHashTable) table = index_tests(tests);
	g_autoptr(GString) early = g_string_new(NULL);
	g_autoptr(GString) early_warnings = g_string_new(NULL);
	struct sorter sorter = {
		.rules = rules, .tests = table, .early = early, .early_warnings = early_warnings};
	const char *end = text + len;

	for (const char *p = text; p < end;) {
		const char *newline = memchr(p, '\n', end - p);
		const char *line_end = newline ? newline : end;
		struct record record;

		if (record_parse(p, line_end - p, &record)) {
			sorter_take(&sorter, &record);
			g_free(record.text);
		}
		p = line_end + 1;
	}
	if (!sorter.subtest)
		sorter_spread(&sorter, tests);
	g_clear_pointer(&sorter.ignored, g_regex_unref);
	judge(tests);
}
