/* SPDX-License-Identifier: MIT */
/** The QEMU process: its command line, and the descriptors through which we talk to it. */
#ifndef GUEST_QEMU_H
#define GUEST_QEMU_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** chardev id of the serial console, for guest_qmp_send_break. */
#define GUEST_CONSOLE_CHARDEV "console"

struct guest_machine {
	const char *qemu;    /* path of the binary */
	const char *kernel;  /* path of the bzImage */
	const char *append;  /* more kernel command line, or NULL */
	const char *results; /* directory that the guest mounts, or NULL */
	const char *console; /* file for the console's log, or NULL */
	int initrd_fd;
	uint64_t mem_bytes;
	unsigned int cpus;
	bool kvm; /* else TCG */
};

/** Our ends of the channels, and the process. A descriptor that is not open is -1. */
struct guest_qemu {
	pid_t pid;
	int pidfd;
	int qmp;
	int console;
	int control;
	int live;
	int err; /* QEMU's stderr (and stdout) */
};

#define GUEST_QEMU_NONE                                                                            \
	((struct guest_qemu){.pid = -1,                                                            \
			     .pidfd = -1,                                                          \
			     .qmp = -1,                                                            \
			     .console = -1,                                                        \
			     .control = -1,                                                        \
			     .live = -1,                                                           \
			     .err = -1})

/**
 * Starts QEMU in a process group of its own; it dies with this process. Our ends of the
 * channels are non-blocking, but for qmp, to which only short commands are written.
 * ret is untouched on failure. Returns 0 or a negative errno.
 */
int guest_qemu_start(const struct guest_machine *machine, struct guest_qemu *ret);

/**
 * Kills QEMU if it still runs, reaps it, and closes the channels. Returns its exit
 * code, or 128 + signal, the first time; -1 when there is nothing to reap.
 */
int guest_qemu_stop(struct guest_qemu *qemu);

/** For cleanup attributes. */
void guest_qemu_stopp(struct guest_qemu *qemu);

#define _cleanup_qemu_ __attribute__((cleanup(guest_qemu_stopp)))

#endif
