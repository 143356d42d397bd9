// SPDX-License-Identifier: MIT
#include "guest_elf.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LOADER_TIMEOUT_MS 10000

/* Of a program of either size what is looked at here. */
struct elf {
	uint16_t machine;
	uint64_t segments_at;
	unsigned int segments;
	size_t segment_size;
	bool is_64;
};

static bool read_at(int fd, uint64_t at, void *to, size_t size)
{
	return pread(fd, to, size, (off_t)at) == (ssize_t)size;
}

/* The machines of guests have their bytes in our order. */
static bool read_elf(int fd, struct elf *ret)
{
	unsigned char ident[EI_NIDENT];
	Elf64_Ehdr big;
	Elf32_Ehdr small;

	if (!read_at(fd, 0, ident, sizeof(ident)) || memcmp(ident, ELFMAG, SELFMAG))
		return false;
	if (ident[EI_CLASS] == ELFCLASS64 && read_at(fd, 0, &big, sizeof(big)) &&
	    big.e_phentsize == sizeof(Elf64_Phdr))
		*ret = (struct elf){big.e_machine, big.e_phoff, big.e_phnum, big.e_phentsize, true};
	else if (ident[EI_CLASS] == ELFCLASS32 && read_at(fd, 0, &small, sizeof(small)) &&
		 small.e_phentsize == sizeof(Elf32_Phdr))
		*ret = (struct elf){small.e_machine, small.e_phoff, small.e_phnum,
				    small.e_phentsize, false};
	else
		return false;
	return true;
}

/* Where the text of the segment is, and how long, if it names the loader. */
static bool names_loader(int fd, const struct elf *elf, unsigned int number, uint64_t *ret_at,
			 uint64_t *ret_size)
{
	uint64_t at = elf->segments_at + number * elf->segment_size;
	Elf64_Phdr big = {0};
	Elf32_Phdr small = {0};

	if (elf->is_64 && !read_at(fd, at, &big, sizeof(big)))
		return false;
	if (!elf->is_64 && !read_at(fd, at, &small, sizeof(small)))
		return false;
	*ret_at = elf->is_64 ? big.p_offset : small.p_offset;
	*ret_size = elf->is_64 ? big.p_filesz : small.p_filesz;
	return (elf->is_64 ? big.p_type : small.p_type) == PT_INTERP;
}

/* The loader named by the program, or NULL if it names none. */
static char *interpreter(const char *program)
{
	_cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC);
	struct elf elf;
	char path[256];
	uint64_t at, size;

	if (fd < 0 || !read_elf(fd, &elf))
		return NULL;
	for (unsigned int i = 0; i < elf.segments; i++)
		if (names_loader(fd, &elf, i, &at, &size) && size < sizeof(path) &&
		    read_at(fd, at, path, size))
			return g_strndup(path, size);
	return NULL;
}

int guest_elf_machine(const char *program)
{
	_cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC);
	struct elf elf;

	return fd >= 0 && read_elf(fd, &elf) ? elf.machine : EM_NONE;
}

/* Where the emulator takes a file from: from the sysroot, if it is there. */
static char *in_sysroot(const char *sysroot, const char *path)
{
	g_autofree char *there = sysroot ? g_build_filename(sysroot, path, NULL) : NULL;

	return g_canonicalize_filename(there && !access(there, F_OK) ? there : path, NULL);
}

/* The loader's lines: "name => path (address)", "path (address)", "name => not found". The last
 * is of older loaders; newer ones fail with an error text. */
static int add_line(char *line, const char *program, const char *sysroot, GHashTable *libs,
		    char **ret_why)
{
	char *arrow = strstr(line, " => "), *path = arrow ? arrow + 4 : line, *end;

	g_strstrip(path);
	if (g_str_has_prefix(path, "not found")) {
		*arrow = '\0';
		return guest_fail(ret_why, ENOENT,
				  "%s needs %s, which is not found: install it, or set "
				  "LD_LIBRARY_PATH to where it is",
				  program, g_strstrip(line));
	}
	end = strstr(path, " (");
	if (end)
		*end = '\0';
	/* What has no path is not a file: linux-vdso. */
	if (path[0] == '/')
		g_hash_table_add(libs, in_sysroot(sysroot, path));
	return 0;
}

/* Adds what the loader finds for a program or library. */
static int add_needed(const char *loader, const char *program, const char *sysroot,
		      GHashTable *libs, char **ret_why)
{
	const char *argv[] = {loader, "--list", program, NULL};
	_cleanup_spawned_ struct guest_spawned listed = {0};
	g_auto(GStrv) lines = NULL;
	int r;

	r = guest_spawn_run(
		&(struct guest_spawn){
			.argv = argv, .timeout_ms = LOADER_TIMEOUT_MS, .guest = true},
		&listed);
	if (r < 0)
		return guest_fail(ret_why, -r, "libraries of %s cannot be listed with %s: %s",
				  program, loader, strerror(-r));
	lines = g_strsplit(listed.out->str, "\n", -1);
	for (char **line = lines; *line; line++) {
		r = add_line(*line, program, sysroot, libs, ret_why);
		if (r < 0)
			return r;
	}
	if (listed.status)
		return guest_fail(ret_why, ENOENT,
				  "libraries of a program are not found: install them, or set "
				  "LD_LIBRARY_PATH to where they are: %s",
				  g_strstrip(listed.err->str));
	return 0;
}

/* Where libc is, and other libraries of the same architecture are, too. */
static char *library_dir(GHashTable *libs)
{
	GHashTableIter it;
	gpointer key;

	g_hash_table_iter_init(&it, libs);
	while (g_hash_table_iter_next(&it, &key, NULL))
		if (g_str_has_suffix(key, "/libc.so.6"))
			return g_path_get_dirname(key);
	return NULL;
}

/*
 * Libraries that no program needs to start: glibc opens the first when a thread is cancelled or a
 * backtrace is taken, and tests the others when they fail, load modules or check an expression.
 * They do without one that is not there.
 */
static void add_opened_later(const char *loader, const char *sysroot, GHashTable *libs)
{
	static const char *const names[] = {"libgcc_s.so.1", "libdw.so.1", "libkmod.so.2",
					    "libpcre2-8.so.0"};
	g_autofree char *dir = library_dir(libs);

	for (size_t i = 0; dir && i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		if (!access(path, R_OK) && !g_hash_table_contains(libs, path) &&
		    add_needed(loader, path, sysroot, libs, NULL) >= 0)
			g_hash_table_add(libs, g_steal_pointer(&path));
	}
}

int guest_elf_add_libs(const char *program, const char *sysroot, GHashTable *libs, char **ret_why)
{
	g_autofree char *named = interpreter(program);
	g_autofree char *loader = named ? in_sysroot(sysroot, named) : NULL;
	int r;

	if (!loader)
		return 0;
	r = add_needed(loader, program, sysroot, libs, ret_why);
	if (r < 0)
		return r;
	g_hash_table_add(libs, g_strdup(loader));
	add_opened_later(loader, sysroot, libs);
	return 0;
}
