/* SPDX-License-Identifier: MIT */
/**
 * Loading a module for a while.
 */
#include <errno.h>
#include <libkmod.h>
#include <stddef.h>

#include "igt_kmod.h"
#include "igt_kmod_context.h"
#include "reclaim/igt_undo.h"

/* Whether it will have come with us: it is neither loaded nor built in. */
static bool is_absent(struct kmod_module *module)
{
	return kmod_module_get_initstate(module) < 0;
}

static int note(struct kmod_module *module)
{
	if (!is_absent(module))
		return 0;
	return igt_undo_add(IGT_UNDO_MODULE, kmod_module_get_name(module), NULL);
}

/* What it depends on comes in the order in which it is loaded, and goes in the reverse one. */
static int note_with_dependencies(struct kmod_module *module)
{
	struct kmod_list *needed = kmod_module_get_dependencies(module), *item;
	int r = 0;

	kmod_list_foreach(item, needed) {
		struct kmod_module *other = kmod_module_get_module(item);

		if (r >= 0)
			r = note(other);
		kmod_module_unref(other);
	}
	kmod_module_unref_list(needed);
	return r < 0 ? r : note(module);
}

int igt_undo_load_module(const char *name, const char *options)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_list *found = NULL, *item;
	int r;

	if (!context)
		return -ENOMEM;
	r = kmod_module_new_from_lookup(context, name, &found);
	if (r == 0 && !found)
		r = -ENOENT;
	kmod_list_foreach(item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		if (r >= 0 && is_absent(module))
			r = note_with_dependencies(module);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	return r < 0 ? r : igt_kmod_load(name, options);
}
