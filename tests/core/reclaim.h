/* SPDX-License-Identifier: MIT */
/**
 * Parts of core_reclaim: the library's own ways to reclaim and to see it, tried on a kernel.
 */
#ifndef RECLAIM_H
#define RECLAIM_H

void reclaim_undo(void);
void reclaim_memory(void);
void reclaim_pressure(void);
void reclaim_oracles(void);
void reclaim_fail_nth(void);
void reclaim_sentinel(void);

#endif
