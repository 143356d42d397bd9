/* SPDX-License-Identifier: MIT */
#include "code_coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "fileio.h"
#include "subprocess.h"

/* It packs some ten thousand files. */
#define COLLECT_TIMEOUT_S 3600

int code_coverage_reset(const char *reset_file)
{
	autofd fd = open(reset_file, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_write_all(fd, "0", 1);
}

char *code_coverage_collect(const struct settings *settings, const char *name, int interrupt_fd)
{
	g_autofree char *folder = g_build_filename(settings->results_path, "code_cov", NULL);
	g_autofree char *file =
		g_strcanon(g_strdup(name),
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", '_');
	g_autofree char *place = g_build_filename(folder, file, NULL);
	char *argv[] = {settings->code_coverage_script, place, NULL};
	g_autofree char *output = NULL;
	int status = 0;
	int r = g_mkdir_with_parents(folder, 0755) < 0 ? -errno : 0;

	if (r >= 0)
		r = subprocess_capture(&(struct subprocess_request){.path = argv[0],
								    .argv = argv,
								    .stderr_fd = STDERR_FILENO,
								    .socket_fd = -1,
								    .cgroup_fd = -1,
								    .interrupt_fd = interrupt_fd},
				       COLLECT_TIMEOUT_S, &output, &status);
	if (r == -EINTR || (r >= 0 && status == 0))
		return NULL;
	if (r < 0)
		return g_strdup_printf("Collecting code coverage in %s: %s\n", place,
				       g_strerror(-r));
	return g_strdup_printf("Collecting code coverage in %s: %s ended with %d\n%s", place,
			       argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
			       output);
}
