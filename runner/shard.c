/* SPDX-License-Identifier: MIT */
#include "shard.h"

#include <stdint.h>

/* FNV-1a: public, simple, and the same on any machine. */
static uint64_t hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

bool shard_has(const struct settings *settings, const char *name)
{
	uint64_t h;

	if (settings->shard_total == 0)
		return true;
	/* Its low bits alone depend on the low bits of the letters only. */
	h = hash(name);
	return (h ^ h >> 32) % settings->shard_total == settings->shard_index - 1;
}
