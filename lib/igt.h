/* SPDX-License-Identifier: MIT */
/**
 * What nearly every test includes: the test core and the opening of devices.
 */
#ifndef IGT_H
#define IGT_H

#include "drmtest.h"
#include "igt_aux.h"
#include "igt_core.h"

#endif
