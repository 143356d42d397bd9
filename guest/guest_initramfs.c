// SPDX-License-Identifier: MIT
#include "guest_initramfs.h"

#include "guest_cpio.h"
#include "guest_elf.h"
#include "guest_list.h"
#include "guest_modules.h"
#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <string.h>

/* An archive in progress. */
struct packer {
	const struct guest_initramfs *spec;
	struct guest_cpio *cpio;
	GHashTable *libs; /* host paths */
	GString *libdirs; /* directories that the guest's loader must be told of */
};

static int add_program(struct packer *p, const char *path, const char *host, char **ret_why)
{
	int r = guest_cpio_file(p->cpio, path, host, ret_why);

	return r < 0 ? r : guest_elf_add_libs(host, p->spec->sysroot, p->libs, ret_why);
}

/* Libraries of everything below a directory of the host. */
static int add_tree_libs(struct packer *p, const char *host, char **ret_why)
{
	g_autoptr(GDir) dir = g_dir_open(host, 0, NULL);
	const char *name;
	int r = 0;

	while (dir && r >= 0 && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(host, name, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			r = add_tree_libs(p, path, ret_why);
		else
			r = guest_elf_add_libs(path, p->spec->sysroot, p->libs, ret_why);
	}
	return r;
}

static int add_suite(struct packer *p, char **ret_why)
{
	g_autofree char *bin = g_build_filename(p->spec->suite, "bin", NULL);
	g_autofree char *tests = g_build_filename(p->spec->suite, GUEST_SUITE_TESTS, NULL);
	g_autoptr(GDir) dir = g_dir_open(bin, 0, NULL);
	const char *name;
	int r = 0;

	while (dir && r >= 0 && (name = g_dir_read_name(dir))) {
		g_autofree char *host = g_build_filename(bin, name, NULL);
		g_autofree char *path = g_build_filename(GUEST_SUITE_DIR "/bin", name, NULL);

		/* The prefix may be /usr; and a guest starts no guests. */
		if (g_str_has_prefix(name, "igt_") && strcmp(name, "igt_guest") &&
		    g_file_test(host, G_FILE_TEST_IS_REGULAR))
			r = add_program(p, path, host, ret_why);
	}
	if (r < 0)
		return r;
	r = guest_cpio_tree(p->cpio, GUEST_SUITE_DIR "/" GUEST_SUITE_TESTS, tests, ret_why);
	return r < 0 ? r : add_tree_libs(p, tests, ret_why);
}

/* What of the path is below the directory, from its '/' on, or NULL. */
static const char *below(const char *path, const char *dir)
{
	g_autofree char *full = dir ? g_canonicalize_filename(dir, NULL) : NULL;
	size_t len = full ? strlen(full) : 0;

	return full && g_str_has_prefix(path, full) && path[len] == '/' ? path + len : NULL;
}

/* The suite's own libraries move with the suite; all others keep their place. */
static char *library_place(const struct packer *p, const char *host)
{
	const char *place = strcmp(p->spec->suite, "/usr") ? below(host, p->spec->suite) : NULL;

	if (place)
		return g_strconcat(GUEST_SUITE_DIR, place, NULL);
	return g_strdup(below(host, p->spec->sysroot) ?: host);
}

static void note_libdir(struct packer *p, const char *place)
{
	static const char *const searched[] = {"/lib", "/usr/lib"};
	g_autofree char *dir = g_path_get_dirname(place);
	g_auto(GStrv) known = g_strsplit(p->libdirs->str, ":", -1);

	if (g_strv_contains((const char *const *)known, dir))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(searched); i++) {
		/* The plain directories, and /lib/<triplet> of multiarch systems. */
		size_t len = strlen(searched[i]);

		if (g_str_has_prefix(dir, searched[i]) &&
		    (!dir[len] || !strncmp(dir + len, "64", 3) ||
		     (dir[len] == '/' && strstr(dir + len, "-linux-") &&
		      !strchr(dir + len + 1, '/'))))
			return;
	}
	g_string_append_printf(p->libdirs, "%s%s", p->libdirs->len ? ":" : "", dir);
}

static int add_libs(struct packer *p, char **ret_why)
{
	GHashTableIter it;
	gpointer host;
	int r = 0;

	g_hash_table_iter_init(&it, p->libs);
	while (r >= 0 && g_hash_table_iter_next(&it, &host, NULL)) {
		g_autofree char *place = library_place(p, host);

		r = guest_cpio_file(p->cpio, place, host, ret_why);
		note_libdir(p, place);
	}
	return r;
}

static int add_busybox(struct packer *p, char **ret_why)
{
	const char *argv[] = {p->spec->busybox, "--list-full", NULL};
	_cleanup_spawned_ struct guest_spawned listed = {0};
	g_auto(GStrv) applets = NULL;
	int r = guest_spawn_run(
		&(struct guest_spawn){.argv = argv, .timeout_ms = 10000, .guest = true}, &listed);

	if (r < 0 || listed.status)
		return guest_fail(ret_why, EIO,
				  "%s --list-full does not work: install busybox-static",
				  p->spec->busybox);
	r = add_program(p, "/bin/busybox", p->spec->busybox, ret_why);
	applets = g_strsplit(listed.out->str, "\n", -1);
	for (char **applet = applets; r >= 0 && *applet; applet++) {
		g_autofree char *path = g_strconcat("/", g_strstrip(*applet), NULL);

		if (**applet && !g_str_has_suffix(path, "/init") && !strstr(path, "linuxrc"))
			r = guest_cpio_link(p->cpio, path, "/bin/busybox", ret_why);
	}
	return r;
}

static int add_modules(struct packer *p, char **ret_why)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants(p->spec->mali);
	g_autofree char *stage = g_build_filename(p->spec->workdir, "stage", NULL);
	g_autofree char *tree = g_build_filename(stage, "lib/modules", NULL);
	_cleanup_modules_ struct guest_modules modules = {0};
	g_autoptr(GString) load = g_string_new(NULL);
	int r = guest_modules_resolve(p->spec->kernel, wants, p->spec->workdir, &modules, ret_why);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < modules.load->len; i++)
		g_string_append_printf(load, "%s\n", (const char *)modules.load->pdata[i]);
	r = guest_cpio_text(p->cpio, "/etc/igt-guest.modules", load->str, ret_why);
	if (r < 0 || !p->spec->kernel->modules)
		return r;
	r = guest_modules_stage(p->spec->kernel, &modules, stage, ret_why);
	return r < 0 ? r : guest_cpio_tree(p->cpio, "/lib/modules", tree, ret_why);
}

/* What igt_guest_init reads: one key=value a line. */
static int add_config(struct packer *p, char **ret_why)
{
	g_autofree char *text = g_strdup_printf(
		"mode=%s\nmachine=%s\nconsole=%s\ngpu=%s\niommu=%d\nmali=%s\n"
		"per-test-timeout=%d\nlibdirs=%s\n",
		p->spec->shell ? "shell" : "run", p->spec->kernel->uml ? "uml" : "qemu",
		p->spec->kernel->uml ? "tty0" : p->spec->kernel->arch->console,
		p->spec->kernel->uml ? "none" : guest_gpu_name(p->spec->gpu), p->spec->iommu,
		p->spec->mali, p->spec->per_test_timeout_s, p->libdirs->str);
	int r = guest_cpio_text(p->cpio, "/etc/igt-guest.conf", text, ret_why);

	if (r >= 0 && p->spec->tests)
		r = guest_cpio_text(p->cpio, GUEST_SUITE_DIR "/tests.list", p->spec->tests,
				    ret_why);
	return r;
}

/* Directories that init mounts on, the console that the kernel opens for it, and the two files
 * without which busybox and glibc complain. */
static int add_skeleton(struct packer *p, char **ret_why)
{
	static const char *const dirs[] = {"/proc", "/sys", "/run", "/tmp", "/root", "/results"};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(dirs); i++)
		r = guest_cpio_dir(p->cpio, dirs[i], ret_why);
	if (r >= 0)
		r = guest_cpio_node(p->cpio, "/dev/console", 5, 1, ret_why);
	if (r >= 0)
		r = guest_cpio_node(p->cpio, "/dev/null", 1, 3, ret_why);
	if (r >= 0)
		r = guest_cpio_text(p->cpio, "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n",
				    ret_why);
	if (r >= 0)
		r = guest_cpio_text(p->cpio, "/etc/group", "root:x:0:\n", ret_why);
	return r;
}

static int add_all(struct packer *p, char **ret_why)
{
	int (*const parts[])(struct packer *, char **) = {
		add_skeleton, add_suite, add_busybox, add_modules, add_libs, add_config,
	};
	int r = add_program(p, "/init", p->spec->init, ret_why);

	for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(parts); i++)
		r = parts[i](p, ret_why);
	return r;
}

int guest_initramfs_write(const struct guest_initramfs *spec, int fd, char **ret_why)
{
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) libdirs = g_string_new(NULL);
	_cleanup_cpio_ struct guest_cpio *cpio = NULL;
	int r = guest_cpio_open(fd, &cpio);

	if (r < 0)
		return guest_fail(ret_why, -r, "the initramfs cannot be started: %s", strerror(-r));
	r = add_all(&(struct packer){spec, cpio, libs, libdirs}, ret_why);
	if (r < 0)
		return r;
	r = guest_cpio_finish(cpio);
	if (r < 0)
		return guest_fail(ret_why, -r, "the initramfs cannot be written: %s", strerror(-r));
	return 0;
}
