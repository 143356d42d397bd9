/* SPDX-License-Identifier: MIT */
/**
 * Loading of modules with libkmod.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stddef.h>

#include "igt_kmod.h"

/* What fails is told by the caller; libkmod would print on stderr, which counts as a warning. */
static void ignore_log(void *data, int priority, const char *file, int line,
		       const char *function, const char *format, va_list args)
{
}

static int load(struct kmod_ctx *context, const char *name, const char *options)
{
	struct kmod_list *found = NULL, *item;
	int r = kmod_module_new_from_lookup(context, name, &found);

	if (r == 0 && !found)
		r = -ENOENT;
	kmod_list_foreach(item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		r = kmod_module_probe_insert_module(module, /* flags= */ 0, options, NULL, NULL,
						    NULL);
		kmod_module_unref(module);
		if (r < 0)
			break;
	}
	kmod_module_unref_list(found);
	return r < 0 ? r : 0;
}

int igt_kmod_load(const char *name, const char *options)
{
	struct kmod_ctx *context = kmod_new(NULL, NULL);
	int r;

	if (!context)
		return -ENOMEM;
	kmod_set_log_fn(context, ignore_log, NULL);
	r = load(context, name, options);
	kmod_unref(context);
	return r;
}
