/* SPDX-License-Identifier: MIT */
/**
 * libkmod, loaded when its first function is called.
 *
 * It brings libcrypto and two compressors along, which make a test start four times slower, and
 * most tests load no module. So no test is linked with it; the functions here have its names and
 * pass the calls on. One that igt_kmod.c uses and that is not here is missing when a test is
 * linked: add a line. Without the library there are no modules: kmod_new() returns NULL.
 */
#include <dlfcn.h>
#include <errno.h>
#include <libkmod.h>
#include <stddef.h>

static void *find(const char *name)
{
	static void *library;

	if (!library)
		library = dlopen("libkmod.so.2", RTLD_NOW | RTLD_LOCAL);
	return library ? dlsym(library, name) : NULL;
}

#define PASS_ON(type, otherwise, name, parameters, arguments)                                  \
	type name parameters                                                                   \
	{                                                                                      \
		static __typeof__(name) *real;                                                 \
                                                                                               \
		if (!real)                                                                     \
			real = find(#name);                                                    \
		return real ? real arguments : otherwise;                                      \
	}

#define PASS_ON_VOID(name, parameters, arguments)                                              \
	void name parameters                                                                   \
	{                                                                                      \
		static __typeof__(name) *real;                                                 \
                                                                                               \
		if (!real)                                                                     \
			real = find(#name);                                                    \
		if (real)                                                                      \
			real arguments;                                                        \
	}

typedef void log_function(void *data, int priority, const char *file, int line,
			  const char *function, const char *format, va_list args);
typedef int run_function(struct kmod_module *module, const char *command, void *data);
typedef void print_function(struct kmod_module *module, bool install, const char *options);

PASS_ON(struct kmod_ctx *, NULL, kmod_new, (const char *directory, const char *const *configs),
	(directory, configs))
PASS_ON(struct kmod_ctx *, NULL, kmod_unref, (struct kmod_ctx *ctx), (ctx))
PASS_ON_VOID(kmod_set_log_fn, (struct kmod_ctx *ctx, log_function *function, const void *data),
	     (ctx, function, data))
PASS_ON(struct kmod_list *, NULL, kmod_list_next,
	(const struct kmod_list *list, const struct kmod_list *current), (list, current))
PASS_ON(int, -ENOSYS, kmod_module_new_from_lookup,
	(struct kmod_ctx *ctx, const char *alias, struct kmod_list **list), (ctx, alias, list))
PASS_ON(int, -ENOSYS, kmod_module_new_from_name,
	(struct kmod_ctx *ctx, const char *name, struct kmod_module **module), (ctx, name, module))
PASS_ON(int, -ENOSYS, kmod_module_new_from_loaded, (struct kmod_ctx *ctx, struct kmod_list **list),
	(ctx, list))
PASS_ON(struct kmod_module *, NULL, kmod_module_unref, (struct kmod_module *module), (module))
PASS_ON(int, -ENOSYS, kmod_module_unref_list, (struct kmod_list *list), (list))
PASS_ON(struct kmod_module *, NULL, kmod_module_get_module, (const struct kmod_list *entry),
	(entry))
PASS_ON(int, -ENOSYS, kmod_module_probe_insert_module,
	(struct kmod_module *module, unsigned int flags, const char *options, run_function *run,
	 const void *data, print_function *print),
	(module, flags, options, run, data, print))
PASS_ON(int, -ENOSYS, kmod_module_remove_module, (struct kmod_module *module, unsigned int flags),
	(module, flags))
PASS_ON(int, -ENOSYS, kmod_module_get_initstate, (const struct kmod_module *module), (module))
PASS_ON(struct kmod_list *, NULL, kmod_module_get_dependencies, (const struct kmod_module *module),
	(module))
PASS_ON(struct kmod_list *, NULL, kmod_module_get_holders, (const struct kmod_module *module),
	(module))
PASS_ON(const char *, NULL, kmod_module_get_name, (const struct kmod_module *module), (module))
PASS_ON(int, -ENOSYS, kmod_module_get_info,
	(const struct kmod_module *module, struct kmod_list **list), (module, list))
PASS_ON(const char *, NULL, kmod_module_info_get_key, (const struct kmod_list *entry), (entry))
PASS_ON(const char *, NULL, kmod_module_info_get_value, (const struct kmod_list *entry), (entry))
PASS_ON_VOID(kmod_module_info_free_list, (struct kmod_list *list), (list))
