/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What a test leaves in, and asks of, the kernel's trace buffer. Nothing here is for tests.
 */
#ifndef IGT_TRACE_H
#define IGT_TRACE_H

/** Write a line into the trace buffer; does nothing where that cannot be done. */
void igt_trace_mark(const char *text);

/** Have the kernel print the trace buffer when it oopses, as long as this test runs. */
void igt_trace_on_oops(void);

#endif
