/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What nearly every test includes: the test core, the opening of devices, and the helpers that
 * need no driver. A test of IGT GPU Tools takes a good part of the system's headers from here as
 * well, so they are included for it.
 */
#ifndef IGT_H
#define IGT_H

#include <byteswap.h>
#include <drm.h>
#include <drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <i915_drm.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "drmtest.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "igt_kms.h"
#include "igt_list.h"
#include "igt_os.h"
#include "igt_params.h"
#include "igt_sizes.h"
#include "igt_types.h"
#include "ioctl_wrappers.h"

#endif
