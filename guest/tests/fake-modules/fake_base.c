// SPDX-License-Identifier: MIT
/* Stands in for a kernel module: exports a symbol the way depmod finds it. */
const char exported[] __attribute__((section("__ksymtab_strings"), used)) = "fake_base_call";
void fake_base_call(void);
void fake_base_call(void)
{
}
