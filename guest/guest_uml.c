// SPDX-License-Identifier: MIT
#include "guest_uml.h"

#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>

/* The console costs little here, and a kernel that panics is gone before it could repeat its
 * log, so all of the log goes there at once. In a shell that would be in the way. */
#define LOG_ALL "loglevel=8"
#define LOG_SOME "loglevel=5"

#define UMID "guest"

/* arch/um/drivers/mconsole.h */
#define MCONSOLE_MAGIC 0xcafebabe
#define MCONSOLE_VERSION 2
#define MCONSOLE_MAX_DATA 512

struct mconsole_request {
	uint32_t magic;
	uint32_t version;
	uint32_t len; /* bytes of data */
	char data[MCONSOLE_MAX_DATA];
};

/* Can a file of this size be there, and be mapped to be executed? */
static bool holds_memory(const char *dir, uint64_t bytes)
{
	struct statvfs st;

	return !statvfs(dir, &st) && !(st.f_flag & (ST_NOEXEC | ST_RDONLY)) &&
	       (uint64_t)st.f_bavail * st.f_frsize >= bytes;
}

/* The guest's memory is an unlinked file, which grows as the guest touches it. The kernel looks
 * at TMPDIR first; a small /dev/shm, which containers have, would kill it later on. */
static int choose_memory(uint64_t bytes, struct guest_launch *launch, char **ret_why)
{
	const char *const dirs[] = {"/dev/shm", g_get_tmp_dir(), "/var/tmp"};

	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
		if (!holds_memory(dirs[i], bytes))
			continue;
		g_ptr_array_add(launch->env, g_strdup("TMPDIR"));
		g_ptr_array_add(launch->env, g_strdup(dirs[i]));
		return 0;
	}
	return guest_fail(ret_why, ENOSPC,
			  "no place for the guest's memory: none of %s, %s and %s has %" PRIu64
			  " MiB free and may be executed from; make room, or give a smaller --mem",
			  dirs[0], dirs[1], dirs[2], bytes >> 20);
}

/* Its files go with the process; the name of the socket has to fit into an address. */
static int make_workdir(struct guest_process *process, char **ret_why)
{
	struct sockaddr_un address;

	process->workdir = g_dir_make_tmp("igt-guest-uml-XXXXXX", NULL);
	if (!process->workdir)
		return guest_fail(ret_why, errno, "no folder can be made in %s: %s",
				  g_get_tmp_dir(), strerror(errno));
	if (strlen(process->workdir) + strlen("/" UMID "/mconsole") >= sizeof(address.sun_path))
		return guest_fail(ret_why, ENAMETOOLONG,
				  "the path %s is too long for a socket: set TMPDIR to a shorter "
				  "one",
				  process->workdir);
	return 0;
}

/* All that the guest can see of the host's files. By its descriptor, because the kernel would
 * cut the path at a comma. */
static int share_folder(const char *path, struct guest_launch *launch,
			struct guest_process *process, char **ret_why)
{
	process->shared = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process->shared < 0)
		return guest_fail(ret_why, errno, "%s cannot be opened: %s", path, strerror(errno));
	g_array_append_val(launch->inherit, process->shared);
	guest_launch_arg(launch, "hostfs=/proc/self/fd/%d/.", process->shared);
	return 0;
}

static int open_log(const char *path, struct guest_process *process, char **ret_why)
{
	process->log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (process->log < 0)
		return guest_fail(ret_why, errno, "%s cannot be made: %s", path, strerror(errno));
	return 0;
}

int guest_uml_launch(const struct guest_machine *m, const int theirs[_GUEST_CHANNEL_MAX],
		     struct guest_launch *l, struct guest_process *process, char **ret_why)
{
	g_auto(GStrv) more = g_strsplit_set(m->append ?: "", " \t\n", -1);
	int r = choose_memory(m->mem_bytes, l, ret_why);

	if (r >= 0)
		r = make_workdir(process, ret_why);
	if (r >= 0 && m->console)
		r = open_log(m->console, process, ret_why);
	if (r < 0)
		return r;

	l->plain = true;
	l->in = theirs[GUEST_CHANNEL_CONSOLE];
	guest_launch_arg(l, "%s", m->program);
	guest_launch_arg(l, "mem=%" PRIu64 "K", m->mem_bytes / 1024);
	guest_launch_arg(l, "initrd=/proc/self/fd/%d", m->initrd_fd);
	guest_launch_arg(l, "rdinit=/init");
	guest_launch_arg(l, "uml_dir=%s", process->workdir);
	guest_launch_arg(l, "umid=" UMID);
	guest_launch_arg(l, "noreboot");
	/* Every line but the console's first and the two serial ones leads nowhere. */
	guest_launch_arg(l, "con=null");
	guest_launch_arg(l, "con0=fd:0,fd:1");
	guest_launch_arg(l, "ssl=null");
	guest_launch_arg(l, "ssl0=fd:%d", theirs[GUEST_CHANNEL_CONTROL]);
	guest_launch_arg(l, "ssl1=fd:%d", theirs[GUEST_CHANNEL_LIVE]);
	guest_launch_arg(l, "console=tty0");
	guest_launch_arg(l, "%s", m->results ? LOG_ALL : LOG_SOME);
	guest_launch_arg(l, "sysrq_always_enabled=1");
	guest_launch_arg(l, "printk.devkmsg=on");
	r = share_folder(m->results ?: process->workdir, l, process, ret_why);
	for (char **word = more; *word; word++)
		if (**word)
			guest_launch_arg(l, "%s", *word);

	g_array_append_val(l->inherit, theirs[GUEST_CHANNEL_CONTROL]);
	g_array_append_val(l->inherit, theirs[GUEST_CHANNEL_LIVE]);
	g_array_append_val(l->inherit, m->initrd_fd);
	return r;
}

int guest_uml_sysrq(const struct guest_process *process, char key)
{
	struct mconsole_request request = {MCONSOLE_MAGIC, MCONSOLE_VERSION, 0, ""};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	request.len = (uint32_t)snprintf(request.data, sizeof(request.data), "sysrq %c", key);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/" UMID "/mconsole",
		 process->workdir);
	/* The answer is on the console; nobody listens for the one to this socket. */
	if (fd < 0 || sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&address,
			     sizeof(address)) != sizeof(request))
		return errno ? -errno : -EIO;
	return 0;
}
