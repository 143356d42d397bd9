/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Prime numbers, for steps that fit no power of two. Names are those of IGT GPU Tools.
 */
#ifndef IGT_PRIMES_H
#define IGT_PRIMES_H

#include <stdbool.h>

/** Whether @number has no divisor but 1 and itself; 0 and 1 are no primes. */
bool igt_is_prime_number(unsigned long number);

/** The smallest prime above @number, or 0 when there is none that fits. */
unsigned long igt_next_prime_number(unsigned long number);

/** The statement that follows runs for each prime up to @max, itself included. */
#define for_each_prime_number(prime, max)                                                      \
	for ((prime) = 2; (prime) && (prime) <= (max); (prime) = igt_next_prime_number(prime))

#endif
