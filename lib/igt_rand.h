/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Random numbers that are the same on every machine for the same seed. Names, and the function
 * itself, are those of IGT GPU Tools: f54,1 of "Pseudorandom Recursions" by L. Hars and
 * G. Petruska. Not for secrets.
 */
#ifndef IGT_RAND_H
#define IGT_RAND_H

#include <stdint.h>

/** The next number of the sequence that @state, which it changes, stands in. */
uint32_t hars_petruska_f54_1_random(uint32_t *state);

/** The same with a state of the process's own, which threads must not share. */
uint32_t hars_petruska_f54_1_random_unsafe(void);
/** Set that state; returns what it was. */
uint32_t hars_petruska_f54_1_random_seed(uint32_t seed);
/** Change that state by @value, so that what follows depends on it too. */
void hars_petruska_f54_1_random_perturb(uint32_t value);

/** From 0 to @max - 1; @max must not be 0. */
static inline uint32_t hars_petruska_f54_1_random_unsafe_max(uint32_t max)
{
	/* Scaled, not divided: the upper bits are the better ones. */
	return (uint32_t)((uint64_t)hars_petruska_f54_1_random_unsafe() * max >> 32);
}

#endif
