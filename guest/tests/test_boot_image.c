// SPDX-License-Identifier: MIT
/* Kernel images of a few bytes: needs QEMU, but no Linux. */
#include "testing.h"

#include "invoke.h"

#include <stdio.h>
#include <string.h>

#define BOOT_TIMEOUT "3"

/* Runs the image in dir; the results folder is returned (g_free). */
static char *run_image(const char *dir, const char *const more[], struct invocation *run)
{
	g_autofree char *kernel = g_build_filename(dir, "bzImage", NULL);
	char *results = g_build_filename(dir, "results", NULL);
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	const char *const first[] = {"run",   "--accel",	"tcg",	      "--kernel",
				     kernel,  "--suite",	FAKE_SUITE,   "--results",
				     results, "--boot-timeout", BOOT_TIMEOUT, NULL};

	for (const char *const *arg = first; *arg; arg++)
		g_ptr_array_add(args, (char *)*arg);
	for (const char *const *arg = more; *arg; arg++)
		g_ptr_array_add(args, (char *)*arg);
	g_ptr_array_add(args, NULL);
	invoke((const char *const *)args->pdata, run);
	return results;
}

static char *run_hanging(const char *dir, const char *const more[], struct invocation *run)
{
	g_free(testing_kernel(dir, "bzImage", "0.0.0-spins"));
	return run_image(dir, more, run);
}

static void silent_kernel_is_a_hang_at_boot(void **state)
{
	_cleanup_invocation_ struct invocation run = {0};
	g_autofree char *results = run_hanging(*state, (const char *const[]){NULL}, &run);
	g_autofree char *json = g_build_filename(results, "guest.json", NULL), *text = NULL;
	g_autofree char *out = g_strdup_printf("results: %s\n", results);

	invocation_assert(&run, 3, "the guest hangs at boot: no report from init within 3 s");
	assert_string_equal(strchr(run.done.err->str, '\n'), "\n");
	assert_string_equal(run.done.out->str, out);
	assert_in_range(run.ms, 3000, 3000 + 4000);
	assert_true(g_file_get_contents(json, &text, NULL, NULL));
	assert_non_null(strstr(text, "\"outcome\":\"boot-hang\""));
	assert_non_null(strstr(text, "\"exit_code\":3"));
	assert_false(testing_process_exists(results));
}

static void talking_kernel_that_hangs_is_asked_for_traces(void **state)
{
	/* cli; mov $0x3f8,%dx; mov $'\n',%al; out %al,(%dx); jmp to itself. */
	static const uint8_t talk[] = {0xfa, 0xba, 0xf8, 0x03, 0xb0, '\n', 0xee, 0xeb, 0xfe};
	_cleanup_invocation_ struct invocation run = {0};
	g_autofree char *results = NULL;

	g_free(testing_kernel_with(*state, "bzImage", NULL, talk, sizeof(talk)));
	results = run_image(*state, (const char *const[]){NULL}, &run);
	invocation_assert(&run, 3,
			  "the guest hangs at boot: no report from init within 3 s; its kernel "
			  "does not answer sysrq");
	assert_in_range(run.ms, 6000, 6000 + 4000);
}

static void reset_at_boot_is_an_early_end(void **state)
{
	/* mov $0xfe,%al; out %al,$0x64; jmp to itself: the keyboard controller resets. */
	static const uint8_t reset[] = {0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe};
	_cleanup_invocation_ struct invocation run = {0};
	g_autofree char *results = NULL;

	g_free(testing_kernel_with(*state, "bzImage", NULL, reset, sizeof(reset)));
	results = run_image(*state, (const char *const[]){NULL}, &run);
	invocation_assert(&run, 3, "the guest ended while it booted");
	assert_in_range(run.ms, 0, 3000);
}

static void path_with_commas_and_blanks_works(void **state)
{
	g_autofree char *dir = g_build_filename(*state, "a,b c,,d", NULL);
	_cleanup_invocation_ struct invocation run = {0};
	g_autofree char *results = run_hanging(dir, (const char *const[]){NULL}, &run);

	invocation_assert(&run, 3, "hangs at boot");
	assert_true(g_file_test(results, G_FILE_TEST_IS_DIR));
}

static void machine_that_qemu_refuses_is_told(void **state)
{
	_cleanup_invocation_ struct invocation run = {0};

	g_free(run_hanging(*state, (const char *const[]){"--mem", "900000G", NULL}, &run));
	invocation_assert(&run, 3, "QEMU did not start: ");
	assert_in_range(run.ms, 0, 3000);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_dir(silent_kernel_is_a_hang_at_boot),
		with_dir(talking_kernel_that_hangs_is_asked_for_traces),
		with_dir(reset_at_boot_is_an_early_end),
		with_dir(path_with_commas_and_blanks_works),
		with_dir(machine_that_qemu_refuses_is_told),
	};

	g_autofree char *qemu = guest_spawn_find("qemu-system-x86_64");

	if (!qemu) {
		fprintf(stderr, "SKIP: qemu-system-x86_64 is not installed\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
