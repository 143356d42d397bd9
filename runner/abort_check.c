/* SPDX-License-Identifier: MIT */
#include "abort_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fileio.h"
#include "igt_wire.h"
#include "log.h"
#include "machine_state.h"
#include "subprocess.h"

#define PING_SILENCE_S "40"
/* ping ends by itself before that. */
#define PING_TIMEOUT_S 60
#define COMMAND_TIMEOUT_S 60

static char *ping_host(void)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *fallback = g_build_filename(g_get_home_dir(), ".igtrc", NULL);
	const char *path = g_getenv(IGT_ENV_CONFIG);
	const char *host = g_getenv("IGT_PING_HOSTNAME");

	if (host && *host != '\0')
		return g_strdup(host);
	if (!g_key_file_load_from_file(file, path ? path : fallback, G_KEY_FILE_NONE, NULL))
		return NULL;
	return g_key_file_get_string(file, "DUT", "PingHostName", NULL);
}

void abort_check_warn(const struct settings *settings)
{
	g_autofree char *host = ping_host();
	g_autofree char *ping = g_find_program_in_path("ping");

	if ((settings->abort_mask & ABORT_ON_LOCKDEP) && machine_debug_locks() < 0)
		log_warning("lockdep is not watched: this kernel has none");
	if ((settings->abort_mask & ABORT_ON_PING) && !host)
		log_warning("no host is pinged: none is named in IGT_PING_HOSTNAME or ~/.igtrc");
	else if ((settings->abort_mask & ABORT_ON_PING) && !ping)
		log_warning("no host is pinged: there is no ping (Debian: iputils-ping)");
}

static char *check_taint(void)
{
	static const struct {
		unsigned long bit;
		const char *text;
	} bits[] = {
		{TAINT_MACHINE_CHECK,
		 "TAINT_MACHINE_CHECK: the processor reported a hardware error"},
		{TAINT_BAD_PAGE, "TAINT_BAD_PAGE: a page was in a state that it must not be in"},
		{TAINT_DIE, "TAINT_DIE: the kernel had an oops or hit a BUG"},
		{TAINT_WARN, "TAINT_WARN: the kernel hit a WARN"},
	};
	unsigned long taint = machine_taint();
	GString *reason;

	if (!(taint & TAINT_ALL_BAD))
		return NULL;
	reason = g_string_new(NULL);
	g_string_append_printf(reason,
			       "Kernel badly tainted (0x%lx, 0x%lx) (check dmesg for details):\n",
			       taint, taint & TAINT_ALL_BAD);
	for (size_t i = 0; i < G_N_ELEMENTS(bits); i++)
		if (taint & bits[i].bit)
			g_string_append_printf(reason, "\t(0x%lx) %s\n", bits[i].bit, bits[i].text);
	return g_string_free(reason, /* free_segment= */ FALSE);
}

static char *check_lockdep(void)
{
	g_autofree char *stats = NULL;
	size_t len;

	if (machine_debug_locks() != 0 ||
	    file_read_at(AT_FDCWD, "/proc/lockdep_stats", &stats, &len) < 0)
		return NULL;
	return g_strdup_printf("Lockdep not active\n\n/proc/lockdep_stats contents:\n%s", stats);
}

char *abort_check_kernel(const struct settings *settings)
{
	char *reason = NULL;

	if (settings->abort_mask & ABORT_ON_TAINT)
		reason = check_taint();
	if (!reason && (settings->abort_mask & ABORT_ON_LOCKDEP))
		reason = check_lockdep();
	return reason;
}

/* Runs a command, its words up to a NULL. As subprocess_capture(). */
static int run(char **argv, unsigned timeout_s, int interrupt_fd, char **ret_output,
	       int *ret_status)
{
	return subprocess_capture(&(struct subprocess_request){.path = argv[0],
							       .argv = argv,
							       .stderr_fd = STDERR_FILENO,
							       .socket_fd = -1,
							       .cgroup_fd = -1,
							       .interrupt_fd = interrupt_fd},
				  timeout_s, ret_output, ret_status);
}

static char *check_ping(int interrupt_fd)
{
	g_autofree char *host = ping_host();
	g_autofree char *ping = g_find_program_in_path("ping");
	/* Ends with the first answer. */
	char *argv[] = {ping,	     (char *)"-n", (char *)"-q",	   (char *)"-c",
			(char *)"1", (char *)"-w", (char *)PING_SILENCE_S, host,
			NULL};
	g_autofree char *output = NULL;
	int status;
	int r;

	if (!host || !ping)
		return NULL;
	r = run(argv, PING_TIMEOUT_S, interrupt_fd, &output, &status);
	if (r == -EINTR || (r >= 0 && status == 0))
		return NULL;
	return g_strdup_printf("Ping host %s did not answer in " PING_SILENCE_S " seconds\n", host);
}

static char *check_command(const char *command, int interrupt_fd)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)command, NULL};
	g_autofree char *output = NULL;
	int status;
	int r = run(argv, COMMAND_TIMEOUT_S, interrupt_fd, &output, &status);

	if (r == -EINTR || (r >= 0 && status == 0))
		return NULL;
	if (r < 0)
		return g_strdup_printf("Abort command \"%s\": %s\n", command, g_strerror(-r));
	if (WIFSIGNALED(status))
		return g_strdup_printf("Abort command \"%s\" died of signal %d\n%s", command,
				       WTERMSIG(status), output);
	return g_strdup_printf("Abort command \"%s\" exited with %d\n%s", command,
			       WEXITSTATUS(status), output);
}

char *abort_check_all(const struct settings *settings, int interrupt_fd)
{
	char *reason = abort_check_kernel(settings);

	if (!reason && (settings->abort_mask & ABORT_ON_PING))
		reason = check_ping(interrupt_fd);
	if (!reason && settings->abort_command)
		reason = check_command(settings->abort_command, interrupt_fd);
	return reason;
}
