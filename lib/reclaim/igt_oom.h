/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the OOM killer writes into the kernel's log when a test brings it about: a report of some
 * fifty lines at the level of warnings, which are none of a fault.
 */
#ifndef IGT_OOM_H
#define IGT_OOM_H

/**
 * The lines of such a report, as they are in Linux 6.1 to 6.12 (mm/oom_kill.c, mm/show_mem.c,
 * mm/memcontrol.c, lib/dump_stack.c): a regular expression, both PCRE and POSIX extended. The
 * first lines of a warning, an oops or a report of lockdep or KASAN do not match.
 */
#define IGT_OOM_REPORT_LINES                                                                       \
	"invoked oom-killer|^oom-kill:|oom_reaper|^Out of memory|^Memory cgroup |^Mem-Info"        \
	"|^Tasks state|^\\[ *(pid|[0-9]+) *\\]|^(memory|swap): usage|^(active|inactive)_anon"      \
	"|^(Node [0-9]+ )?(DMA|DMA32|Normal|Movable)[ :]|^Node [0-9]|^lowmem_reserve"              \
	"|total pagecache pages|pages (in swap cache|RAM|HighMem|reserved|cma|hwpoisoned)"         \
	"|^(Free|Total) swap|hugepages|^CPU: [0-9]+ (UID|PID): |^Tainted: |^Hardware name"         \
	"|^Call Trace|^ <.?TASK>|^ (\\? )?[A-Za-z0-9_.]+\\+0x|^RIP: |^Code: |^R[A-Z0-9]{2}: "

/** Expect such reports until the next subtest, see igt_emit_ignore_dmesg_regex(). */
void igt_expect_oom(void);

#endif
