/* SPDX-License-Identifier: MIT */
/**
 * KUnit suites of kernel modules: they run while the module is loaded, and report in the kernel
 * log. The module is loaded by a child, so that the log is read meanwhile and cannot overflow.
 */
#define IGT_LOG_DOMAIN "igt_kmod"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_internal.h"
#include "igt_kmod.h"
#include "igt_ktap.h"
#include "igt_taints.h"

/* The kernel's largest record, with what it has before and behind its text. */
#define RECORD_BYTES 8192
/* Between looks at the child, while the log is silent. */
#define LOOK_MS 50

/* Take over the results, which are complete only if this returns 0. @kmsg does not block. */
static int take_log(int kmsg, struct igt_ktap_results *ktap)
{
	char record[RECORD_BYTES];
	ssize_t got;
	int r = -EINPROGRESS;

	while (r == -EINPROGRESS) {
		char *text;

		got = read(kmsg, record, sizeof(record) - 1);
		if (got < 0 && errno == EINTR)
			continue;
		/* Records that were overwritten before we came: results may be among them. */
		if (got < 0 && errno == EPIPE)
			return -EPIPE;
		if (got < 0)
			return errno == EAGAIN ? -EINPROGRESS : -errno;
		record[got] = '\0';
		text = strchr(record, ';');
		if (text)
			r = igt_ktap_parse(text + 1, ktap);
	}
	return r;
}

/* Load the module from a child; the log is the parent's. Returns the child's id. */
static pid_t load_in_child(const char *module_name, const char *options)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	igt_assert_f(child >= 0, "no process to load %s: %s\n", module_name, strerror(errno));
	if (child)
		return child;
	/* What the test has to put back is not this process's to do, should a signal end it. */
	igt_become_child();
	_exit(-igt_kmod_load(module_name, options) & 0xff);
}

static int run_suites(const char *module_name, const char *options, int kmsg,
		      struct igt_ktap_results *ktap)
{
	struct pollfd log = {.fd = kmsg, .events = POLLIN};
	int complete = -EINPROGRESS, status = 0;
	pid_t child = load_in_child(module_name, options), ended = 0;

	while (ended == 0) {
		poll(&log, 1, LOOK_MS);
		if (complete == -EINPROGRESS)
			complete = take_log(kmsg, ktap);
		ended = waitpid(child, &status, WNOHANG);
	}
	if (WIFSIGNALED(status))
		return -EINTR;
	if (WEXITSTATUS(status))
		return -WEXITSTATUS(status);
	/* What came between the last look and its end. */
	return complete == -EINPROGRESS ? take_log(kmsg, ktap) : complete;
}

static int collect(const char *module_name, const char *options, struct igt_list_head *results)
{
	_cleanup_close_ int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct igt_ktap_results *ktap;
	int r;

	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		return -errno;
	/* Suites run at loading, so it must not be there yet, and kunit must, to be no noise. */
	r = igt_kmod_load("kunit", NULL);
	if (r == 0)
		r = igt_kmod_unload(module_name);
	if (r < 0)
		return r;
	ktap = igt_ktap_alloc(results);
	if (!ktap)
		return -ENOMEM;
	r = run_suites(module_name, options, kmsg, ktap);
	igt_ktap_free(&ktap);
	igt_kmod_unload(module_name);
	return r;
}

/* Dynamic subtests have names of letters, digits, '-' and '_'. */
static void dynamic_name(const struct igt_ktap_result *result, const char *suite, char *name,
			 size_t size)
{
	/* One suite of several: the case alone might be there twice. */
	if (suite && result->case_name)
		snprintf(name, size, "%s", result->case_name);
	else
		snprintf(name, size, "%s%s%s", result->suite_name, result->case_name ? "-" : "",
			 result->case_name ?: "");
	for (char *at = name; *at; at++)
		if (!strchr("-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *at))
			*at = '_';
}

static void tell(const struct igt_ktap_result *result)
{
	const char *text = result->msg ?: "it says no more";
	unsigned long taints;

	igt_skip_on_f(result->code == IGT_EXIT_SKIP, "KUnit: %s\n", text);
	igt_assert_f(result->code == IGT_EXIT_SUCCESS, "KUnit: %s\n", text);
	if (result->msg)
		igt_debug("%s\n", text);
	if (igt_kernel_tainted(&taints))
		igt_debug("the kernel is damaged: %s\n", igt_explain_taints(&taints));
}

static void make_dynamic(const struct igt_ktap_result *result, const char *suite)
{
	char name[256];

	dynamic_name(result, suite, name, sizeof(name));
	igt_dynamic_f("%s", name)
		tell(result);
}

static void make_dynamics(struct igt_list_head *results, const char *suite)
{
	struct igt_ktap_result *result;

	igt_list_for_each_entry(result, results, link)
		if (!suite || strcmp(suite, result->suite_name) == 0)
			make_dynamic(result, suite);
}

static void subtest_name(const char *module_name, const char *suite, char *name, size_t size)
{
	static const char *const ends[] = {"_test", "_kunit"};
	size_t length;

	snprintf(name, size, "%s", suite ?: module_name);
	length = strlen(name);
	for (unsigned int i = 0; !suite && i < ARRAY_SIZE(ends); i++)
		if (length > strlen(ends[i]) &&
		    strcmp(name + length - strlen(ends[i]), ends[i]) == 0) {
			name[length - strlen(ends[i])] = '\0';
			break;
		}
}

void igt_kunit(const char *module_name, const char *suite, const char *options)
{
	static struct igt_list_head results;
	struct igt_ktap_result *result, *next;
	char name[256];

	IGT_INIT_LIST_HEAD(&results);
	subtest_name(module_name, suite, name, sizeof(name));
	igt_subtest_with_dynamic(name) {
		int r = collect(module_name, options, &results);

		errno = 0;
		igt_require_f(r != -ENOENT, "there is no module %s, or no kunit\n", module_name);
		igt_assert_f(r != -EINPROGRESS, "the results of %s are not complete\n",
			     module_name);
		igt_assert_f(r == 0, "module %s: %s\n", module_name, strerror(-r));
		make_dynamics(&results, suite);
	}
	igt_list_for_each_entry_safe(result, next, &results, link)
		igt_ktap_result_free(result);
}
