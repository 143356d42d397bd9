/* SPDX-License-Identifier: MIT */
#include "expect_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define PIGLIT_PREFIX "igt@"
/* binary@subtest@dynamic */
#define NAME_PARTS_MAX 3
/* A reason is part of one line of a report. */
#define REASON_MAX 300

/* Where the reader is. */
struct reader {
	const char *file;
	enum expect_kind kind;
	unsigned line;
	GPtrArray *entries;
	/* Lines of EXPECT_FAILS by name; the name is the entry's. */
	GHashTable *by_name;
	/* The comment block that stands above the next entry. */
	GString *comment;
	bool in_comment;
	char *why;
};

static void entry_free(void *element)
{
	struct expect_entry *entry = element;

	g_free(entry->name);
	g_clear_pointer(&entry->regex, g_regex_unref);
	g_free(entry->reason);
	g_free(entry->file);
	g_free(entry);
}

static int bad_line(struct reader *reader, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int bad_line(struct reader *reader, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	reader->why = g_strdup_printf("%s:%u: %s", reader->file, reader->line, what);
	return -EINVAL;
}

int expect_file_kind(const char *file)
{
	static const char *const names[] = {
		[EXPECT_FAILS] = "fails.txt",
		[EXPECT_FLAKES] = "flakes.txt",
		[EXPECT_SKIPS] = "skips.txt",
	};
	g_autofree char *base = g_path_get_basename(file);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t rest;

		if (!g_str_has_suffix(base, names[i]))
			continue;
		rest = strlen(base) - strlen(names[i]);
		if (rest == 0 || base[rest - 1] == '-')
			return (int)i;
	}
	return -EINVAL;
}

static char *without_hyphens(const char *text)
{
	GString *plain = g_string_new(NULL);

	for (; *text; text++)
		if (*text != '-')
			g_string_append_c(plain, g_ascii_tolower(*text));
	return g_string_free(plain, /* free_segment= */ FALSE);
}

/* Our names for results, in any case and with or without hyphen, and deqp-runner's. */
static enum verdict status_from_text(const char *text)
{
	g_autofree char *status = without_hyphens(text);

	for (int v = 0; v < _VERDICT_MAX; v++) {
		g_autofree char *name = without_hyphens(verdict_name(v));

		if (strcmp(status, name) == 0)
			return v;
	}
	return strcmp(status, "missing") == 0 ? VERDICT_NOTRUN : _VERDICT_INVALID;
}

char *expect_status_name(enum verdict verdict)
{
	char *name = g_strdup(verdict_name(verdict));

	for (char *c = name; *c; c++)
		if (c == name || c[-1] == '-')
			*c = g_ascii_toupper(*c);
	return name;
}

static enum verdict parse_status(struct reader *reader, const char *text)
{
	enum verdict verdict = status_from_text(text);

	if (verdict == VERDICT_SKIP)
		return bad_line(reader, "a skip needs no expectation; remove the line, or put the "
					"test into a skips file");
	if (g_str_has_prefix(text, "UnexpectedImprovement"))
		return bad_line(reader, "an improvement is nothing to expect; remove the line");
	if (verdict < 0)
		return bad_line(reader,
				"status \"%s\" is unknown; use Fail, Crash, Timeout, Warn, "
				"Dmesg-Fail, Dmesg-Warn, Incomplete, Abort, Missing or Pass",
				text);
	return verdict;
}

static bool is_name(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "@", -1);
	unsigned count = g_strv_length(parts);

	if (count == 0 || count > NAME_PARTS_MAX || strpbrk(name, " \t,"))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (parts[i][0] == '\0')
			return false;
	return true;
}

static void add_entry(struct reader *reader, const struct expect_entry *values)
{
	struct expect_entry *entry = g_memdup2(values, sizeof(*values));

	entry->kind = reader->kind;
	entry->file = g_strdup(reader->file);
	entry->line = reader->line;
	entry->reason = g_strdup(reader->comment->str);
	g_ptr_array_add(reader->entries, entry);
	if (entry->name)
		g_hash_table_insert(reader->by_name, entry->name, entry);
}

static int take_fails_line(struct reader *reader, char *line)
{
	char *comma = strrchr(line, ',');
	const char *name = line;
	g_autofree char *folded = NULL;
	const struct expect_entry *twin;
	enum verdict verdict;

	if (!comma)
		return bad_line(reader, "no status after \"%s\"; write NAME,Fail", line);
	*comma = '\0';
	verdict = parse_status(reader, g_strstrip(comma + 1));
	if (verdict < 0)
		return verdict;
	g_strchomp(line);
	if (g_str_has_prefix(name, PIGLIT_PREFIX))
		name += strlen(PIGLIT_PREFIX);
	if (!is_name(name))
		return bad_line(reader,
				"\"%s\" is no name of a test; write binary@subtest or "
				"binary@subtest@dynamic",
				name);
	folded = g_ascii_strdown(name, -1);
	twin = g_hash_table_lookup(reader->by_name, folded);
	if (twin)
		return bad_line(reader, "%s is on line %u already; leave one of them", name,
				twin->line);
	add_entry(reader,
		  &(struct expect_entry){.name = g_steal_pointer(&folded), .verdict = verdict});
	return 0;
}

/* A line of a fails file here would be an expression that never matches. */
static bool is_fails_line(const char *line)
{
	const char *comma = strrchr(line, ',');

	return comma && status_from_text(comma + 1 + strspn(comma + 1, " \t")) >= 0;
}

static char *without_prefix(const char *pattern)
{
	if (g_str_has_prefix(pattern, "^" PIGLIT_PREFIX))
		return g_strconcat("^", pattern + strlen("^" PIGLIT_PREFIX), NULL);
	if (g_str_has_prefix(pattern, PIGLIT_PREFIX))
		return g_strdup(pattern + strlen(PIGLIT_PREFIX));
	return g_strdup(pattern);
}

static int take_regex_line(struct reader *reader, const char *line)
{
	g_autofree char *pattern = without_prefix(line);
	g_autoptr(GError) error = NULL;
	g_autoptr(GRegex) regex = NULL;

	if (is_fails_line(line))
		return bad_line(reader,
				"\"%s\" is a line of a fails file; here stands only the "
				"name, as a regular expression",
				line);
	/* RAW: names are bytes, and a byte that is no UTF-8 must not end the matching. */
	regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_RAW, /* match_options= */ 0,
			    &error);
	if (!regex)
		return bad_line(reader, "no regular expression: %s; correct it", error->message);
	if (g_regex_match(regex, "", /* match_options= */ 0, /* match_info= */ NULL))
		return bad_line(reader, "\"%s\" matches every name; say which tests are meant",
				line);
	add_entry(reader, &(struct expect_entry){.regex = g_steal_pointer(&regex)});
	return 0;
}

static void take_comment(struct reader *reader, const char *text)
{
	if (!reader->in_comment)
		g_string_truncate(reader->comment, 0);
	reader->in_comment = true;
	text += strspn(text, "# \t");
	if (*text == '\0' || g_str_has_prefix(text, "SPDX-License-Identifier:"))
		return;
	if (reader->comment->len > 0)
		g_string_append_c(reader->comment, ' ');
	g_string_append(reader->comment, text);
	if (reader->comment->len > REASON_MAX) {
		const char *end = g_utf8_find_prev_char(reader->comment->str,
							reader->comment->str + REASON_MAX);

		g_string_truncate(reader->comment, end - reader->comment->str);
	}
}

/* Reasons go to terminals and logs: nothing but text may come from here. */
static int check_bytes(struct reader *reader, const char *line, size_t len)
{
	if (!g_utf8_validate_len(line, len, /* end= */ NULL))
		return bad_line(reader, "not UTF-8 text; write it as plain text");
	for (const char *c = line; c < line + len; c = g_utf8_next_char(c))
		if (*c != '\t' && g_unichar_iscntrl(g_utf8_get_char(c)))
			return bad_line(reader, "control character 0x%02x; remove it",
					g_utf8_get_char(c));
	return 0;
}

static int take_line(struct reader *reader, const char *bytes, size_t len)
{
	g_autofree char *copy = NULL;
	char *line;
	int r;

	/* An editor of another system ends lines with it. */
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	r = check_bytes(reader, bytes, len);
	if (r < 0)
		return r;
	copy = g_strndup(bytes, len);
	line = g_strstrip(copy);
	if (*line == '#') {
		take_comment(reader, line);
		return 0;
	}
	reader->in_comment = false;
	if (*line == '\0') {
		g_string_truncate(reader->comment, 0);
		return 0;
	}
	return reader->kind == EXPECT_FAILS ? take_fails_line(reader, line)
					    : take_regex_line(reader, line);
}

int expect_file_parse(const char *file, enum expect_kind kind, const char *text, size_t len,
		      GPtrArray **ret_entries, char **ret_why)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	struct reader reader = {.file = file,
				.kind = kind,
				.entries = entries,
				.by_name = by_name,
				.comment = g_string_new(NULL)};
	const char *end = text + len;
	int r = 0;

	while (text < end && r == 0) {
		const char *newline = memchr(text, '\n', end - text);
		const char *stop = newline ? newline : end;

		reader.line++;
		r = take_line(&reader, text, stop - text);
		text = newline ? newline + 1 : end;
	}
	g_string_free(reader.comment, /* free_segment= */ TRUE);
	if (r < 0) {
		*ret_why = reader.why;
		return r;
	}
	*ret_entries = g_steal_pointer(&entries);
	return 0;
}
