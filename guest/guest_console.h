/* SPDX-License-Identifier: MIT */
/** Reads the guest's serial console for what matters after a run: where the trouble began. */
#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

#include <glib.h>
#include <stdbool.h>

/** Lines kept from the first sign of trouble on, or from the end if there was none. */
#define GUEST_CONSOLE_KEPT 12

struct guest_console {
	GPtrArray *trouble; /* char *, from the first panic, BUG or oops on */
	GPtrArray *last;    /* char *, the last lines */
	char *init_error;   /* what igt_guest_init said last, if it could only say it here */
	char *panic_text;   /* the kernel's reason for a panic */
	bool panicked;	    /* "Kernel panic" was among the lines */
};

/** Takes one line. Usable as a guest_line_fn with the console as data. */
void guest_console_line(const char *line, void *console);

/** The lines worth printing: the trouble if there was any, else the end. Not owned; may be NULL. */
const GPtrArray *guest_console_excerpt(const struct guest_console *console);

/** Frees the lines. */
void guest_console_clear(struct guest_console *console);

#endif
