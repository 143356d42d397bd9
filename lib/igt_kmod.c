/* SPDX-License-Identifier: MIT */
/**
 * Loading and unloading of modules with libkmod.
 */
#define IGT_LOG_DOMAIN "igt_kmod"
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_kmod.h"
#include "igt_kmod_context.h"

#define UNLOAD_TIMEOUT_MS 1000
#define UNLOAD_PAUSE_MS 20

/* What fails is told by the caller; libkmod would print on stderr, which counts as a warning. */
static void ignore_log(void *data, int priority, const char *file, int line,
		       const char *function, const char *format, va_list args)
{
}

/* The paths of @list, which has ':' between them and is changed, with a NULL behind the last. */
static const char **split(char *list)
{
	const char **paths = calloc(strlen(list) / 2 + 2, sizeof(*paths));
	unsigned int count = 0;
	char *save = NULL;

	for (char *path = strtok_r(list, ":", &save); paths && path;
	     path = strtok_r(NULL, ":", &save))
		paths[count++] = path;
	return paths;
}

struct kmod_ctx *igt_kmod_context(void)
{
	const char *list = getenv(IGT_ENV_KMOD_CONFIG_PATHS);
	_cleanup_free_ char *copy = list ? strdup(list) : NULL;
	_cleanup_free_ const char **paths = copy ? split(copy) : NULL;
	struct kmod_ctx *context = NULL;

	/* Without memory for what was asked for it must not be the usual instead. */
	if (!list || paths)
		context = kmod_new(getenv(IGT_ENV_KMOD_DIRNAME), paths);
	if (context)
		kmod_set_log_fn(context, ignore_log, NULL);
	return context;
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
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();

	return context ? load(context, name, options) : -ENOPKG;
}

static bool is_loaded(struct kmod_module *module)
{
	const int state = kmod_module_get_initstate(module);

	return state == KMOD_MODULE_LIVE || state == KMOD_MODULE_COMING ||
	       state == KMOD_MODULE_GOING;
}

bool igt_kmod_is_loaded(const char *name)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_module *module;
	bool loaded;

	if (!context || kmod_module_new_from_name(context, name, &module) < 0)
		return false;
	loaded = is_loaded(module);
	kmod_module_unref(module);
	return loaded;
}

void igt_kmod_list_loaded(void)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_list *loaded = NULL, *item;

	if (!context || kmod_module_new_from_loaded(context, &loaded) < 0)
		return;
	igt_info("Modules that are loaded:\n");
	kmod_list_foreach(item, loaded) {
		struct kmod_module *module = kmod_module_get_module(item);

		igt_info("\t%s\n", kmod_module_get_name(module));
		kmod_module_unref(module);
	}
	kmod_module_unref_list(loaded);
}

/* A parameter is described by modinfo's "parm", or where that lacks a text, "parmtype". */
static bool describes(const struct kmod_list *info, const char *param)
{
	const char *key = kmod_module_info_get_key(info), *value = kmod_module_info_get_value(info);
	const size_t length = strlen(param);

	return (strcmp(key, "parm") == 0 || strcmp(key, "parmtype") == 0) &&
	       strncmp(value, param, length) == 0 && value[length] == ':';
}

bool igt_kmod_has_param(const char *name, const char *param)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_list *info = NULL, *item;
	struct kmod_module *module;
	char path[256];
	bool has;

	/* One that is loaded, or built in, may have no file to look into. */
	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", name, param);
	has = access(path, F_OK) == 0;
	if (has || !context || kmod_module_new_from_name(context, name, &module) < 0)
		return has;
	if (kmod_module_get_info(module, &info) >= 0)
		kmod_list_foreach(item, info)
			has = has || describes(item, param);
	kmod_module_info_free_list(info);
	kmod_module_unref(module);
	return has;
}

static int unload_one(struct kmod_module *module)
{
	int r = 0;

	/* Who has just closed its last file may not be done with that. */
	igt_wait((r = kmod_module_remove_module(module, KMOD_REMOVE_NOWAIT)) != -EBUSY &&
			 r != -EAGAIN,
		 UNLOAD_TIMEOUT_MS, UNLOAD_PAUSE_MS);
	/* Somebody else was quicker. */
	return r == -ENOENT ? 0 : r;
}

static int unload(struct kmod_module *module)
{
	struct kmod_list *holders = kmod_module_get_holders(module), *item;
	int r = 0;

	kmod_list_foreach(item, holders) {
		struct kmod_module *holder = kmod_module_get_module(item);

		if (r == 0)
			r = unload(holder);
		kmod_module_unref(holder);
	}
	kmod_module_unref_list(holders);
	return r < 0 ? r : unload_one(module);
}

int igt_kmod_unload(const char *name)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_module *module;
	int r;

	if (!context)
		return -ENOPKG;
	r = kmod_module_new_from_name(context, name, &module);
	if (r < 0)
		return r;
	r = is_loaded(module) ? unload(module) : 0;
	if (r < 0)
		igt_debug("unloading %s: %s\n", name, strerror(-r));
	kmod_module_unref(module);
	return r;
}
