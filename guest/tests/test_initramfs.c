// SPDX-License-Identifier: MIT
/* What is packed for a guest: read back, it is complete and in an order that unpacks. */
#include "testing.h"

#include "guest_elf.h"
#include "guest_initramfs.h"
#include "guest_spawn.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* One entry of an archive that was read back. */
struct entry {
	mode_t mode;
	dev_t rdev;
	char *target;
	GString *content;
};

static void entry_free(void *p)
{
	struct entry *e = p;

	g_free(e->target);
	g_string_free(e->content, TRUE);
	g_free(e);
}

static struct entry *read_entry(struct archive *a, struct archive_entry *header)
{
	struct entry *e = g_new0(struct entry, 1);
	char buf[4096];
	la_ssize_t n;

	e->mode = archive_entry_mode(header);
	e->rdev = archive_entry_rdev(header);
	e->target = g_strdup(archive_entry_symlink(header));
	e->content = g_string_new(NULL);
	while ((n = archive_read_data(a, buf, sizeof(buf))) > 0)
		g_string_append_len(e->content, buf, n);
	assert_int_equal(n, 0);
	return e;
}

/* All entries by name; checks that parents come first and nothing comes twice. */
static GHashTable *read_back(int fd)
{
	GHashTable *entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
	struct archive *a = archive_read_new();
	struct archive_entry *header;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	archive_read_support_format_cpio(a);
	assert_int_equal(archive_read_open_fd(a, fd, 65536), ARCHIVE_OK);
	while (archive_read_next_header(a, &header) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(header);
		g_autofree char *parent = g_path_get_dirname(name);

		assert_int_not_equal(name[0], '/');
		if (strcmp(parent, ".") && !g_hash_table_contains(entries, parent))
			fail_msg("%s comes before its directory", name);
		if (!g_hash_table_insert(entries, g_strdup(name), read_entry(a, header)))
			fail_msg("%s is there twice", name);
	}
	archive_read_free(a);
	return entries;
}

static const struct entry *get(GHashTable *entries, const char *name)
{
	const struct entry *e = g_hash_table_lookup(entries, name);

	if (!e)
		fail_msg("%s is not in the initramfs", name);
	return e;
}

static struct guest_initramfs fake_spec(const struct guest_kernel *kernel, const char *workdir,
					const char *busybox)
{
	return (struct guest_initramfs){
		.kernel = kernel,
		.suite = FAKE_SUITE,
		.init = GUEST_INIT,
		.busybox = busybox,
		.tests = "igt@fake_reclaim@pass\n",
		.workdir = workdir,
		.mali = "none",
		.gpu = GUEST_GPU_VIRGL,
		.iommu = true,
		.per_test_timeout_s = 7,
	};
}

static void guest_has_all_it_needs(void **state)
{
	g_autofree char *busybox = guest_spawn_find("busybox"), *why = NULL;
	g_autoptr(GHashTable) entries = NULL;
	const struct guest_kernel kernel = {.arch = guest_arch_host()};
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct guest_initramfs spec = fake_spec(&kernel, *state, busybox);

	if (!busybox)
		skip();
	if (guest_initramfs_write(&spec, fd, &why) < 0)
		fail_msg("%s", why);
	entries = read_back(fd);
	close(fd);

	assert_true(S_ISREG(get(entries, "init")->mode));
	assert_int_equal(get(entries, "init")->mode & 0111, 0111);
	assert_true(S_ISCHR(get(entries, "dev/console")->mode));
	assert_int_equal(get(entries, "dev/console")->rdev, makedev(5, 1));
	assert_int_equal(get(entries, "dev/null")->rdev, makedev(1, 3));
	assert_true(S_ISDIR(get(entries, "results")->mode));
	assert_string_equal(get(entries, "bin/sh")->target, "/bin/busybox");
	assert_int_equal(get(entries, "igt/bin/igt_runner")->mode & 0111, 0111);
	get(entries, "igt/libexec/igt-gpu-tools/test-list.txt");
	get(entries, "igt/libexec/igt-gpu-tools/fake_kernel");
	assert_string_equal(get(entries, "igt/tests.list")->content->str,
			    "igt@fake_reclaim@pass\n");
	assert_string_equal(get(entries, "etc/igt-guest.conf")->content->str,
			    "mode=run\nmachine=qemu\nconsole=ttyS0\ngpu=virgl\niommu=1\nmali=none\n"
			    "per-test-timeout=7\nlibdirs=\n");
	assert_string_equal(get(entries, "etc/igt-guest.modules")->content->str, "");
	assert_false(g_hash_table_contains(entries, "igt/bin/igt_guest"));
}

static void mali_is_packed_with_its_parameter(void **state)
{
	g_autofree char *busybox = guest_spawn_find("busybox"), *why = NULL;
	g_autoptr(GHashTable) entries = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct guest_initramfs spec = fake_spec(&kernel, *state, busybox);

	if (!busybox)
		skip();
	testing_mali_kernel(*state, FAKE_BASE, FAKE_MID, &kernel);
	spec.mali = "g52";
	if (guest_initramfs_write(&spec, fd, &why) < 0)
		fail_msg("%s", why);
	entries = read_back(fd);
	close(fd);
	assert_non_null(strstr(get(entries, "etc/igt-guest.conf")->content->str, "\nmali=g52\n"));
	assert_string_equal(get(entries, "etc/igt-guest.modules")->content->str,
			    "mali_model gpu=g52\npanfrost\n");
	get(entries, "lib/modules/" TESTING_RELEASE "/updates/mali_model.ko");
	get(entries, "lib/modules/" TESTING_RELEASE "/updates/panfrost.ko");
}

static void libraries_of_init_are_packed_byte_for_byte(void **state)
{
	g_autofree char *busybox = guest_spawn_find("busybox"), *why = NULL;
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) entries = NULL;
	const struct guest_kernel kernel = {.arch = guest_arch_host()};
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct guest_initramfs spec = fake_spec(&kernel, *state, busybox);
	bool libc = false, loader = false;
	GHashTableIter it;
	gpointer path;

	if (!busybox)
		skip();
	assert_int_equal(guest_initramfs_write(&spec, fd, &why), 0);
	entries = read_back(fd);
	close(fd);

	assert_int_equal(guest_elf_add_libs(GUEST_INIT, NULL, libs, NULL), 0);
	g_hash_table_iter_init(&it, libs);
	while (g_hash_table_iter_next(&it, &path, NULL)) {
		const struct entry *e = get(entries, (const char *)path + 1);
		g_autofree char *content = NULL;
		gsize len;

		assert_true(g_file_get_contents(path, &content, &len, NULL));
		assert_int_equal(e->content->len, len);
		assert_memory_equal(e->content->str, content, len);
		libc |= strstr(path, "/libc.so") != NULL;
		loader |= strstr(path, "/ld-") != NULL;
	}
	assert_true(libc);
	assert_true(loader);
}

/* What is named in no program is packed too, with what it needs itself. */
static void libraries_that_tests_open_are_packed(void **state)
{
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *const names[] = {"/libgcc_s.so.1", "/libdw.so.1", "/libelf.so.1",
				     "/libkmod.so.2", "/libpcre2-8.so.0"};
	unsigned int found = 0;
	GHashTableIter it;
	gpointer path;

	assert_int_equal(guest_elf_add_libs("/bin/sh", NULL, libs, NULL), 0);
	g_hash_table_iter_init(&it, libs);
	while (g_hash_table_iter_next(&it, &path, NULL))
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			found += g_str_has_suffix(path, names[i]);
	assert_int_equal(found, G_N_ELEMENTS(names));
}

/* For another machine: this one's libraries, in a place where only the emulator looks. */
static void libraries_of_another_machine_leave_the_sysroot(void **state)
{
	g_autofree char *busybox = guest_spawn_find("busybox"), *why = NULL, *log = NULL, *text = NULL;
	g_autofree char *sysroot = g_build_filename(*state, "sysroot", NULL), *emulator = NULL;
	g_autofree char *script = NULL, *work = g_build_filename(*state, "work", NULL);
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) entries = NULL;
	const struct guest_kernel kernel = {.arch = guest_arch_by_name("arm64")};
	int fd = memfd_create("test", MFD_CLOEXEC), files = 0;
	struct guest_initramfs spec = fake_spec(&kernel, work, busybox);
	GHashTableIter it;
	gpointer path;

	if (!busybox)
		skip();
	for (size_t i = 0; i < 2; i++) {
		const char *dir = i ? "lib" : "lib64";
		g_autofree char *from = g_strconcat("/", dir, NULL);
		g_autofree char *to = g_build_filename(sysroot, dir, NULL);

		assert_int_equal(g_mkdir_with_parents(sysroot, 0755), 0);
		assert_int_equal(symlink(from, to), 0);
	}
	assert_int_equal(g_mkdir_with_parents(work, 0755), 0);
	log = g_build_filename(*state, "log", NULL);
	script = g_strdup_printf("#!/bin/sh\n[ \"$1 $2\" = '-L %s' ] || exit 1\nshift 2\n"
				 "echo \"$1\" >>'%s'\nexec \"$@\"\n",
				 sysroot, log);
	emulator = testing_file(*state, "emulator", script, 0755);
	spec.sysroot = sysroot;
	guest_spawn_emulate(emulator, sysroot);
	if (guest_initramfs_write(&spec, fd, &why) < 0)
		fail_msg("%s", why);
	assert_int_equal(guest_elf_add_libs(GUEST_INIT, sysroot, libs, NULL), 0);
	guest_spawn_emulate(NULL, NULL);
	entries = read_back(fd);
	close(fd);

	assert_non_null(strstr(get(entries, "etc/igt-guest.conf")->content->str,
			       "\nconsole=ttyAMA0\n"));
	/* Each program of the guest's was run by the emulator. */
	assert_true(g_file_get_contents(log, &text, NULL, NULL));
	assert_non_null(strstr(text, busybox));
	assert_non_null(strstr(text, "/sysroot/lib"));
	g_hash_table_iter_init(&it, libs);
	while (g_hash_table_iter_next(&it, &path, NULL)) {
		assert_true(g_str_has_prefix(path, sysroot));
		get(entries, (const char *)path + strlen(sysroot) + 1);
		files++;
	}
	assert_true(files > 1);
}

static void missing_library_is_named(void **state)
{
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *program = g_build_filename(*state, "program", NULL), *why = NULL;
	g_autofree char *content = NULL;
	gsize len;

	/* Where it was linked, it finds its library; a copy elsewhere does not, unless the
	 * environment helps, as meson's does. */
	unsetenv("LD_LIBRARY_PATH");
	assert_int_equal(guest_elf_add_libs(NEEDS_LIBRARY, NULL, libs, NULL), 0);
	assert_true(g_file_get_contents(NEEDS_LIBRARY, &content, &len, NULL));
	assert_true(g_file_set_contents(program, content, len, NULL));
	chmod(program, 0755);
	assert_fails(guest_elf_add_libs(program, NULL, libs, &why), ENOENT, &why, program, "fake_library",
		     "LD_LIBRARY_PATH");
}

static void scripts_and_text_need_no_libraries(void **state)
{
	g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *script = testing_file(*state, "script", "#!/bin/sh\n", 0755);

	assert_int_equal(guest_elf_add_libs(script, NULL, libs, NULL), 0);
	assert_int_equal(guest_elf_add_libs("/nonexistent", NULL, libs, NULL), 0);
	assert_int_equal(g_hash_table_size(libs), 0);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(guest_has_all_it_needs),
		with_dir(mali_is_packed_with_its_parameter),
		with_dir(libraries_of_init_are_packed_byte_for_byte),
		with_dir(libraries_that_tests_open_are_packed),
		with_dir(libraries_of_another_machine_leave_the_sysroot),
		with_dir(missing_library_is_named),
		with_dir(scripts_and_text_need_no_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
