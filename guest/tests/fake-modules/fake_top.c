// SPDX-License-Identifier: MIT
/* Stands in for a kernel module that needs fake_mid, and with it fake_base. */
void fake_mid_call(void);
void fake_top_call(void);
void fake_top_call(void)
{
	fake_mid_call();
}
