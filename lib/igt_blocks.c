/* SPDX-License-Identifier: MIT */
/**
 * The blocks a test is made of: how fixtures, groups, subtests and dynamic subtests begin and are
 * left.
 */
#define IGT_LOG_DOMAIN "igt_core"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>

#include "igt_hook.h"
#include "igt_internal.h"
#include "igt_wildmat.h"

sigjmp_buf igt__leave, igt__leave_dynamic;

const char *igt_subtest_name(void)
{
	return igt_test.subtest.open ? igt_test.subtest.name : NULL;
}

const char *igt_dynamic_subtest_name(void)
{
	return igt_test.dynamic.open ? igt_test.dynamic.name : NULL;
}

/* --- fixtures and groups -------------------------------------------------------------------- */

bool igt__fixture_begin(void)
{
	igt_internal_assert(igt_test.subtests, "igt_fixture() in a test without subtests");
	igt_internal_assert(!igt_test.in_fixture, "nested fixtures");
	igt_internal_assert(!igt_test.subtest.open, "a fixture inside a subtest");
	igt_description_drop();
	if (igt_list_mode() || igt_test.only_asking || igt_test.henceforth != IGT_OUTCOME_RUN)
		return false;
	igt_test.in_fixture = true;
	__atomic_store_n(&igt_test.thread_failed, false, __ATOMIC_RELAXED);
	errno = 0;
	return true;
}

int igt__fixture_end(void)
{
	igt_fail_for_threads();
	igt_test.in_fixture = false;
	return 0;
}

void igt_leave_fixture(enum igt_outcome outcome)
{
	igt_timeout_forget(/* dynamic= */ false);
	igt_test.in_fixture = false;
	igt_test.henceforth = outcome;
	siglongjmp(igt__leave, 1);
}

struct igt__group igt__group_new(void)
{
	igt_internal_assert(!igt_test.in_fixture && !igt_test.subtest.open,
			    "a group inside a fixture or subtest");
	return (struct igt__group){.outcome = igt_test.henceforth};
}

bool igt__group_enter(struct igt__group *group)
{
	if (group->open)
		return false;
	group->open = true;
	igt_group_describe(group);
	return true;
}

void igt__group_leave(struct igt__group *group)
{
	igt_test.henceforth = group->outcome;
	igt_group_undescribe(group);
}

/* --- subtests ------------------------------------------------------------------------------- */

static void check_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_') {
			igt_critical("Invalid subtest name \"%s\".\n", name);
			igt_misuse("character outside A-Z a-z 0-9 - _", __FILE__, __LINE__);
		}
	igt_internal_assert(*name && strlen(name) <= IGT_NAME_MAX,
			    "a subtest name has 1 to 255 characters");
}

static double seconds_in(const struct igt_block *block)
{
	struct timespec end;

	igt_gettime(&end);
	return igt_time_elapsed(&block->started, &end);
}

/* What both kinds of subtest do when they start. */
static void open_block(struct igt_block *block, const char *name)
{
	const bool dynamic = block == &igt_test.dynamic;

	snprintf(block->name, sizeof(block->name), "%s", name);
	block->hooks_outside = igt_test.hook_count;
	block->open = true;
	igt_hook_event(dynamic ? IGT_HOOK_PRE_DYN_SUBTEST : IGT_HOOK_PRE_SUBTEST, NULL);
	igt_marker_starting(name, dynamic);
	igt_log_ring_reset();
	__atomic_store_n(&igt_test.thread_failed, false, __ATOMIC_RELAXED);
	if (igt_test.watch.begin)
		igt_test.watch.begin();
	igt_gettime(&block->started);
	errno = 0;
}

/* A subtest that a fixture before it has skipped or failed has a result and nothing else. */
static void end_before_begin(const char *name)
{
	const bool skip = igt_test.henceforth == IGT_OUTCOME_SKIP;

	igt_marker_result(name, false, skip ? IGT_WORD_SKIP : IGT_WORD_FAIL, 0.0);
	if (skip)
		igt_test.skipped = true;
	else
		igt_count_failure(IGT_EXIT_FAILURE);
}

static bool is_selected(const char *name)
{
	return !igt_options.pattern || igt_wildmat(name, igt_options.pattern);
}

static bool begin_subtest(const char *file, int line, const char *name, bool container)
{
	igt_internal_assert(igt_test.subtests, "igt_subtest() in a test without subtests");
	igt_internal_assert(!igt_test.subtest.open, "nested subtests");
	igt_internal_assert(!igt_test.in_fixture, "a subtest inside a fixture");
	check_name(name);
	if (igt_test.only_asking) {
		igt_description_drop();
		igt_test.wanted |= igt_list_mode() || is_selected(name);
		return false;
	}
	igt_test.registered++;
	if (igt_list_mode()) {
		igt_listing_subtest(name, file, line);
		return false;
	}
	igt_description_drop();
	if (!is_selected(name))
		return false;
	igt_test.selected++;
	if (igt_test.henceforth != IGT_OUTCOME_RUN) {
		end_before_begin(name);
		return false;
	}
	igt_test.container = container;
	igt_test.dynamic_succeeded = false;
	igt_test.dynamic_failed = false;
	open_block(&igt_test.subtest, name);
	return true;
}

static bool begin_dynamic(const char *name)
{
	igt_internal_assert(igt_test.subtest.open && igt_test.container,
			    "igt_dynamic() outside igt_subtest_with_dynamic()");
	igt_internal_assert(!igt_test.dynamic.open, "nested dynamic subtests");
	igt_internal_assert(!igt_test.child, "igt_dynamic() in a child");
	check_name(name);
	if (igt_options.dynamic_pattern && !igt_wildmat(name, igt_options.dynamic_pattern))
		return false;
	open_block(&igt_test.dynamic, name);
	return true;
}

bool igt__subtest_begin(const char *file, int line, const char *name)
{
	return begin_subtest(file, line, name, /* container= */ false);
}

bool igt__container_begin(const char *file, int line, const char *name)
{
	return begin_subtest(file, line, name, /* container= */ true);
}

bool igt__dynamic_begin(const char *name)
{
	return begin_dynamic(name);
}

/* One character more than a name may have, so that check_name() sees one which is too long. */
#define FORMAT_NAME(name, format)                                                              \
	do {                                                                                   \
		va_list args;                                                                  \
                                                                                               \
		va_start(args, format);                                                        \
		vsnprintf(name, sizeof(name), format, args);                                   \
		va_end(args);                                                                  \
	} while (0)

bool igt__subtest_begin_f(const char *file, int line, const char *format, ...)
{
	char name[IGT_NAME_MAX + 2];

	FORMAT_NAME(name, format);
	return begin_subtest(file, line, name, /* container= */ false);
}

bool igt__container_begin_f(const char *file, int line, const char *format, ...)
{
	char name[IGT_NAME_MAX + 2];

	FORMAT_NAME(name, format);
	return begin_subtest(file, line, name, /* container= */ true);
}

bool igt__dynamic_begin_f(const char *format, ...)
{
	char name[IGT_NAME_MAX + 2];

	FORMAT_NAME(name, format);
	return begin_dynamic(name);
}

bool igt_wants_subtest(void (*subtests)(void *data), void *data)
{
	igt_internal_assert(!igt_test.in_fixture && !igt_test.subtest.open,
			    "igt_wants_subtest() in a fixture or subtest");
	igt_test.only_asking = true;
	igt_test.wanted = false;
	subtests(data);
	igt_test.only_asking = false;
	return igt_test.wanted;
}

bool igt_on_subtest_end(void (*function)(void *data), void *data)
{
	if (!igt_test.subtest.open || igt_test.child)
		return false;
	igt_internal_assert(igt_test.hook_count < IGT_MAX_SUBTEST_HOOKS,
			    "too many subtest end hooks");
	igt_test.hooks[igt_test.hook_count].function = function;
	igt_test.hooks[igt_test.hook_count].data = data;
	igt_test.hook_count++;
	return true;
}

void igt_watch_subtests(void (*begin)(void), void (*success)(void))
{
	igt_test.watch.begin = begin;
	igt_test.watch.success = success;
}

void igt_leave_block(const char *word)
{
	struct igt_block *block = igt_test.dynamic.open ? &igt_test.dynamic : &igt_test.subtest;

	const bool dynamic = block == &igt_test.dynamic;

	igt_timeout_forget(dynamic);
	igt_helpers_kill(dynamic ? IGT_HELPERS_OF_DYNAMIC : IGT_HELPERS_OF_SUBTEST);
	block->word = word;
	block->seconds = seconds_in(block);
	if (dynamic)
		siglongjmp(igt__leave_dynamic, 1);
	siglongjmp(igt__leave, 1);
}

void igt_block_crashed(int sig)
{
	const bool dynamic = igt_test.dynamic.open;
	const struct igt_block *block = dynamic ? &igt_test.dynamic : &igt_test.subtest;

	if (igt_test.child || !igt_on_main_thread()) {
		igt_marker_crash_from_signal(block->name, dynamic, seconds_in(block));
		return;
	}
	igt_children_kill();
	igt_count_failure(128 + sig);
	igt_leave_block(IGT_WORD_CRASH);
}

/* Reached by siglongjmp(): the block's stack is gone, its leftovers are not. */
static bool close_block(struct igt_block *block)
{
	const bool dynamic = block == &igt_test.dynamic;

	igt_hook_event(dynamic ? IGT_HOOK_POST_DYN_SUBTEST : IGT_HOOK_POST_SUBTEST, block->word);
	igt_marker_result(block->name, dynamic, block->word, block->seconds);
	block->open = false;
	while (igt_test.hook_count > block->hooks_outside) {
		igt_test.hook_count--;
		igt_test.hooks[igt_test.hook_count].function(
			igt_test.hooks[igt_test.hook_count].data);
	}
	return false;
}

bool igt__subtest_over(void)
{
	return close_block(&igt_test.subtest);
}

bool igt__dynamic_over(void)
{
	return close_block(&igt_test.dynamic);
}
