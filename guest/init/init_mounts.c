// SPDX-License-Identifier: MIT
#include "init.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>

struct mount_entry {
	const char *type;
	const char *where;
	const char *options;
	bool required;
};

static const struct mount_entry entries[] = {
	{"proc", "/proc", NULL, true},
	{"sysfs", "/sys", NULL, true},
	{"devtmpfs", "/dev", "mode=0755", true},
	{"tmpfs", "/run", "mode=0755", true},
	{"tmpfs", "/tmp", "mode=1777", true},
	{"tmpfs", "/dev/shm", "mode=1777", true},
	{"devpts", "/dev/pts", "mode=0620,ptmxmode=0666", false},
	{"debugfs", "/sys/kernel/debug", NULL, false},
	{"tracefs", "/sys/kernel/tracing", NULL, false},
	{"cgroup2", "/sys/fs/cgroup", NULL, false},
	{"configfs", "/sys/kernel/config", NULL, false},
};

int init_mount_all(void)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		const struct mount_entry *e = &entries[i];

		/* Below sysfs the kernel makes the mount points itself. */
		mkdir(e->where, 0755);
		/* A kernel that mounts devtmpfs by itself is fine. */
		if (mount(e->type, e->where, e->type, 0, e->options) && errno != EBUSY &&
		    e->required)
			return -errno;
	}
	return 0;
}

int init_mount_results(const struct init_machine *machine)
{
	return mount("results", "/results", machine->results, machine->results_flags,
		     machine->results_options)
		       ? -errno
		       : 0;
}
