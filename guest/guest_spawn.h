/* SPDX-License-Identifier: MIT */
/**
 * Short-lived helper programs of the host: the loader, depmod, a test binary that
 * lists its subtests, igt_results, igt_report.
 */
#ifndef GUEST_SPAWN_H
#define GUEST_SPAWN_H

#include <glib.h>
#include <stdbool.h>

struct guest_spawn {
	const char *const *argv; /* argv[0] is a path; no PATH search */
	const char *cwd;	 /* NULL: the caller's */
	int timeout_ms;		 /* then the child is killed; 0: none; not with inherit */
	bool inherit;		 /* the child keeps our descriptors 0-2; nothing is captured */
	const char *input;	 /* text for its stdin, at most 4 KiB; NULL: none */
	const GPtrArray *env;	 /* char *, NAME and VALUE in turn, or NULL; not owned */
	bool guest;		 /* a program of the guest's: run by its emulator, if there is one */
};

struct guest_spawned {
	int status;   /* exit code, or 128 + signal */
	GString *out; /* captured stdout; NULL with inherit */
	GString *err; /* captured stderr; NULL with inherit */
};

/**
 * From now on programs of the guest are run by this emulator, which finds their libraries below
 * sysroot. Both are paths and stay the caller's, NULL: programs of the guest run here.
 */
void guest_spawn_emulate(const char *emulator, const char *sysroot);

/**
 * Runs one program to its end. ret is untouched on failure; on success free it
 * with guest_spawned_clear. Returns 0 (whatever the child's status is), -ETIMEDOUT
 * when it had to be killed, or another negative errno when it could not start.
 */
int guest_spawn_run(const struct guest_spawn *spawn, struct guest_spawned *ret);

/** Frees what guest_spawn_run returned. */
void guest_spawned_clear(struct guest_spawned *spawned);

#define _cleanup_spawned_ __attribute__((cleanup(guest_spawned_clear)))

/**
 * Puts signal mask and dispositions of a forked child back to their defaults:
 * igt_guest blocks signals to read them from a descriptor, its children must not.
 */
void guest_spawn_child_signals(void);

/** In a forked child: adds NAME and VALUE in turn to the environment. */
void guest_spawn_child_env(const GPtrArray *env);

/** Exit code of a wait status: the exit code, or 128 + signal. */
int guest_spawn_exit_code(int wait_status);

/** Path of an executable: a name with '/' as it is, else searched in PATH, /usr/sbin, /sbin. */
char *guest_spawn_find(const char *name);

#endif
