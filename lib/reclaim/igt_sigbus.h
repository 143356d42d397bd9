/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Oracle: does an access to memory raise SIGBUS, as one to a purged BO must?
 *
 * Works in any thread and in forked children. A SIGBUS that nobody waits for goes where it went
 * before: it ends the subtest as CRASH.
 */
#ifndef IGT_SIGBUS_H
#define IGT_SIGBUS_H

#include <stdbool.h>

/** What is done to memory. */
enum igt_access {
	IGT_ACCESS_READ,
	IGT_ACCESS_WRITE,
};

/** What became of an access. */
struct igt_sigbus {
	bool raised;   /**< it did */
	int code;      /**< si_code: BUS_ADRERR where there is no memory behind the address */
	void *address; /**< si_addr */
};

/**
 * Call @function with @data and come back also if it raises SIGBUS; it is then left where it was,
 * so it must hold nothing that needs to be put back.
 */
struct igt_sigbus igt_sigbus_catch(void (*function)(void *data), void *data);

/** Read or write (a 0) one byte at @address. */
struct igt_sigbus igt_sigbus_probe(void *address, enum igt_access access);

#endif
