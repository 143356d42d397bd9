// SPDX-License-Identifier: MIT
#include "guest_elf.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>

#define LOADER_TIMEOUT_MS 10000

/* The loader named by the program, or NULL if it names none. */
static char *interpreter(const char *program)
{
	_cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC);
	ElfW(Ehdr) head;

	if (fd < 0 || pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) || head.e_phentsize != sizeof(ElfW(Phdr)))
		return NULL;
	for (unsigned int i = 0; i < head.e_phnum; i++) {
		ElfW(Phdr) segment;
		char path[256];

		if (pread(fd, &segment, sizeof(segment), head.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			return NULL;
		if (segment.p_type != PT_INTERP || segment.p_filesz >= sizeof(path))
			continue;
		if (pread(fd, path, segment.p_filesz, segment.p_offset) !=
		    (ssize_t)segment.p_filesz)
			return NULL;
		return g_strndup(path, segment.p_filesz);
	}
	return NULL;
}

/* The loader's lines: "name => path (address)", "path (address)", "name => not found". The last
 * is of older loaders; newer ones fail with an error text. */
static int add_line(char *line, const char *program, GHashTable *libs, char **ret_why)
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
		g_hash_table_add(libs, g_canonicalize_filename(path, NULL));
	return 0;
}

/* glibc opens libgcc_s by name when a thread is cancelled or a backtrace is taken. */
static void add_opened_later(GHashTable *libs)
{
	g_autofree char *libgcc = NULL;
	GHashTableIter it;
	gpointer key;

	g_hash_table_iter_init(&it, libs);
	while (!libgcc && g_hash_table_iter_next(&it, &key, NULL)) {
		g_autofree char *dir = g_path_get_dirname(key);

		if (!g_str_has_suffix(key, "/libc.so.6"))
			continue;
		libgcc = g_build_filename(dir, "libgcc_s.so.1", NULL);
		if (access(libgcc, R_OK))
			return;
	}
	if (libgcc)
		g_hash_table_add(libs, g_steal_pointer(&libgcc));
}

int guest_elf_add_libs(const char *program, GHashTable *libs, char **ret_why)
{
	g_autofree char *loader = interpreter(program);
	const char *argv[] = {loader, "--list", program, NULL};
	_cleanup_spawned_ struct guest_spawned listed = {0};
	g_auto(GStrv) lines = NULL;
	int r;

	if (!loader)
		return 0;
	r = guest_spawn_run(&(struct guest_spawn){.argv = argv, .timeout_ms = LOADER_TIMEOUT_MS},
			    &listed);
	if (r < 0)
		return guest_fail(ret_why, -r, "libraries of %s cannot be listed with %s: %s",
				  program, loader, strerror(-r));
	g_hash_table_add(libs, g_strdup(loader));
	lines = g_strsplit(listed.out->str, "\n", -1);
	for (char **line = lines; *line; line++) {
		r = add_line(*line, program, libs, ret_why);
		if (r < 0)
			return r;
	}
	if (listed.status)
		return guest_fail(ret_why, ENOENT,
				  "libraries of a program are not found: install them, or set "
				  "LD_LIBRARY_PATH to where they are: %s",
				  g_strstrip(listed.err->str));
	add_opened_later(libs);
	return 0;
}
