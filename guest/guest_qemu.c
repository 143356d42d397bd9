// SPDX-License-Identifier: MIT
#include "guest_qemu.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* What every guest's kernel is told. Only warnings reach the serial console, whose output is
 * the largest cost of an emulated boot; on a panic the kernel repeats its whole log there
 * (panic_print bit 5). Oopses do not end a run: they are a verdict on one test. A host that is
 * busy stops the guest for a while: the watchdog of the TSC would complain of that, and the
 * check of the timer at boot would take the timer for broken and panic. */
#define KERNEL_COMMAND_LINE                                                                        \
	"console=ttyS0 loglevel=5 panic=-1 panic_print=0x20 sysrq_always_enabled=1 "               \
	"printk.devkmsg=on tsc=nowatchdog no_timer_check"

enum channel { CH_QMP, CH_CONSOLE, CH_CONTROL, CH_LIVE, CH_COUNT };

/* Both ends of every channel while QEMU is being started. */
struct ends {
	int ours[CH_COUNT];
	int theirs[CH_COUNT];
	int err_r, err_w;
};

static void ends_close(struct ends *ends)
{
	for (int i = 0; i < CH_COUNT; i++) {
		guest_close(&ends->ours[i]);
		guest_close(&ends->theirs[i]);
	}
	guest_close(&ends->err_r);
	guest_close(&ends->err_w);
}

#define _cleanup_ends_ __attribute__((cleanup(ends_close)))

static int ends_open(struct ends *ends)
{
	int pair[2];

	for (int i = 0; i < CH_COUNT; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		ends->ours[i] = pair[0];
		ends->theirs[i] = pair[1];
		if (i != CH_QMP && fcntl(pair[0], F_SETFL, O_NONBLOCK))
			return -errno;
	}
	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	ends->err_r = pair[0];
	ends->err_w = pair[1];
	return fcntl(ends->err_r, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

static void __attribute__((format(printf, 2, 3))) arg(GPtrArray *argv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* QEMU splits options at commas; a doubled one stands for itself. */
static char *escape(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, ",", -1);

	return g_strjoinv(",,", parts);
}

static void add_channels(GPtrArray *argv, const struct guest_machine *m, const struct ends *ends)
{
	g_autofree char *log = m->console ? escape(m->console) : NULL;

	arg(argv, "-chardev");
	arg(argv, "socket,id=qmp,fd=%d", ends->theirs[CH_QMP]);
	arg(argv, "-mon");
	arg(argv, "chardev=qmp,mode=control");

	arg(argv, "-chardev");
	arg(argv, "socket,id=" GUEST_CONSOLE_CHARDEV ",fd=%d%s%s", ends->theirs[CH_CONSOLE],
	    log ? ",logappend=off,logfile=" : "", log ?: "");
	arg(argv, "-serial");
	arg(argv, "chardev:" GUEST_CONSOLE_CHARDEV);

	arg(argv, "-device");
	arg(argv, "virtio-serial-pci");
	arg(argv, "-chardev");
	arg(argv, "socket,id=control,fd=%d", ends->theirs[CH_CONTROL]);
	arg(argv, "-device");
	arg(argv, "virtserialport,chardev=control,name=igt.control");
	arg(argv, "-chardev");
	arg(argv, "socket,id=live,fd=%d", ends->theirs[CH_LIVE]);
	arg(argv, "-device");
	arg(argv, "virtserialport,chardev=live,name=igt.live");
}

static GPtrArray *command_line(const struct guest_machine *m, const struct ends *ends)
{
	static const char *const fixed[] = {
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		/* A panic is reported over QMP, and the kernel still gets to print all of it. */
		"-action", "panic=none", "-device", "pvpanic-pci",
		/* The default of 256 MiB is less than what the tests hold at a time. */
		"-device", "virtio-gpu-pci,max_hostmem=1G", "-machine", "q35"};
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	arg(argv, "%s", m->qemu);
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		arg(argv, "%s", fixed[i]);
	arg(argv, "-accel");
	arg(argv, "%s", m->kvm ? "kvm" : "tcg,thread=multi");
	arg(argv, "-cpu");
	arg(argv, "%s", m->kvm ? "host" : "max");
	arg(argv, "-smp");
	arg(argv, "%u", m->cpus);
	arg(argv, "-m");
	arg(argv, "%" PRIu64 "k", m->mem_bytes / 1024);
	arg(argv, "-kernel");
	arg(argv, "%s", m->kernel);
	arg(argv, "-initrd");
	arg(argv, "/proc/self/fd/%d", m->initrd_fd);
	arg(argv, "-append");
	arg(argv, KERNEL_COMMAND_LINE "%s%s", m->append ? " " : "", m->append ?: "");
	add_channels(argv, m, ends);
	if (m->results) {
		g_autofree char *path = escape(m->results);

		arg(argv, "-fsdev");
		arg(argv, "local,id=results,security_model=none,multidevs=remap,path=%s", path);
		arg(argv, "-device");
		arg(argv, "virtio-9p-pci,fsdev=results,mount_tag=results");
	}
	g_ptr_array_add(argv, NULL);
	return argv;
}

static void child(char *const argv[], pid_t parent, int initrd_fd, const struct ends *ends)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	guest_spawn_child_signals();
	/* Out of the terminal's process group: Ctrl-C is for igt_guest, which ends QEMU. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(ends->err_w, STDOUT_FILENO) < 0 || dup2(ends->err_w, STDERR_FILENO) < 0)
		_exit(127);
	for (int i = 0; i < CH_COUNT; i++)
		fcntl(ends->theirs[i], F_SETFD, 0);
	fcntl(initrd_fd, F_SETFD, 0);
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "%s cannot be executed: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int guest_qemu_start(const struct guest_machine *machine, struct guest_qemu *ret)
{
	_cleanup_ends_ struct ends ends = {
		{-1, -1, -1, -1}, {-1, -1, -1, -1}, .err_r = -1, .err_w = -1};
	g_autoptr(GPtrArray) argv = NULL;
	pid_t parent = getpid(), pid;
	int r = ends_open(&ends), pidfd;

	if (r < 0)
		return r;
	argv = command_line(machine, &ends);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child((char *const *)argv->pdata, parent, machine->initrd_fd, &ends);

	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		r = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return r;
	}
	*ret = (struct guest_qemu){
		.pid = pid,
		.pidfd = pidfd,
		.qmp = g_steal_fd(&ends.ours[CH_QMP]),
		.console = g_steal_fd(&ends.ours[CH_CONSOLE]),
		.control = g_steal_fd(&ends.ours[CH_CONTROL]),
		.live = g_steal_fd(&ends.ours[CH_LIVE]),
		.err = g_steal_fd(&ends.err_r),
	};
	return 0;
}

int guest_qemu_stop(struct guest_qemu *qemu)
{
	int status = -1, code = -1;

	if (qemu->pid > 0) {
		kill(qemu->pid, SIGKILL);
		while (waitpid(qemu->pid, &status, 0) < 0 && errno == EINTR)
			;
		code = guest_spawn_exit_code(status);
	}
	guest_close(&qemu->pidfd);
	guest_close(&qemu->qmp);
	guest_close(&qemu->console);
	guest_close(&qemu->control);
	guest_close(&qemu->live);
	guest_close(&qemu->err);
	*qemu = GUEST_QEMU_NONE;
	return code;
}

void guest_qemu_stopp(struct guest_qemu *qemu)
{
	guest_qemu_stop(qemu);
}
