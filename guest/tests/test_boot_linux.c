// SPDX-License-Identifier: MIT
/*
 * A real kernel, from the directory in IGT_TEST_KERNEL, or with the argument "uml" a
 * user-mode one from IGT_TEST_UML, with a suite of shell scripts: every way in which a
 * guest can end, and what igt_guest makes of it.
 */
#include "testing.h"

#include "invoke.h"

#include "guest_util.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_MORE ((const char *const[]){NULL})
#define WAIT_MS 60000

/* What the guests of this run are made of. */
static struct {
	bool uml;
	const char *kernel;
	const char *option, *value; /* that choose the machine */
	char *process;		    /* text in the command line of the machine's processes */
} machine;

struct boot_test {
	char *dir;
	char *results;
	struct invocation run;
};

static int setup(void **state)
{
	struct boot_test *t = g_new0(struct boot_test, 1);

	*state = t;
	if (testing_make_dir((void **)&t->dir))
		return -1;
	t->results = g_build_filename(t->dir, "results", NULL);
	return 0;
}

/* QEMU has the folder in its command line; a user-mode kernel has its own path, and there is no
 * other guest with it. */
static bool process_left(const struct boot_test *t)
{
	return testing_process_exists(machine.uml ? machine.process : t->results);
}

static int teardown(void **state)
{
	struct boot_test *t = *state;
	bool left = process_left(t);

	invocation_clear(&t->run);
	g_free(t->results);
	testing_remove_dir((void **)&t->dir);
	g_free(t);
	/* Whatever the outcome was, no process stays behind. */
	return left ? -1 : 0;
}

static void run_with(struct boot_test *t, const char *tests, const char *const more[])
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	const char *const first[] = {"run",	 "--kernel",	 machine.kernel, "--suite",
				     FAKE_SUITE, machine.option, machine.value,	 "--results",
				     t->results, "--tests",	 tests,		 NULL};

	for (const char *const *arg = first; *arg; arg++)
		g_ptr_array_add(args, (char *)*arg);
	for (const char *const *arg = more; *arg; arg++)
		g_ptr_array_add(args, (char *)*arg);
	g_ptr_array_add(args, NULL);
	invoke((const char *const *)args->pdata, &t->run);
}

/* The text of a file in the results folder. */
static char *result_text(const struct boot_test *t, const char *name)
{
	g_autofree char *path = g_build_filename(t->results, name, NULL);
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		fail_msg("%s is missing", path);
	return text;
}

static void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void verdicts_come_out_counted(void **state)
{
	struct boot_test *t = *state;
	g_autofree char *json = NULL, *dmesg = NULL;

	run_with(t, "@pass|@skip|@has-gpu|@warn-kernel",
		 machine.uml ? ARGS("--mali", "t860") : NO_MORE);
	invocation_assert(&t->run, 0, "runner: the fake runner starts");
	assert_holds(t->run.done.out->str, "[1/4] PASS  fake_reclaim@pass  0.001s\n");
	assert_holds(t->run.done.out->str,
		     "[2/4] SKIP  fake_reclaim@skip  0.001s  no such device\n");
	assert_holds(t->run.done.out->str, "[3/4] PASS  fake_kernel@has-gpu");
	assert_holds(t->run.done.out->str, "summary of 4 subtests\n");
	json = result_text(t, "guest.json");
	assert_holds(json, "\"outcome\":\"finished\"");
	assert_holds(json, "\"verdicts\":4");
	dmesg = result_text(t, "guest-dmesg.txt");
	assert_holds(dmesg, "a warning from the fake suite");
	assert_holds(dmesg, "Linux version");
}

static void panfrost_finds_the_mali(void **state)
{
	static const char *const gpus[] = {"t860", "g52"};
	struct boot_test *t = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(gpus); i++) {
		g_autofree char *gpu = g_strdup_printf("\"mali\":\"%s\"", gpus[i]), *json = NULL;

		invocation_clear(&t->run);
		run_with(t, "@has-gpu|@mali-probed", ARGS("--mali", gpus[i]));
		invocation_assert(&t->run, 0, "");
		assert_holds(t->run.done.out->str, "PASS  fake_kernel@mali-probed");
		json = result_text(t, "guest.json");
		assert_holds(json, gpu);
		if (!machine.uml)
			assert_holds(json, "\"renderD128 virtio");
		assert_holds(json,
			     machine.uml ? "\"renderD128 panfrost\"" : "\"renderD129 panfrost\"");
	}
	/* Only on demand. */
	invocation_clear(&t->run);
	run_with(t, "@mali-probed", NO_MORE);
	assert_holds(t->run.done.out->str, "FAIL  fake_kernel@mali-probed");
}

static void failure_and_skip_have_their_exit_codes(void **state)
{
	struct boot_test *t = *state;

	run_with(t, "@fail", NO_MORE);
	invocation_assert(&t->run, 1, "");
	invocation_clear(&t->run);
	/* The folder is used again. */
	run_with(t, "@skip", NO_MORE);
	invocation_assert(&t->run, 77, "");
}

static void lost_verdict_is_named(void **state)
{
	struct boot_test *t = *state;

	run_with(t, "@pass|@lose", NO_MORE);
	invocation_assert(&t->run, 1, "1 of 2 subtests have no verdict: fake_reclaim@lose");
}

static void panic_at_boot_is_told(void **state)
{
	struct boot_test *t = *state;
	g_autofree char *console = NULL;

	run_with(t, "@pass", ARGS("--append", "rdinit=/nonexistent"));
	invocation_assert(&t->run, 3, "igt_guest: the kernel panicked at boot: ");
	assert_holds(t->run.done.err->str, "console: [");
	console = result_text(t, "guest-console.log");
	assert_holds(console, "Kernel panic - not syncing");
	/* The kernel's whole log, from its first line on. */
	assert_holds(console, "Linux version");
}

static void panic_in_a_test_names_the_test(void **state)
{
	struct boot_test *t = *state;

	run_with(t, "@pass|panic-kernel", NO_MORE);
	invocation_assert(
		&t->run, 1,
		"the kernel panicked: sysrq triggered crash, in fake_kernel@panic-kernel");
	assert_holds(t->run.done.out->str, "[1/2] PASS  fake_reclaim@pass");
	assert_holds(t->run.done.out->str, "summary of 2 subtests");
}

static void silence_in_a_test_is_a_hang_with_traces(void **state)
{
	struct boot_test *t = *state;
	g_autofree char *console = NULL;

	run_with(t, "@pass|@silent", ARGS("--idle-timeout", "4"));
	invocation_assert(&t->run, 1,
			  "the guest hangs: no output on any channel for 4 s, in "
			  "fake_kernel@silent");
	console = result_text(t, "guest-console.log");
	assert_holds(console, "Show Blocked State");
	assert_holds(console, "Show State");
}

static void kernel_that_alone_talks_is_a_hang(void **state)
{
	struct boot_test *t = *state;
	g_autofree char *console = NULL;

	run_with(t, "@pass|@locked-up", ARGS("--idle-timeout", "4", "--per-test-timeout", "2"));
	invocation_assert(&t->run, 1,
			  "the guest hangs: no output but the kernel's for 6 s, in "
			  "fake_kernel@locked-up");
	console = result_text(t, "guest-console.log");
	assert_holds(console, "Show Blocked State");
}

static void whole_timeout_ends_a_run(void **state)
{
	struct boot_test *t = *state;

	run_with(t, "@silent", ARGS("--timeout", "5"));
	invocation_assert(&t->run, 1, "the run took too long: not finished after 5 s");
}

static void power_cut_is_a_loss(void **state)
{
	struct boot_test *t = *state;

	run_with(t, "@pass|@power-cut", NO_MORE);
	invocation_assert(&t->run, 1,
			  "the guest ended before its tests did, in "
			  "fake_kernel@power-cut");
}

static void shell_runs_what_it_is_given_and_powers_off(void **state)
{
	struct boot_test *t = *state;
	/* exec: no shell between us and igt_guest when the time is over. */
	g_autofree char *script = g_strdup_printf(
		"exec %s shell %s %s --kernel '%s' --suite '%s' <<'EOF'\n"
		"ls /igt/bin; echo $((6 * 7)) is it\nEOF\n",
		IGT_GUEST, machine.option, machine.value, machine.kernel, FAKE_SUITE);
	const char *argv[] = {"/bin/sh", "-c", script, NULL};

	assert_int_equal(guest_spawn_run(&(struct guest_spawn){.argv = argv, .timeout_ms = WAIT_MS},
					 &t->run.done),
			 0);
	invocation_assert(&t->run, 0, "");
	assert_holds(t->run.done.out->str, "igt_runner");
	assert_holds(t->run.done.out->str, "42 is it");
}

static void shell_takes_all_of_a_file(void **state)
{
	struct boot_test *t = *state;
	g_autoptr(GString) text = g_string_new("n=0; sleep 2\n");
	g_autofree char *input = NULL, *script = NULL;
	const char *argv[] = {"/bin/sh", "-c", NULL, NULL};

	/* More than a terminal of the guest, busy for 2 s, keeps for later. */
	for (unsigned int i = 0; i < 300; i++)
		g_string_append_printf(text, "n=$((n + 1)) # %050u\n", i);
	g_string_append(text, "echo $((n * 2)) is it\n");
	input = testing_file(t->dir, "input", text->str, 0644);
	script = g_strdup_printf("exec %s shell %s %s --kernel '%s' --suite '%s' <'%s'", IGT_GUEST,
				 machine.option, machine.value, machine.kernel, FAKE_SUITE, input);
	argv[2] = script;
	assert_int_equal(guest_spawn_run(&(struct guest_spawn){.argv = argv, .timeout_ms = WAIT_MS},
					 &t->run.done),
			 0);
	invocation_assert(&t->run, 0, "");
	assert_holds(t->run.done.out->str, "600 is it");
}

/* Waits until the guest has its first verdict. */
static void wait_for_verdict(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char buf[256];

	assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	assert_true(read(fd, buf, sizeof(buf)) > 0);
}

/* Signals igt_guest in the middle of a run and checks that it ends at once, and how. */
static void end_with_signal(struct boot_test *t, int signal_nr)
{
	const char *argv[] = {IGT_GUEST,   "run",      "--kernel",     machine.kernel,
			      "--suite",   FAKE_SUITE, machine.option, machine.value,
			      "--results", t->results, "--tests",      "@pass|@silent",
			      NULL};
	int out[2], status;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(out[1]);
	wait_for_verdict(out[0]);
	assert_true(testing_process_exists(machine.process));

	int64_t start = guest_now_ms();
	struct pollfd pfd = {.fd = pidfd_open(pid, 0), .events = POLLIN};

	assert_int_equal(kill(pid, signal_nr), 0);
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(guest_spawn_exit_code(status), 128 + signal_nr);
	assert_in_range(guest_now_ms() - start, 0, 5000);
	close(pfd.fd);
	close(out[0]);
}

static void ctrl_c_leaves_no_process(void **state)
{
	struct boot_test *t = *state;
	g_autofree char *json = NULL;

	end_with_signal(t, SIGINT);
	assert_false(process_left(t));
	json = result_text(t, "guest.json");
	assert_holds(json, "\"outcome\":\"interrupted\"");
}

static void kill_leaves_no_process(void **state)
{
	struct boot_test *t = *state;

	end_with_signal(t, SIGTERM);
	assert_false(process_left(t));
}

/* QEMU goes with igt_guest even if that gets no chance to end it. */
static void sudden_death_leaves_no_process(void **state)
{
	struct boot_test *t = *state;
	int64_t end;

	end_with_signal(t, SIGKILL);
	end = guest_now_ms() + 5000;
	while (process_left(t) && guest_now_ms() < end)
		poll(NULL, 0, 20);
	assert_false(process_left(t));
}

#define boot_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		boot_test(verdicts_come_out_counted),
		boot_test(panfrost_finds_the_mali),
		boot_test(failure_and_skip_have_their_exit_codes),
		boot_test(lost_verdict_is_named),
		boot_test(panic_at_boot_is_told),
		boot_test(panic_in_a_test_names_the_test),
		boot_test(silence_in_a_test_is_a_hang_with_traces),
		boot_test(kernel_that_alone_talks_is_a_hang),
		boot_test(whole_timeout_ends_a_run),
		boot_test(power_cut_is_a_loss),
		boot_test(shell_runs_what_it_is_given_and_powers_off),
		boot_test(shell_takes_all_of_a_file),
		boot_test(ctrl_c_leaves_no_process),
		boot_test(kill_leaves_no_process),
		boot_test(sudden_death_leaves_no_process),
	};

	machine.uml = argc > 1 && !strcmp(argv[1], "uml");
	machine.kernel = getenv(machine.uml ? "IGT_TEST_UML" : "IGT_TEST_KERNEL");
	machine.option = machine.uml ? "--machine" : "--accel";
	machine.value = machine.uml ? "uml" : "tcg";
	if (!machine.kernel) {
		fprintf(stderr, "SKIP: %s names no kernel (see kernel/build)\n",
			machine.uml ? "IGT_TEST_UML" : "IGT_TEST_KERNEL");
		return 77;
	}
	machine.process = machine.uml ? g_build_filename(machine.kernel, "linux", NULL)
				      : g_strdup("qemu-system");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
