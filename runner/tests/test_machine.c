/* SPDX-License-Identifier: MIT */
/** What the runner asks of a machine: facts, leaks, coverage, watchdogs, limits, fitness. */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abort_check.h"
#include "code_coverage.h"
#include "facts.h"
#include "job_limits.h"
#include "kmemleak.h"
#include "machine_state.h"
#include "watchdog.h"

/* A link in the scratch directory. */
static void put_link(const char *dir, const char *name, const char *target)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_mkdir_with_parents(parent, 0755);
	assert_int_equal(symlink(target, path), 0);
}

static void assert_lines(const GPtrArray *lines, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s\n", (char *)g_ptr_array_index(lines, i));
	assert_string_equal(text->str, expected);
}

static void facts_change(void **state)
{
	const char *dir = *state;
	g_autofree char *tainted = g_build_filename(dir, "proc/sys/kernel/tainted", NULL);
	g_autoptr(GHashTable) none = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) before = NULL, after = NULL;
	g_autoptr(GPtrArray) first = NULL, then = NULL, nothing = NULL;

	put_file(dir, "proc/sys/kernel/tainted", "4096\n");
	put_file(dir, "sys/module/virtio_gpu/initstate", "live\n");
	put_file(dir, "sys/module/ext4/initstate", "live\n");
	put_file(dir, "sys/bus/pci/devices/0000:00:02.0/class", "0x038000\n");
	put_file(dir, "sys/bus/pci/devices/0000:00:02.0/vendor", "0x1af4\n");
	put_file(dir, "sys/bus/pci/devices/0000:00:02.0/device", "0x1050\n");
	put_file(dir, "sys/bus/pci/devices/0000:00:03.0/class", "0x020000\n");
	put_link(dir, "sys/bus/pci/devices/0000:00:02.0/driver", "/drivers/virtio_gpu");
	put_link(dir, "sys/bus/pci/devices/0000:00:02.0/subsystem", "/bus/pci");
	put_link(dir, "sys/class/drm/card0/device", "../../../bus/pci/devices/0000:00:02.0");
	put_link(dir, "sys/class/drm/card0-Virtual-1/device", "../card0");
	before = facts_read(dir);
	first = facts_compare(none, before);
	assert_lines(first, "new: hardware.drm.driver_of.card0: virtio_gpu\n"
			    "new: hardware.pci.drm_card_at_addr.0000:00:02.0: card0\n"
			    "new: hardware.pci.gpu_at_addr.0000:00:02.0: 0x1af4:0x1050\n"
			    "new: kernel.is_tainted.taint_oot_module: true\n"
			    "new: kernel.kmod_is_loaded.virtio_gpu: true\n");
	nothing = facts_compare(before, before);
	assert_lines(nothing, "");

	put_file(dir, "proc/sys/kernel/tainted", "4608\n");
	put_file(dir, "sys/bus/pci/devices/0000:00:02.0/device", "0x1051\n");
	put_file(dir, "sys/module/panfrost/initstate", "live\n");
	unlink(tainted);
	after = facts_read(dir);
	then = facts_compare(before, after);
	assert_lines(then, "changed: hardware.pci.gpu_at_addr.0000:00:02.0: 0x1af4:0x1050 -> "
			   "0x1af4:0x1051\n"
			   "deleted: kernel.is_tainted.taint_oot_module: true\n"
			   "new: kernel.kmod_is_loaded.panfrost: true\n");
}

static void leaks_are_told_and_forgotten(void **state)
{
	const char *dir = *state;
	g_autofree char *file = g_build_filename(dir, "kmemleak", NULL);
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY);
	g_autofree char *report = NULL;
	g_autofree char *orders = NULL;

	/* Orders overwrite its beginning, where a real one would take them. */
	put_file(dir, "kmemleak", "....: unreferenced object 0xffff\n");
	assert_int_equal(kmemleak_scan(file, dirfd, "after running a", /* clear= */ false), 0);
	assert_int_equal(kmemleak_scan(file, dirfd, "after running b", /* clear= */ true), 0);
	report = get_file(dir, "kmemleak.txt");
	assert_string_equal(report, "kmemleaks found after running a:\n"
				    "scan: unreferenced object 0xffff\n\n"
				    "kmemleaks found after running b:\n"
				    "scan: unreferenced object 0xffff\n\n");
	orders = get_file(dir, "kmemleak");
	assert_true(g_str_has_prefix(orders, "clear"));
	assert_int_equal(kmemleak_scan("/no/such/file", dirfd, "ever", false), -ENOENT);
	close(dirfd);
}

static void coverage_is_collected_by_a_program(void **state)
{
	const char *dir = *state;
	g_autofree char *script = g_build_filename(dir, "collect", NULL);
	struct settings settings = {.results_path = *state, .code_coverage_script = script};
	g_autofree char *bad = NULL, *place = NULL;

	put_file(dir, "collect", "#!/bin/sh\necho \"$1\" >\"$1\"\n");
	assert_int_equal(chmod(script, 0755), 0);
	assert_null(code_coverage_collect(&settings, "panfrost/x (a, b)", -1));
	place = get_file(dir, "code_cov/panfrost_x__a__b_");
	assert_true(g_str_has_suffix(place, "/code_cov/panfrost_x__a__b_\n"));
	put_file(dir, "collect", "#!/bin/sh\necho no space\nexit 3\n");
	bad = code_coverage_collect(&settings, "all", -1);
	assert_non_null(bad);
	assert_true(g_str_has_suffix(bad, "/collect ended with 3\nno space\n"));
	assert_true(code_coverage_reset("/no/such/file") < 0);
}

/* Files that take what a device would be told. */
static void watchdogs_are_pinged_and_let_go(void **state)
{
	const char *dir = *state;
	g_autofree char *first = NULL, *second = NULL;
	struct watchdogs *watchdogs;

	assert_null(watchdogs_start(dir));
	put_file(dir, "watchdog0", "");
	put_file(dir, "watchdog1", "");
	watchdogs = watchdogs_start(dir);
	assert_non_null(watchdogs);
	assert_true(watchdogs_fd(watchdogs) >= 0);
	watchdogs_ping(watchdogs);
	watchdogs_ping(watchdogs);
	watchdogs_stop(watchdogs);
	first = get_file(dir, "watchdog0");
	second = get_file(dir, "watchdog1");
	assert_string_equal(first, "\n\nV");
	assert_string_equal(second, "\n\nV");
	watchdogs_ping(NULL);
	watchdogs_stop(NULL);
	assert_int_equal(watchdogs_fd(NULL), -1);
}

static void limits_count_per_subtest(void **state)
{
	struct settings settings = {
		.per_test_timeout = 100, .inactivity_timeout = 30, .disk_usage_limit = 1000};
	struct job_limits limits = {.settings = &settings};
	g_autofree char *disk = NULL;

	job_limits_restart(&limits, 1000);
	job_limits_use(&limits, 1000, 600);
	assert_true(job_limits_deadline(&limits) == 1030);
	assert_int_equal(job_limits_exceeded(&limits, 1029.9), LIMIT_NONE);
	assert_int_equal(job_limits_exceeded(&limits, 1030), LIMIT_INACTIVITY);
	job_limits_use(&limits, 1099, 400);
	assert_int_equal(job_limits_exceeded(&limits, 1099.5), LIMIT_NONE);
	assert_int_equal(job_limits_exceeded(&limits, 1100), LIMIT_PER_TEST);
	job_limits_use(&limits, 1099, 1);
	assert_int_equal(job_limits_exceeded(&limits, 1099), LIMIT_DISK_USAGE);
	disk = job_limits_note(&limits, LIMIT_DISK_USAGE);
	assert_string_equal(disk, "runner: This test was killed due to exceeding disk usage limit. "
				  "(Used 1001 bytes, limit 1000)\n");
	job_limits_restart(&limits, 1099);
	assert_int_equal(job_limits_exceeded(&limits, 1110), LIMIT_NONE);
	assert_true(job_limits_deadline(&limits) == 1129);
}

static void a_damaged_kernel_gets_less_time(void **state)
{
	struct settings settings = {.per_test_timeout = 100};
	struct settings no_timeout = {0};
	struct job_limits limits = {.settings = &settings};
	g_autofree char *note = NULL;

	job_limits_restart(&limits, 1000);
	limits.taint = TAINT_DIE;
	assert_int_equal(job_limits_exceeded(&limits, 1009), LIMIT_NONE);
	assert_int_equal(job_limits_exceeded(&limits, 1011), LIMIT_TAINT);
	/* Slow, but it may come back. */
	limits.taint = TAINT_WARN | TAINT_SOFT_LOCKUP;
	assert_int_equal(job_limits_exceeded(&limits, 1049), LIMIT_NONE);
	assert_int_equal(job_limits_exceeded(&limits, 1050), LIMIT_TAINT);
	note = job_limits_note(&limits, LIMIT_TAINT);
	assert_string_equal(note, "runner: This test was killed due to a kernel taint (0x4200).\n");
	/* Nothing else would ever end it. */
	limits.settings = &no_timeout;
	assert_int_equal(job_limits_exceeded(&limits, 1000), LIMIT_TAINT);
	limits.taint = 0;
	assert_true(isinf(job_limits_deadline(&limits)));
}

static void a_command_tells_whether_the_machine_is_fit(void **state)
{
	struct settings settings = {.abort_command = (char *)"echo all is well"};
	g_autofree char *failed = NULL, *killed = NULL;

	assert_null(abort_check_all(&settings, /* interrupt_fd= */ -1));
	settings.abort_command = (char *)"echo the fan stopped; exit 3";
	failed = abort_check_all(&settings, -1);
	assert_string_equal(failed, "Abort command \"echo the fan stopped; exit 3\" exited with 3\n"
				    "the fan stopped\n");
	settings.abort_command = (char *)"kill -9 $$";
	killed = abort_check_all(&settings, -1);
	assert_string_equal(killed, "Abort command \"kill -9 $$\" died of signal 9\n");
}

static void a_stop_is_not_kept_waiting(void **state)
{
	struct settings settings = {.abort_command = (char *)"sleep 600"};
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_null(abort_check_all(&settings, pipes[0]));
	close(pipes[0]);
	close(pipes[1]);
}

/* A ping of our own stands in for the network. */
static void a_host_that_is_silent_ends_the_run(void **state)
{
	const char *dir = *state;
	g_autofree char *ping = g_build_filename(dir, "ping", NULL);
	g_autofree char *config = g_build_filename(dir, "igtrc", NULL);
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_autofree char *both = g_strconcat(dir, ":", path, NULL);
	struct settings settings = {.abort_mask = ABORT_ON_PING};
	g_autofree char *silent = NULL, *words = NULL;

	g_unsetenv("IGT_PING_HOSTNAME");
	g_setenv("IGT_CONFIG_PATH", config, TRUE);
	g_setenv("PATH", both, TRUE);
	/* No host, no ping. */
	assert_null(abort_check_all(&settings, -1));
	put_file(dir, "igtrc", "[DUT]\nPingHostName=board.example\n");
	put_file(dir, "ping",
		 "#!/bin/sh\nprintf '%s\\n' \"$*\" >\"${0%/*}/words\"\nexit ${PING_STATUS:-0}\n");
	assert_int_equal(chmod(ping, 0755), 0);
	assert_null(abort_check_all(&settings, -1));
	words = get_file(dir, "words");
	assert_string_equal(words, "-n -q -c 1 -w 40 board.example\n");
	g_setenv("PING_STATUS", "1", TRUE);
	g_setenv("IGT_PING_HOSTNAME", "other.example", TRUE);
	silent = abort_check_all(&settings, -1);
	assert_string_equal(silent, "Ping host other.example did not answer in 40 seconds\n");
	g_setenv("PATH", path, TRUE);
	g_unsetenv("PING_STATUS");
	g_unsetenv("IGT_PING_HOSTNAME");
	g_unsetenv("IGT_CONFIG_PATH");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_change),
		TEST(leaks_are_told_and_forgotten),
		TEST(coverage_is_collected_by_a_program),
		TEST(watchdogs_are_pinged_and_let_go),
		TEST(limits_count_per_subtest),
		TEST(a_damaged_kernel_gets_less_time),
		TEST(a_command_tells_whether_the_machine_is_fit),
		TEST(a_stop_is_not_kept_waiting),
		TEST(a_host_that_is_silent_ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
