/* SPDX-License-Identifier: MIT */
/**
 * The kernel's fail-nth: the n-th allocation of a thread from now on fails.
 */
#define IGT_LOG_DOMAIN "igt_fail_nth"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo.h"

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define DEBUGFS "/sys/kernel/debug/"

/* More allocations than any call makes: one that gets there makes more of them each time. */
#define MOST 20000

/*
 * Left alone the kernel spares allocations that may wait, which are nearly all, and those of many
 * pages or high memory; and it prints a stack for each failure.
 */
static const char *const settings[][2] = {
	{"failslab/ignore-gfp-wait", "N"},
	{"failslab/verbose", "0"},
	{"fail_page_alloc/ignore-gfp-wait", "N"},
	{"fail_page_alloc/ignore-gfp-highmem", "N"},
	{"fail_page_alloc/min-order", "0"},
	{"fail_page_alloc/verbose", "0"},
	{"fail_usercopy/verbose", "0"},
};

/* The settings are as they are to be, until the end of the subtest. */
static bool prepared;
/* They are so until the end of the test. */
static bool changed_for_all;

/* Should the subtest end within a run, nothing after it is to fail. */
static void forget(void *data)
{
	igt_file_write(FAIL_NTH, "0");
	prepared = false;
}

/* Undone with the subtest, or, called by a fixture, with the test. */
static void change_settings(void)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(settings); i++) {
		char path[128];
		int r;

		snprintf(path, sizeof(path), DEBUGFS "%s", settings[i][0]);
		r = igt_undo_set_file(path, settings[i][1]);
		errno = 0;
		igt_require_f(r >= 0 || r == -ENOENT, "No fault can be injected: %s: %s\n", path,
			      strerror(-r));
		kinds += r >= 0;
	}
	igt_require_f(kinds, "No fault can be injected: there is neither failslab nor "
		      "fail_page_alloc in debugfs (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC, "
		      "CONFIG_FAULT_INJECTION_DEBUG_FS)\n");
}

static void prepare(void)
{
	if (prepared)
		return;
	if (!changed_for_all)
		change_settings();
	/* What the kernel says of allocations that fail is what was ordered. */
	igt_emit_ignore_more_dmesg_regex("SLUB: Unable to allocate memory|page allocation failure|"
					 "FAULT_INJECTION: forcing a failure");
	prepared = igt_on_subtest_end(forget, NULL);
}

static void require_fail_nth(void)
{
	const bool there = access(FAIL_NTH, F_OK) == 0;

	errno = 0;
	igt_require_f(there, "No fault can be injected: this kernel was built without "
		      "CONFIG_FAULT_INJECTION (kernel/build --flavour debug makes one with it)\n");
}

void igt_fail_nth_require(void)
{
	require_fail_nth();
	change_settings();
	changed_for_all = true;
}

void igt_fail_nth_slabs_only(void)
{
	const char *path = DEBUGFS "fail_page_alloc/min-order";
	int r;

	require_fail_nth();
	prepare();
	/* Larger than what can be had at once. */
	r = igt_undo_set_file(path, "30");
	igt_assert_f(r >= 0 || r == -ENOENT, "%s: %s\n", path, strerror(-r));
}

void igt_fail_nth_begin(struct igt_fail_nth *fail, const char *what)
{
	memset(fail, 0, sizeof(*fail));
	fail->what = what;
	require_fail_nth();
	prepare();
	fail->file = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	igt_require_f(fail->file >= 0, "No fault can be injected: " FAIL_NTH ": %s\n",
		      strerror(errno));
	fail->health = igt_health_now();
	fail->lockdep = fail->health.lockdep;
}

void igt_fail_nth_of(pid_t tid, unsigned int n)
{
	char path[64], text[16];
	int r;

	require_fail_nth();
	prepare();
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", tid);
	snprintf(text, sizeof(text), "%u", n);
	r = igt_file_write(path, text);
	igt_assert_f(r >= 0, "%s: %s\n", path, strerror(-r));
}

unsigned int igt_fail_nth_left_of(pid_t tid)
{
	_cleanup_free_ char *text = NULL;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", tid);
	r = igt_file_read(path, &text);
	igt_assert_f(r >= 0, "%s: %s\n", path, strerror(-r));
	return (unsigned int)strtoul(text, NULL, 10);
}

bool igt_fail_nth_complaint(struct igt_fail_nth *fail, char *text, size_t size)
{
	/* To be asked costs lockdep much, and when it ends it says so in the log. */
	fail->health.lockdep = fail->over ? fail->lockdep : -ENOENT;
	return igt_health_complaint(&fail->health, text, size);
}

static void check_kernel(struct igt_fail_nth *fail)
{
	char text[1024];
	const bool complains = igt_fail_nth_complaint(fail, text, sizeof(text));

	igt_assert_f(!complains, "%s with allocation %u of it failing: the kernel complains: %s\n",
		     fail->what, fail->n, text);
}

bool igt_fail_nth_next(struct igt_fail_nth *fail)
{
	if (fail->called) {
		check_kernel(fail);
		fail->n++;
	}
	igt_assert_f(fail->called || fail->n == 0, "%s: no igt_failing() in the loop\n",
		     fail->what);
	if (!fail->over) {
		igt_assert_f(fail->n <= MOST, "%s: still not over with allocation %u failing\n",
			     fail->what, fail->n);
		fail->called = false;
		return true;
	}
	close(fail->file);
	igt_fail_nth_log(fail);
	return false;
}

static int write_nth(const struct igt_fail_nth *fail, unsigned int n)
{
	char text[16];
	const int length = snprintf(text, sizeof(text), "%u", n);

	return pwrite(fail->file, text, (size_t)length, 0) == length ? 0 : -errno;
}

/* How many allocations it still is to the one that fails; 0: it has failed. */
static unsigned int left(const struct igt_fail_nth *fail)
{
	char text[16] = "";

	igt_assert(pread(fail->file, text, sizeof(text) - 1, 0) > 0);
	return (unsigned int)strtoul(text, NULL, 10);
}

void igt_fail_nth_arm(struct igt_fail_nth *fail)
{
	int r;

	igt_assert_f(!fail->called, "%s: a second igt_failing() in a run\n", fail->what);
	fail->called = true;
	r = write_nth(fail, fail->n);
	igt_assert_f(r == 0, FAIL_NTH ": %s\n", strerror(-r));
}

int igt_fail_nth_disarm(struct igt_fail_nth *fail, int result)
{
	const bool injected = fail->n && left(fail) == 0;

	write_nth(fail, 0);
	if (!injected) {
		igt_assert_f(result == 0, "%s fails though no allocation did: %s\n", fail->what,
			     strerror(-result));
		fail->over = fail->n > 0;
		return result;
	}
	igt_assert_f(result <= 0 && result > -IGT_ERRNOS, "%s returns %d: no errno\n", fail->what,
		     result);
	igt_debug("%s, allocation %u: %s\n", fail->what, fail->n, strerror(-result));
	if (result < 0)
		fail->failed++;
	else
		fail->survived++;
	fail->times[-result]++;
	return result;
}

int igt_failing_ioctl(struct igt_fail_nth *fail, int fd, unsigned long request, void *argument)
{
	return igt_failing(fail, ioctl(fd, request, argument) < 0 ? -errno : 0);
}

void igt_fail_nth_log(const struct igt_fail_nth *fail)
{
	char text[512];
	int used;

	used = snprintf(text, sizeof(text), "%s: %u allocations can fail:", fail->what,
			fail->failed + fail->survived);
	for (int error = 1; error < IGT_ERRNOS && used < (int)sizeof(text); error++)
		if (fail->times[error])
			used += snprintf(text + used, sizeof(text) - (size_t)used, " %u times %s,",
					 fail->times[error], strerrorname_np(error) ?: "?");
	igt_info("%s %u times it succeeds all the same\n", text, fail->survived);
}
