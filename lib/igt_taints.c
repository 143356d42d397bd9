/* SPDX-License-Identifier: MIT */
/**
 * Kernel taint.
 */
#include <stdlib.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_taints.h"
#include "reclaim/igt_files.h"

/* Others, of a module without a licence say, are no sign of damage. */
static const struct {
	int bit;
	const char *text;
} bad_taints[] = {
	{4, "TAINT_MACHINE_CHECK: the hardware reported an error."},
	{5, "TAINT_BAD_PAGE: a page was found in a state it cannot be in."},
	{7, "TAINT_DIE: the kernel has died with an OOPS."},
	{9, "TAINT_WARN: WARN_ON has happened."},
};

unsigned long igt_bad_taints(void)
{
	unsigned long bits = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad_taints); i++)
		bits |= 1ul << bad_taints[i].bit;
	return bits;
}

unsigned long igt_kernel_tainted(unsigned long *taints)
{
	_cleanup_free_ char *text = NULL;

	*taints = 0;
	if (igt_file_read("/proc/sys/kernel/tainted", &text) == 0)
		*taints = strtoul(text, NULL, 10);
	return *taints & igt_bad_taints();
}

const char *igt_explain_taints(unsigned long *taints)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_taints); i++)
		if (*taints & 1ul << bad_taints[i].bit) {
			*taints &= ~(1ul << bad_taints[i].bit);
			return bad_taints[i].text;
		}
	return NULL;
}
