/* SPDX-License-Identifier: MIT */
/**
 * What a test binary and a runner must agree on, and nothing else: exit codes,
 * environment variables and the text of the markers. The test core (lib/) and
 * the runner (runner/) meet only here and at the process boundary.
 *
 * The values are those of IGT GPU Tools 2.3 and later, so that either runner
 * runs either's tests.
 */
#ifndef IGT_WIRE_H
#define IGT_WIRE_H

/** Exit codes of a test binary. Above 128: 128 + signal number. */
#define IGT_EXIT_SUCCESS 0
#define IGT_EXIT_SKIP 77
#define IGT_EXIT_INVALID 79
#define IGT_EXIT_FAILURE 98
#define IGT_EXIT_ABORT 112

/** Set by a runner: repeat the marker lines on stderr. */
#define IGT_ENV_SENTINEL "IGT_SENTINEL_ON_STDERR"
/** Set by a user: no bold result lines on a terminal. */
#define IGT_ENV_PLAIN_OUTPUT "IGT_PLAIN_OUTPUT"
#define IGT_ENV_LOG_LEVEL "IGT_LOG_LEVEL"
#define IGT_ENV_SRANDOM "IGT_SRANDOM"
#define IGT_ENV_FORCE_DRIVER "IGT_FORCE_DRIVER"
#define IGT_ENV_DEVICE "IGT_DEVICE"

/** `IGT-Version: 0.1.0-<sha> (<cpu>) (<sysname>: <release> <machine>)` */
#define IGT_TEXT_VERSION "IGT-Version: "
/** `Starting subtest: <name>` */
#define IGT_TEXT_STARTING "Starting subtest: "
/** `Starting dynamic subtest: <name>` */
#define IGT_TEXT_STARTING_DYNAMIC "Starting dynamic subtest: "
/** `Subtest <name>: <RESULT> (<seconds>s)` */
#define IGT_TEXT_RESULT "Subtest "
/** `Dynamic subtest <name>: <RESULT> (<seconds>s)` */
#define IGT_TEXT_RESULT_DYNAMIC "Dynamic subtest "

/** The result words in the markers. */
#define IGT_WORD_SUCCESS "SUCCESS"
#define IGT_WORD_SKIP "SKIP"
#define IGT_WORD_FAIL "FAIL"
#define IGT_WORD_CRASH "CRASH"

/** Kernel log markers: `[IGT] <prog>: starting subtest <name>`. */
#define IGT_KMSG_PREFIX "[IGT] "
#define IGT_KMSG_STARTING ": starting subtest "
#define IGT_KMSG_STARTING_DYNAMIC ": starting dynamic subtest "

#endif
