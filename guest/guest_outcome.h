/* SPDX-License-Identifier: MIT */
/** How a guest can end, in one word, one sentence and one exit code each. */
#ifndef GUEST_OUTCOME_H
#define GUEST_OUTCOME_H

#include <stdint.h>

/** Exit codes of igt_guest; an interrupted run ends with 128 + signal. */
enum guest_exit {
	GUEST_EXIT_OK = 0,
	GUEST_EXIT_FAILED = 1,	 /* something failed or was lost */
	GUEST_EXIT_SETUP = 2,	 /* usage, or something missing on the host */
	GUEST_EXIT_NO_BOOT = 3,	 /* the guest never came up */
	GUEST_EXIT_CANNOT = 4,	 /* host or kernel lack what the machine takes */
	GUEST_EXIT_SKIPPED = 77, /* nothing verified */
};

enum guest_outcome {
	GUEST_FINISHED,	    /* the runner ended and the guest powered off */
	GUEST_NO_QEMU,	    /* QEMU did not start */
	GUEST_NO_UML,	    /* the user-mode kernel ended before it said anything */
	GUEST_BOOT_PANIC,   /* the kernel panicked before init reported */
	GUEST_BOOT_HANG,    /* no report within the boot timeout */
	GUEST_BOOT_ENDED,   /* the guest ended before init reported */
	GUEST_NOT_READY,    /* init reported that tests cannot run */
	GUEST_NOT_SUCH,	    /* its kernel has no driver for part of the machine asked for */
	GUEST_TEST_PANIC,   /* the kernel panicked afterwards */
	GUEST_TEST_SILENT,  /* no output on any channel */
	GUEST_TEST_TIMEOUT, /* the whole run took too long */
	GUEST_LOST,	    /* the machine ended on its own with tests outstanding */
	GUEST_INTERRUPTED,  /* a signal asked igt_guest to stop */
	_GUEST_OUTCOME_MAX,
};

/** A word for guest.json. */
const char *guest_outcome_name(enum guest_outcome outcome);

/** What happened, as the start of a sentence. */
const char *guest_outcome_text(enum guest_outcome outcome);

/** The exit code that the outcome alone asks for; verdicts may make 0 worse. */
enum guest_exit guest_outcome_exit(enum guest_outcome outcome);

#endif
