/* SPDX-License-Identifier: MIT */
/**
 * Signals, interrupted ioctls, privileges and requirements: no device is needed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/helpers.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "igt_debugfs.h"
#include "igt_interruptible.h"
#include "igt_os.h"
#include "ioctl_wrappers.h"

static int readable_bytes(int pipe)
{
	int bytes = -1;

	do_ioctl(pipe, FIONREAD, &bytes);
	return bytes;
}

static void ioctls_are_repeated(void)
{
	int ends[2], runs = 0;

	igt_assert_eq(pipe(ends), 0);
	igt_assert_eq((int)write(ends[1], "abc", 3), 3);
	igt_while_interruptible(true) {
		/* The way into the kernel is another one after the first run. */
		igt_assert((igt_ioctl == drmIoctl) == (runs == 0));
		/* Its result is right all the same. */
		igt_assert_eq(readable_bytes(ends[0]), 3);
		runs++;
	}
	igt_assert_f(runs > 1, "%d runs, expected more than the one without signals\n", runs);

	runs = 0;
	igt_while_interruptible(false)
		runs++;
	igt_assert_eq(runs, 1);
	igt_assert(igt_ioctl == drmIoctl);
	close(ends[0]);
	close(ends[1]);
}

static void failed_ioctl_is_seen(void)
{
	int bytes;

	do_ioctl_err(-1, FIONREAD, &bytes, EBADF);
	igt_assert_eq(errno, 0);
	do_or_die(close(dup(0)));
}

static void signals_come_all_the_time(void)
{
	igt_fork_signal_helper();
	for (int i = 0; i < 3; i++) {
		igt_assert_eq(poll(NULL, 0, 10000), -1);
		igt_assert_eq(errno, EINTR);
	}
	igt_stop_signal_helper();
	igt_assert_eq(poll(NULL, 0, 10), 0);
	errno = 0;
	/* The end of the subtest stops this one. */
	igt_fork_signal_helper();
}

static void root_is_gone(void)
{
	igt_require_f(getuid() == 0, "root is needed to give it up\n");
	igt_fork(child, 1) {
		igt_drop_root();
		igt_assert_eq(open("/proc/sys/vm/drop_caches", O_WRONLY), -1);
		igt_assert_eq(errno, EACCES);
	}
	igt_waitchildren();
	igt_assert_eq((int)getuid(), 0);
}

static void memory_is_required(void)
{
	igt_require_memory(1, 4096, CHECK_RAM);
	igt_require_memory(1, 4096, CHECK_RAM | CHECK_SWAP);
}

/* More than any machine has: this subtest is to skip, and helpers.sh sees to it that it does. */
static void memory_lacks(void)
{
	igt_require_memory(1 << 20, UINT64_C(1) << 40, CHECK_RAM | CHECK_SWAP);
	igt_assert_f(false, "2^60 bytes are said to fit\n");
}

static void caches_are_dropped(void)
{
	igt_require_f(getuid() == 0, "root is needed to drop caches\n");
	/* No DRM device: what no driver does is done for the kernel as a whole. */
	igt_drop_caches_set(-1, DROP_SHRINK_ALL | DROP_BOUND | DROP_UNBOUND);
	igt_drop_caches_set(-1, DROP_IDLE);
}

static void debugfs_is_there(void)
{
	const char *path = igt_debugfs_mount();

	igt_require_f(path, "debugfs cannot be mounted: run as root\n");
	igt_assert_eq(access(path, F_OK), 0);
}

static __noreturn void end_well(void)
{
	igt_success();
}

static void alarm_is_called_off(void)
{
	igt_set_timeout(1, "an alarm that was called off");
	igt_reset_timeout();
	igt_assert_eq(poll(NULL, 0, 1100), 0);
	end_well();
}

static void kernel_log_has_the_line(void)
{
	_cleanup_close_ int kmsg = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char record[512] = "";

	igt_require_f(kmsg >= 0, "/dev/kmsg cannot be read\n");
	lseek(kmsg, 0, SEEK_END);
	igt_kmsg(KMSG_DEBUG "%s: a line for the log\n", igt_test_name());
	igt_assert_lt(0, (int)read(kmsg, record, sizeof(record) - 1));
	/* Of a user's program, 8, and of level 7. */
	igt_assert_f(strncmp(record, "15,", 3) == 0, "the record is %s", record);
	igt_assert_f(strstr(record, ";[IGT] core_helpers: a line for the log"),
		     "the record is %s", record);
}

/* Run a child that fails, and return what it printed to stdout, to be freed. */
static char *output_of_failure(void (*failing)(void))
{
	_cleanup_close_ int out = memfd_create("stdout", MFD_CLOEXEC);
	char *text = calloc(1, 1 << 16);

	igt_assert_fd(out);
	igt_assert(text);
	igt_fork(child, 1) {
		dup2(out, STDOUT_FILENO);
		failing();
	}
	igt_assert_eq(__igt_waitchildren(), IGT_EXIT_FAILURE);
	igt_assert_lt(-1, (int)pread(out, text, (1 << 16) - 1, 0));
	return text;
}

static void fail(void)
{
	igt_assert_f(false, "on purpose\n");
}

static void failures_have_source_lines(void)
{
	_cleanup_free_ char *text = NULL;

	igt_require_f(dlopen("libdw.so.1", RTLD_NOW), "%s\n", dlerror());
	text = output_of_failure(fail);
	igt_assert_f(strstr(text, "helpers_process.c:"), "the stack trace is:\n%s", text);
}

static void ignore_what_is_no_regex(void)
{
	igt_emit_ignore_dmesg_regex("(");
}

static void wrong_regex_is_refused(void)
{
	_cleanup_free_ char *text = NULL;

	igt_require_f(dlopen("libpcre2-8.so.0", RTLD_NOW), "%s\n", dlerror());
	text = output_of_failure(ignore_what_is_no_regex);
}

void helpers_process(void)
{
	igt_describe("Where libdw is installed a failure shows the lines of source that led to it");
	igt_subtest("failures-have-source-lines")
		failures_have_source_lines();

	igt_describe("Where libpcre2 is installed igt_emit_ignore_dmesg_regex() compiles its regex");
	igt_subtest("wrong-regex-is-refused")
		wrong_regex_is_refused();

	igt_describe("igt_reset_timeout() calls off what igt_set_timeout() ordered");
	igt_subtest("alarm-is-called-off")
		alarm_is_called_off();

	igt_describe_f("igt_kmsg() writes a line of level %d into the kernel log", 7);
	igt_subtest("kernel-log-has-the-line")
		kernel_log_has_the_line();

	igt_describe("igt_while_interruptible() repeats a statement, with other ioctls");
	igt_subtest("ioctls-are-repeated")
		ioctls_are_repeated();

	igt_describe("do_ioctl_err() and do_or_die() compare what is returned");
	igt_subtest("failed-ioctl-is-seen")
		failed_ioctl_is_seen();

	igt_describe("igt_fork_signal_helper() interrupts system calls until it is stopped");
	igt_subtest("signals-come-all-the-time")
		signals_come_all_the_time();

	igt_describe("What the subtest before left running has ended with it");
	igt_subtest("signals-end-with-subtest")
		igt_assert_eq(poll(NULL, 0, 50), 0);

	igt_describe("igt_drop_root() leaves no way back");
	igt_subtest("root-is-gone")
		root_is_gone();

	igt_describe("igt_require_memory() lets through what fits");
	igt_subtest("memory-is-required")
		memory_is_required();

	igt_describe("igt_require_memory() skips when it does not fit");
	igt_subtest("skips-when-memory-lacks")
		memory_lacks();

	igt_describe("igt_drop_caches_set() works without a driver's own control");
	igt_subtest("caches-are-dropped")
		caches_are_dropped();

	igt_describe("igt_debugfs_mount() finds or mounts debugfs");
	igt_subtest("debugfs-is-there")
		debugfs_is_there();
}
