/* SPDX-License-Identifier: MIT */
/**
 * Debug information of this process, read with libdw of elfutils.
 */
#include "igt_source_line.h"

#ifdef HAVE_LIBDW

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

static struct {
	void *library;
	Dwfl *dwfl;
	__typeof__(dwfl_begin) *begin;
	__typeof__(dwfl_end) *end;
	__typeof__(dwfl_linux_proc_report) *report;
	__typeof__(dwfl_report_end) *report_end;
	__typeof__(dwfl_addrmodule) *module;
	__typeof__(dwfl_module_getsrc) *source;
	__typeof__(dwfl_lineinfo) *line;
	__typeof__(dwfl_module_addrname) *name;
	Dwfl_Callbacks callbacks;
} dw;

/*
 * Debug information in a file of its own is not looked for: libdw's functions for that may ask a
 * server, and a test that has failed must not hang for it.
 */
static int find_no_other_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			      const char *file, const char *link, GElf_Word crc, char **ret_file)
{
	return -1;
}

/* Once; the library stays for the next failure. */
static bool load(void)
{
	if (dw.library)
		return true;
	dw.library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!dw.library)
		return false;
	dw.begin = dlsym(dw.library, "dwfl_begin");
	dw.end = dlsym(dw.library, "dwfl_end");
	dw.report = dlsym(dw.library, "dwfl_linux_proc_report");
	dw.report_end = dlsym(dw.library, "dwfl_report_end");
	dw.module = dlsym(dw.library, "dwfl_addrmodule");
	dw.source = dlsym(dw.library, "dwfl_module_getsrc");
	dw.line = dlsym(dw.library, "dwfl_lineinfo");
	dw.name = dlsym(dw.library, "dwfl_module_addrname");
	dw.callbacks.find_elf = dlsym(dw.library, "dwfl_linux_proc_find_elf");
	dw.callbacks.find_debuginfo = find_no_other_file;
	if (dw.begin && dw.end && dw.report && dw.report_end && dw.module && dw.source && dw.line &&
	    dw.name && dw.callbacks.find_elf)
		return true;
	dlclose(dw.library);
	dw.library = NULL;
	return false;
}

void igt_source_lines_open(void)
{
	if (!load())
		return;
	dw.dwfl = dw.begin(&dw.callbacks);
	if (dw.dwfl && (dw.report(dw.dwfl, getpid()) || dw.report_end(dw.dwfl, NULL, NULL)))
		igt_source_lines_close();
}

bool igt_source_line_find(uintptr_t address, struct igt_source_line *ret_line)
{
	Dwfl_Module *module = dw.dwfl ? dw.module(dw.dwfl, address) : NULL;
	Dwfl_Line *line = module ? dw.source(module, address) : NULL;
	const char *file = line ? dw.line(line, NULL, &ret_line->line, NULL, NULL, NULL) : NULL;
	const char *name = file ? dw.name(module, address) : NULL;

	if (!name)
		return false;
	ret_line->file = file;
	ret_line->function = name;
	return true;
}

void igt_source_lines_close(void)
{
	if (dw.dwfl)
		dw.end(dw.dwfl);
	dw.dwfl = NULL;
}

#else

void igt_source_lines_open(void)
{
}

bool igt_source_line_find(uintptr_t address, struct igt_source_line *ret_line)
{
	return false;
}

void igt_source_lines_close(void)
{
}

#endif
