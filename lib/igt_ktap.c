/* SPDX-License-Identifier: MIT */
/**
 * A parser for the KTAP that KUnit writes: lines are told by their indentation, 4 spaces a level.
 * Level 0 has suites, level 1 cases; what is deeper are parameters of a case, which has a line
 * of its own when they are done.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt_cleanup.h"
#include "igt_ktap.h"
#include "igt_wire.h"

#define INDENT 4
/* Of one case: what is more is of no use, and a log may be endless. */
#define MAX_MESSAGE 4096

struct igt_ktap_results {
	struct igt_list_head *results;
	char *suite;		/* of "# Subtest:", NULL: none has begun */
	char *message;		/* lines since the last result */
	unsigned int cases;	/* of the suite, that have ended */
	unsigned long planned;	/* suites; 0: not known yet */
	unsigned long suites;	/* that have ended */
};

struct igt_ktap_results *igt_ktap_alloc(struct igt_list_head *results)
{
	struct igt_ktap_results *ktap = calloc(1, sizeof(*ktap));

	if (ktap)
		ktap->results = results;
	return ktap;
}

void igt_ktap_free(struct igt_ktap_results **ktap)
{
	if (*ktap) {
		free((*ktap)->suite);
		free((*ktap)->message);
	}
	free(*ktap);
	*ktap = NULL;
}

void igt_ktap_result_free(struct igt_ktap_result *result)
{
	igt_list_del(&result->link);
	free(result->suite_name);
	free(result->case_name);
	free(result->msg);
	free(result);
}

/* Put @text, which may be NULL, into *@to in the place of what was there. */
static int keep(char **to, const char *text, size_t length)
{
	char *copy = text ? strndup(text, length) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static int add_message(struct igt_ktap_results *ktap, const char *text)
{
	size_t have = ktap->message ? strlen(ktap->message) : 0;
	char *grown;

	if (have + strlen(text) > MAX_MESSAGE)
		return 0;
	if (asprintf(&grown, "%s%s%s", ktap->message ?: "", have ? "\n" : "", text) < 0)
		return -ENOMEM;
	free(ktap->message);
	ktap->message = grown;
	return 0;
}

/** "ok 3 name # SKIP why", taken apart. Nothing is copied. */
struct outcome {
	const char *name;
	size_t name_length;
	const char *directive; /* behind "# ", or NULL */
	int code;
};

static bool parse_outcome(const char *text, struct outcome *ret_outcome)
{
	struct outcome outcome = {.code = IGT_EXIT_SUCCESS};
	const char *end;

	if (strncmp(text, "not ", 4) == 0) {
		outcome.code = IGT_EXIT_FAILURE;
		text += 4;
	}
	if (strncmp(text, "ok ", 3) != 0 || !isdigit((unsigned char)text[3]))
		return false;
	text += 3;
	text += strspn(text, "0123456789");
	if (*text && *text != ' ')
		return false;
	text += strspn(text, " ");
	if (strncmp(text, "- ", 2) == 0)
		text += 2 + strspn(text + 2, " ");
	end = strstr(text, "# ");
	outcome.directive = end ? end + 2 : NULL;
	if (!end)
		end = text + strlen(text);
	while (end > text && end[-1] == ' ')
		end--;
	if (end == text)
		return false;
	outcome.name = text;
	outcome.name_length = (size_t)(end - text);
	if (outcome.directive && strncasecmp(outcome.directive, "SKIP", 4) == 0 &&
	    outcome.code == IGT_EXIT_SUCCESS) {
		outcome.code = IGT_EXIT_SKIP;
		outcome.directive += 4;
		outcome.directive += strspn(outcome.directive, " ");
	}
	*ret_outcome = outcome;
	return true;
}

/* Add a result: of a case, or of the suite @outcome names when @is_case is false. */
static int add_result(struct igt_ktap_results *ktap, const struct outcome *outcome, bool is_case)
{
	struct igt_ktap_result *result = calloc(1, sizeof(*result));
	const char *suite = ktap->suite ?: "";
	int r;

	if (!result)
		return -ENOMEM;
	IGT_INIT_LIST_HEAD(&result->link);
	result->code = outcome->code;
	if (is_case) {
		r = keep(&result->suite_name, suite, strlen(suite));
		if (r == 0)
			r = keep(&result->case_name, outcome->name, outcome->name_length);
	} else {
		r = keep(&result->suite_name, outcome->name, outcome->name_length);
	}
	if (r == 0 && outcome->directive && *outcome->directive)
		r = add_message(ktap, outcome->directive);
	if (r < 0) {
		igt_ktap_result_free(result);
		return r;
	}
	result->msg = igt_steal(ktap->message);
	igt_list_add_tail(&result->link, ktap->results);
	return 0;
}

static int suite_over(struct igt_ktap_results *ktap, const struct outcome *outcome)
{
	int r = 0;

	/* One that could not begin, or was left out. */
	if (ktap->cases == 0)
		r = add_result(ktap, outcome, false);
	free(igt_steal(ktap->suite));
	free(igt_steal(ktap->message));
	ktap->cases = 0;
	ktap->suites++;
	return r;
}

static int parse_line(struct igt_ktap_results *ktap, const char *text, unsigned int level)
{
	static const char subtest[] = "# Subtest: ";
	struct outcome outcome;

	if (level == 0 && strncmp(text, "1..", 3) == 0 && isdigit((unsigned char)text[3])) {
		ktap->planned = strtoul(text + 3, NULL, 10);
		return 0;
	}
	if (level == 1 && strncmp(text, subtest, strlen(subtest)) == 0) {
		text += strlen(subtest);
		ktap->cases = 0;
		return keep(&ktap->suite, text, strlen(text));
	}
	if (level < 2 && parse_outcome(text, &outcome)) {
		if (level == 0)
			return suite_over(ktap, &outcome);
		ktap->cases++;
		return add_result(ktap, &outcome, true);
	}
	/* Of a case's parameters, and the name of the module. */
	if (strncmp(text, subtest, strlen(subtest)) == 0 || strncmp(text, "# module:", 9) == 0)
		return 0;
	if (level > 0 && ktap->suite && strncmp(text, "# ", 2) == 0)
		return add_message(ktap, text + 2);
	return 0;
}

int igt_ktap_parse(const char *buf, struct igt_ktap_results *ktap)
{
	_cleanup_free_ char *line = strndup(buf, strcspn(buf, "\n"));
	unsigned int spaces;
	int r;

	if (!line)
		return -ENOMEM;
	if (ktap->planned && ktap->suites >= ktap->planned)
		return 0;
	spaces = (unsigned int)strspn(line, " ");
	r = parse_line(ktap, line + spaces, spaces / INDENT);
	if (r < 0)
		return r;
	return ktap->planned && ktap->suites >= ktap->planned ? 0 : -EINPROGRESS;
}
