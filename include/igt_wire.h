/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What a test binary and a runner must agree on, and nothing else: exit codes,
 * environment variables and the text of the markers. The test core (lib/) and
 * the runner (runner/) meet only here and at the process boundary.
 *
 * The values are those of IGT GPU Tools 2.3 and later, so that either runner
 * runs either's tests.
 */
#ifndef IGT_WIRE_H
#define IGT_WIRE_H

#include <stdint.h>

/** Something was verified and nothing failed, or only names were asked for. */
#define IGT_EXIT_SUCCESS 0
/** All was skipped. */
#define IGT_EXIT_SKIP 77
/** The command line is wrong, or there is no such subtest. */
#define IGT_EXIT_INVALID 79
/** An assertion failed. Above 128 it is 128 + the number of a signal. */
#define IGT_EXIT_FAILURE 98
/** The machine is in a state in which no test can be trusted. */
#define IGT_EXIT_ABORT 112

/** Set by a runner: repeat the marker lines on stderr. */
#define IGT_ENV_SENTINEL "IGT_SENTINEL_ON_STDERR"
/** Set by a user: no bold result lines on a terminal. */
#define IGT_ENV_PLAIN_OUTPUT "IGT_PLAIN_OUTPUT"
/** The least level that is printed: debug, info, warn or none. */
#define IGT_ENV_LOG_LEVEL "IGT_LOG_LEVEL"
/** Seed of random numbers. */
#define IGT_ENV_SRANDOM "IGT_SRANDOM"
/** Name of the one driver that DRIVER_ANY is. */
#define IGT_ENV_FORCE_DRIVER "IGT_FORCE_DRIVER"
/** Device filters, with ';' between them. */
#define IGT_ENV_DEVICE "IGT_DEVICE"
/** Folder of the kernel's modules, instead of /lib/modules/RELEASE. */
#define IGT_ENV_KMOD_DIRNAME "IGT_KMOD_DIRNAME"
/** Files and folders of libkmod's configuration, instead of modprobe.d, with ':' between them. */
#define IGT_ENV_KMOD_CONFIG_PATHS "IGT_KMOD_CONFIG_PATHS"
/** Path of the configuration file, instead of ~/.igtrc. */
#define IGT_ENV_CONFIG "IGT_CONFIG_PATH"
/** Set by a runner: number of the file descriptor of its socket, see igt_packet_header. */
#define IGT_ENV_SOCKET "IGT_RUNNER_SOCKET_FD"

/** `IGT-Version: 0.1.0-SHA (CPU) (SYSNAME: RELEASE MACHINE)` */
#define IGT_TEXT_VERSION "IGT-Version: "
/** `Starting subtest: NAME` */
#define IGT_TEXT_STARTING "Starting subtest: "
/** `Starting dynamic subtest: NAME` */
#define IGT_TEXT_STARTING_DYNAMIC "Starting dynamic subtest: "
/** `Subtest NAME: WORD (SECONDSs)` */
#define IGT_TEXT_RESULT "Subtest "
/** `Dynamic subtest NAME: WORD (SECONDSs)` */
#define IGT_TEXT_RESULT_DYNAMIC "Dynamic subtest "

/** @name Words of results in the markers */
/** @{ */
/** How it ended. */
#define IGT_WORD_SUCCESS "SUCCESS"
#define IGT_WORD_SKIP "SKIP"
#define IGT_WORD_FAIL "FAIL"
#define IGT_WORD_CRASH "CRASH"
/** @} */

/** Begins the last line of the message of igt_abort_on_f(), before the exit with IGT_EXIT_ABORT. */
#define IGT_TEXT_ABORT_CONDITION "abort condition: "

/** Begins each of our lines in the kernel's log: `[IGT] PROGRAM: starting subtest NAME`. */
#define IGT_KMSG_PREFIX "[IGT] "
/** @name Behind the program's name in the kernel's log */
/** @{ */
/** What the program does; the subtest's name follows. */
#define IGT_KMSG_STARTING ": starting subtest "
#define IGT_KMSG_STARTING_DYNAMIC ": starting dynamic subtest "
#define IGT_KMSG_FINISHED ": finished subtest "
/** @} */
/** What follows is a PCRE: matching kernel messages are no warnings until the next subtest. */
#define IGT_KMSG_IGNORE "add ignored dmesg regex: "

/** Reclaim was triggered: `[IGT] reclaim: <trigger> freed <n> pages`; a trigger is one word. */
#define IGT_KMSG_RECLAIM "reclaim: "

/**
 * Name of the process that undoes what a test has changed on the machine. It outlives its test and
 * ends by itself, soon; until then the next test cannot rely on the machine.
 */
#define IGT_UNDO_PROCESS "igt_undo"

/**
 * The socket between runner and test, of AF_UNIX and SOCK_DGRAM: each datagram the test sends is
 * one packet, and the test never reads. In host byte order, without padding. Behind the header
 * come, in the order told below, integers as they are and strings with their NUL.
 *
 * With a socket a test prints neither the version nor any start or result line, and its log
 * goes into packets too; what else it prints still goes to its stdout and stderr.
 */
struct igt_packet_header {
	uint32_t size; /**< bytes of the packet, this header included */
	uint32_t type; /**< one of igt_packet_type */
	int32_t pid;   /**< the sender's */
	int32_t tid;   /**< the sending thread; 0 from a signal handler, which cannot tell */
};

/** What a packet tells. */
enum igt_packet_type {
	IGT_PACKET_INVALID,	    /**< nothing: it is not understood */
	IGT_PACKET_LOG,		    /**< u8 igt_packet_stream, str text */
	IGT_PACKET_EXEC,	    /**< str command line; the runner's, before exec */
	IGT_PACKET_EXIT,	    /**< i32 exit code, str seconds; the runner's */
	IGT_PACKET_SUBTEST_START,   /**< str name */
	IGT_PACKET_SUBTEST_RESULT,  /**< str name, str result word, str seconds, str reason */
	IGT_PACKET_DYNAMIC_START,   /**< as IGT_PACKET_SUBTEST_START */
	IGT_PACKET_DYNAMIC_RESULT,  /**< as IGT_PACKET_SUBTEST_RESULT */
	IGT_PACKET_VERSION,	    /**< str the IGT-Version line with its newline */
	IGT_PACKET_RESULT_OVERRIDE, /**< str final result in lower case; the runner's */
	IGT_PACKET_TYPES,	    /**< their number */
};

/** Where a text would go without a socket. */
enum igt_packet_stream {
	IGT_STREAM_STDOUT = 1, /**< to stdout */
	IGT_STREAM_STDERR = 2, /**< to stderr */
};

/** A longer text is sent as several IGT_PACKET_LOG; bytes without the NUL. */
#define IGT_PACKET_TEXT_MAX 4096
/** The same from a signal handler. */
#define IGT_PACKET_TEXT_MAX_SIGNAL 127
/** In a file of packets, precedes each of them. */
#define IGT_PACKET_CANARY ((uint32_t)'I' << 24 | 'G' << 16 | 'T' << 8 | '1')

#endif
