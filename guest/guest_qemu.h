/* SPDX-License-Identifier: MIT */
/** QEMU as a guest's machine. */
#ifndef GUEST_QEMU_H
#define GUEST_QEMU_H

#include "guest_machine.h"

/** chardev id of the serial console, for guest_qmp_send_break. */
#define GUEST_CONSOLE_CHARDEV "console"

/**
 * Fills in QEMU's command line; theirs are the guest's ends of the channels, and picture is the
 * file for pictures of the screen.
 */
void guest_qemu_launch(const struct guest_machine *machine, const int theirs[_GUEST_CHANNEL_MAX],
		       int picture, struct guest_launch *launch);

#endif
