/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Selection of subtests by pattern, as RFC 3977 section 4 defines "wildmat", UTF-8 included.
 */
#ifndef IGT_WILDMAT_H
#define IGT_WILDMAT_H

#include <stdbool.h>

/**
 * True when @text is selected by @pattern: a list of patterns separated by commas, of which the
 * last one that matches decides; one that starts with '!' deselects.
 *
 * '*' is any run, '?' one character, "[a-z]" one of a set, "[^a-z]" one outside it, '\' takes
 * the next character literally. A pattern matches when it does so with the text or with the
 * text's lower-case ASCII form, so lower-case patterns find upper-case names but not the reverse.
 */
bool igt_wildmat(const char *text, const char *pattern);

#endif
