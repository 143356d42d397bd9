// SPDX-License-Identifier: MIT
#include "guest_trace.h"

#include "guest_qemu.h"
#include "guest_qmp.h"
#include "guest_uml.h"
#include "guest_util.h"

/* Everything to the console, then blocked tasks, running CPUs (of which user mode has but the one
 * that answers), all tasks. */
#define KEYS "8wlt"
#define KEYS_UML "8wt"

#define ANSWER_MS 3000 /* a kernel that takes interrupts answers within this, also emulated */
#define QUIET_MS 400   /* the answer to a key is over when the console is quiet this long */
#define LIMIT_MS 20000

/* In QEMU one BREAK at a time, as the UART remembers no more than one; then the key. */
static void send_key(struct guest_trace *trace, int64_t now)
{
	bool uml = trace->process->kind == GUEST_MACHINE_UML;
	int r = uml ? guest_uml_sysrq(trace->process, *trace->key)
		    : guest_qmp_send_break(trace->process->qmp, GUEST_CONSOLE_CHARDEV);

	trace->key_sent = uml;
	trace->answered = false;
	trace->next_ms = now + ANSWER_MS;
	if (r < 0)
		trace->done = true;
}

void guest_trace_start(struct guest_trace *trace, const struct guest_process *process, int64_t now)
{
	*trace = (struct guest_trace){
		.process = process,
		.key = process->kind == GUEST_MACHINE_UML ? KEYS_UML : KEYS,
		.limit_ms = now + LIMIT_MS,
	};
	send_key(trace, now);
}

void guest_trace_break_sent(struct guest_trace *trace, int64_t now)
{
	if (trace->done || trace->key_sent)
		return;
	trace->key_sent = true;
	trace->next_ms = now + ANSWER_MS;
	if (guest_write_all(guest_process_input(trace->process), trace->key, 1) < 0)
		trace->done = true;
}

void guest_trace_output(struct guest_trace *trace, int64_t now)
{
	if (!trace->key_sent)
		return;
	trace->answered = true;
	trace->any_answer = true;
	trace->next_ms = now + QUIET_MS;
}

void guest_trace_step(struct guest_trace *trace, int64_t now)
{
	if (trace->done)
		return;
	if (now >= trace->limit_ms) {
		trace->done = true;
		return;
	}
	if (now < trace->next_ms)
		return;
	trace->key++;
	/* Silence after a key means silence after all of them. */
	trace->done = !trace->answered || !*trace->key;
	if (!trace->done)
		send_key(trace, now);
}
