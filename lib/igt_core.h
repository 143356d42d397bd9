/* SPDX-License-Identifier: MIT */
/**
 * The frame of a test: its main function, subtests, fixtures and groups, how each ends, and the
 * children it starts. Names and behaviour are those of IGT GPU Tools 2.3 and later.
 *
 *	int igt_main()
 *	{
 *		struct gem_device *dev;
 *
 *		igt_fixture()
 *			dev = gem_device_open(DRIVER_VIRTIO);
 *
 *		igt_describe("What holds when this passes");
 *		igt_subtest("the-claim")
 *			scenario(dev);
 *
 *		igt_fixture()
 *			gem_device_close(dev);
 *	}
 *
 * A block is left by siglongjmp() when it skips or fails. A local variable that is changed inside
 * a subtest and read after it must therefore be volatile or static; one that a fixture sets and
 * later blocks only read is safe. Do not leave a block with return, break or goto.
 */
#ifndef IGT_CORE_H
#define IGT_CORE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "igt_assert.h"
#include "igt_log.h"
#include "igt_wire.h"

/** Where the running subtest or fixture is left to. For the macros below. */
extern sigjmp_buf igt__leave;

void igt__init_subtests(int argc, char **argv);
void igt__init_simple(int argc, char **argv);

/** `int igt_main() { ... }`: a test made of subtests. */
#define igt_main()                                                                             \
	main(int argc, char **argv);                                                           \
	static void igt__test_body(void);                                                      \
	int main(int argc, char **argv)                                                        \
	{                                                                                      \
		igt__init_subtests(argc, argv);                                                \
		igt__test_body();                                                              \
		igt_exit();                                                                    \
	}                                                                                      \
	static void igt__test_body(void)

/** `int igt_simple_main() { ... }`: a test that is one piece. */
#define igt_simple_main()                                                                      \
	main(int argc, char **argv);                                                           \
	static void igt__test_body(void);                                                      \
	int main(int argc, char **argv)                                                        \
	{                                                                                      \
		igt__init_simple(argc, argv);                                                  \
		igt__test_body();                                                              \
		igt_exit();                                                                    \
	}                                                                                      \
	static void igt__test_body(void)

/** What the whole test proves; at file scope. Shown by --help-description and --describe. */
#define IGT_TEST_DESCRIPTION(text) const char *igt__test_description = text

/** What the next subtest or group proves. */
#define igt_describe(text) igt_describe_f("%s", text)
__attribute__((format(printf, 1, 2)))
void igt_describe_f(const char *format, ...);

bool igt__subtest_begin(const char *file, int line, const char *name);
__attribute__((format(printf, 3, 4)))
bool igt__subtest_begin_f(const char *file, int line, const char *format, ...);
bool igt__subtest_over(void);

#define igt__subtest(begin)                                                                    \
	for (; (begin) && (sigsetjmp(igt__leave, 1) == 0 || igt__subtest_over()); igt_success())

/** The statement that follows is a subtest; its name is of letters, digits, '-' and '_'. */
#define igt_subtest(name) igt__subtest(igt__subtest_begin(__FILE__, __LINE__, name))
/** igt_subtest() whose name is made with printf's conversions; 255 characters at most. */
#define igt_subtest_f(...) igt__subtest(igt__subtest_begin_f(__FILE__, __LINE__, __VA_ARGS__))

bool igt__fixture_begin(void);
int igt__fixture_end(void);

/**
 * The statement that follows prepares or puts away what subtests need. It runs unless subtests
 * are only listed. When it skips or fails, so do all following subtests of the same group.
 */
#define igt_fixture()                                                                          \
	for (int igt__more = 1;                                                                \
	     igt__more && igt__fixture_begin() && sigsetjmp(igt__leave, 1) == 0;               \
	     igt__more = igt__fixture_end())

/** State of a group while it is open. For the macro below. */
struct igt__group {
	struct igt__group *outer;
	char *description;
	int outcome; /* to be restored: what the fixtures outside left */
	bool open;
};

struct igt__group igt__group_new(void);
bool igt__group_enter(struct igt__group *group);
void igt__group_leave(struct igt__group *group);
void igt__group_describe(struct igt__group *group);
void igt__group_undescribe(struct igt__group *group);

/** The statement that follows bounds what a fixture's skip or failure and igt_describe() cover. */
#define igt_subtest_group()                                                                    \
	for (struct igt__group igt__scope = igt__group_new(); igt__group_enter(&igt__scope);   \
	     igt__group_leave(&igt__scope))

/** End the subtest now, as SUCCESS. */
_Noreturn void igt_success(void);
/** End the subtest, or all subtests of a fixture's group, as SKIP, with a text for stdout. */
_Noreturn __attribute__((format(printf, 1, 2)))
void igt_skip(const char *format, ...);
/**
 * End the subtest, fixture or test as FAIL. @code is the test's exit code if nothing failed
 * before; it is neither IGT_EXIT_SUCCESS nor IGT_EXIT_SKIP.
 */
_Noreturn void igt_fail(int code);
/** End the process with the exit code that sums up what ran. */
_Noreturn void igt_exit(void);

/**
 * Have @function called with @data when the running subtest ends, however it ends; the last
 * one registered comes first. It runs after the result line, outside the subtest, and must not
 * assert. Not called in children. Without a running subtest nothing is registered.
 * Returns: whether it was registered.
 */
bool igt_on_subtest_end(void (*function)(void *data), void *data);

/** Basename of the binary. */
const char *igt_test_name(void);
/** Name of the running subtest, or NULL outside of one. */
const char *igt_subtest_name(void);
/** True in the modes that only list subtests. */
bool igt_only_list_subtests(void);

/**
 * Start @count children; each runs the statement that follows and ends with it, @child being its
 * index. Collect them with igt_waitchildren(). A failed assertion ends a child with exit code 98;
 * a child cannot skip. Children that are left when a subtest fails are killed.
 */
#define igt_fork(child, count)                                                                 \
	for (int child = 0; child < (count); child++)                                          \
		for (; igt__fork(); igt__child_done())
bool igt__fork(void);
_Noreturn void igt__child_done(void);

/** Wait for all children; the first that ends badly is reported, kills the rest and fails us. */
void igt_waitchildren(void);
/** igt_waitchildren() that fails after @seconds, naming @what (NULL: a default). */
void igt_waitchildren_timeout(unsigned int seconds, const char *what);

/** Called with the deadly signal's number, or 0 on a normal end. Async-signal-safe code only. */
typedef void (*igt_exit_handler_t)(int sig);
/** Have @handler called when the process ends, also by a signal. Once each, last one first. */
void igt_install_exit_handler(igt_exit_handler_t handler);

/** Fail the running block @seconds from now unless igt_reset_timeout() comes first. */
void igt_set_timeout(unsigned int seconds, const char *what);
void igt_reset_timeout(void);

#define KMSG_EMERG "<0>[IGT] "
#define KMSG_ERR "<3>[IGT] "
#define KMSG_WARNING "<4>[IGT] "
#define KMSG_INFO "<6>[IGT] "
#define KMSG_DEBUG "<7>[IGT] "

/** Write one line into the kernel log; does nothing where /dev/kmsg cannot be opened. */
__attribute__((format(printf, 1, 2)))
void igt_kmsg(const char *format, ...);

#endif
