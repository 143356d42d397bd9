/* SPDX-License-Identifier: MIT */
/** What the unit tests of igt_guest share. */
#ifndef GUEST_TESTING_H
#define GUEST_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "guest_kernel.h"

#include <glib.h>
#include <stdbool.h>

/** Fixtures that give each test an empty directory in *state. */
int testing_make_dir(void **state);
int testing_remove_dir(void **state);

/** Writes a file below dir, with parents, and returns its path (g_free). */
char *testing_file(const char *dir, const char *name, const char *text, int mode);

/**
 * Writes a bzImage below dir whose real-mode code spins for ever, and returns its path
 * (g_free). release goes into the header; NULL leaves it out.
 */
char *testing_kernel(const char *dir, const char *name, const char *release);

/** The same with up to 64 bytes of other code. */
char *testing_kernel_with(const char *dir, const char *name, const char *release,
			  const uint8_t *code, size_t size);

/** The release of kernels that testing_mali_kernel makes. */
#define TESTING_RELEASE "6.12.0-test"

/**
 * Makes a kernel directory in dir with what a guest needs built in, and copies of the
 * module files as mali_model and panfrost in updates/; NULL leaves one out.
 */
void testing_mali_kernel(const char *dir, const char *mali_model, const char *panfrost,
			 struct guest_kernel *ret);

/** Asserts that the call failed with err and that its sentence holds each text; frees it. */
void testing_assert_fails(int r, int err, char **why, const char *const texts[]);

#define assert_fails(r, err, why, ...)                                                             \
	testing_assert_fails(r, err, why, (const char *const[]){__VA_ARGS__, NULL})

/** True if any process but this one has text in its command line. */
bool testing_process_exists(const char *text);

#endif
