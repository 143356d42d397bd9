/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Parameters of the module that drives a DRM device. Names are those of IGT GPU Tools.
 */
#ifndef IGT_PARAMS_H
#define IGT_PARAMS_H

#include <stdbool.h>

/** The directory with the parameters of the driver of @device, opened, or -1; to be closed. */
int igt_params_open(int device);

/** The value of a parameter, to be freed, or NULL. */
char *__igt_params_get(int device, const char *parameter);

/** Set a parameter to a value made with printf's conversions. Returns whether it was taken. */
__attribute__((format(printf, 3, 4)))
bool igt_params_set(int device, const char *parameter, const char *format, ...);
/** The same; what it was before is set again when the process ends. */
__attribute__((format(printf, 3, 4)))
bool igt_params_save_and_set(int device, const char *parameter, const char *format, ...);

#endif
