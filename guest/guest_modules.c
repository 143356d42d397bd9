// SPDX-License-Identifier: MIT
#include "guest_modules.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>

#define DEPMOD_TIMEOUT_MS 120000

static const struct guest_module_want suite_wants[] = {
	{.name = "virtio_pci", .load = true, .required = true},
	{.name = "virtio_console", .load = true, .required = true},
	{.name = "9pnet_virtio", .load = true, .required = true},
	{.name = "9p", .load = true, .required = true},
	{.name = "pvpanic_pci", .load = true},
	{.name = "virtio_gpu", .load = true},
	/* For tests that swap or share buffers; they load them when they need them. */
	{.name = "zram"},
	{.name = "lzo_rle"},
	{.name = "lzo"},
	{.name = "lz4"},
	{.name = "zstd"},
	{.name = "vgem"},
	{.name = "sw_sync"},
	{.name = "udmabuf"},
	/* The kernel's own tests of the shmem helper. */
	{.name = "drm_gem_shmem_test"},
};

#define MALI_WANTS 2 /* the model, and the driver that finds it in place of hardware */

static const char *const compression_suffixes[] = {".xz", ".zst", ".gz"};

struct guest_module_want *guest_modules_wants(const char *mali)
{
	const size_t count = G_N_ELEMENTS(suite_wants);
	struct guest_module_want *wants = g_new0(struct guest_module_want, count + MALI_WANTS + 1);

	memcpy(wants, suite_wants, sizeof(suite_wants));
	if (!strcmp(mali, "none"))
		return wants;
	/* Behind virtio_gpu, so that a device keeps its number with and without a Mali. */
	wants[count] = (struct guest_module_want){
		.name = "mali_model",
		.load = true,
		.mali = true,
		.options = !strcmp(mali, "g52") ? "gpu=g52" : "gpu=t860",
	};
	wants[count + 1] = (struct guest_module_want){
		.name = "panfrost",
		.load = true,
		.mali = true,
		.on = "mali_model",
	};
	return wants;
}

static void module_free(void *p)
{
	struct guest_module *module = p;

	g_free(module->name);
	g_free(module->path);
	g_free(module->relative);
	g_free(module);
}

int guest_modules_depmod(const char *base, const char *release, char **ret_why)
{
	g_autofree char *depmod = guest_spawn_find("depmod");
	_cleanup_spawned_ struct guest_spawned done = {0};
	const char *argv[] = {depmod, "-b", base, release, NULL};
	int r;

	if (!depmod)
		return guest_fail(ret_why, ENOENT, "depmod not found: install kmod");
	r = guest_spawn_run(&(struct guest_spawn){.argv = argv, .timeout_ms = DEPMOD_TIMEOUT_MS},
			    &done);
	if (r < 0)
		return guest_fail(ret_why, -r, "depmod for %s did not run: %s", release,
				  strerror(-r));
	if (done.status)
		return guest_fail(ret_why, EIO, "depmod for %s failed with %d: %s", release,
				  done.status, g_strstrip(done.err->str));
	return 0;
}

/* A directory with the kernel's modules and indices: the kernel's own, or links to its files
 * in workdir with fresh indices beside them, so that the kernel's directory stays as it is. */
static int indexed_dir(const struct guest_kernel *kernel, const char *workdir, char **ret_dir,
		       char **ret_why)
{
	g_autofree char *index = g_build_filename(kernel->modules, "modules.dep.bin", NULL);
	g_autofree char *release = g_path_get_basename(kernel->modules);
	g_autofree char *base = g_build_filename(workdir, "index", NULL);
	g_autofree char *dir = g_build_filename(base, "lib/modules", release, NULL);
	g_autoptr(GDir) entries = NULL;
	const char *name;
	int r;

	if (!access(index, R_OK)) {
		*ret_dir = g_strdup(kernel->modules);
		return 0;
	}
	entries = g_dir_open(kernel->modules, 0, NULL);
	if (!entries || g_mkdir_with_parents(dir, 0755))
		return guest_fail(ret_why, errno, "modules in %s cannot be indexed: %s",
				  kernel->modules, strerror(errno));
	while ((name = g_dir_read_name(entries))) {
		g_autofree char *target = g_build_filename(kernel->modules, name, NULL);
		g_autofree char *link = g_build_filename(dir, name, NULL);

		if (symlink(target, link))
			return guest_fail(ret_why, errno, "%s cannot be made: %s", link,
					  strerror(errno));
	}
	r = guest_modules_depmod(base, release, ret_why);
	if (r < 0)
		return r;
	*ret_dir = g_steal_pointer(&dir);
	return 0;
}

/* One resolution in progress. */
struct resolver {
	struct kmod_ctx *ctx;
	const char *dir; /* where libkmod sees the modules */
	GHashTable *seen;
	GPtrArray *files;
};

static void add_module(struct resolver *res, struct kmod_module *module);

static void add_list(struct resolver *res, struct kmod_list *list)
{
	struct kmod_list *it;

	kmod_list_foreach(it, list)
	{
		struct kmod_module *module = kmod_module_get_module(it);

		add_module(res, module);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
}

/* Depth first, so that a module stands behind everything it needs. */
static void add_module(struct resolver *res, struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module);
	struct kmod_list *pre = NULL, *post = NULL;
	struct guest_module *entry;

	if (!g_hash_table_add(res->seen, g_strdup(kmod_module_get_name(module))))
		return;
	add_list(res, kmod_module_get_dependencies(module));
	if (!kmod_module_get_softdeps(module, &pre, &post)) {
		add_list(res, pre);
		add_list(res, post);
	}
	if (!path) /* built in */
		return;

	entry = g_new0(struct guest_module, 1);
	entry->name = g_strdup(kmod_module_get_name(module));
	entry->path = g_strdup(path);
	entry->relative = g_strdup(path + strlen(res->dir) + 1);
	for (size_t i = 0; i < G_N_ELEMENTS(compression_suffixes); i++)
		if (g_str_has_suffix(entry->relative, compression_suffixes[i]))
			*strrchr(entry->relative, '.') = '\0';
	g_ptr_array_add(res->files, entry);
}

static bool has_file(const struct resolver *res, const char *name)
{
	for (unsigned int i = 0; i < res->files->len; i++)
		if (!strcmp(((struct guest_module *)res->files->pdata[i])->name, name))
			return true;
	return false;
}

static int no_mali(const struct guest_kernel *kernel, const char *what, char **ret_why)
{
	return guest_fail(ret_why, ENOENT,
			  "the kernel %s has no %s: --mali needs a kernel with the software Mali; "
			  "make one with kernel/build, or give --mali none",
			  kernel->image, what);
}

static bool depends_on(struct resolver *res, const char *name, const char *on)
{
	struct kmod_module *module = NULL;
	struct kmod_list *list, *it;
	bool found = false;

	if (kmod_module_new_from_name(res->ctx, name, &module))
		return false;
	list = kmod_module_get_dependencies(module);
	kmod_list_foreach(it, list)
	{
		struct kmod_module *entry = kmod_module_get_module(it);

		found |= !strcmp(kmod_module_get_name(entry), on);
		kmod_module_unref(entry);
	}
	kmod_module_unref_list(list);
	kmod_module_unref(module);
	return found;
}

static int add_wanted(struct resolver *res, const struct guest_module_want *want,
		      const struct guest_kernel *kernel, GPtrArray *load, char **ret_why)
{
	struct kmod_list *found = NULL;
	int r = kmod_module_new_from_lookup(res->ctx, want->name, &found);

	if (r < 0 && r != -ENOENT)
		return guest_fail(ret_why, -r, "module %s cannot be looked up in %s: %s",
				  want->name, kernel->modules, strerror(-r));
	/* A user-mode kernel has the channels built in that its machine gives it. */
	if (!found && want->required && !kernel->uml)
		return guest_fail(ret_why, ENOENT,
				  "the kernel in %s has no %s, neither built in nor as a module: "
				  "results could not leave the guest; use kernel/build, or enable "
				  "the driver",
				  kernel->modules, want->name);
	add_list(res, found);
	if (want->mali && !has_file(res, want->name))
		return no_mali(kernel, want->name, ret_why);
	/* In user mode device memory is what the model says it is: any panfrost will do. */
	if (want->on && !kernel->uml && !depends_on(res, want->name, want->on))
		return no_mali(kernel, "panfrost that drives it", ret_why);
	if (want->load && has_file(res, want->name))
		g_ptr_array_add(load, g_strjoin(want->options ? " " : NULL, want->name,
						want->options, NULL));
	return 0;
}

static void ignore_log(void *data, int priority, const char *file, int line, const char *fn,
		       const char *format, va_list args)
{
}

int guest_modules_resolve(const struct guest_kernel *kernel, const struct guest_module_want *wants,
			  const char *workdir, struct guest_modules *ret, char **ret_why)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(module_free);
	g_autoptr(GPtrArray) load = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	/* Not the host's modprobe.d: its blacklists are not the guest's. */
	const char *no_config = NULL;
	g_autofree char *dir = NULL;
	struct kmod_ctx *ctx;
	int r = 0;

	for (const struct guest_module_want *w = wants; w->name && !kernel->modules; w++)
		if (w->mali)
			return no_mali(kernel, w->name, ret_why);
	if (kernel->modules) {
		r = indexed_dir(kernel, workdir, &dir, ret_why);
		if (r < 0)
			return r;
		ctx = kmod_new(dir, &no_config);
		if (!ctx)
			return guest_fail(ret_why, ENOMEM, "libkmod cannot read %s", dir);
		kmod_set_log_fn(ctx, ignore_log, NULL);
		for (const struct guest_module_want *w = wants; w->name && r == 0; w++)
			r = add_wanted(&(struct resolver){ctx, dir, seen, files}, w, kernel, load,
				       ret_why);
		kmod_unref(ctx);
		if (r < 0)
			return r;
	}
	ret->files = g_steal_pointer(&files);
	ret->load = g_steal_pointer(&load);
	return 0;
}

void guest_modules_clear(struct guest_modules *modules)
{
	g_clear_pointer(&modules->files, g_ptr_array_unref);
	g_clear_pointer(&modules->load, g_ptr_array_unref);
}
