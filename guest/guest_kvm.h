/* SPDX-License-Identifier: MIT */
/**
 * Does a KVM guest really execute here? /dev/kvm may exist, open and create a
 * machine, and the machine may still never run an instruction, or have every one of
 * them interpreted by the host's kernel (nested hosts). Only code that does some work
 * inside a guest and then reports answers the question.
 */
#ifndef GUEST_KVM_H
#define GUEST_KVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The I/O port that probe code writes one byte to when it runs. */
#define GUEST_KVM_PROBE_PORT 0x10

struct guest_kvm_probe {
	const char *device;  /* NULL: /dev/kvm */
	const uint8_t *code; /* 16-bit real mode, at most one page; NULL: code that reports */
	size_t code_size;    /* bytes */
	int timeout_ms;	     /* how long the guest has to report; 0: 1500 ms */
};

/**
 * True if a guest running the code wrote to GUEST_KVM_PROBE_PORT in time. The
 * virtual machine lives in a child process that is killed at the deadline and
 * never waited for, because a vcpu that hangs may hold its thread in the kernel.
 * ret_why (owned by the caller, g_free) gets the reason when false.
 */
bool guest_kvm_probe(const struct guest_kvm_probe *probe, char **ret_why);

#endif
