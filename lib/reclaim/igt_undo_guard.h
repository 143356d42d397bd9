/* SPDX-License-Identifier: MIT */
/**
 * What the test and its guard say to each other. Nothing here is for tests.
 */
#ifndef IGT_UNDO_GUARD_H
#define IGT_UNDO_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "reclaim/igt_self.h"
#include "reclaim/igt_undo.h"

/** Of paths and values, the NUL included. */
#define IGT_UNDO_TEXT 1024
/** Changes of a test at a time. */
#define IGT_UNDO_CHANGES 64

struct igt_undo_change {
	int number;
	enum igt_undo_kind kind;
	char path[IGT_UNDO_TEXT];
	char value[IGT_UNDO_TEXT];
};

enum igt_undo_verb {
	IGT_UNDO_ADD,
	IGT_UNDO_NOW,	 /**< only its number counts */
	IGT_UNDO_FORGET, /**< likewise */
};

/** One packet to the guard, which answers with an igt_undo_reply. */
struct igt_undo_request {
	uint32_t sequence; /**< comes back in the reply */
	enum igt_undo_verb verb;
	struct igt_undo_change change;
};

struct igt_undo_reply {
	uint32_t sequence; /**< 0: the guard is ready */
	int result;	   /**< 0 or a negative errno */
};

/** The files the guard is started with, in this order. */
enum igt_undo_file {
	IGT_UNDO_SOCKET,
	IGT_UNDO_TEST, /**< pidfd of the test */
	IGT_UNDO_LOCK, /**< held as long as the guard lives */
	IGT_UNDO_FILES,
};

extern const struct igt_self_program igt_undo_guard;

/**
 * Undo one change. @test: the test's process while it lives, or 0. Returns 0 or a negative errno.
 */
int igt_undo_apply(const struct igt_undo_change *change, pid_t test);

#endif
