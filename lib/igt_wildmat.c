/* SPDX-License-Identifier: MIT */
/**
 * The matcher behind --run-subtest and --describe=.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "igt_wildmat.h"

/* A stretch of the pattern string; patterns are matched in place, without copies. */
struct span {
	const char *at;
	const char *end;
};

/* Decode one UTF-8 character; a byte that starts none stands for itself. */
static uint32_t next_char(const char **at, const char *end)
{
	const unsigned char *byte = (const unsigned char *)*at;
	unsigned int more = byte[0] >= 0xf0 ? 3 : byte[0] >= 0xe0 ? 2 : byte[0] >= 0xc0 ? 1 : 0;
	uint32_t code;

	if (end - *at <= (ptrdiff_t)more)
		more = 0;
	code = more ? byte[0] & (0x3f >> more) : byte[0];
	for (unsigned int i = 1; i <= more; i++) {
		if ((byte[i] & 0xc0) != 0x80) {
			*at += 1;
			return byte[0];
		}
		code = code << 6 | (byte[i] & 0x3f);
	}
	*at += 1 + more;
	return code;
}

static uint32_t lower(uint32_t code)
{
	return code < 0x80 ? (uint32_t)tolower((int)code) : code;
}

static bool same(uint32_t text, uint32_t pattern)
{
	return text == pattern || lower(text) == pattern;
}

/* Where the set that opens at @at ("[...") ends, or NULL when nothing closes it. */
static const char *set_end(const char *at, const char *end)
{
	at++;
	if (at < end && *at == '^')
		at++;
	if (at < end && *at == ']')
		at++;
	while (at < end && *at != ']')
		at++;
	return at < end ? at : NULL;
}

/* @at: behind the opening bracket; @end: at the closing one. */
static bool in_set(const char *at, const char *end, uint32_t text)
{
	bool negated = at < end && *at == '^', found = false;

	if (negated)
		at++;
	while (at < end) {
		const uint32_t first = next_char(&at, end);
		uint32_t last = first;

		if (end - at >= 2 && *at == '-') {
			at++;
			last = next_char(&at, end);
		}
		if ((text >= first && text <= last) ||
		    (lower(text) >= first && lower(text) <= last))
			found = true;
	}
	return found != negated;
}

/* Match one character of @text with one element of the pattern; advances @pattern over it. */
static bool match_one(struct span *pattern, uint32_t text)
{
	const char *close;

	switch (*pattern->at) {
	case '?':
		pattern->at++;
		return true;
	case '[':
		close = set_end(pattern->at, pattern->end);
		if (close) {
			bool found = in_set(pattern->at + 1, close, text);

			pattern->at = close + 1;
			return found;
		}
		break;
	case '\\':
		if (pattern->end - pattern->at > 1)
			pattern->at++;
		break;
	}
	return same(text, next_char(&pattern->at, pattern->end));
}

/*
 * Only the last star ever needs to be retried: what an earlier one swallowed cannot matter once
 * a later one has been reached. So the match is linear in practice and needs no recursion.
 */
static bool match(struct span text, struct span pattern)
{
	struct span star_text = {NULL, NULL}, star_pattern = {NULL, NULL};

	while (text.at < text.end) {
		if (pattern.at < pattern.end && *pattern.at == '*') {
			pattern.at++;
			star_pattern = pattern;
			star_text = text;
			continue;
		}
		if (pattern.at < pattern.end &&
		    match_one(&pattern, next_char(&text.at, text.end)))
			continue;
		if (!star_pattern.at)
			return false;
		next_char(&star_text.at, star_text.end);
		text = star_text;
		pattern = star_pattern;
	}
	while (pattern.at < pattern.end && *pattern.at == '*')
		pattern.at++;
	return pattern.at == pattern.end;
}

/* The end of the first pattern of the list: a comma that is neither escaped nor in a set. */
static const char *pattern_end(const char *at, const char *end)
{
	while (at < end && *at != ',') {
		const char *close;

		if (*at == '\\' && end - at > 1)
			at++;
		else if (*at == '[' && (close = set_end(at, end)))
			at = close;
		at++;
	}
	return at;
}

bool igt_wildmat(const char *text, const char *pattern)
{
	struct span whole = {text, text + strlen(text)};
	const char *at = pattern, *end = pattern + strlen(pattern);
	bool selected = false;

	for (;;) {
		struct span one = {at, pattern_end(at, end)};
		bool negated = one.at < one.end && *one.at == '!';

		if (negated)
			one.at++;
		if (match(whole, one))
			selected = !negated;
		at = pattern_end(at, end);
		if (at == end)
			return selected;
		at++;
	}
}
