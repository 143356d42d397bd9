/* SPDX-License-Identifier: MIT */
/**
 * Traces out of a kernel that hangs: sysrq keys sent over the serial console, which
 * works without any user space and without any driver but the UART's.
 */
#ifndef GUEST_TRACE_H
#define GUEST_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct guest_trace {
	int qmp;	  /* descriptor of QMP */
	int console;	  /* descriptor of the serial console */
	const char *key;  /* the key being sent */
	bool key_sent;	  /* the BREAK arrived and the key was written */
	bool answered;	  /* output came since the key was sent */
	bool any_answer;  /* output came after some key */
	int64_t next_ms;  /* when to look again */
	int64_t limit_ms; /* when to give up */
	bool done;
};

/** Starts with the first key. Times are guest_now_ms(). */
void guest_trace_start(struct guest_trace *trace, int qmp, int console, int64_t now);

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
