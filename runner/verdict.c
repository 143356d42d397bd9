/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <glib.h>
#include <string.h>

#include "igt_wire.h"
#include "journal.h"

static const char *const verdict_names[_VERDICT_MAX] = {
	[VERDICT_CRASH] = "crash",
	[VERDICT_PASS] = "pass",
	[VERDICT_DMESG_FAIL] = "dmesg-fail",
	[VERDICT_DMESG_WARN] = "dmesg-warn",
	[VERDICT_SKIP] = "skip",
	[VERDICT_INCOMPLETE] = "incomplete",
	[VERDICT_ABORT] = "abort",
	[VERDICT_TIMEOUT] = "timeout",
	[VERDICT_NOTRUN] = "notrun",
	[VERDICT_FAIL] = "fail",
	[VERDICT_WARN] = "warn",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

enum verdict verdict_from_name(const char *name)
{
	for (int i = 0; i < _VERDICT_MAX; i++)
		if (strcmp(name, verdict_names[i]) == 0)
			return i;
	return _VERDICT_INVALID;
}

enum verdict verdict_from_word(const char *word)
{
	static const struct {
		const char *word;
		enum verdict verdict;
	} words[] = {
		{IGT_WORD_SUCCESS, VERDICT_PASS},
		{IGT_WORD_SKIP, VERDICT_SKIP},
		{IGT_WORD_FAIL, VERDICT_FAIL},
		{IGT_WORD_CRASH, VERDICT_CRASH},
		/* The library never prints it; other writers of the protocol do. */
		{"TIMEOUT", VERDICT_TIMEOUT},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_str_has_prefix(word, words[i].word))
			return words[i].verdict;
	return VERDICT_INCOMPLETE;
}

enum verdict verdict_from_exit_code(int code)
{
	switch (code) {
	case IGT_EXIT_SUCCESS:
		return VERDICT_PASS;
	case IGT_EXIT_SKIP:
	case IGT_EXIT_INVALID:
		return VERDICT_SKIP;
	case IGT_EXIT_ABORT:
		return VERDICT_ABORT;
	case JOURNAL_EXIT_NOTRUN:
		return VERDICT_NOTRUN;
	default:
		return VERDICT_FAIL;
	}
}

bool verdict_is_bad(enum verdict verdict)
{
	return verdict != VERDICT_PASS && verdict != VERDICT_SKIP;
}

unsigned verdict_rank(enum verdict verdict)
{
	static const enum verdict order[_VERDICT_MAX] = {
		VERDICT_CRASH,	VERDICT_FAIL,	    VERDICT_DMESG_FAIL, VERDICT_TIMEOUT,
		VERDICT_ABORT,	VERDICT_INCOMPLETE, VERDICT_DMESG_WARN, VERDICT_WARN,
		VERDICT_NOTRUN, VERDICT_SKIP,	    VERDICT_PASS,
	};

	for (unsigned i = 0; i < _VERDICT_MAX; i++)
		if (order[i] == verdict)
			return i;
	return 0;
}
