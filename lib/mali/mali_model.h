/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The controls of the software Mali (kernel/mali-model), where the GPU under test is one.
 *
 * It does what no hardware does on demand: keeps a job from ending, and counts each access to
 * memory that is somebody else's by then. Tests work without it as far as they can; what needs it
 * skips on a board. Whatever is set is set back when the subtest ends, or the test dies.
 */
#ifndef MALI_MODEL_H
#define MALI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/** Whether this GPU is the model, and its controls can be used. */
bool mali_model_present(void);

/** Skip, with the reason, unless mali_model_present(). */
void mali_model_require(void);

/** A counter of the model; see kernel/mali-model. */
uint64_t mali_model_stat(const char *name);

/** Set a control, "hold" say, to @value; it becomes what it was when the subtest ends. */
void mali_model_set(const char *control, uint64_t value);

/** What a control is by now. "hang" loses a slot's bit as soon as a job in that slot hangs. */
uint64_t mali_model_get(const char *control);

#endif
