/* SPDX-License-Identifier: MIT */
/** Watches one guest from start to end: one loop, all channels, all deadlines. */
#ifndef GUEST_MONITOR_H
#define GUEST_MONITOR_H

#include "guest_console.h"
#include "guest_live.h"
#include "guest_outcome.h"
#include "guest_machine.h"

struct guest_watch {
	struct guest_process *process; /* stopped and reaped when guest_monitor returns */
	int signal_fd;		       /* signals that mean "stop" */
	struct guest_live *live;       /* NULL for a shell */
	int64_t boot_timeout_ms;
	int64_t idle_timeout_ms;  /* 0: none */
	int64_t stall_timeout_ms; /* the same without the console; 0: none */
	int64_t total_timeout_ms; /* 0: none */
	bool shell;		  /* the console is the user's terminal */
};

/** What is known when the guest is gone. Owned; clear with guest_story_clear. */
struct guest_story {
	enum guest_outcome outcome;
	char *detail;	    /* more about the outcome, or NULL */
	char *release;	    /* of the guest's kernel, or NULL */
	GPtrArray *devices; /* char *, a DRM node and its driver each; NULL if there are none */
	char *qemu_version; /* NULL if it is not QEMU, or did not start */
	struct guest_console console;
	int runner_exit;	  /* exit code of igt_runner, -1 if it did not end */
	int signal;		  /* that interrupted us, or 0 */
	int64_t boot_ms;	  /* start to boot record, -1 if there was none */
	int64_t first_verdict_ms; /* boot record to first verdict, -1 if there was none */
};

/**
 * Runs the loop until the machine is gone, also when it has to be made to go. Relays
 * verdicts and notes as they come. ret is untouched on failure. Returns 0 whatever
 * the outcome is, or a negative errno when the loop itself cannot work.
 */
int guest_monitor(const struct guest_watch *watch, struct guest_story *ret);

/** Frees what the story owns. */
void guest_story_clear(struct guest_story *story);

#define _cleanup_story_ __attribute__((cleanup(guest_story_clear)))

#endif
