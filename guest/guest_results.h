/* SPDX-License-Identifier: MIT */
/** The results folder on the host: before the guest, and after it. */
#ifndef GUEST_RESULTS_H
#define GUEST_RESULTS_H

#include "guest_monitor.h"

#include <glib.h>
#include <stdbool.h>

/** Files that igt_guest itself writes into a results folder. */
#define GUEST_RESULTS_CONSOLE "guest-console.log"
#define GUEST_RESULTS_DMESG "guest-dmesg.txt"
#define GUEST_RESULTS_JSON "guest.json"

/**
 * Makes the folder ready: creates it with its parents, proves that files can be
 * written to it, and removes what an earlier run left, so that nothing old can be
 * taken for new. A folder that holds anything but results is refused and left as it
 * is. ret_path gets the absolute path (owned by the caller, g_free). Returns 0 or a
 * negative errno with a sentence in ret_why.
 */
int guest_results_prepare(const char *dir, char **ret_path, char **ret_why);

/**
 * The subtest (`binary@subtest`) that igt_runner was in when the guest went, read
 * from the folder; NULL if none was. Owned by the caller, g_free.
 */
char *guest_results_running(const char *dir);

/**
 * Runs igt_results if the guest could not (or not cleanly), and prints the summary
 * of igt_report, with the NULL-terminated list of its options (NULL: none), on our
 * stdout. Returns igt_report's exit code, or a negative errno
 * with a sentence in ret_why.
 */
int guest_results_report(const char *dir, const char *suite, bool clean, const char *const *expect,
			 char **ret_why);

/** What guest.json says. Strings are not owned. */
struct guest_record {
	const struct guest_story *story;
	const struct guest_machine *machine;
	const char *const *expect; /* expectation files, NULL-terminated; may be NULL */
	const char *mali;
	int64_t initramfs_bytes;
	int64_t initramfs_ms;
	int64_t total_ms;
	unsigned int expected, verdicts;
	int exit_code;
};

/** Writes guest.json to the folder. Returns 0 or a negative errno. */
int guest_results_write_record(const char *dir, const struct guest_record *record);

#endif
