/* SPDX-License-Identifier: MIT */
/**
 * A driver that takes its device while allocations fail.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/igt_fail_nth.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/inject.h"
#include "reclaim/lifecycle_parts.h"

/* A probe may be refused for want of memory in the words of what it wanted. */
static void tell_errors(const struct igt_fail_nth *fail)
{
	igt_info("%u of %u probes that got no memory are refused\n", fail->failed,
		 fail->failed + fail->survived);
	for (int error = 0; error < IGT_ERRNOS; error++)
		if (fail->times[error] && error != ENOMEM)
			igt_info("%u of them with: %s\n", fail->times[error], strerror(error));
}

/* Whoever has no memory in a probe says so in his own words. Warnings begin with others. */
static void expect_complaints(const struct igt_binding *binding, const char *driver)
{
	_cleanup_free_ char *lines = NULL;

	igt_assert(asprintf(&lines, "^(%s %s: |\\[drm:\\w+ \\[drm\\]\\] \\*ERROR\\* |"
			    "debugfs: out of free dentries|kobject: |workqueue: Failed)", driver,
			    binding->device) > 0);
	inject_expect_refusals();
	igt_emit_ignore_more_dmesg_regex(lines);
}

/**
 * LC05: a driver that has not the memory to take its device does not have it then, and leaves
 * nothing; when there is memory it takes the device, and all works. B196.
 */
void lifecycle_failed_probes_leave_nothing(struct lifecycle_device device)
{
	struct gem_device *dev = gem_device_open(device.chipset);
	const struct igt_binding binding = igt_binding_find(dev->fd, device.driver);
	const int bind = igt_binding_open(&binding, "bind");
	const int unbind = igt_binding_open(&binding, "unbind");
	const bool leaks_are_told = inject_leaks_are_told();
	struct igt_shrinker shrinker;
	struct igt_fail_nth fail;

	igt_fail_nth_require();
	igt_reclaim_require(dev);
	shrinker = *dev->shrinker;
	gem_device_close(dev);
	lifecycle_require_alone(&binding);
	expect_complaints(&binding, device.driver);
	if (leaks_are_told)
		inject_leaks_begin();

	igt_unbind(&binding);
	igt_each_failure(&fail, "taking the device") {
		const int r = igt_failing(&fail, igt_binding_write(bind, &binding));

		igt_assert_f(igt_is_bound(&binding) == (r == 0),
			     "a driver that tells '%s' when it is to take a device %s it\n",
			     strerror(-r), r == 0 ? "does not have" : "has");
		if (r == 0)
			igt_assert_eq(igt_binding_write(unbind, &binding), 0);
		lifecycle_assert_shrinker_gone(&shrinker, "a driver has no device");
	}
	tell_errors(&fail);
	igt_bind(&binding);
	lifecycle_assert_works(device, "a driver that had no memory has it, and its device");
	if (leaks_are_told)
		inject_leaks_end("memory that drivers allocated before they were refused");
	close(bind);
	close(unbind);
}
