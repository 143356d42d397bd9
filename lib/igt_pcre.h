/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Regular expressions of PCRE, as runners use them. Nothing here is for tests.
 */
#ifndef IGT_PCRE_H
#define IGT_PCRE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * False if @regex does not compile, with the reason in @ret_why. True also where libpcre2 is not
 * there: it is loaded for this call only, since few tests need it and all would start slower.
 */
bool igt_pcre_check(const char *regex, char *ret_why, size_t size);

#endif
