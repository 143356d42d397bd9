/* SPDX-License-Identifier: MIT */
#include "dmesg.h"

#include <stdbool.h>
#include <string.h>

#include "igt_wire.h"
#include "kmsg.h"
#include "test_result.h"
#include "utf8.h"

/* Of one log that goes to all tests of a job, since nothing tells whose it is. */
#define SPREAD_MAX_BYTES (16u << 20)

/*
 * Kernel messages at warning level that come with ordinary machines doing
 * ordinary things; the set that other IGT result writers leave out, and those of
 * machines that are slow, as an emulated one is whose host was busy: what the
 * scheduler and workqueues say of time that was not theirs, the line that stands for
 * many that were let pass, and what panfrost says of a job that was done in time
 * when its interrupt thread was not let run for as long as a job may take
 * (panfrost_job_timedout(); a job that was not done is another line and a reset).
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
	"|panfrost [^ ]+: unexpectedly high interrupt latency"
	"|sched: DL replenish lagged too much"
	"|usb usb[0-9]+: root hub lost power or was reset"
	"|workqueue: [^ ]+ hogged CPU for >[0-9]+us"
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

/* One record. */
struct record {
	unsigned long level;
	unsigned long facility;
	unsigned long long usec;
	char flag;
	/* Valid UTF-8, decoded. Borrowed. */
	const char *text;
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

static void decode_text(const char *p, size_t len, GString *to)
{
	const char *end = p + len;

	g_string_truncate(to, 0);
	while (p < end) {
		const char *escape = memchr(p, '\\', end - p);
		size_t plain = (escape ? escape : end) - p;
		char c = '\\';

		g_string_append_len(to, p, plain);
		if (!escape)
			break;
		p = decode_escape(escape, end - escape, &c) ? escape + 4 : escape + 1;
		g_string_append_c(to, c);
	}
	if (!utf8_is_clean(to->str, to->len)) {
		g_autofree char *clean = utf8_from_bytes(to->str, to->len);

		g_string_assign(to, clean);
	}
}

/* A number and the comma behind it. */
static bool take_number(const char **p, const char *end, unsigned long long *ret)
{
	unsigned long long value = 0;
	const char *at = *p;

	for (; at < end && g_ascii_isdigit(*at); at++)
		value = value * 10 + (*at - '0');
	if (at == *p || at == end || *at != ',')
		return false;
	*ret = value;
	*p = at + 1;
	return true;
}

/*
 * `<prio>,<seq>,<usec>,<flag>[,...];<text>`. False for anything else, also if
 * cut short. The text goes through @buffer.
 */
static bool record_parse(const char *line, size_t len, GString *buffer, struct record *ret)
{
	const char *end = line + len;
	unsigned long long priority, sequence, usec;
	const char *semicolon;

	if (!take_number(&line, end, &priority) || !take_number(&line, end, &sequence) ||
	    !take_number(&line, end, &usec))
		return false;
	semicolon = memchr(line, ';', end - line);
	if (!semicolon)
		return false;
	decode_text(semicolon + 1, end - semicolon - 1, buffer);
	/* The low three bits; the rest is the facility. */
	*ret = (struct record){.level = priority & 7,
			       .facility = priority >> 3,
			       .usec = usec,
			       .flag = *line,
			       .text = buffer->str};
	return true;
}

/* Where records go at the moment. */
struct sorter {
	const struct dmesg_rules *rules;
	/* "subtest" or "subtest@dynamic" -> struct test_result *, not owned. */
	GHashTable *tests;
	struct test_result *subtest;
	struct test_result *dynamic;
	/* No dynamic subtest of it has begun. */
	bool before_dynamic;
	/* Of which all is known that the kernel said: another one began behind it. */
	GHashTable *complete;
	/* Before the first marker. */
	GString *early;
	GString *early_warnings;
	GRegex *ignored;
	/* For the record at hand. */
	GString *text, *line;
};

static bool record_is_warning(const struct sorter *sorter, const struct record *record)
{
	const struct dmesg_rules *rules = sorter->rules;
	bool match;

	/* A live report is loud so that consoles show it, and complains of nothing. */
	if (record->level > rules->level || record->flag == 'c' ||
	    record->facility == KMSG_REPORT_FACILITY)
		return false;
	if (sorter->ignored && g_regex_match(sorter->ignored, record->text, 0, NULL))
		return false;
	match = g_regex_match(rules->regex, record->text, 0, NULL);
	return match == rules->piglit_style;
}

static void append_log(struct test_result *test, const GString *log, const GString *warnings)
{
	g_string_append_len(test->dmesg, log->str, log->len);
	g_string_append_len(test->warnings, warnings->str, warnings->len);
}

/* The first one has what came before it, on either level. */
static void sorter_begin(struct sorter *sorter, struct test_result *subtest,
			 struct test_result *dynamic)
{
	if (!sorter->subtest)
		append_log(subtest, sorter->early, sorter->early_warnings);
	if (dynamic && sorter->before_dynamic)
		append_log(dynamic, subtest->dmesg, subtest->warnings);
	sorter->before_dynamic = !dynamic;
	if (sorter->subtest && sorter->subtest != subtest)
		g_hash_table_add(sorter->complete, sorter->subtest);
	if (sorter->dynamic && sorter->dynamic != dynamic)
		g_hash_table_add(sorter->complete, sorter->dynamic);
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
	const char *at = strstr(text, IGT_KMSG_STARTING);

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
	const char *at = strstr(text, IGT_KMSG_IGNORE);

	if (!at)
		return;
	g_clear_pointer(&sorter->ignored, g_regex_unref);
	sorter->ignored = compile(at + strlen(IGT_KMSG_IGNORE));
}

static void add_line(GString *log, GString *warnings, const GString *line, bool warning)
{
	g_string_append_len(log, line->str, line->len);
	if (warning)
		g_string_append_len(warnings, line->str, line->len);
}

static void sorter_take(struct sorter *sorter, const struct record *record)
{
	bool warning;

	if (g_str_has_prefix(record->text, IGT_KMSG_PREFIX)) {
		sorter_take_marker(sorter, record->text);
		sorter_take_ignore(sorter, record->text);
	}
	warning = record_is_warning(sorter, record);
	g_string_printf(sorter->line, "<%lu> [%llu.%06llu] ", record->level, record->usec / 1000000,
			record->usec % 1000000);
	g_string_append(sorter->line, record->text);
	g_string_append_c(sorter->line, '\n');
	if (sorter->subtest)
		add_line(sorter->subtest->dmesg, sorter->subtest->warnings, sorter->line, warning);
	else
		add_line(sorter->early, sorter->early_warnings, sorter->line, warning);
	if (sorter->dynamic)
		add_line(sorter->dynamic->dmesg, sorter->dynamic->warnings, sorter->line, warning);
}

static unsigned count_recorded(const GPtrArray *tests)
{
	unsigned count = 0;

	for (unsigned i = 0; i < tests->len; i++)
		count += ((const struct test_result *)g_ptr_array_index(tests, i))->recorded;
	return count;
}

/*
 * No marker at all: everyone sees the log; only a test that is alone answers for
 * it. A long log of many tests is with the first of them, and the others say so.
 */
static void sorter_spread(const struct sorter *sorter, const GPtrArray *tests)
{
	bool too_much = sorter->early->len > 0 &&
			count_recorded(tests) > SPREAD_MAX_BYTES / sorter->early->len;
	const struct test_result *holder = NULL;

	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (!test->recorded)
			continue;
		if (too_much && holder) {
			g_string_append_printf(test->dmesg,
					       "see %s: nothing in the kernel log "
					       "tells the subtests apart\n",
					       holder->name);
			continue;
		}
		holder = test;
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

/* What the kernel said of them may be among what was lost. */
static void doubt_the_rest(const struct sorter *sorter, const GPtrArray *tests)
{
	for (unsigned i = 0; i < tests->len; i++) {
		struct test_result *test = g_ptr_array_index(tests, i);

		if (test->verdict == VERDICT_PASS && !g_hash_table_contains(sorter->complete, test))
			test->verdict = VERDICT_INCOMPLETE;
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

void dmesg_attribute(const struct dmesg_log *log, const struct dmesg_rules *rules,
		     const GPtrArray *tests)
{
	g_autoptr(GHashTable) table = index_tests(tests);
	g_autoptr(GHashTable) complete = g_hash_table_new(g_direct_hash, g_direct_equal);
	g_autoptr(GString) early = g_string_new(NULL);
	g_autoptr(GString) early_warnings = g_string_new(NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) line = g_string_new(NULL);
	struct sorter sorter = {.rules = rules,
				.tests = table,
				.complete = complete,
				.early = early,
				.early_warnings = early_warnings,
				.text = text,
				.line = line};
	const char *end = log->text + log->len;

	for (const char *p = log->text; p < end;) {
		const char *newline = memchr(p, '\n', end - p);
		const char *line_end = newline ? newline : end;
		struct record record;

		if (record_parse(p, line_end - p, text, &record))
			sorter_take(&sorter, &record);
		p = line_end + 1;
	}
	if (!sorter.subtest)
		sorter_spread(&sorter, tests);
	g_clear_pointer(&sorter.ignored, g_regex_unref);
	judge(tests);
	if (log->cut)
		doubt_the_rest(&sorter, tests);
}
