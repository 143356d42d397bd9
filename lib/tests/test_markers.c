/* SPDX-License-Identifier: MIT */
/*
 * What a test writes into the kernel's log and trace buffer.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_wire.h"
#include "run_tester.h"

static char folder[] = "/tmp/igt-markers-XXXXXX", variable[64];

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(variable, sizeof(variable), "TESTER=%s", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static int file(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, flags, 0600);
}

/* Take what was written into a file of the folder. To be freed. */
static char *take(const char *name)
{
	int fd = file(name, O_RDWR | O_CREAT);
	char *text = calloc(1, 4096);

	assert_true(fd >= 0);
	assert_non_null(text);
	assert_true(read(fd, text, 4095) >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	return text;
}

#define _cleanup_text_ __attribute__((cleanup(free_text)))
static void free_text(char **text)
{
	free(*text);
}

static void each_step_is_marked(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(variable, "markers", "--run-subtest", "pass,parts", NULL);
	_cleanup_text_ char *kmsg = take("kmsg"), *trace = take("trace");

	assert_int_equal(run.code, 0);
	assert_string_equal(run.err, "");
	assert_string_equal(kmsg,
			    "<6>[IGT] tester_markers: executing\n"
			    "<6>[IGT] tester_markers: starting subtest pass\n"
			    "<4>[IGT] by the test\n"
			    "<6>[IGT] tester_markers: finished subtest pass, SUCCESS\n"
			    "<6>[IGT] tester_markers: starting subtest parts\n"
			    "<6>[IGT] tester_markers: starting dynamic subtest part\n"
			    "<6>[IGT] tester_markers: finished subtest part, SKIP\n"
			    "<6>[IGT] tester_markers: finished subtest parts, SKIP\n"
			    "<6>[IGT] tester_markers: exiting, ret=0\n");
	assert_string_equal(trace, "[IGT] tester_markers: executing\n"
				   "[IGT] tester_markers: starting subtest pass\n"
				   "[IGT] tester_markers: finished subtest pass, SUCCESS\n"
				   "[IGT] tester_markers: starting subtest parts\n"
				   "[IGT] tester_markers: starting dynamic subtest part\n"
				   "[IGT] tester_markers: finished subtest part, SKIP\n"
				   "[IGT] tester_markers: finished subtest parts, SKIP\n"
				   "[IGT] tester_markers: exiting, ret=0\n");
}

static void listing_marks_nothing(void **state)
{
	_cleanup_run_ struct run run = run_tester(variable, "markers", "--list-subtests", NULL);
	_cleanup_text_ char *kmsg = take("kmsg"), *trace = take("trace");

	assert_int_equal(run.code, 0);
	assert_string_equal(kmsg, "");
	assert_string_equal(trace, "");
}

static void kernel_messages_can_be_ignored(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(variable, "markers", "--run-subtest", "ignore", NULL);
	_cleanup_text_ char *kmsg = take("kmsg");
	void *pcre = dlopen("libpcre2-8.so.0", RTLD_NOW);

	assert_contains(kmsg, "<6>[IGT] add ignored dmesg regex: CPU3: .* (stuck|slow)\n");
	assert_contains(kmsg, "<6>[IGT] add ignored dmesg regex: "
			      "CPU3: .* (stuck|slow)|soft lockup\n");
	if (!pcre) {
		print_message("no libpcre2 that could check an expression\n");
		return;
	}
	dlclose(pcre);
	/* One that would ignore nothing, or all, fails the test instead. */
	assert_int_equal(run.code, IGT_EXIT_FAILURE);
	assert_contains(run.err, "regular expression 'a(b': ");
	assert_lacks(kmsg, "a(b");
}

static void set_dump_on_oops(const char *value)
{
	int fd = file("dump_on_oops", O_WRONLY | O_CREAT | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

static void oopses_dump_the_trace_when_asked(void **state)
{
	set_dump_on_oops("0\n");
	_cleanup_run_ struct run on =
		run_tester(variable, "markers", "--trace-on-oops", "--run-subtest", "oops", NULL);
	_cleanup_text_ char *after = take("dump_on_oops");

	set_dump_on_oops("2\n");
	_cleanup_run_ struct run off =
		run_tester(variable, "markers", "--run-subtest", "oops", NULL);
	_cleanup_text_ char *kept = take("dump_on_oops");

	free(take("kmsg"));
	assert_contains(on.out, "dump on oops: 1\n");
	assert_string_equal(after, "0\n");
	assert_contains(off.out, "dump on oops: 2\n");
	assert_string_equal(kept, "2\n");
}

static void abort_is_an_error_of_the_kernel_log(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(variable, "markers", "--run-subtest", "abort", NULL);
	_cleanup_text_ char *kmsg = take("kmsg");

	assert_int_equal(run.code, IGT_EXIT_ABORT);
	assert_contains(kmsg, "<3>[IGT] tester_markers[");
	assert_contains(kmsg, "]: Abort in function igt__test_body, file ");
	assert_contains(kmsg, ", true\n");
	assert_lacks(kmsg, "exiting");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_marked),
		cmocka_unit_test(listing_marks_nothing),
		cmocka_unit_test(kernel_messages_can_be_ignored),
		cmocka_unit_test(oopses_dump_the_trace_when_asked),
		cmocka_unit_test(abort_is_an_error_of_the_kernel_log),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
