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
#include <unistd.h>
#include <unwind.h>

#include "igt_internal.h"

/* Deeper stacks are recursion; the top tells enough. */
#define MAX_FRAMES 64

struct walk {
	int fd;
	int frame;
	const char *indent;
};

static _Unwind_Reason_Code write_frame(struct _Unwind_Context *context, void *data)
{
	uintptr_t pc = _Unwind_GetIP(context);
	struct walk *walk = data;
	const char *name = "";
	char line[512];
	Dl_info info;
	int length;

	if (!pc || walk->frame >= MAX_FRAMES)
		return _URC_END_OF_STACK;
	if (dladdr((void *)pc, &info) && info.dli_sname) {
		name = info.dli_sname;
		pc -= (uintptr_t)info.dli_saddr;
	} else if (dladdr((void *)pc, &info) && info.dli_fname) {
		/* A static function has no name here; file and offset are food for addr2line. */
		name = strrchr(info.dli_fname, '/');
		name = name ? name + 1 : info.dli_fname;
		pc -= (uintptr_t)info.dli_fbase;
	}
	length = snprintf(line, sizeof(line), "%s#%d [%s+0x%lx]\n", walk->indent, walk->frame++,
			  name, (unsigned long)pc);
	if (length > 0 && write(walk->fd, line, length) < 0)
		return _URC_END_OF_STACK;
	return _URC_NO_REASON;
}

void igt_stack_write(int fd, const char *indent)
{
	struct walk walk = {.fd = fd, .indent = indent};

	_Unwind_Backtrace(write_frame, &walk);
}
