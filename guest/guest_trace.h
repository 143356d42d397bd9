/* SPDX-License-Identifier: MIT */
/**
 * Traces out of a kernel that hangs: sysrq keys, which work without any user space.
 * QEMU sends them over the serial console, so that no driver but the UART's is needed; a
 * user-mode kernel takes them from a socket of the host.
 */
#ifndef GUEST_TRACE_H
#define GUEST_TRACE_H

#include "guest_machine.h"

#include <stdbool.h>
#include <stdint.h>

struct guest_trace {
	const struct guest_process *process;
	const char *key;  /* the key being sent */
	bool key_sent;	  /* the key was written; in QEMU, after a BREAK that arrived */
	bool answered;	  /* output came since the key was sent */
	bool any_answer;  /* output came after some key */
	int64_t next_ms;  /* when to look again */
	int64_t limit_ms; /* when to give up */
	bool done;
};

/** Starts with the first key. Times are guest_now_ms(). */
void guest_trace_start(struct guest_trace *trace, const struct guest_process *process, int64_t now);

/** QMP answered the last BREAK: now the key goes out. */
void guest_trace_break_sent(struct guest_trace *trace, int64_t now);

/** The console said something. */
void guest_trace_output(struct guest_trace *trace, int64_t now);

/**
 * To be called at next_ms: goes on with the next key once the console is quiet, and
 * sets done at the end, at the limit, or when the kernel does not answer.
 */
void guest_trace_step(struct guest_trace *trace, int64_t now);

#endif
