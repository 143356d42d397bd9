/* SPDX-License-Identifier: MIT */
#include "machine_state.h"

#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "fileio.h"

#define LOCKDEP_STATS "/proc/lockdep_stats"

unsigned long machine_taint(void)
{
	autofd fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtoul(text, /* endptr= */ NULL, 10);
}

/* The number behind the first @key in a file of the kernel; -1 if there is none. */
static long long number_in(const char *path, const char *key)
{
	g_autofree char *text = NULL;
	const char *at;
	size_t len;

	if (file_read_at(AT_FDCWD, path, &text, &len) < 0)
		return -1;
	at = strstr(text, key);
	return at ? strtoll(at + strlen(key), /* endptr= */ NULL, 10) : -1;
}

int machine_debug_locks(void)
{
	return number_in(LOCKDEP_STATS, " debug_locks:");
}

void machine_state_read(struct machine_state *ret)
{
	ret->taint = machine_taint();
	ret->debug_locks = machine_debug_locks();
	ret->oom_kills = number_in("/proc/vmstat", "\noom_kill ");
}
