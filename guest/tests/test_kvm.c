// SPDX-License-Identifier: MIT
/* The probe must say no, in time, wherever a guest does not run. */
#include "testing.h"

#include "guest_kvm.h"
#include "guest_util.h"

#include <string.h>

#define LIMIT_MS 3000

static void assert_refused(const struct guest_kvm_probe *probe, const char *text)
{
	g_autofree char *why = NULL;
	int64_t start = guest_now_ms();

	assert_false(guest_kvm_probe(probe, &why));
	assert_in_range(guest_now_ms() - start, 0, LIMIT_MS);
	assert_non_null(why);
	if (!strstr(why, text))
		fail_msg("'%s' does not say '%s'", why, text);
}

static void spinning_code_is_given_up(void **state)
{
	/* jmp to itself: a machine that executes, and never reports. */
	static const uint8_t spin[] = {0xeb, 0xfe};

	assert_refused(&(struct guest_kvm_probe){.code = spin, .code_size = sizeof(spin)}, "kvm");
}

static void code_that_leaves_otherwise_is_no_report(void **state)
{
	/* out to another port. */
	static const uint8_t stray[] = {0xe6, 0x80, 0xf4};

	assert_refused(&(struct guest_kvm_probe){.code = stray, .code_size = sizeof(stray)}, "kvm");
}

static void device_that_is_not_kvm_is_refused(void **state)
{
	assert_refused(&(struct guest_kvm_probe){.device = "/dev/null"}, "/dev/null");
}

static void missing_device_is_refused(void **state)
{
	assert_refused(&(struct guest_kvm_probe){.device = "/nonexistent/kvm"}, "/nonexistent/kvm");
}

static void code_of_more_than_a_page_is_refused(void **state)
{
	static const uint8_t code[4097];

	assert_refused(&(struct guest_kvm_probe){.code = code, .code_size = sizeof(code)},
		       "set up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spinning_code_is_given_up),
		cmocka_unit_test(code_that_leaves_otherwise_is_no_report),
		cmocka_unit_test(device_that_is_not_kvm_is_refused),
		cmocka_unit_test(missing_device_is_refused),
		cmocka_unit_test(code_of_more_than_a_page_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
