/* SPDX-License-Identifier: MIT */
/** Which kernel modules the guest needs, with what they depend on, and a staging tree of them. */
#ifndef GUEST_MODULES_H
#define GUEST_MODULES_H

#include "guest_kernel.h"

#include <stdbool.h>

/** One wanted module. */
struct guest_module_want {
	const char *name;
	bool load;	     /* init loads it; otherwise it lies ready for a test */
	bool required;	     /* no run without it, unless the kernel has it built in */
	bool mali;	     /* no run without it, and it must be a module */
	const char *options; /* for the module when init loads it, or NULL */
	const char *on;	     /* a module that it must depend on, or NULL */
};

/**
 * What the suite's guest wants, with the software Mali as the GPU `mali` or, for
 * "none", without. The list ends with a NULL name and is the caller's (g_free).
 */
struct guest_module_want *guest_modules_wants(const char *mali);

/** One module file of the host. */
struct guest_module {
	char *name;
	char *path;	/* on the host */
	char *relative; /* below lib/modules/<release>, without a suffix of compression */
};

struct guest_modules {
	GPtrArray *files; /* struct guest_module, each after everything it depends on */
	GPtrArray *load;  /* char *, what init loads, in order: a name, maybe with options */
};

/**
 * Resolves the wanted names against the kernel's modules.dep, which is made in
 * workdir if the kernel comes without (an unpacked distribution package). A kernel
 * without modules gives two empty lists. ret is untouched on failure; clear it with
 * guest_modules_clear. Returns 0 or a negative errno with a sentence in ret_why.
 */
int guest_modules_resolve(const struct guest_kernel *kernel, const struct guest_module_want *wants,
			  const char *workdir, struct guest_modules *ret, char **ret_why);

/**
 * Lays the files out, uncompressed, as <stage>/lib/modules/<release> with the
 * indices that libkmod and modprobe read. Returns 0 or a negative errno with a
 * sentence in ret_why.
 */
int guest_modules_stage(const struct guest_kernel *kernel, const struct guest_modules *modules,
			const char *stage, char **ret_why);

/**
 * Runs depmod on <base>/lib/modules/<release>. Returns 0 or a negative errno with a
 * sentence in ret_why.
 */
int guest_modules_depmod(const char *base, const char *release, char **ret_why);

/** Frees both lists. */
void guest_modules_clear(struct guest_modules *modules);

#define _cleanup_modules_ __attribute__((cleanup(guest_modules_clear)))

#endif
