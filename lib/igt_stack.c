/* SPDX-License-Identifier: MIT */
/**
 * The call stack at a failure or crash.
 *
 * Walked with the unwinder of libgcc, linked statically: glibc's backtrace() would load
 * libgcc_s.so at the moment of the crash, from a root file system that may not have it.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <unwind.h>

#include "igt_internal.h"
#include "igt_source_line.h"

/* Deeper stacks are recursion; the top tells enough. */
#define MAX_FRAMES 64

struct stack {
	uintptr_t calls[MAX_FRAMES]; /* addresses within the calling instructions */
	int count;
};

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *data)
{
	struct stack *stack = data;
	int interrupted = 0; /* by a signal: the address is where the instruction begins */
	uintptr_t pc = _Unwind_GetIPInfo(context, &interrupted);

	if (!pc || stack->count >= MAX_FRAMES)
		return _URC_END_OF_STACK;
	stack->calls[stack->count++] = interrupted ? pc : pc - 1;
	return _URC_NO_REASON;
}

/* "[symbol+0xoffset]", without memory or locks of our own. */
static void format_symbol(char *text, size_t size, uintptr_t pc)
{
	const char *name = "";
	Dl_info info;

	if (dladdr((void *)pc, &info) && info.dli_sname) {
		name = info.dli_sname;
		pc -= (uintptr_t)info.dli_saddr;
	} else if (dladdr((void *)pc, &info) && info.dli_fname) {
		/* A static function has no name here; file and offset are food for addr2line. */
		name = strrchr(info.dli_fname, '/');
		name = name ? name + 1 : info.dli_fname;
		pc -= (uintptr_t)info.dli_fbase;
	}
	snprintf(text, size, "[%s+0x%lx]", name, (unsigned long)pc);
}

void igt_stack_from_signal(void)
{
	struct stack stack = {.count = 0};

	_Unwind_Backtrace(take_frame, &stack);
	for (int i = 0; i < stack.count; i++) {
		char symbol[200], line[256];

		format_symbol(symbol, sizeof(symbol), stack.calls[i]);
		snprintf(line, sizeof(line), " #%d %s\n", i, symbol);
		igt_put_from_signal(IGT_STREAM_STDERR, line);
	}
}

void igt_stack_print(void)
{
	struct stack stack = {.count = 0};
	sigset_t saved;

	_Unwind_Backtrace(take_frame, &stack);
	/* libdw takes memory and opens files, out of which no alarm must jump. */
	igt_signals_hold(&saved);
	igt_put(IGT_STREAM_STDOUT, "Stack trace:\n");
	igt_source_lines_open();
	/* The first frame is this function. */
	for (int i = 1; i < stack.count; i++) {
		struct igt_source_line at;
		char symbol[200];

		if (igt_source_line_find(stack.calls[i], &at)) {
			igt_putf(IGT_STREAM_STDOUT, "  #%d %s:%d %s()\n", i - 1, at.file, at.line,
				 at.function);
			continue;
		}
		format_symbol(symbol, sizeof(symbol), stack.calls[i]);
		igt_putf(IGT_STREAM_STDOUT, "  #%d %s\n", i - 1, symbol);
	}
	igt_source_lines_close();
	igt_signals_release(&saved);
}
