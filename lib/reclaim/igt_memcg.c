/* SPDX-License-Identifier: MIT */
/**
 * The test in its own memory cgroup.
 */
#include <errno.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "reclaim/igt_cgroup.h"
#include "reclaim/igt_memcg.h"
#include "reclaim/igt_reclaim.h"

static struct igt_cgroup *sandbox;

static int leave(void)
{
	int r = igt_cgroup_free(sandbox);

	sandbox = NULL;
	return r;
}

static void leave_at_subtest_end(void *data)
{
	leave();
}

void igt_memcg_enter(void)
{
	int r;

	igt_assert_f(!sandbox, "the test is in a cgroup of its own already\n");
	sandbox = igt_cgroup_new("memcg", "memory");
	igt_on_subtest_end(leave_at_subtest_end, NULL);
	r = igt_cgroup_enter(sandbox, 0);
	igt_assert_f(r == 0, "%s cannot be entered: %s\n", igt_cgroup_path(sandbox), strerror(-r));
}

void igt_memcg_leave(void)
{
	int r = leave();

	igt_assert_f(r == 0, "the test's cgroup cannot be left: %s\n", strerror(-r));
}

uint64_t igt_memcg_stat(const char *key)
{
	return igt_cgroup_entry(sandbox, "memory.stat", key);
}

bool igt_memcg_has_stat(const char *key)
{
	return igt_cgroup_has_entry(sandbox, "memory.stat", key);
}

uint64_t igt_memcg_current(void)
{
	return igt_cgroup_number(sandbox, "memory.current");
}

uint64_t igt_memcg_swap(void)
{
	return igt_cgroup_number(sandbox, "memory.swap.current");
}

uint64_t igt_memcg_reclaim(uint64_t bytes)
{
	const uint64_t before = igt_memcg_stat("pgsteal");
	uint64_t pages;
	int r;

	errno = 0;
	igt_require_f(igt_cgroup_has(sandbox, "memory.reclaim"),
		      "A cgroup has no memory.reclaim: the kernel is older than 5.19\n");
	r = igt_cgroup_write(sandbox, "memory.reclaim", bytes);
	/* EAGAIN: it found less than @bytes. */
	igt_assert_f(r == 0 || r == -EAGAIN, "memory.reclaim: %s\n", strerror(-r));
	pages = igt_memcg_stat("pgsteal") - before;
	igt_reclaim_mark("memcg", pages);
	return pages * igt_page_size();
}
