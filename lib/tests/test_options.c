/* SPDX-License-Identifier: MIT */
/*
 * Options that the library has beside the selecting and listing ones, and those of a test's own.
 */
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_wire.h"
#include "run_tester.h"

static void test_has_options_of_its_own(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "options", "-s", "12", "--fast", "--fast",
						  "--run-subtest", "options", NULL);
	_cleanup_run_ struct run help = run_tester(NULL, "options", "--help", NULL);
	_cleanup_run_ struct run bad = run_tester(NULL, "options", "--bad", NULL);
	_cleanup_run_ struct run list =
		run_tester(NULL, "options", "--size=1", "--list-subtests", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "size 12, speed 2\n");
	assert_int_equal(help.code, 0);
	assert_contains(help.out, "  --size, -s <bytes>  how large\n  --fast  how fast\n");
	assert_int_equal(bad.code, IGT_EXIT_INVALID);
	assert_string_equal(bad.out, "");
	assert_contains(bad.err, "Usage: tester_options");
	assert_string_equal(list.out, "options\nunbind\n");
}

static void options_must_not_clash(void **state)
{
	static const char *const wishes[] = {"TESTER=name", "TESTER=value", "TESTER=letter",
					     "TESTER=short"};
	_cleanup_run_ struct run fine = run_tester(NULL, "clash", NULL);

	assert_int_equal(fine.code, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(wishes); i++) {
		_cleanup_run_ struct run run = run_tester(wishes[i], "clash", NULL);

		assert_int_equal(run.code, 128 + SIGABRT);
		assert_contains(run.err, "please refer to lib/igt_core documentation");
	}
}

static void old_block_syntax_compiles(void **state)
{
	_cleanup_run_ struct run run = run_tester(NULL, "old_blocks", NULL);
	_cleanup_run_ struct run simple = run_tester(NULL, "old_simple", "-ff", NULL);

	assert_int_equal(run.code, 0);
	assert_contains(run.out, "Starting subtest: first\n"
				 "Subtest first: SUCCESS (0.000s)\n");
	assert_contains(run.out, "Subtest in-group: SKIP (0.000s)\n"
				 "Starting subtest: parts\n"
				 "Starting dynamic subtest: one\n"
				 "Dynamic subtest one: SUCCESS (0.000s)\n"
				 "Subtest parts: SUCCESS (0.000s)\n"
				 "last fixture\n");
	assert_int_equal(simple.code, 0);
	assert_string_equal(simple.out, "speed 2\nSUCCESS (0.000s)\n");
}

static void display_options_are_accepted(void **state)
{
	_cleanup_run_ struct run run =
		run_tester(NULL, "outcomes", "--skip-crc-compare", "--connector", "HDMI-A-1",
			   "--run-subtest", "pass", NULL);

	assert_int_equal(run.code, 0);
}

static void hooks_are_explained(void **state)
{
	static const char *const words[] = {
		"pre-test", "pre-subtest", "pre-dyn-subtest", "post-dyn-subtest", "post-subtest",
		"post-test", "post-kmod-unbind", "IGT_HOOK_EVENT", "IGT_HOOK_TEST_FULLNAME",
		"IGT_HOOK_TEST ", "IGT_HOOK_SUBTEST", "IGT_HOOK_DYN_SUBTEST", "IGT_HOOK_RESULT",
		"IGT_HOOK_KMOD_UNBIND_MODULE_NAME",
	};
	_cleanup_run_ struct run run = run_tester(NULL, "outcomes", "--help-hook", NULL);

	assert_int_equal(run.code, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		assert_contains(run.out, words[i]);
	assert_lacks(run.out, "IGT-Version");
}

static void hooks_come_at_their_events(void **state)
{
	_cleanup_run_ struct run run = run_tester(
		NULL, "dynamic", "--run-subtest", "mixed", "--dynamic-subtest", "skips,crashes",
		"--hook", "echo \"[$IGT_HOOK_EVENT $IGT_HOOK_TEST_FULLNAME $IGT_HOOK_RESULT]\"",
		NULL);

	assert_string_equal(run.out,
			    "[pre-test igt@tester_dynamic ]\n"
			    "[pre-subtest igt@tester_dynamic@mixed ]\n"
			    "Starting subtest: mixed\n"
			    "[pre-dyn-subtest igt@tester_dynamic@mixed@skips ]\n"
			    "Starting dynamic subtest: skips\n"
			    "not here\n"
			    "[post-dyn-subtest igt@tester_dynamic@mixed@skips SKIP]\n"
			    "Dynamic subtest skips: SKIP (0.000s)\n"
			    "[pre-dyn-subtest igt@tester_dynamic@mixed@crashes ]\n"
			    "Starting dynamic subtest: crashes\n"
			    "[post-dyn-subtest igt@tester_dynamic@mixed@crashes CRASH]\n"
			    "Dynamic subtest crashes: CRASH (0.000s)\n"
			    "[post-subtest igt@tester_dynamic@mixed FAIL]\n"
			    "Subtest mixed: FAIL (0.000s)\n"
			    "[post-test igt@tester_dynamic FAIL]\n");
}

static void hooks_choose_their_events(void **state)
{
	_cleanup_run_ struct run some = run_tester(
		NULL, "dynamic", "--run-subtest", "good", "--dynamic-subtest", "first", "--hook",
		"pre-dyn-subtest,post-test:echo \"a:$IGT_HOOK_TEST/$IGT_HOOK_SUBTEST/"
		"$IGT_HOOK_DYN_SUBTEST/\"",
		"--hook", "post-test:false", NULL);
	_cleanup_run_ struct run star =
		run_tester(NULL, "outcomes", "--run-subtest", "pass", "--hook", "*:echo x", NULL);
	_cleanup_run_ struct run unbind =
		run_tester(NULL, "options", "--run-subtest", "unbind", "--hook",
			   "post-kmod-unbind:echo \"$IGT_HOOK_EVENT "
			   "$IGT_HOOK_KMOD_UNBIND_MODULE_NAME$IGT_HOOK_RESULT\"",
			   NULL);

	assert_int_equal(some.code, 0);
	assert_contains(some.out, "a:tester_dynamic/good/first/\nStarting dynamic");
	assert_contains(some.out, "Subtest good: SUCCESS (0.000s)\n"
				  "cleaned up after good\n"
				  "a:tester_dynamic///\n");
	assert_contains(unbind.out, "post-kmod-unbind vgem\n");
	assert_contains(star.out, "x\nx\nStarting subtest: pass\n"
				  "x\nSubtest pass: SUCCESS (0.000s)\nx\n");
}

static void subtest_that_never_starts_has_no_events(void **state)
{
	_cleanup_run_ struct run run = run_tester("TESTER=first-skip", "fixtures", "--hook",
						  "pre-subtest,post-subtest:echo hook", NULL);

	assert_lacks(run.out, "hook");
}

static void bad_hooks_are_refused(void **state)
{
	static const char *const hooks[][2] = {
		{"pre-tests:true", "there is no event 'pre-tests'"},
		{"pre-test,:true", "there is no event ''"},
		{":true", "there is no event ''"},
		{"pre-test:", "there is no command"},
		{"", "there is no command"},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(hooks); i++) {
		_cleanup_run_ struct run run =
			run_tester(NULL, "outcomes", "--hook", hooks[i][0], NULL);

		assert_int_equal(run.code, IGT_EXIT_INVALID);
		assert_contains(run.err, "Failed to initialize hook data: ");
		assert_contains(run.err, hooks[i][1]);
		assert_string_equal(run.out, "");
	}
}

static void random_numbers_can_be_repeated(void **state)
{
	const struct run_setup given = {.raw = true, .environment = {"IGT_SRANDOM=7"}};
	const struct run_setup chosen = {.raw = true};
	_cleanup_run_ struct run one = run_tester_with(&given, "simple", NULL);
	_cleanup_run_ struct run other = run_tester_with(&chosen, "simple", NULL);

	assert_contains(one.out, "\nUsing IGT_SRANDOM=7 for randomisation\n");
	assert_contains(other.out, "\nUsing IGT_SRANDOM=");
	assert_lacks(other.out, "IGT_SRANDOM=7 ");
}

/* IGT-Version: <version>-<commit> (<cpu>) (<system>: <release> <machine>) */
static void version_comes_first(void **state)
{
	const struct run_setup raw = {.raw = true};
	_cleanup_run_ struct run run = run_tester_with(&raw, "simple", NULL);
	_cleanup_run_ struct run option = run_tester_with(&raw, "simple", "--version", NULL);
	regex_t form;

	assert_int_equal(regcomp(&form,
				 "^IGT-Version: [0-9.]+-[^ ]+ \\([^ ]+\\) "
				 "\\(Linux: [^ ]+ [^ ]+\\)$",
				 REG_EXTENDED | REG_NEWLINE | REG_NOSUB),
			 0);
	assert_int_equal(regexec(&form, run.out, 0, NULL, 0), 0);
	assert_int_equal(strncmp(run.out, "IGT-Version: ", 13), 0);
	assert_int_equal(option.code, 0);
	assert_int_equal(regexec(&form, option.out, 0, NULL, 0), 0);
	assert_int_equal(strchr(option.out, '\n')[1], '\0');
	regfree(&form);
}

/* A configuration file with @text; returns the variable that names it. */
static char *config(const char *text)
{
	char path[] = "/tmp/igt-config-XXXXXX", *variable;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_true(asprintf(&variable, IGT_ENV_CONFIG "=%s", path) > 0);
	return variable;
}

static void forget_config(char *variable)
{
	unlink(strchr(variable, '=') + 1);
	free(variable);
}

static void config_file_names_the_device(void **state)
{
	char *file = config("# mine\n[Common]\nDevice = device:driver=a\\sb ; pci:card=x \n");
	char *wrong = config("[Common]\nDevice=drm:/dev/dri/none\n[DUT]\nno value\n");
	const struct run_setup in_home = {.environment = {"HOME=/nonexistent"}};
	const struct run_setup both = {.environment = {file, "IGT_DEVICE=drm:/dev/dri/none"}};
	_cleanup_run_ struct run bad_device = run_tester(file, "device", NULL);
	_cleanup_run_ struct run environment = run_tester_with(&both, "device", NULL);
	_cleanup_run_ struct run option =
		run_tester(file, "device", "--device", "drm:/dev/dri/none", NULL);
	_cleanup_run_ struct run bad_line = run_tester(wrong, "device", NULL);
	_cleanup_run_ struct run none = run_tester_with(&in_home, "simple", NULL);
	_cleanup_run_ struct run list = run_tester(wrong, "device", "--list-subtests", NULL);

	/* Its filters are read, and the second is wrong ... */
	assert_int_equal(bad_device.code, IGT_EXIT_INVALID);
	assert_contains(bad_device.err, "Device in the configuration file "
					"'device:driver=a b ; pci:card=x' refused: ");
	/* ... unless another place names a device. */
	assert_int_equal(environment.code, IGT_EXIT_SKIP);
	assert_int_equal(option.code, IGT_EXIT_SKIP);
	assert_int_equal(bad_line.code, IGT_EXIT_INVALID);
	assert_contains(bad_line.err, ":4: this is neither [group] nor key=value\n");
	assert_int_equal(none.code, 0);
	assert_int_equal(list.code, 0);
	forget_config(file);
	forget_config(wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has_options_of_its_own),
		cmocka_unit_test(options_must_not_clash),
		cmocka_unit_test(old_block_syntax_compiles),
		cmocka_unit_test(display_options_are_accepted),
		cmocka_unit_test(hooks_are_explained),
		cmocka_unit_test(hooks_come_at_their_events),
		cmocka_unit_test(hooks_choose_their_events),
		cmocka_unit_test(subtest_that_never_starts_has_no_events),
		cmocka_unit_test(bad_hooks_are_refused),
		cmocka_unit_test(random_numbers_can_be_repeated),
		cmocka_unit_test(version_comes_first),
		cmocka_unit_test(config_file_names_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
