// SPDX-License-Identifier: MIT
#include "guest_kernel.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

/* Offsets of the x86 boot protocol (Documentation/arch/x86/boot.rst). */
#define SETUP_VERSION_AT 0x20e
#define SETUP_VERSION_BASE 0x200

#define VERSION_TIMEOUT_MS 10000

/* The release that an x86 image names, or NULL. Others do not. */
static char *named_release(int fd)
{
	char text[128] = "";
	uint16_t at;

	if (pread(fd, &at, sizeof(at), SETUP_VERSION_AT) != sizeof(at) || !at)
		return NULL;
	at = GUINT16_FROM_LE(at);
	if (pread(fd, text, sizeof(text) - 1, at + SETUP_VERSION_BASE) < 0)
		return NULL;
	text[strcspn(text, " \t\n")] = '\0';
	return text[0] ? g_strdup(text) : NULL;
}

/* Reads the header of an image; *ret_release is NULL if it does not name one. */
static int read_header(const char *image, const struct guest_arch **ret_arch, char **ret_release,
		       char **ret_why)
{
	_cleanup_close_ int fd = open(image, O_RDONLY | O_CLOEXEC);
	const struct guest_arch *arch;

	if (fd < 0)
		return guest_fail(ret_why, errno, "kernel image %s cannot be read: %s", image,
				  strerror(errno));
	arch = guest_arch_of_image(fd);
	if (!arch)
		return guest_fail(ret_why, ENOEXEC,
				  "%s is neither an x86 bzImage nor an Image for arm64: give "
				  "--kernel what boots (arch/x86/boot/bzImage, "
				  "arch/arm64/boot/Image), not vmlinux",
				  image);
	*ret_arch = arch;
	*ret_release = strcmp(arch->name, "amd64") ? NULL : named_release(fd);
	return 0;
}

/* The one file that matches the patterns, in their order. */
static int find_image(const char *dir, char **ret_image, char **ret_why)
{
	static const char *const patterns[] = {"bzImage",	   "arch/x86/boot/bzImage",
					       "boot/bzImage",	   "Image",
					       "boot/vmlinuz-*",   "vmlinuz-*",
					       "arch/arm64/boot/Image"};

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_autofree char *pattern = g_build_filename(dir, patterns[i], NULL);
		glob_t found = {0};
		int r = -ENOENT;

		if (!glob(pattern, 0, NULL, &found)) {
			if (found.gl_pathc == 1) {
				*ret_image = g_strdup(found.gl_pathv[0]);
				r = 0;
			} else {
				r = guest_fail(ret_why, EMLINK,
					       "%s holds %zu kernels: give --kernel one of them, "
					       "such as %s",
					       dir, found.gl_pathc, found.gl_pathv[0]);
			}
		}
		globfree(&found);
		if (r != -ENOENT)
			return r;
	}
	g_autofree char *uml = g_build_filename(dir, "linux", NULL);

	if (g_file_test(uml, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test(uml, G_FILE_TEST_IS_DIR))
		return guest_fail(ret_why, ENOENT,
				  "the kernel in %s is a program, for user-mode Linux: give "
				  "--machine uml",
				  dir);
	return guest_fail(ret_why, ENOENT,
			  "no kernel in %s: neither bzImage nor boot/vmlinuz-*; build one with "
			  "kernel/build or point --kernel at a bzImage",
			  dir);
}

static char *only_entry(const char *dir)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *first = d ? g_dir_read_name(d) : NULL;
	g_autofree char *name = g_strdup(first);

	return name && !g_dir_read_name(d) ? g_build_filename(dir, name, NULL) : NULL;
}

/* Looks for modules of the release below base. 1: found, 0: base has no modules at all. */
static int find_modules(const char *base, const char *release, char **ret_modules, char **ret_why)
{
	static const char *const trees[] = {"lib/modules", "usr/lib/modules"};

	for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
		g_autofree char *tree = g_build_filename(base, trees[i], NULL);
		g_autofree char *dir = NULL;

		if (!g_file_test(tree, G_FILE_TEST_IS_DIR))
			continue;
		dir = release ? g_build_filename(tree, release, NULL) : only_entry(tree);
		if (!dir || !g_file_test(dir, G_FILE_TEST_IS_DIR))
			return guest_fail(
				ret_why, ENOENT,
				"%s has no modules for release %s, which the kernel image "
				"is: install the modules of the same build there",
				tree, release ?: "(unnamed)");
		*ret_modules = g_steal_pointer(&dir);
		return 1;
	}
	return 0;
}

int guest_kernel_find(const char *path, struct guest_kernel *ret, char **ret_why)
{
	const struct guest_arch *arch = NULL;
	g_autofree char *image = NULL, *release = NULL, *modules = NULL, *base = NULL;
	g_autofree char *full = g_canonicalize_filename(path, NULL);
	struct stat st;
	int r;

	if (stat(full, &st))
		return guest_fail(ret_why, errno,
				  "kernel %s: %s; give --kernel a bzImage or a directory that "
				  "holds one",
				  path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		base = g_strdup(full);
		r = find_image(full, &image, ret_why);
		if (r < 0)
			return r;
	} else {
		base = g_path_get_dirname(full);
		image = g_steal_pointer(&full);
	}

	r = read_header(image, &arch, &release, ret_why);
	if (r < 0)
		return r;
	r = find_modules(base, release, &modules, ret_why);
	if (r == 0 && g_str_has_suffix(base, "/boot")) {
		g_autofree char *root = g_path_get_dirname(base);

		r = find_modules(root, release, &modules, ret_why);
	}
	if (r < 0)
		return r;

	*ret = (struct guest_kernel){
		.arch = arch,
		.image = g_steal_pointer(&image),
		.release = g_steal_pointer(&release),
		.modules = g_steal_pointer(&modules),
	};
	return 0;
}

/* Programs answer to --version in many ways; a kernel does with its release alone. */
static int ask_release(const char *image, char **ret_release, char **ret_why)
{
	const char *argv[] = {image, "--version", NULL};
	_cleanup_spawned_ struct guest_spawned said = {0};
	int r = guest_spawn_run(
		&(struct guest_spawn){.argv = argv, .timeout_ms = VERSION_TIMEOUT_MS}, &said);
	g_autofree char *release = r < 0 ? NULL : g_strdup(g_strchomp(said.out->str));

	if (r < 0 || said.status || !g_ascii_isdigit(release[0]) || strpbrk(release, " \t\n/"))
		return guest_fail(ret_why, ENOEXEC,
				  "%s is not a user-mode kernel, which would tell its release when "
				  "asked for --version: build one with kernel/build --flavour uml",
				  image);
	*ret_release = g_steal_pointer(&release);
	return 0;
}

int guest_kernel_find_uml(const char *path, struct guest_kernel *ret, char **ret_why)
{
	g_autofree char *image = NULL, *release = NULL, *modules = NULL, *base = NULL;
	g_autofree char *full = g_canonicalize_filename(path, NULL);
	bool dir = g_file_test(full, G_FILE_TEST_IS_DIR);
	int r;

	image = dir ? g_build_filename(full, "linux", NULL) : g_strdup(full);
	base = dir ? g_strdup(full) : g_path_get_dirname(full);
	if (g_file_test(image, G_FILE_TEST_IS_DIR) || access(image, X_OK))
		return guest_fail(
			ret_why, ENOENT,
			"%s is no program: --machine uml needs a user-mode kernel, or the "
			"folder that holds it as linux; kernel/build --flavour uml makes "
			"one",
			image);
	r = ask_release(image, &release, ret_why);
	if (r >= 0)
		r = find_modules(base, release, &modules, ret_why);
	if (r < 0)
		return r;
	*ret = (struct guest_kernel){
		.arch = guest_arch_host(),
		.image = g_steal_pointer(&image),
		.release = g_steal_pointer(&release),
		.modules = g_steal_pointer(&modules),
		.uml = true,
	};
	return 0;
}

void guest_kernel_clear(struct guest_kernel *kernel)
{
	g_free(kernel->image);
	g_free(kernel->release);
	g_free(kernel->modules);
	*kernel = (struct guest_kernel){0};
}
