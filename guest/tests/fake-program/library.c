// SPDX-License-Identifier: MIT
int library_value(void);

int library_value(void)
{
	return 0;
}
