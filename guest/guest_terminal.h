/* SPDX-License-Identifier: MIT */
/** The user's terminal as the guest's serial console. */
#ifndef GUEST_TERMINAL_H
#define GUEST_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

struct guest_terminal {
	bool enabled; /* there is to be a shell */
	bool raw;     /* saved is to be restored */
	bool ended;   /* stdin is at its end */
	int watched;  /* in the epoll: stdin, or what stands for it */
	struct termios saved;
	char text[256]; /* read, and not taken by the guest so far */
	size_t len;
};

/**
 * Puts a terminal on stdin into raw mode, so that Ctrl-C reaches the guest, and adds
 * stdin to epoll under source. Does nothing unless enabled. A file, or /dev/null, which
 * epoll does not take, is always ready; no stdin at all counts as one that has ended.
 */
void guest_terminal_open(struct guest_terminal *terminal, int epoll, uint32_t source);

/**
 * Hands the next of what the user typed, or the file has, to the console, as the guest
 * takes it. At the end of stdin the guest gets a Ctrl-D, and stdin is no longer watched.
 */
void guest_terminal_relay(struct guest_terminal *terminal, int epoll, int console);

/**
 * Hands the console's output to the user, and another Ctrl-D to the guest if stdin
 * has ended: one that came before a shell set up its terminal is lost on it.
 */
void guest_terminal_output(struct guest_terminal *terminal, int console, const char *text,
			   size_t len);

/** Puts the terminal back as it was. */
void guest_terminal_close(struct guest_terminal *terminal);

#endif
