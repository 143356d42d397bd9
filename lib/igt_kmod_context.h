/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the sources about modules share. Nothing here is for tests.
 */
#ifndef IGT_KMOD_CONTEXT_H
#define IGT_KMOD_CONTEXT_H

#include <libkmod.h>

/** A context that prints nothing, or NULL. To be freed with kmod_unref(). */
struct kmod_ctx *igt_kmod_context(void);

static inline void igt_cleanup_kmod(struct kmod_ctx **context)
{
	if (*context)
		kmod_unref(*context);
}

/** A context that is given back when its scope ends. */
#define _cleanup_kmod_ __attribute__((cleanup(igt_cleanup_kmod)))

#endif
