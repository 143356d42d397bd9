/* SPDX-License-Identifier: MIT */
/**
 * A display for QEMU where there is none: an X server that draws into memory, for OpenGL in
 * software. It listens on an abstract socket alone, so that it leaves no file behind.
 */
#ifndef GUEST_XVFB_H
#define GUEST_XVFB_H

#include <sys/types.h>

struct guest_xvfb {
	pid_t pid;     /* 0: none runs */
	char *display; /* ":N", for DISPLAY; owned */
};

/**
 * Starts a server with a display number of its own choice and waits until it takes clients. It
 * dies with this process; stop it with guest_xvfb_stop. program is a name to search for, or a
 * path. ret is untouched on failure. Returns 0 or a negative errno with a sentence in ret_why.
 */
int guest_xvfb_start(const char *program, struct guest_xvfb *ret, char **ret_why);

/** Ends and reaps the server, if one runs. */
void guest_xvfb_stop(struct guest_xvfb *xvfb);

#endif
