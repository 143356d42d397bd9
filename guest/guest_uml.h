/* SPDX-License-Identifier: MIT */
/** User-mode Linux as a guest's machine: the kernel is a program of the host. */
#ifndef GUEST_UML_H
#define GUEST_UML_H

#include "guest_machine.h"

/**
 * Fills in how the kernel is started, with theirs as the guest's ends of the
 * channels, and what process needs beside them. Returns 0 or a negative errno with a
 * sentence in ret_why; the caller clears launch and process either way.
 */
int guest_uml_launch(const struct guest_machine *machine, const int theirs[_GUEST_CHANNEL_MAX],
		     struct guest_launch *launch, struct guest_process *process, char **ret_why);

/**
 * Sends a sysrq key to the kernel's management console, which the interrupt handler
 * of a kernel without any working user space still answers. 0 or a negative errno.
 */
int guest_uml_sysrq(const struct guest_process *process, char key);

#endif
