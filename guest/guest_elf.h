/* SPDX-License-Identifier: MIT */
/** The shared libraries that programs need, as the host's own loader finds them. */
#ifndef GUEST_ELF_H
#define GUEST_ELF_H

#include <glib.h>

/**
 * Adds to libs (a set of owned path strings, as from g_hash_table_new_full with
 * g_free for keys) the loader of the program and every library that the loader maps
 * for it. A static program, a script or any other file adds nothing. Returns 0, or a
 * negative errno with a sentence in ret_why, such as for a library that is missing.
 */
int guest_elf_add_libs(const char *program, GHashTable *libs, char **ret_why);

#endif
