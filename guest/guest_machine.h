/* SPDX-License-Identifier: MIT */
/** A guest's machine as a process of the host, and the descriptors through which we talk to it. */
#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum guest_machine_kind {
	GUEST_MACHINE_QEMU,
	GUEST_MACHINE_UML, /* user-mode Linux: the kernel is itself a program */
};

struct guest_arch;
struct guest_gpu;

struct guest_machine {
	enum guest_machine_kind kind;
	const struct guest_arch *arch;
	const char *program; /* path of QEMU, or of the user-mode kernel */
	const char *kernel;  /* path of the bzImage, or again of the user-mode kernel */
	const char *append;  /* more kernel command line, or NULL */
	const char *results; /* directory that the guest mounts, or NULL */
	const char *console; /* file for the console's log, or NULL */
	int initrd_fd;
	uint64_t mem_bytes;
	unsigned int cpus;
	bool kvm;		     /* QEMU: KVM, else TCG */
	const struct guest_gpu *gpu; /* QEMU: which, and how */
};

/** Channels between us and a machine: a stream socket each. */
enum guest_channel {
	GUEST_CHANNEL_QMP, /* QEMU only */
	GUEST_CHANNEL_CONSOLE,
	GUEST_CHANNEL_CONTROL,
	GUEST_CHANNEL_LIVE,
	GUEST_CHANNEL_SERVICE, /* QEMU only */
	_GUEST_CHANNEL_MAX,
};

/** Our ends of the channels, and the process. A descriptor that is not open is -1. */
struct guest_process {
	enum guest_machine_kind kind;
	pid_t pid; /* leads a process group with all that belongs to the machine */
	int pidfd;
	int qmp;
	int console; /* what it says; what it is told goes to guest_process_input */
	int input;   /* -1: the console's descriptor takes it, too */
	int control;
	int live;
	int service; /* requests of the guest, and their answers */
	int picture; /* file in memory that QEMU saves pictures in, with the same number there */
	int err;    /* the machine's stderr (QEMU: and stdout) */
	int log;    /* file for what the console says, where the machine does not write it itself */
	int shared; /* the folder that the guest mounts, where that goes by descriptor */
	char *workdir; /* UML's files, removed in the end; or NULL */
};

#define GUEST_PROCESS_NONE                                                                         \
	((struct guest_process){.pid = -1,                                                         \
				.pidfd = -1,                                                       \
				.qmp = -1,                                                         \
				.console = -1,                                                     \
				.input = -1,                                                       \
				.control = -1,                                                     \
				.live = -1,                                                        \
				.service = -1,                                                     \
				.picture = -1,                                                     \
				.err = -1,                                                         \
				.log = -1,                                                         \
				.shared = -1})

/** How the program is started. Owned; clear with guest_launch_clear. */
struct guest_launch {
	GPtrArray *argv; /* char *, NULL-terminated */
	int in, out;	 /* for its stdin and stdout: -1: nothing, and the same as stderr */
	GArray *inherit; /* int, descriptors that it keeps beside 0-2; not owned */
	GPtrArray *env;	 /* char *, NAME and VALUE in turn, on top of our environment */
	bool plain;	 /* no address space randomisation, no core file */
};

#define GUEST_LAUNCH_EMPTY                                                                         \
	((struct guest_launch){.argv = g_ptr_array_new_with_free_func(g_free),                     \
			       .env = g_ptr_array_new_with_free_func(g_free),                      \
			       .inherit = g_array_new(FALSE, FALSE, sizeof(int)),                  \
			       .in = -1,                                                           \
			       .out = -1})

/** Frees the lists. */
void guest_launch_clear(struct guest_launch *launch);

#define _cleanup_launch_ __attribute__((cleanup(guest_launch_clear)))

/** Appends one argument. */
void guest_launch_arg(struct guest_launch *launch, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * Starts the machine in a process group of its own; it dies with this process. Our
 * ends of the channels are non-blocking, but for qmp, to which only short commands
 * are written. ret is untouched on failure. Returns 0 or a negative errno with a
 * sentence in ret_why.
 */
int guest_machine_start(const struct guest_machine *machine, struct guest_process *ret,
			char **ret_why);

/** The descriptor for text to the console, as if it were typed. */
int guest_process_input(const struct guest_process *process);

/** What the program is called in messages. */
const char *guest_machine_name(enum guest_machine_kind kind);

/** Sends SIGKILL to everything that belongs to the machine. */
void guest_process_kill(const struct guest_process *process);

/**
 * Kills the machine if it still runs, reaps it, and closes the channels. Returns its
 * exit code, or 128 + signal, the first time; -1 when there is nothing to reap.
 */
int guest_process_stop(struct guest_process *process);

/** For cleanup attributes. */
void guest_process_stopp(struct guest_process *process);

#define _cleanup_process_ __attribute__((cleanup(guest_process_stopp)))

#endif
