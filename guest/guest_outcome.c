// SPDX-License-Identifier: MIT
#include "guest_outcome.h"

static const struct {
	const char *name;
	const char *text;
	enum guest_exit code;
} outcomes[_GUEST_OUTCOME_MAX] = {
	[GUEST_FINISHED] = {"finished", "the guest finished", GUEST_EXIT_OK},
	[GUEST_NO_QEMU] = {"no-qemu", "QEMU did not start", GUEST_EXIT_NO_BOOT},
	[GUEST_NO_UML] = {"no-uml", "user-mode Linux did not start", GUEST_EXIT_NO_BOOT},
	[GUEST_BOOT_PANIC] = {"boot-panic", "the kernel panicked at boot", GUEST_EXIT_NO_BOOT},
	[GUEST_BOOT_HANG] = {"boot-hang", "the guest hangs at boot", GUEST_EXIT_NO_BOOT},
	[GUEST_BOOT_ENDED] = {"boot-ended", "the guest ended while it booted", GUEST_EXIT_NO_BOOT},
	[GUEST_NOT_READY] = {"not-ready", "the guest booted but cannot run tests",
			     GUEST_EXIT_NO_BOOT},
	[GUEST_NOT_SUCH] = {"not-such", "this guest cannot be made", GUEST_EXIT_CANNOT},
	[GUEST_TEST_PANIC] = {"test-panic", "the kernel panicked", GUEST_EXIT_FAILED},
	[GUEST_TEST_SILENT] = {"test-silent", "the guest hangs", GUEST_EXIT_FAILED},
	[GUEST_TEST_TIMEOUT] = {"test-timeout", "the run took too long", GUEST_EXIT_FAILED},
	[GUEST_LOST] = {"lost", "the guest ended before its tests did", GUEST_EXIT_FAILED},
	[GUEST_INTERRUPTED] = {"interrupted", "interrupted", GUEST_EXIT_FAILED},
};

const char *guest_outcome_name(enum guest_outcome outcome)
{
	return outcomes[outcome].name;
}

const char *guest_outcome_text(enum guest_outcome outcome)
{
	return outcomes[outcome].text;
}

enum guest_exit guest_outcome_exit(enum guest_outcome outcome)
{
	return outcomes[outcome].code;
}
