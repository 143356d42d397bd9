// SPDX-License-Identifier: MIT
/* Kernels and modules: three stand-ins that need each other, two of them compressed. */
#include "testing.h"

#include "guest_modules.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define RELEASE "6.12.0-test"

/* Copies a module into the tree through a filter of libarchive. */
static void add_module(const char *dir, const char *from, const char *name,
		       int (*filter)(struct archive *))
{
	g_autofree char *to = g_build_filename(dir, "lib/modules", RELEASE, "kernel", name, NULL);
	g_autofree char *parent = g_path_get_dirname(to), *content = NULL;
	struct archive_entry *entry = archive_entry_new();
	struct archive *a = archive_write_new();
	gsize len;

	assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
	assert_true(g_file_get_contents(from, &content, &len, NULL));
	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, to), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, content, len), len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	archive_entry_free(entry);
}

/* A kernel directory as an unpacked distribution package has it: no indices. */
static void make_kernel(const char *dir, struct guest_kernel *ret)
{
	g_autofree char *why = NULL;

	g_free(testing_kernel(dir, "boot/vmlinuz-" RELEASE, RELEASE));
	g_free(testing_file(dir, "lib/modules/" RELEASE "/modules.builtin",
			    "kernel/fs/fake_builtin.ko\n", 0644));
	g_free(testing_file(dir, "lib/modules/" RELEASE "/modules.order",
			    "kernel/a/fake_top.ko\nkernel/b/fake_mid.ko\n", 0644));
	add_module(dir, FAKE_BASE, "c/fake_base.ko", archive_write_add_filter_none);
	add_module(dir, FAKE_MID, "b/fake_mid.ko.xz", archive_write_add_filter_xz);
	add_module(dir, FAKE_TOP, "a/fake_top.ko.zst", archive_write_add_filter_zstd);
	if (guest_kernel_find(dir, ret, &why) < 0)
		fail_msg("%s", why);
}

static void assert_module(const struct guest_modules *modules, unsigned int at, const char *name,
			  const char *relative)
{
	const struct guest_module *module = modules->files->pdata[at];

	assert_string_equal(module->name, name);
	assert_string_equal(module->relative, relative);
}

static void dependencies_come_first(void **state)
{
	static const struct guest_module_want wants[] = {
		{.name = "fake_top", .load = true},
		{.name = "fake_base"},
		{.name = "fake_builtin", .load = true, .required = true},
		{.name = "fake_absent", .load = true},
		{},
	};
	g_autofree char *work = g_build_filename(*state, "work", NULL), *why = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};

	make_kernel(*state, &kernel);
	if (guest_modules_resolve(&kernel, wants, work, &modules, &why) < 0)
		fail_msg("%s", why);
	assert_int_equal(modules.files->len, 3);
	assert_module(&modules, 0, "fake_base", "kernel/c/fake_base.ko");
	assert_module(&modules, 1, "fake_mid", "kernel/b/fake_mid.ko");
	assert_module(&modules, 2, "fake_top", "kernel/a/fake_top.ko");
	/* Built in and absent modules are not loaded. */
	assert_int_equal(modules.load->len, 1);
	assert_string_equal(modules.load->pdata[0], "fake_top");
}

static void assert_same_file(const char *dir, const char *relative, const char *original)
{
	g_autofree char *path = g_build_filename(dir, "lib/modules", RELEASE, relative, NULL);
	g_autofree char *a = NULL, *b = NULL;
	gsize a_len, b_len;

	assert_true(g_file_get_contents(path, &a, &a_len, NULL));
	assert_true(g_file_get_contents(original, &b, &b_len, NULL));
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a, b, a_len);
}

static void staged_modules_are_plain_and_indexed(void **state)
{
	static const struct guest_module_want wants[] = {{.name = "fake_top", .load = true}, {}};
	g_autofree char *work = g_build_filename(*state, "work", NULL);
	g_autofree char *stage = g_build_filename(*state, "stage", NULL);
	g_autofree char *dep = g_build_filename(stage, "lib/modules", RELEASE, "modules.dep", NULL);
	g_autofree char *text = NULL, *why = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0}, again = {0};
	struct guest_kernel staged = {0};

	make_kernel(*state, &kernel);
	assert_int_equal(guest_modules_resolve(&kernel, wants, work, &modules, NULL), 0);
	if (guest_modules_stage(&kernel, &modules, stage, &why) < 0)
		fail_msg("%s", why);
	assert_same_file(stage, "kernel/c/fake_base.ko", FAKE_BASE);
	assert_same_file(stage, "kernel/b/fake_mid.ko", FAKE_MID);
	assert_same_file(stage, "kernel/a/fake_top.ko", FAKE_TOP);
	assert_true(g_file_get_contents(dep, &text, NULL, NULL));
	assert_non_null(
		strstr(text, "kernel/a/fake_top.ko: kernel/b/fake_mid.ko kernel/c/fake_base.ko"));

	/* libkmod reads the staged indices as it will in the guest. */
	staged.modules = g_build_filename(stage, "lib/modules", RELEASE, NULL);
	assert_int_equal(guest_modules_resolve(&staged, wants, work, &again, NULL), 0);
	assert_int_equal(again.files->len, 3);
	guest_kernel_clear(&staged);
}

static void missing_required_module_is_an_error(void **state)
{
	static const struct guest_module_want wants[] = {{.name = "fake_absent", .required = true},
							 {}};
	g_autofree char *work = g_build_filename(*state, "work", NULL), *why = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	struct guest_modules modules = {0};

	make_kernel(*state, &kernel);
	assert_fails(guest_modules_resolve(&kernel, wants, work, &modules, &why), ENOENT, &why,
		     "fake_absent", kernel.modules);
	assert_null(modules.files);
}

static void mali_comes_behind_the_rest_and_knows_its_gpu(void **state)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants("g52");
	g_autofree char *work = g_build_filename(*state, "work", NULL), *why = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};

	testing_mali_kernel(*state, FAKE_BASE, FAKE_MID, &kernel);
	if (guest_modules_resolve(&kernel, wants, work, &modules, &why) < 0)
		fail_msg("%s", why);
	assert_int_equal(modules.files->len, 2);
	assert_module(&modules, 0, "mali_model", "updates/mali_model.ko");
	assert_module(&modules, 1, "panfrost", "updates/panfrost.ko");
	assert_int_equal(modules.load->len, 2);
	assert_string_equal(modules.load->pdata[0], "mali_model gpu=g52");
	assert_string_equal(modules.load->pdata[1], "panfrost");
}

static void without_mali_none_of_it_is_taken(void **state)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants("none");
	g_autofree char *work = g_build_filename(*state, "work", NULL);
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};

	testing_mali_kernel(*state, FAKE_BASE, FAKE_MID, &kernel);
	assert_int_equal(guest_modules_resolve(&kernel, wants, work, &modules, NULL), 0);
	assert_int_equal(modules.files->len, 0);
	assert_int_equal(modules.load->len, 0);
}

/* mali_model and panfrost of a kernel that cannot give a guest a Mali, and what is named. */
static void assert_no_mali(const char *dir, const char *mali_model, const char *panfrost,
			   const char *missing)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants("t860");
	g_autofree char *at = g_build_filename(dir, missing, NULL);
	g_autofree char *work = g_build_filename(at, "work", NULL), *why = NULL;
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	struct guest_modules modules = {0};

	testing_mali_kernel(at, mali_model, panfrost, &kernel);
	assert_fails(guest_modules_resolve(&kernel, wants, work, &modules, &why), ENOENT, &why,
		     missing, kernel.image, "kernel/build", "--mali none");
	assert_null(modules.files);
}

/* A panfrost that was not built for the model would take a window of memory for registers. */
static void mali_without_its_own_panfrost_is_refused(void **state)
{
	assert_no_mali(*state, NULL, FAKE_BASE, "no mali_model");
	assert_no_mali(*state, FAKE_BASE, NULL, "no panfrost:");
	assert_no_mali(*state, FAKE_BASE, FAKE_BASE, "no panfrost that drives it");
}

static void mali_needs_a_kernel_with_modules(void **state)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants("t860");
	const struct guest_kernel kernel = {.image = (char *)"/k/bzImage"};
	struct guest_modules modules = {0};
	g_autofree char *why = NULL;

	assert_fails(guest_modules_resolve(&kernel, wants, *state, &modules, &why), ENOENT, &why,
		     "/k/bzImage", "no mali_model");
}

/* In user mode any panfrost runs on the model, and there are no virtio channels. */
static void user_mode_takes_the_panfrost_that_is_there(void **state)
{
	g_autofree struct guest_module_want *wants = guest_modules_wants("t860");
	g_autofree char *work = g_build_filename(*state, "work", NULL), *why = NULL;
	g_autofree char *image =
		testing_file(*state, "linux", "#!/bin/sh\necho " TESTING_RELEASE "\n", 0755);
	g_autofree char *builtin = NULL;
	_cleanup_kernel_ struct guest_kernel x86 = {0}, kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};

	testing_mali_kernel(*state, FAKE_BASE, FAKE_BASE, &x86);
	builtin = testing_file(*state, "lib/modules/" TESTING_RELEASE "/modules.builtin", "", 0644);
	if (guest_kernel_find_uml(*state, &kernel, &why) < 0 ||
	    guest_modules_resolve(&kernel, wants, work, &modules, &why) < 0)
		fail_msg("%s", why);
	assert_true(kernel.uml);
	assert_string_equal(kernel.image, image);
	assert_string_equal(kernel.release, TESTING_RELEASE);
	assert_string_equal(kernel.modules, x86.modules);
	assert_int_equal(modules.load->len, 2);
	assert_string_equal(modules.load->pdata[0], "mali_model gpu=t860");
	assert_string_equal(modules.load->pdata[1], "panfrost");
}

static void damaged_module_is_an_error(void **state)
{
	g_autofree char *stage = g_build_filename(*state, "stage", NULL), *why = NULL;
	g_autofree char *work = g_build_filename(*state, "work", NULL), *content = NULL;
	static const struct guest_module_want wants[] = {{.name = "fake_mid"}, {}};
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};
	const struct guest_module *mid;
	gsize len;

	make_kernel(*state, &kernel);
	assert_int_equal(guest_modules_resolve(&kernel, wants, work, &modules, NULL), 0);
	mid = modules.files->pdata[modules.files->len - 1];
	assert_true(g_file_get_contents(mid->path, &content, &len, NULL));
	assert_true(g_file_set_contents(mid->path, content, len / 2, NULL));
	assert_fails(guest_modules_stage(&kernel, &modules, stage, &why), EIO, &why, mid->path);
}

static void kernel_without_modules_is_fine(void **state)
{
	g_autofree char *image = testing_kernel(*state, "bzImage", RELEASE);
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	_cleanup_modules_ struct guest_modules modules = {0};
	g_autofree struct guest_module_want *wants = guest_modules_wants("none");

	assert_int_equal(guest_kernel_find(*state, &kernel, NULL), 0);
	assert_string_equal(kernel.arch->name, "amd64");
	assert_string_equal(kernel.image, image);
	assert_string_equal(kernel.release, RELEASE);
	assert_null(kernel.modules);
	assert_int_equal(guest_modules_resolve(&kernel, wants, *state, &modules, NULL), 0);
	assert_int_equal(modules.files->len, 0);
}

static void image_finds_modules_beside_it_and_beside_boot(void **state)
{
	g_autofree char *boot = NULL, *beside = testing_kernel(*state, "bzImage", RELEASE);
	_cleanup_kernel_ struct guest_kernel a = {0}, b = {0};

	make_kernel(*state, &a);
	guest_kernel_clear(&a);
	boot = g_build_filename(*state, "boot/vmlinuz-" RELEASE, NULL);
	assert_int_equal(guest_kernel_find(boot, &a, NULL), 0);
	assert_non_null(a.modules);
	assert_int_equal(guest_kernel_find(beside, &b, NULL), 0);
	assert_string_equal(a.modules, b.modules);
}

static void modules_of_another_release_are_refused(void **state)
{
	struct guest_kernel kernel = {0};
	g_autofree char *why = NULL;

	g_free(testing_kernel(*state, "bzImage", "6.99.0"));
	g_free(testing_file(*state, "lib/modules/" RELEASE "/modules.order", "", 0644));
	assert_fails(guest_kernel_find(*state, &kernel, &why), ENOENT, &why, "6.99.0",
		     "lib/modules");
}

/* Its image does not name a release: the modules beside it do. */
static void arm64_kernels_are_known(void **state)
{
	g_autofree char *path = g_build_filename(*state, "boot/vmlinuz-" RELEASE, NULL);
	_cleanup_kernel_ struct guest_kernel kernel = {0};
	char image[0x1000] = "MZ";

	g_free(testing_file(*state, "lib/modules/" RELEASE "/modules.order", "", 0644));
	g_free(testing_file(*state, "boot/config", "", 0644));
	memcpy(image + 0x38, "ARM\x64", 4);
	assert_true(g_file_set_contents(path, image, sizeof(image), NULL));
	assert_int_equal(guest_kernel_find(*state, &kernel, NULL), 0);
	assert_string_equal(kernel.arch->name, "arm64");
	assert_string_equal(kernel.image, path);
	assert_null(kernel.release);
	assert_true(g_str_has_suffix(kernel.modules, "lib/modules/" RELEASE));
}

static void wrong_kernels_are_refused(void **state)
{
	g_autofree char *text = testing_file(*state, "text", "hello", 0644);
	struct guest_kernel kernel = {0};
	g_autofree char *why = NULL;

	assert_fails(guest_kernel_find("/nonexistent/kernel", &kernel, &why), ENOENT, &why,
		     "/nonexistent/kernel", "--kernel");
	assert_fails(guest_kernel_find(*state, &kernel, &why), ENOENT, &why, *state, "bzImage");
	assert_fails(guest_kernel_find(text, &kernel, &why), ENOEXEC, &why, text, "bzImage");
	assert_null(kernel.image);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(dependencies_come_first),
		with_dir(staged_modules_are_plain_and_indexed),
		with_dir(missing_required_module_is_an_error),
		with_dir(mali_comes_behind_the_rest_and_knows_its_gpu),
		with_dir(without_mali_none_of_it_is_taken),
		with_dir(mali_without_its_own_panfrost_is_refused),
		with_dir(mali_needs_a_kernel_with_modules),
		with_dir(user_mode_takes_the_panfrost_that_is_there),
		with_dir(damaged_module_is_an_error),
		with_dir(kernel_without_modules_is_fine),
		with_dir(image_finds_modules_beside_it_and_beside_boot),
		with_dir(modules_of_another_release_are_refused),
		with_dir(arm64_kernels_are_known),
		with_dir(wrong_kernels_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
