/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Parts of the library that run as processes of their own.
 *
 * A process that is forked has all of the test's memory, mappings of BOs included, and so keeps
 * alive what the test gives up. These here start the test's own binary anew, under another name,
 * which goes another way before main(): one file remains one test, and nothing is inherited.
 */
#ifndef IGT_SELF_H
#define IGT_SELF_H

#include <sys/types.h>

/** File descriptors that can be handed on. */
#define IGT_SELF_FDS 4

/** Such a part. */
struct igt_self_program {
	const char *name; /**< of its process */
	int (*main)(void); /**< returns the exit code */
};

/**
 * Start @program with @count open files @fds, none of 0 to 2. There they are 3, 4 and so on, and
 * the first three are /dev/null. It leads a session of its own, and all signals are blocked.
 * Returns its process, to be waited for, or a negative errno.
 */
pid_t igt_self_start(const struct igt_self_program *program, const int *fds, unsigned int count);

/** Run @program, and do not return, if that is what the process was started as. */
void igt_self_run(const struct igt_self_program *program, int argc, char **argv);

/** Define the part @variable, at file scope; @function is its main. */
#define IGT_SELF_PROGRAM(variable, process, function)                                          \
	const struct igt_self_program variable = {.name = process, .main = function};          \
	__attribute__((constructor)) static void igt__run_##variable(int argc, char **argv)    \
	{                                                                                      \
		igt_self_run(&variable, argc, argv);                                           \
	}

#endif
