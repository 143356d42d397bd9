/* SPDX-License-Identifier: MIT */
/** What must be true of the results of a job, whatever its record. */
#ifndef RUNNER_FUZZ_CHECK_RESULTS_H
#define RUNNER_FUZZ_CHECK_RESULTS_H

#include <stddef.h>

#include "transcript.h"

/** Makes and checks the results of a transcript that was made of @size bytes. */
void check_results(const struct transcript *transcript, size_t size);

#endif
