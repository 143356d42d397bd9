// SPDX-License-Identifier: MIT
/* Stands in for a kernel module that needs fake_base. */
const char exported[] __attribute__((section("__ksymtab_strings"), used)) = "fake_mid_call";
void fake_base_call(void);
void fake_mid_call(void);
void fake_mid_call(void)
{
	fake_base_call();
}
