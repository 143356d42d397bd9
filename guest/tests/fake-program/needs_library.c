// SPDX-License-Identifier: MIT
/* A program with a shared library of its own. */
int library_value(void);

int main(void)
{
	return library_value();
}
