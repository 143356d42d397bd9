// SPDX-License-Identifier: MIT
#include "init.h"

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

static int load(struct kmod_ctx *ctx, const char *name, const char *options)
{
	struct kmod_list *found = NULL, *it;
	int r = kmod_module_new_from_lookup(ctx, name, &found);

	if (r >= 0 && !found)
		r = -ENOENT;
	kmod_list_foreach(it, found)
	{
		struct kmod_module *module = kmod_module_get_module(it);

		r = kmod_module_probe_insert_module(module, 0, options, NULL, NULL, NULL);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	return r;
}

int init_load_modules(const char *list)
{
	const char *no_config = NULL;
	FILE *file = fopen(list, "re");
	struct kmod_ctx *ctx;
	char line[256];

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	ctx = kmod_new(NULL, &no_config);
	if (!ctx) {
		fclose(file);
		return -ENOMEM;
	}
	while (fgets(line, sizeof(line), file)) {
		char *options = line, *name = strsep(&options, " \n");
		int r;

		if (options)
			options[strcspn(options, "\n")] = '\0';
		r = load(ctx, name, options && *options ? options : NULL);
		/* The ports may need what failed, so the console hears of it. */
		if (r < 0)
			init_report(-1, "note", "module %s was not loaded: %s", name, strerror(-r));
	}
	kmod_unref(ctx);
	fclose(file);
	return 0;
}
