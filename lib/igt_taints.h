/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the kernel says is wrong with itself: /proc/sys/kernel/tainted. Names are those of IGT GPU
 * Tools; the bits are those of Documentation/admin-guide/tainted-kernels.rst.
 */
#ifndef IGT_TAINTS_H
#define IGT_TAINTS_H

/** The bits after which nothing that the kernel does can be trusted. */
unsigned long igt_bad_taints(void);

/** All bits that are set, 0 where they cannot be read, into @taints; returns the bad ones. */
unsigned long igt_kernel_tainted(unsigned long *taints);

/** The name and meaning of the lowest bad bit in @taints, which is cleared there; NULL: none. */
const char *igt_explain_taints(unsigned long *taints);

#endif
