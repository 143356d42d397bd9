// SPDX-License-Identifier: MIT
/* The command line: every mistake is one line on stderr and exit code 2, before any guest. */
#include "testing.h"

#include "invoke.h"

#include "guest_options.h"

#include <string.h>

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RUN "run", "--kernel", "/k", "--suite", "/s", "--results", "/r"

static void assert_refused(const char *const args[], const char *text)
{
	_cleanup_invocation_ struct invocation run = {0};
	const char *end;

	invoke(args, &run);
	invocation_assert(&run, 2, text);
	end = strchr(run.done.err->str, '\n');
	assert_non_null(end);
	assert_string_equal(end, "\n");
	assert_string_equal(run.done.out->str, "");
}

static void mistakes_are_named(void **state)
{
	assert_refused((const char *const[]){NULL}, "no command");
	assert_refused(ARGS("walk"), "unknown command 'walk'");
	assert_refused(ARGS("run"), "run needs --kernel");
	assert_refused(ARGS("run", "--kernel", "/k"), "run needs --suite");
	assert_refused(ARGS("run", "--kernel", "/k", "--suite", "/s"), "run needs --results");
	assert_refused(ARGS("shell", "--suite", "/s"), "shell needs --kernel");
	assert_refused(ARGS("list"), "list needs --suite");
	assert_refused(ARGS("list", "--suite", "/s", "--results", "/r"), "list takes only");
	assert_refused(ARGS("shell", "--kernel", "/k", "--suite", "/s", "--tests", "x"),
		       "shell takes neither");
	assert_refused(ARGS("shell", "--kernel", "/k", "--suite", "/s", "--expect", "fails.txt"),
		       "shell takes neither");
	assert_refused(ARGS("shell", "--kernel", "/k", "--suite", "/s", "--test-list", "list"),
		       "shell takes neither");
	assert_refused(ARGS(RUN, "--tests", "x", "--test-list", "list"), "give one of them");
	assert_refused(ARGS(RUN, "--frobnicate"), "--frobnicate");
	assert_refused(ARGS(RUN, "--tests"), "--tests needs a value");
	assert_refused(ARGS(RUN, "--expect"), "--expect needs a value");
	assert_refused(ARGS(RUN, "stray"), "'stray'");
}

static void values_are_checked(void **state)
{
	assert_refused(ARGS(RUN, "--mem", "lots"), "--mem 'lots'");
	assert_refused(ARGS(RUN, "--mem", "1"), "--mem '1'");
	assert_refused(ARGS(RUN, "--mem", "16M"), "256M");
	assert_refused(ARGS(RUN, "--mem", "-1G"), "--mem");
	assert_refused(ARGS(RUN, "--mem", "99999999999999G"), "--mem");
	assert_refused(ARGS(RUN, "--cpus", "0"), "--cpus '0'");
	assert_refused(ARGS(RUN, "--cpus", "two"), "--cpus 'two'");
	assert_refused(ARGS(RUN, "--timeout", "0"), "--timeout '0'");
	assert_refused(ARGS(RUN, "--boot-timeout", "1.5"), "--boot-timeout '1.5'");
	assert_refused(ARGS(RUN, "--idle-timeout", "-3"), "--idle-timeout '-3'");
	assert_refused(ARGS(RUN, "--per-test-timeout", ""), "--per-test-timeout");
	assert_refused(ARGS(RUN, "--accel", "magic"), "--accel 'magic'");
	assert_refused(ARGS(RUN, "--machine", "vax"), "--machine 'vax'");
	assert_refused(ARGS(RUN, "--mali", "t720"), "--mali 't720': give none, t860 or g52");
	assert_refused(ARGS(RUN, "--mali", "both"), "--mali 'both'");
	assert_refused(ARGS(RUN, "--gpu", "vga"), "--gpu 'vga': give none, 2d, virgl or blob");
	assert_refused(ARGS(RUN, "--gpu", "none", "--iommu"), "--gpu is none");
	assert_refused(ARGS(RUN, "--iommu=intel"), "--iommu=intel");
}

/* A machine that this one is not. */
static const struct guest_arch *foreign(void)
{
	const struct guest_arch *arm64 = guest_arch_by_name("arm64");

	return guest_arch_is_foreign(arm64) ? arm64 : guest_arch_by_name("amd64");
}

static void another_machine_has_its_limits(void **state)
{
	const char *arch = foreign()->name;
	g_autofree char *results = g_build_filename(*state, "results", NULL);
	g_autofree char *dir = g_build_filename(*state, "x86", NULL);

	g_free(testing_kernel(dir, "bzImage", NULL));
	assert_refused(ARGS(RUN, "--arch", "vax"), "--arch 'vax': give amd64 or arm64");
	assert_refused(ARGS(RUN, "--arch", arch), "needs --sysroot DIR");
	assert_refused(ARGS(RUN, "--arch", arch, "--sysroot", "/", "--machine", "uml"),
		       "user-mode Linux is for this machine only");
	assert_refused(ARGS(RUN, "--arch", arch, "--sysroot", "/", "--accel", "kvm"),
		       "KVM is for this machine only");
	assert_refused(ARGS(RUN, "--arch", arch, "--sysroot", "/", "--iommu"), "no --iommu");
	assert_refused(ARGS(RUN, "--arch", arch, "--sysroot", "/", "--gpu", "virgl"), "--gpu 2d");
	assert_refused(ARGS("list", "--suite", FAKE_SUITE, "--arch", arch, "--sysroot",
			    "/nonexistent/root"),
		       "--sysroot /nonexistent/root: no such folder");
	/* Its programs are scripts. */
	assert_refused(ARGS("list", "--suite", FAKE_SUITE, "--arch", arch, "--sysroot", "/"),
		       "fake-suite is not for");
	assert_refused(ARGS("run", "--arch", "arm64", "--sysroot", "/", "--kernel", dir, "--suite",
			    FAKE_SUITE, "--results", results),
		       "is for amd64: give --arch amd64");
}

static void user_mode_refuses_what_is_for_qemu(void **state)
{
	assert_refused(ARGS(RUN, "--machine", "uml", "--qemu", "qemu"), "--qemu and --accel");
	assert_refused(ARGS(RUN, "--machine", "uml", "--accel", "tcg"), "--qemu and --accel");
	assert_refused(ARGS(RUN, "--cpus", "2", "--machine", "uml"), "--cpus 2: user-mode Linux");
	assert_refused(ARGS(RUN, "--machine", "uml", "--gpu", "virgl"), "--gpu virgl: user-mode");
	assert_refused(ARGS(RUN, "--machine", "uml", "--iommu"), "--gpu 2d --iommu: user-mode");
}

static void missing_things_are_named(void **state)
{
	g_autofree char *kernel = testing_kernel(*state, "bzImage", NULL);
	g_autofree char *results = g_build_filename(*state, "results", NULL);

	assert_refused(ARGS("run", "--kernel", "/nonexistent/k", "--suite", FAKE_SUITE, "--results",
			    results),
		       "/nonexistent/k");
	assert_refused(
		ARGS("run", "--kernel", kernel, "--suite", "/nonexistent/s", "--results", results),
		"/nonexistent/s");
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
			    "--qemu", "/nonexistent/qemu"),
		       "/nonexistent/qemu");
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
			    "--qemu", "no-such-qemu"),
		       "no-such-qemu");
	/* Any executable will do for QEMU: none of these gets as far as starting it. */
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
			    "--qemu", "true", "--accel", "tcg", "--tests", "(x"),
		       "(x");
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
			    "--qemu", "true", "--accel", "tcg", "--tests", "none@such"),
		       "none@such");
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
			    "--qemu", "true", "--accel", "tcg", "--mali", "t860"),
		       "has no mali_model: --mali needs a kernel with the software Mali");
	assert_refused(ARGS("list", "--suite", "/nonexistent/s"), "/nonexistent/s");
	assert_refused(ARGS("list", "--suite", FAKE_SUITE, "--tests", "none@such"), "none@such");
	assert_false(g_file_test(results, G_FILE_TEST_EXISTS));
}

static void bad_expectations_are_named_before_anything_else(void **state)
{
	g_autofree char *good = testing_file(*state, "a-fails.txt", "bin@a,Fail\n", 0644);
	g_autofree char *bad = testing_file(*state, "b-fails.txt", "\nbin@a,Broken\n", 0644);
	g_autofree char *where = g_strdup_printf("igt_guest: %s:2: status \"Broken\"", bad);

	assert_refused(ARGS(RUN, "--expect", good, "--expect", bad), where);
	assert_refused(ARGS(RUN, "--expect", "/nonexistent/fails.txt"),
		       "igt_guest: /nonexistent/fails.txt: cannot be read");
	assert_refused(ARGS(RUN, "--expect", "known.txt"), "-fails.txt, -flakes.txt or -skips.txt");
}

static void list_prints_what_would_run(void **state)
{
	_cleanup_invocation_ struct invocation run = {0};

	invoke(ARGS("list", "--suite", FAKE_SUITE, "--tests", "GPU|gpu", "--tests", "@pass"), &run);
	invocation_assert(&run, 0, "");
	assert_string_equal(run.done.out->str, "fake_reclaim@pass\nfake_kernel@has-gpu\n");
	assert_string_equal(run.done.err->str, "");
}

static void unwritable_results_are_found_out_before_the_guest(void **state)
{
	g_autofree char *kernel = testing_kernel(*state, "bzImage", NULL);
	g_autofree char *file = testing_file(*state, "file", "", 0644);
	g_autofree char *below = g_build_filename(file, "results", NULL);

	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", below,
			    "--qemu", "true", "--accel", "tcg"),
		       below);
	assert_refused(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results",
			    "/proc/igt-results", "--qemu", "true", "--accel", "tcg"),
		       "/proc/igt-results");
}

static void qemu_that_fails_is_quoted(void **state)
{
	g_autofree char *kernel = testing_kernel(*state, "bzImage", NULL);
	g_autofree char *results = g_build_filename(*state, "results", NULL);
	g_autofree char *qemu =
		testing_file(*state, "qemu", "#!/bin/sh\necho 'no luck today' >&2\nexit 1\n", 0755);
	_cleanup_invocation_ struct invocation run = {0};

	invoke(ARGS("run", "--kernel", kernel, "--suite", FAKE_SUITE, "--results", results,
		    "--qemu", qemu, "--accel", "tcg"),
	       &run);
	invocation_assert(&run, 3, "QEMU did not start: no luck today");
	assert_non_null(strstr(run.done.out->str, results));
}

/* A user-mode kernel as far as igt_guest can tell before it is started for good. */
static char *fake_uml(const char *dir, const char *then)
{
	g_autofree char *text = g_strdup_printf(
		"#!/bin/sh\nif [ $1 = --version ]; then echo 6.12.0-fake; exit; fi\n%s\n", then);

	return testing_file(dir, "linux", text, 0755);
}

static void user_mode_kernel_that_fails_is_quoted(void **state)
{
	g_autofree char *results = g_build_filename(*state, "results", NULL);
	_cleanup_invocation_ struct invocation run = {0};

	g_free(fake_uml(*state, "echo 'no luck today' >&2; echo >&2; exit 1"));
	invoke(ARGS("run", "--machine", "uml", "--kernel", *state, "--suite", FAKE_SUITE,
		    "--results", results),
	       &run);
	invocation_assert(&run, 3, "user-mode Linux did not start: no luck today");
}

static void memory_that_no_folder_can_hold_is_refused(void **state)
{
	g_autofree char *kernel = fake_uml(*state, "exit 1");
	g_autofree char *results = g_build_filename(*state, "results", NULL);

	assert_refused(ARGS("run", "--machine", "uml", "--kernel", kernel, "--suite", FAKE_SUITE,
			    "--results", results, "--mem", "900000G"),
		       "no place for the guest's memory");
}

static void kernels_for_the_other_machine_are_named(void **state)
{
	g_autofree char *dir = g_build_filename(*state, "x86", NULL), *results = NULL;
	g_autofree char *file = NULL;

	g_free(fake_uml(*state, "exit 1"));
	g_free(testing_kernel(dir, "bzImage", NULL));
	results = g_build_filename(*state, "results", NULL);
	file = testing_file(*state, "tool", "#!/bin/sh\necho tool 1.0\n", 0755);
	assert_refused(ARGS("run", "--kernel", *state, "--suite", FAKE_SUITE, "--results", results),
		       "--machine uml");
	assert_refused(ARGS("run", "--kernel", dir, "--machine", "uml", "--suite", FAKE_SUITE,
			    "--results", results),
		       "kernel/build --flavour uml");
	assert_refused(ARGS("run", "--kernel", file, "--machine", "uml", "--suite", FAKE_SUITE,
			    "--results", results),
		       "tool is not a user-mode kernel");
	assert_false(g_file_test(results, G_FILE_TEST_EXISTS));
}

static void help_is_on_stdout(void **state)
{
	_cleanup_invocation_ struct invocation a = {0}, b = {0};

	invoke(ARGS("--help"), &a);
	invocation_assert(&a, 0, "");
	assert_non_null(strstr(a.done.out->str, "Usage: igt_guest run"));
	invoke(ARGS("run", "--help"), &b);
	assert_string_equal(a.done.out->str, b.done.out->str);
}

static void timeouts_follow_each_other(void **state)
{
	const struct guest_options here = {.arch = guest_arch_host()};
	struct guest_options there = {.arch = foreign()};

	assert_int_equal(guest_options_idle(&(struct guest_options){.per_test_timeout = 10}), 120);
	assert_int_equal(guest_options_idle(&(struct guest_options){.per_test_timeout = 300}), 330);
	assert_int_equal(guest_options_idle(&(struct guest_options){.per_test_timeout = 300,
								    .idle_timeout = 5}),
			 5);
	assert_int_equal(guest_options_stall(&(struct guest_options){.per_test_timeout = 300}),
			 420);
	assert_int_equal(guest_options_stall(&(struct guest_options){.per_test_timeout = 300,
								     .idle_timeout = 5}),
			 305);
	assert_true(guest_options_boot(&here, true) < guest_options_boot(&here, false));
	assert_true(guest_options_boot(&here, false) < guest_options_boot(&there, false));
	there.boot_timeout = 7;
	assert_int_equal(guest_options_boot(&there, false), 7);
}

#define with_dir(test) cmocka_unit_test_setup_teardown(test, testing_make_dir, testing_remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(user_mode_refuses_what_is_for_qemu),
		with_dir(another_machine_has_its_limits),
		with_dir(missing_things_are_named),
		with_dir(bad_expectations_are_named_before_anything_else),
		cmocka_unit_test(list_prints_what_would_run),
		with_dir(unwritable_results_are_found_out_before_the_guest),
		with_dir(qemu_that_fails_is_quoted),
		with_dir(user_mode_kernel_that_fails_is_quoted),
		with_dir(memory_that_no_folder_can_hold_is_refused),
		with_dir(kernels_for_the_other_machine_are_named),
		cmocka_unit_test(help_is_on_stdout),
		cmocka_unit_test(timeouts_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
