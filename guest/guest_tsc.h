// SPDX-License-Identifier: MIT
/* The time stamp counter of this machine, which an emulated x86 processor counts as well. */
#ifndef GUEST_TSC_H
#define GUEST_TSC_H

/* How fast it counts, in kHz, to a thousandth; 0 where there is none. Takes 20 ms, and is right
 * also where this process does not always get to run. */
unsigned int guest_tsc_khz(void);

#endif
