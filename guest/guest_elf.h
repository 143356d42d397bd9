/* SPDX-License-Identifier: MIT */
/** The shared libraries that programs need, as the host's own loader finds them. */
#ifndef GUEST_ELF_H
#define GUEST_ELF_H

#include <glib.h>

/**
 * Adds to libs (a set of owned path strings, as from g_hash_table_new_full with
 * g_free for keys) the loader of the program and every library that the loader maps
 * for it. For programs of another machine these are below the sysroot. A static program,
 * a script or any other file adds nothing. Returns 0, or a negative errno with a
 * sentence in ret_why, such as for a library that is missing.
 */
int guest_elf_add_libs(const char *program, const char *sysroot, GHashTable *libs,
		       char **ret_why);

/** What the program is for, one of EM_* of elf.h; EM_NONE if it is none, but a script, say. */
int guest_elf_machine(const char *program);

#endif
