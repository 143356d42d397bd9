// SPDX-License-Identifier: MIT
#include "testing.h"

#include "guest_util.h"

#include <string.h>
#include <sys/stat.h>

int testing_make_dir(void **state)
{
	*state = g_dir_make_tmp("igt-guest-test-XXXXXX", NULL);
	return *state ? 0 : -1;
}

int testing_remove_dir(void **state)
{
	int r = guest_remove_tree(*state);

	g_free(*state);
	return r;
}

char *testing_file(const char *dir, const char *name, const char *text, int mode)
{
	char *path = g_build_filename(dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

char *testing_kernel(const char *dir, const char *name, const char *release)
{
	static const uint8_t spin[] = {0xeb, 0xfe};

	return testing_kernel_with(dir, name, release, spin, sizeof(spin));
}

char *testing_kernel_with(const char *dir, const char *name, const char *release,
			  const uint8_t *code, size_t size)
{
	/* Documentation/arch/x86/boot.rst: one sector of boot code, one of setup code. */
	static const struct {
		size_t at;
		uint8_t bytes[4];
		size_t len;
	} header[] = {
		{0x1f1, {1}, 1},		      /* setup_sects */
		{0x1f4, {0x40}, 1},		      /* syssize, in 16 bytes */
		{0x1fe, {0x55, 0xaa}, 2},	      /* boot_flag */
		{0x200, {0xeb, 0x7e}, 2},	      /* jump: to 0x280 */
		{0x202, {'H', 'd', 'r', 'S'}, 4},     /* header */
		{0x206, {0x0c, 0x02}, 2},	      /* version of the protocol */
		{0x211, {1}, 1},		      /* loadflags: LOADED_HIGH */
		{0x22c, {0xff, 0xff, 0xff, 0x37}, 4}, /* initrd_addr_max */
	};
	char image[0x800] = {0};
	char *path = g_build_filename(dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	for (size_t i = 0; i < G_N_ELEMENTS(header); i++)
		memcpy(image + header[i].at, header[i].bytes, header[i].len);
	assert_in_range(size, 1, 64);
	memcpy(image + 0x280, code, size);
	if (release) {
		image[0x20f] = 1; /* kernel_version: 0x100 behind 0x200 */
		g_snprintf(image + 0x300, 0x100, "%s (builder) #1 SMP", release);
	}
	assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
	assert_true(g_file_set_contents(path, image, sizeof(image), NULL));
	return path;
}

static void copy_module(const char *dir, const char *name, const char *from)
{
	g_autofree char *relative =
		g_build_filename("lib/modules", TESTING_RELEASE, "updates", name, NULL);
	g_autofree char *to = testing_file(dir, relative, "", 0644), *content = NULL;
	gsize len;

	assert_true(g_file_get_contents(from, &content, &len, NULL));
	assert_true(g_file_set_contents(to, content, len, NULL));
}

void testing_mali_kernel(const char *dir, const char *mali_model, const char *panfrost,
			 struct guest_kernel *ret)
{
	g_autofree char *why = NULL;

	g_free(testing_kernel(dir, "bzImage", TESTING_RELEASE));
	g_free(testing_file(dir, "lib/modules/" TESTING_RELEASE "/modules.order", "", 0644));
	g_free(testing_file(dir, "lib/modules/" TESTING_RELEASE "/modules.builtin",
			    "kernel/virtio_pci.ko\nkernel/virtio_console.ko\n"
			    "kernel/9pnet_virtio.ko\nkernel/9p.ko\n",
			    0644));
	if (mali_model)
		copy_module(dir, "mali_model.ko", mali_model);
	if (panfrost)
		copy_module(dir, "panfrost.ko", panfrost);
	if (guest_kernel_find(dir, ret, &why) < 0)
		fail_msg("%s", why);
}

void testing_assert_fails(int r, int err, char **why, const char *const texts[])
{
	assert_int_equal(r, -err);
	assert_non_null(*why);
	/* One clear line. */
	assert_null(strchr(*why, '\n'));
	for (const char *const *text = texts; *text; text++)
		if (!strstr(*why, *text))
			fail_msg("'%s' does not say '%s'", *why, *text);
	g_clear_pointer(why, g_free);
}

bool testing_process_exists(const char *text)
{
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	g_autofree char *self = g_strdup_printf("%d", getpid());
	const char *name;

	while ((name = g_dir_read_name(proc))) {
		g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
		g_autofree char *line = NULL;
		gsize len = 0;

		if (!g_ascii_isdigit(name[0]) || !strcmp(name, self) ||
		    !g_file_get_contents(path, &line, &len, NULL))
			continue;
		if (memmem(line, len, text, strlen(text)))
			return true;
	}
	return false;
}
