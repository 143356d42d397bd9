/* SPDX-License-Identifier: MIT */
/**
 * The generator f54,1.
 */
#include "igt_rand.h"

static uint32_t global_state = 0x12345678;

static uint32_t rotate_left(uint32_t x, unsigned int bits)
{
	return x << bits | x >> (32 - bits);
}

uint32_t hars_petruska_f54_1_random(uint32_t *state)
{
	const uint32_t x = *state;

	*state = (x ^ rotate_left(x, 5) ^ rotate_left(x, 24)) + 0x37798849;
	return *state;
}

uint32_t hars_petruska_f54_1_random_unsafe(void)
{
	return hars_petruska_f54_1_random(&global_state);
}

uint32_t hars_petruska_f54_1_random_seed(uint32_t seed)
{
	const uint32_t before = global_state;

	global_state = seed;
	return before;
}

void hars_petruska_f54_1_random_perturb(uint32_t value)
{
	global_state ^= value;
	hars_petruska_f54_1_random(&global_state);
}
