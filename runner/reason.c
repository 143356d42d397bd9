/* SPDX-License-Identifier: MIT */
#include "reason.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "igt_wire.h"
#include "markers.h"

#define REASON_MAX_BYTES 300

#define TIMEOUT_NOTE "runner: This test was killed due to exceeding the "
#define TIMEOUT_NOTE_LIMIT " timeout. (limit "

/* Prefixes of the library's texts; see the test core for who prints them. */
#define CRITICAL "CRITICAL: "
#define WARNING "WARNING: "
#define ASSERTION_HEAD "Test assertion failure function "
#define ASSERTION "Failed assertion: "
#define VALUES "error: "
#define LAST_ERRNO "Last errno: "
#define REQUIREMENT_HEAD "Test requirement not met in function "
#define REQUIREMENT "Test requirement: "
#define ABORT_CONDITION "abort condition: "
#define RECEIVED_SIGNAL "Received signal "
#define DUMP_BEGIN "**** DEBUG ****"
#define DUMP_END "****  END  ****"
#define ABORTED_FILE_HEAD "Aborting.\n"

/* Lines of a text, one after the other, without copying all of it first. */
struct lines {
	const char *next;
};

/* NULL at the end, else a copy without newline that the caller frees. */
static char *lines_next(struct lines *lines)
{
	const char *begin = lines->next;
	size_t len;

	if (!begin || *begin == '\0')
		return NULL;
	len = strcspn(begin, "\n");
	lines->next = begin[len] == '\n' ? begin + len + 1 : begin + len;
	return g_strndup(begin, len);
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r")] == '\0';
}

static bool is_marker(const char *line)
{
	struct marker marker;

	if (!marker_parse(line, strlen(line), &marker))
		return false;
	marker_clear(&marker);
	return true;
}

/* Lines that every test prints and that explain nothing. */
static bool is_boilerplate(const char *line)
{
	static const char *const prefixes[] = {
		IGT_TEXT_VERSION,
		"Using IGT_SRANDOM=",
		"Opened device: ",
		"Stack trace:",
		"  #",
		" #",
		REQUIREMENT_HEAD,
		LAST_ERRNO,
		"No log.",
	};

	if (is_blank(line) || is_marker(line))
		return true;
	if (g_str_has_prefix(line, IGT_TEXT_RESULT) && g_str_has_suffix(line, " failed."))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(line, prefixes[i]))
			return true;
	return false;
}

/* What a log record says after its `(prog:pid) LEVEL: `; NULL if it is none of @level. */
static const char *record_text(const char *line, const char *level)
{
	const char *at = strstr(line, level);

	/* The prefix begins with a time stamp, a fork's index or the program. */
	if (!at || (*line != '(' && *line != '[' && *line != '<'))
		return NULL;
	/* `(prog:pid) CRITICAL: ` or `(prog:pid) domain-CRITICAL: `, not deep inside a text. */
	if (at > line && at[-1] != ' ' && at[-1] != '-')
		return NULL;
	return at + strlen(level);
}

/* The first failure block, as it comes by. */
struct failure {
	char *assertion;
	char *error;
	char *message;
	char *first;
};

static void failure_clear(struct failure *failure)
{
	g_free(failure->assertion);
	g_free(failure->error);
	g_free(failure->message);
	g_free(failure->first);
}

/* False when the block is over. */
static bool failure_take(struct failure *failure, const char *line, bool *in_block)
{
	const char *text = record_text(line, CRITICAL);

	if (!text)
		return !*in_block;
	if (g_str_has_prefix(text, ASSERTION_HEAD)) {
		/* A second block: a parent after its child, or the log dump of this one. */
		if (*in_block)
			return false;
		*in_block = true;
	} else if (!*in_block) {
		if (!failure->first && !is_blank(text))
			failure->first = g_strdup(text);
	} else if (!failure->assertion && g_str_has_prefix(text, ASSERTION)) {
		failure->assertion = g_strdup(text);
	} else if (!failure->error && g_str_has_prefix(text, LAST_ERRNO)) {
		failure->error = g_strdup(text);
	} else if (!failure->message && !is_blank(text)) {
		failure->message = g_strdup(text);
		return false;
	}
	return true;
}

static bool expression_is_constant(const char *assertion)
{
	const char *expression = assertion + strlen(ASSERTION);

	return strcmp(expression, "0") == 0 || strcmp(expression, "false") == 0;
}

/*
 * What a person wants to read first is the test's own text. The expression is
 * added where the text does not say it, and leads where there is only its values.
 */
static char *failure_describe(const struct failure *failure)
{
	const char *message = failure->message;
	const char *expression, *claim;

	if (!failure->assertion)
		return g_strdup(message ? message : failure->first);
	expression = failure->assertion + strlen(ASSERTION);
	if (!message && !failure->error)
		return g_strdup(expression);
	if (!message || g_str_has_prefix(message, VALUES))
		return g_strdup_printf("%s; %s", expression, message ? message : failure->error);
	if (expression_is_constant(failure->assertion))
		return g_strdup(message);
	claim = strstr(message, expression);
	if (claim)
		return g_strdup(claim);
	return g_strdup_printf("%s (%s)", message, expression);
}

static char *first_critical(const char *err)
{
	_cleanup_(failure_clear) struct failure failure = {0};
	struct lines lines = {err};
	bool in_block = false;
	bool more = true;

	while (more) {
		g_autofree char *line = lines_next(&lines);

		if (!line)
			break;
		more = failure_take(&failure, line, &in_block);
	}
	return failure_describe(&failure);
}

/* The rest of the first line that has @prefix at its start, or NULL. */
static char *after_prefix(const char *text, const char *prefix)
{
	struct lines lines = {text};

	for (;;) {
		g_autofree char *line = lines_next(&lines);

		if (!line)
			return NULL;
		if (g_str_has_prefix(line, prefix))
			return g_strdup(line + strlen(prefix));
	}
}

/* The log dump after a failure repeats what the test did, not why it failed. */
static char *first_plain_line(const char *text)
{
	struct lines lines = {text};
	bool in_dump = false;

	for (;;) {
		char *line = lines_next(&lines);

		if (!line)
			return NULL;
		if (g_str_has_prefix(line, DUMP_BEGIN))
			in_dump = true;
		else if (g_str_has_prefix(line, DUMP_END))
			in_dump = false;
		else if (!in_dump && !is_boilerplate(line))
			return line;
		g_free(line);
	}
}

static char *first_of(char *a, char *b)
{
	if (a) {
		g_free(b);
		return a;
	}
	return b;
}

/* `child 0 failed with exit status 98`, `child 0 died with signal 9, Killed` on stdout. */
static char *failed_child(const char *out)
{
	struct lines lines = {out};

	for (;;) {
		char *line = lines_next(&lines);

		if (!line)
			return NULL;
		if ((g_str_has_prefix(line, "child ") ||
		     g_str_has_prefix(line, "dynamic child ")) &&
		    (strstr(line, " failed with ") || strstr(line, " died with ")))
			return line;
		g_free(line);
	}
}

/* aborted.txt: a head, a blank line, the reason. */
static char *abort_reason(const char *out)
{
	const char *at;

	if (!g_str_has_prefix(out, ABORTED_FILE_HEAD))
		return NULL;
	at = strstr(out, "\n\n");
	return at ? first_plain_line(at + 2) : NULL;
}

/* The last line before a result: what igt_skip() or a timer of the test had to say. */
static char *last_words(const char *out)
{
	struct lines lines = {out};
	g_autofree char *last = NULL;

	for (;;) {
		g_autofree char *line = lines_next(&lines);
		struct marker marker;

		if (!line)
			break;
		if (marker_parse(line, strlen(line), &marker)) {
			marker_clear(&marker);
			if (marker.kind == MARKER_RESULT && last)
				break;
			continue;
		}
		if (!is_boilerplate(line)) {
			g_free(last);
			last = g_steal_pointer(&line);
		}
	}
	return g_steal_pointer(&last);
}

static char *fail_reason(const struct reason_texts *texts)
{
	char *reason = first_critical(texts->err);

	if (!reason)
		reason = abort_reason(texts->out);
	if (!reason)
		reason = failed_child(texts->out);
	if (!reason)
		reason = first_plain_line(texts->err);
	return reason ? reason : last_words(texts->out);
}

/* `Test requirement: <expr>`, then maybe the test's own words, then maybe an errno. */
static char *requirement_reason(const char *out)
{
	struct lines lines = {out};
	g_autofree char *requirement = NULL;

	for (;;) {
		g_autofree char *line = lines_next(&lines);

		if (!line)
			break;
		if (!requirement) {
			if (g_str_has_prefix(line, REQUIREMENT))
				requirement = g_strdup(line + strlen(REQUIREMENT));
			continue;
		}
		if (is_marker(line) || g_str_has_prefix(line, LAST_ERRNO))
			break;
		if (!is_blank(line))
			return g_steal_pointer(&line);
	}
	return g_steal_pointer(&requirement);
}

static char *skip_reason(const struct reason_texts *texts)
{
	char *reason = requirement_reason(texts->out);

	if (!reason)
		reason = last_words(texts->out);
	return reason ? reason : first_plain_line(texts->err);
}

/* `SIGSEGV` out of `Received signal SIGSEGV.` */
static char *signal_name(const char *err)
{
	char *name = after_prefix(err, RECEIVED_SIGNAL);

	if (name)
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-")] = '\0';
	if (name && *name == '\0')
		g_clear_pointer(&name, g_free);
	return name;
}

/*
 * Lines that only open what the kernel has to say, of a trace or of a checker's report, and those
 * that programs put into its log.
 */
static bool says_little(const char *text)
{
	return strstr(text, "[ cut here ]") || text[strspn(text, "=")] == '\0' ||
	       g_str_has_prefix(text, IGT_KMSG_PREFIX);
}

/* `<4> [1.000000] text` without its head; a line that says little is passed over for a better. */
static char *kernel_reason(const char *warnings)
{
	struct lines lines = {warnings};
	g_autofree char *only = NULL;

	for (;;) {
		g_autofree char *line = lines_next(&lines);
		const char *text;

		if (!line)
			return g_steal_pointer(&only);
		text = strstr(line, "] ");
		text = *line == '<' && text ? text + 2 : line;
		if (is_blank(text))
			continue;
		if (!says_little(text))
			return g_strdup(text);
		if (!only)
			only = g_strdup(text);
	}
}

char *reason_timeout_note(const char *what, unsigned long seconds)
{
	return g_strdup_printf(TIMEOUT_NOTE "%s" TIMEOUT_NOTE_LIMIT "%lu s)\n", what, seconds);
}

static char *exceeded_limit(const char *err)
{
	g_autofree char *note = after_prefix(err, TIMEOUT_NOTE);
	char *limit = note ? strstr(note, TIMEOUT_NOTE_LIMIT) : NULL;

	if (!limit)
		return g_strdup("killed by the runner for taking too long");
	*limit = '\0';
	limit += strlen(TIMEOUT_NOTE_LIMIT);
	limit[strcspn(limit, ")")] = '\0';
	return g_strdup_printf("%s timeout of %s", note, limit);
}

/* What the kernel said before the runner's kill, or NULL; of tasks that are blocked it is asked. */
static char *warned_before_kill(const char *warnings)
{
	const char *kill = strstr(warnings, REASON_TIMEOUT_KMSG);
	g_autofree char *before = kill ? g_strndup(warnings, kill - warnings) : g_strdup(warnings);
	g_autofree char *reason = kernel_reason(before);

	return reason && !g_str_has_prefix(reason, IGT_KMSG_PREFIX) ? g_steal_pointer(&reason)
								    : NULL;
}

/* @what, with what the kernel had warned of, which may be why: a list that leads nowhere. */
static char *with_warning(const char *what, const struct reason_texts *texts)
{
	g_autofree char *warned = warned_before_kill(texts->warnings);

	return g_strconcat(what, warned ? ", after the kernel had warned: " : NULL, warned, NULL);
}

/*
 * What a test has found wrong may be what keeps it from ending: a lock that nobody gives back. So
 * may be what the kernel has.
 */
static char *timeout_reason(const struct reason_texts *texts)
{
	g_autofree char *limit = exceeded_limit(texts->err);
	g_autofree char *failed = first_critical(texts->err);

	if (!failed && strstr(texts->out, ": FAIL ("))
		failed = last_words(texts->out);
	if (failed)
		return g_strdup_printf("%s, after it had failed: %s", limit, failed);
	return with_warning(limit, texts);
}

static char *incomplete_reason(const struct reason_texts *texts)
{
	g_autofree char *signal = signal_name(texts->err);
	g_autofree char *died = NULL;
	char *reason;

	/* It was told to end, and so did, and yet the run did not go on. */
	if (strstr(texts->err, TIMEOUT_NOTE)) {
		g_autofree char *limit = exceeded_limit(texts->err);

		died = g_strconcat(limit, ", and not all of the test has ended", NULL);
		return with_warning(died, texts);
	}
	if (signal) {
		died = g_strconcat("no result line; died of ", signal, NULL);
		return with_warning(died, texts);
	}
	reason = kernel_reason(texts->warnings);
	if (reason)
		return reason;
	reason = after_prefix(texts->out, "This test didn't produce any output.");
	if (reason) {
		g_free(reason);
		return g_strdup("no output at all; the machine probably went down");
	}
	return g_strdup("no end on record; the test, the runner or the machine died");
}

static char *warn_reason(const char *err)
{
	g_autofree char *line = first_plain_line(err);
	const char *text = line ? record_text(line, WARNING) : NULL;

	return g_strdup(text ? text : line);
}

static char *abort_test_reason(const struct reason_texts *texts)
{
	return first_of(after_prefix(texts->err, ABORT_CONDITION), first_plain_line(texts->err));
}

static char *find(enum verdict verdict, const struct reason_texts *texts)
{
	switch (verdict) {
	case VERDICT_FAIL:
		return fail_reason(texts);
	case VERDICT_SKIP:
		return skip_reason(texts);
	case VERDICT_CRASH:
		return signal_name(texts->err);
	case VERDICT_TIMEOUT:
		return timeout_reason(texts);
	case VERDICT_DMESG_WARN:
	case VERDICT_DMESG_FAIL:
		return kernel_reason(texts->warnings);
	case VERDICT_INCOMPLETE:
		return incomplete_reason(texts);
	case VERDICT_ABORT:
		return abort_test_reason(texts);
	case VERDICT_WARN:
		return warn_reason(texts->err);
	case VERDICT_NOTRUN:
		return g_strdup("the run ended before it");
	default:
		return g_strdup("");
	}
}

/* One line for a terminal, a log window or XML: no control characters, not endless. */
static char *make_presentable(char *text)
{
	size_t len;

	for (char *p = text; *p; p++)
		if (g_ascii_iscntrl(*p))
			*p = ' ';
	g_strstrip(text);
	len = strlen(text);
	if (len <= REASON_MAX_BYTES)
		return text;
	len = REASON_MAX_BYTES - strlen("...");
	/* Not inside a character. */
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	strcpy(text + len, "...");
	return text;
}

char *reason_find(enum verdict verdict, const struct reason_texts *texts)
{
	struct reason_texts filled = {
		.out = texts->out ? texts->out : "",
		.err = texts->err ? texts->err : "",
		.dmesg = texts->dmesg ? texts->dmesg : "",
		.warnings = texts->warnings ? texts->warnings : "",
	};
	char *reason = find(verdict, &filled);

	if (reason)
		make_presentable(reason);
	if (verdict == VERDICT_PASS || (reason && *reason != '\0'))
		return reason;
	g_free(reason);
	return g_strdup("no reason given");
}
