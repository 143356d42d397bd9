/* SPDX-License-Identifier: MIT */
/** The machines that a guest can be: what its kernel and programs are for. */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <glib.h>
#include <stdbool.h>

struct guest_arch {
	const char *name;     /* as Debian calls it, and --arch */
	const char *qemu;     /* the program */
	const char *package;  /* of Debian's, that has it */
	const char *machine;  /* for -machine */
	const char *cpu;      /* for -cpu, where it is emulated */
	const char *console;  /* the serial line, below /dev */
	const char *append;   /* more kernel command line */
	/* A guest on a busy host measures its TSC wrong, by a factor of 60 even, and then all its
	 * timeouts are over in no time. So its kernel is told the rate; 0 has it measure. */
	bool has_tsc;
	struct {
		int machine;	      /* EM_*, see elf.h */
		const char *emulator; /* runs one such program on another machine */
	} programs[2];		      /* that its kernel runs */
	const char *image;    /* what its kernel images are called */
};

/** The machine of this name, or NULL. */
const struct guest_arch *guest_arch_by_name(const char *name);

/** The machine whose kernel image this file is, or NULL. */
const struct guest_arch *guest_arch_of_image(int fd);

/** The one that this program runs on. */
const struct guest_arch *guest_arch_host(void);

/** Whether its programs need an emulator here. */
bool guest_arch_is_foreign(const struct guest_arch *arch);

/** The emulator for programs of this kind, EM_*, or NULL if the machine does not run them. */
const char *guest_arch_emulator(const struct guest_arch *arch, int machine);

#endif
