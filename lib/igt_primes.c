/* SPDX-License-Identifier: MIT */
/**
 * Primes by trial division, which is quick enough below a few million.
 */
#include "igt_primes.h"

bool igt_is_prime_number(unsigned long number)
{
	if (number < 4)
		return number >= 2;
	if (number % 2 == 0)
		return false;
	for (unsigned long divisor = 3; divisor <= number / divisor; divisor += 2)
		if (number % divisor == 0)
			return false;
	return true;
}

unsigned long igt_next_prime_number(unsigned long number)
{
	do
		number++;
	while (number && !igt_is_prime_number(number));
	return number;
}
