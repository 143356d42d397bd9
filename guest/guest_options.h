/* SPDX-License-Identifier: MIT */
/** The command line of igt_guest. */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include "guest_arch.h"
#include "guest_gpu.h"
#include "guest_machine.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum guest_accel { GUEST_ACCEL_AUTO, GUEST_ACCEL_KVM, GUEST_ACCEL_TCG };

/** Strings point into argv. Timeouts are seconds; 0 stands for "not given". */
struct guest_options {
	bool help;
	bool shell;
	bool list;
	const char *kernel;
	const char *suite;
	const char *sysroot;
	const char *results;
	enum guest_gpu_kind gpu;
	bool iommu;
	const char *mali; /* "none", or the GPU that mali_model is to be */
	const char *append;
	const char *qemu;
	enum guest_machine_kind machine;
	const struct guest_arch *arch;
	enum guest_accel accel;
	uint64_t mem_bytes;
	unsigned int cpus;
	unsigned int boot_timeout;
	unsigned int timeout;
	unsigned int idle_timeout;
	unsigned int per_test_timeout;
	GPtrArray *tests; /* const char *, NULL-terminated */
	const char *test_list; /* file, or NULL */
	/* The same: --expect, --expect-for and --require, each with its value behind it. */
	GPtrArray *expect;
};

/**
 * Parses the command line and checks each value by itself; defaults are filled in
 * but for timeouts that depend on the accelerator or on each other. ret is untouched
 * on failure. Returns 0 or -EINVAL with a sentence in ret_why.
 */
int guest_options_parse(int argc, char *argv[], struct guest_options *ret, char **ret_why);

/** Frees the lists of tests and of expectations. */
void guest_options_clear(struct guest_options *options);

#define _cleanup_options_ __attribute__((cleanup(guest_options_clear)))

/** The usage text. */
extern const char guest_options_usage[];

/** Seconds without output after which a guest counts as hanging. */
unsigned int guest_options_idle(const struct guest_options *options);

/** Seconds after which it does although its kernel talks, as one does that is locked up. */
unsigned int guest_options_stall(const struct guest_options *options);

/** Seconds that a guest has to boot. */
unsigned int guest_options_boot(const struct guest_options *options, bool kvm);

#endif
