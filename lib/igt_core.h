/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The frame of a test: its main function, subtests, fixtures and groups, and how each ends. Names
 * and behaviour are those of IGT GPU Tools 2.3 and later.
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
 *
 * A source written for IGT 2.2 and before, where blocks were `igt_main {` and `igt_fixture {`,
 * compiles unchanged with IGT_OLD_BLOCKS defined, which the meson dependency igt_old_blocks does.
 */
#ifndef IGT_CORE_H
#define IGT_CORE_H

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "igt_assert.h"
#include "igt_fork.h"
#include "igt_log.h"
#include "igt_signal.h"
#include "igt_time.h"
#include "igt_wire.h"

#ifndef __noreturn
/** As in the kernel. */
#define __noreturn __attribute__((noreturn))
#endif

/** Where the running subtest or fixture, and dynamic subtest are left to. For the macros below. */
extern sigjmp_buf igt__leave, igt__leave_dynamic;

/** An option handler has taken the option. */
#define IGT_OPT_HANDLER_SUCCESS 0
/** An option handler finds the command line wrong. */
#define IGT_OPT_HANDLER_ERROR (-2)

/**
 * Handles an option of the test's own: @option is its value, @index its place in the test's list
 * of long options and @data what the test gave. The argument is in optarg.
 */
typedef int (*igt_opt_handler_t)(int option, int index, void *data);

/**
 * Begin a test made of subtests whose main function is its own; igt_main() does it otherwise.
 * @short_options and @long_options as getopt_long() has them, with values below 500 and not 'h',
 * @help the lines about them for the usage text, @handler called for each; all may be NULL. An
 * option that the library has too is a mistake in the test, and ends it with SIGABRT.
 */
void igt_subtest_init_parse_opts(int *argc, char **argv, const char *short_options,
				 const struct option *long_options, const char *help,
				 igt_opt_handler_t handler, void *data);
/** igt_subtest_init_parse_opts() for a test that is one piece. */
void igt_simple_init_parse_opts(int *argc, char **argv, const char *short_options,
				const struct option *long_options, const char *help,
				igt_opt_handler_t handler, void *data);

/** igt_subtest_init_parse_opts() without options of the test's own. */
#define igt_subtest_init(argc, argv)                                                           \
	igt_subtest_init_parse_opts(&(argc), argv, NULL, NULL, NULL, NULL, NULL)
/** igt_simple_init_parse_opts() without options of the test's own. */
#define igt_simple_init(argc, argv)                                                            \
	igt_simple_init_parse_opts(&(argc), argv, NULL, NULL, NULL, NULL, NULL)

#define igt__main(init, ...)                                                                   \
	main(int argc, char **argv);                                                           \
	static void igt__test_body(void);                                                      \
	int main(int argc, char **argv)                                                        \
	{                                                                                      \
		init(&argc, argv, __VA_ARGS__);                                                \
		igt__test_body();                                                              \
		igt_exit();                                                                    \
	}                                                                                      \
	static void igt__test_body(void)

#define igt__main_plain(init) igt__main(init, NULL, NULL, NULL, NULL, NULL)

/** What the whole test proves; at file scope. Shown by --help-description and --describe. */
#define IGT_TEST_DESCRIPTION(text) const char *igt__test_description = text

/** What the next subtest or group proves. */
#define igt_describe(text) igt_describe_f("%s", text)
/** igt_describe() with printf's conversions. */
__attribute__((format(printf, 1, 2)))
void igt_describe_f(const char *format, ...);

bool igt__subtest_begin(const char *file, int line, const char *name);
__attribute__((format(printf, 3, 4)))
bool igt__subtest_begin_f(const char *file, int line, const char *format, ...);
bool igt__container_begin(const char *file, int line, const char *name);
__attribute__((format(printf, 3, 4)))
bool igt__container_begin_f(const char *file, int line, const char *format, ...);
bool igt__subtest_over(void);

#define igt__subtest(begin)                                                                    \
	for (; (begin) && (sigsetjmp(igt__leave, 1) == 0 || igt__subtest_over()); igt_success())

/** The statement that follows is a subtest; its name is of letters, digits, '-' and '_'. */
#define igt_subtest(name) igt__subtest(igt__subtest_begin(__FILE__, __LINE__, name))
/** igt_subtest() whose name is made with printf's conversions; 255 characters at most. */
#define igt_subtest_f(...) igt__subtest(igt__subtest_begin_f(__FILE__, __LINE__, __VA_ARGS__))

/**
 * The statement that follows is a subtest of which igt_dynamic() makes the parts, known only when
 * it runs. It fails when one of them does, and skips when none succeeds.
 */
#define igt_subtest_with_dynamic(name)                                                         \
	igt__subtest(igt__container_begin(__FILE__, __LINE__, name))
/** igt_subtest_with_dynamic() whose name is made with printf's conversions. */
#define igt_subtest_with_dynamic_f(...)                                                        \
	igt__subtest(igt__container_begin_f(__FILE__, __LINE__, __VA_ARGS__))

bool igt__dynamic_begin(const char *name);
__attribute__((format(printf, 1, 2)))
bool igt__dynamic_begin_f(const char *format, ...);
bool igt__dynamic_over(void);

#define igt__dynamic(begin)                                                                    \
	for (; (begin) && (sigsetjmp(igt__leave_dynamic, 1) == 0 || igt__dynamic_over());      \
	     igt_success())

/** The statement that follows is a part of an igt_subtest_with_dynamic(), with its own result. */
#define igt_dynamic(name) igt__dynamic(igt__dynamic_begin(name))
/** igt_dynamic() whose name is made with printf's conversions. */
#define igt_dynamic_f(...) igt__dynamic(igt__dynamic_begin_f(__VA_ARGS__))

bool igt__fixture_begin(void);
int igt__fixture_end(void);

#define igt__fixture                                                                           \
	for (int igt__more = 1;                                                                \
	     igt__more && igt__fixture_begin() && sigsetjmp(igt__leave, 1) == 0;               \
	     igt__more = igt__fixture_end())

/** State of a group while it is open. For the macro below. */
struct igt__group {
	struct igt__group *outer;
	char *description;
	int outcome; /**< to be restored: what the fixtures outside left */
	bool open;
};

struct igt__group igt__group_new(void);
bool igt__group_enter(struct igt__group *group);
void igt__group_leave(struct igt__group *group);

#define igt__subtest_group                                                                     \
	for (struct igt__group igt__scope = igt__group_new(); igt__group_enter(&igt__scope);   \
	     igt__group_leave(&igt__scope))

#ifndef IGT_OLD_BLOCKS

/** `int igt_main() { ... }`: a test made of subtests. */
#define igt_main() igt__main_plain(igt_subtest_init_parse_opts)
/** `int igt_simple_main() { ... }`: a test that is one piece. */
#define igt_simple_main() igt__main_plain(igt_simple_init_parse_opts)
/** igt_main() with options of its own: those of igt_subtest_init_parse_opts() from the third. */
#define igt_main_args(...) igt__main(igt_subtest_init_parse_opts, __VA_ARGS__)
/** igt_simple_main() with options of its own. */
#define igt_simple_main_args(...) igt__main(igt_simple_init_parse_opts, __VA_ARGS__)
/**
 * The statement that follows prepares or puts away what subtests need. It runs unless subtests
 * are only listed. When it skips or fails, so do all following subtests of the same group.
 */
#define igt_fixture() igt__fixture
/** The statement that follows bounds what a fixture's skip or failure and igt_describe() cover. */
#define igt_subtest_group() igt__subtest_group

#else /* the same, as they were before IGT 2.3 */

#define igt_main int igt__main_plain(igt_subtest_init_parse_opts)
#define igt_simple_main int igt__main_plain(igt_simple_init_parse_opts)
#define igt_main_args(...) int igt__main(igt_subtest_init_parse_opts, __VA_ARGS__)
#define igt_simple_main_args(...) int igt__main(igt_simple_init_parse_opts, __VA_ARGS__)
#define igt_fixture igt__fixture
#define igt_subtest_group igt__subtest_group

#endif

/** End the innermost running subtest now, as SUCCESS. */
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
 * Have @function called with @data when the innermost running subtest ends, however it ends; the
 * last one registered comes first. It runs after the result line, outside the subtest, and must
 * not assert. Not called in children. Without a running subtest nothing is registered. There can be
 * 1024 of them at a time.
 * Returns: whether it was registered.
 */
bool igt_on_subtest_end(void (*function)(void *data), void *data);

/**
 * Whether any of the subtests that @subtests, called with @data, is made of is to be run, or
 * listed: for what takes its time to prepare. @subtests is called for that, and none of its blocks
 * is entered. Not in a fixture or a subtest, nor between igt_describe() and what that describes.
 */
bool igt_wants_subtest(void (*subtests)(void *data), void *data);

/** Basename of the binary. */
const char *igt_test_name(void);
/** Name of the running subtest, or NULL outside of one. */
const char *igt_subtest_name(void);
/** Name of the running dynamic subtest, or NULL outside of one. */
const char *igt_dynamic_subtest_name(void);
/** True in the modes that only list subtests. */
bool igt_only_list_subtests(void);
/** True where a skip or failure has a block to end: a subtest, a fixture, a test in one piece. */
bool igt_can_fail(void);

/** @name Levels of igt_kmsg() */
/** @{ */
/** The beginning of a line for the kernel log. */
#define KMSG_EMERG "<0>[IGT] "
#define KMSG_ALERT "<1>[IGT] "
#define KMSG_CRIT "<2>[IGT] "
#define KMSG_ERR "<3>[IGT] "
#define KMSG_WARNING "<4>[IGT] "
#define KMSG_NOTICE "<5>[IGT] "
#define KMSG_INFO "<6>[IGT] "
#define KMSG_DEBUG "<7>[IGT] "
/** @} */

/** Write one line into the kernel log; does nothing where /dev/kmsg cannot be opened. */
__attribute__((format(printf, 1, 2)))
void igt_kmsg(const char *format, ...);

/**
 * Until the next subtest starts, kernel messages that match a regular expression of PCRE, made
 * with printf's conversions, are no warnings. It replaces the one given before. One that does
 * not compile fails the test, where libpcre2 is there to tell.
 */
__attribute__((format(printf, 1, 2)))
void igt_emit_ignore_dmesg_regex(const char *format, ...);

/** The same, beside what was given before in this subtest: for parts that know nothing of it. */
void igt_emit_ignore_more_dmesg_regex(const char *regex);

/** Read through the compiler's back: a value that another thread or process may change. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
/** Write likewise. */
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
/** Drop a value that the compiler warns about when it is unused. */
#define igt_ignore_warn(value)                                                                 \
	do {                                                                                   \
		if (value)                                                                     \
			break;                                                                 \
	} while (0)
/** Of two amounts of work the one for real machines; there is no simulated one here. */
#define SLOW_QUICK(slow, quick) (slow)

#endif
