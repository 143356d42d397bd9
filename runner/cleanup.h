/* SPDX-License-Identifier: MIT */
/** Scope-bound ownership of the project's own structs; glib's types have g_autoptr(). */
#ifndef RUNNER_CLEANUP_H
#define RUNNER_CLEANUP_H

/** `_cleanup_(thing_freep) struct thing *thing = NULL;` frees it when it leaves scope. */
#define _cleanup_(handler) __attribute__((cleanup(handler)))

/** Defines `<func>p()` for _cleanup_ from a free function of pointer type @type; NULL is fine. */
#define DEFINE_CLEANUP(type, func)                                                                 \
	static inline void func##p(type *ptr)                                                      \
	{                                                                                          \
		func(*ptr);                                                                        \
	}                                                                                          \
	struct cleanup_needs_semicolon

#endif
