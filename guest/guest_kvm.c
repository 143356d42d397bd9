// SPDX-License-Identifier: MIT
#include "guest_kvm.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#if defined(__x86_64__) || defined(__i386__)

#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define GUEST_PAGE 4096
#define DEFAULT_TIMEOUT_MS 1500

/* What the child tells its parent: the step that failed, and why. */
struct verdict {
	enum {
		STEP_OPEN,
		STEP_VM,
		STEP_MEMORY,
		STEP_VCPU,
		STEP_REGISTERS,
		STEP_RUN,
		STEP_DONE
	} step;
	int err;	 /* errno of the step */
	int exit_reason; /* KVM_EXIT_* where the run ended otherwise than expected */
};

static const char *const step_text[] = {
	[STEP_OPEN] = "cannot be opened",
	[STEP_VM] = "cannot create a machine",
	[STEP_MEMORY] = "cannot give a machine memory",
	[STEP_VCPU] = "cannot create a vcpu",
	[STEP_REGISTERS] = "cannot set registers",
	[STEP_RUN] = "cannot run a vcpu",
};

/* Counts to 2^25 before it reports: tens of milliseconds on a CPU, far beyond any deadline in
 * a host kernel that interprets instructions one by one because it cannot run them. */
static const uint8_t reporting_code[] = {
	0x66, 0xb9,
	0,    0,
	0,    0x02,		    /* mov $0x2000000,%ecx */
	0x66, 0x49,		    /* dec %ecx */
	0x75, 0xfc,		    /* jnz to dec */
	0xb0, 0x2a,		    /* mov $0x2a,%al */
	0xe6, GUEST_KVM_PROBE_PORT, /* out %al,$port */
	0xf4,			    /* hlt */
};

static int set_registers(int vcpu)
{
	struct kvm_regs regs = {.rip = 0, .rflags = 2};
	struct kvm_sregs sregs;

	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) || ioctl(vcpu, KVM_SET_REGS, &regs))
		return -errno;
	return 0;
}

static struct verdict run_vcpu(int kvm, int vcpu)
{
	struct verdict v = {.step = STEP_RUN};
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	struct kvm_run *run;

	if (size < (int)sizeof(*run)) {
		v.err = size < 0 ? errno : EPROTO;
		return v;
	}
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED || ioctl(vcpu, KVM_RUN, 0)) {
		v.err = errno;
		return v;
	}
	if (run->exit_reason == KVM_EXIT_IO && run->io.direction == KVM_EXIT_IO_OUT &&
	    run->io.port == GUEST_KVM_PROBE_PORT)
		v.step = STEP_DONE;
	else
		v.exit_reason = run->exit_reason;
	return v;
}

#define FAILED_AT(which) ((struct verdict){.step = (which), .err = errno})

static struct verdict execute(const char *device, const uint8_t *code, size_t size)
{
	struct kvm_userspace_memory_region region = {.memory_size = GUEST_PAGE};
	int kvm = open(device, O_RDWR | O_CLOEXEC), vm, vcpu;
	void *page;

	if (kvm < 0)
		return FAILED_AT(STEP_OPEN);
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return FAILED_AT(STEP_VM);
	page = mmap(NULL, GUEST_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return FAILED_AT(STEP_MEMORY);
	memcpy(page, code, size);
	region.userspace_addr = (uintptr_t)page;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		return FAILED_AT(STEP_MEMORY);
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		return FAILED_AT(STEP_VCPU);
	errno = -set_registers(vcpu);
	if (errno)
		return FAILED_AT(STEP_REGISTERS);
	return run_vcpu(kvm, vcpu);
}

static void child(pid_t parent, int fd, const char *device, const uint8_t *code, size_t size)
{
	struct verdict v;

	guest_spawn_child_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	v = execute(device, code, size);
	_exit(write(fd, &v, sizeof(v)) != sizeof(v));
}

/* Kills the child and collects it if it dies at once; one that is stuck in the kernel is left
 * to whoever reaps after us. */
static void abandon(pid_t pid, int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char byte;

	kill(pid, SIGKILL);
	/* The child holds the other end: end of file means that it is gone. */
	while (poll(&pfd, 1, 200) > 0 && read(fd, &byte, 1) > 0)
		;
	waitpid(pid, NULL, WNOHANG);
}

bool guest_kvm_probe(const struct guest_kvm_probe *probe, char **ret_why)
{
	const char *device = probe->device ?: "/dev/kvm";
	const uint8_t *code = probe->code ?: reporting_code;
	size_t size = probe->code ? probe->code_size : sizeof(reporting_code);
	int timeout_ms = probe->timeout_ms ?: DEFAULT_TIMEOUT_MS;
	_cleanup_close_ int fd_r = -1, fd_w = -1;
	pid_t parent = getpid(), pid;
	struct verdict v;
	int fds[2];

	if (size > GUEST_PAGE || pipe2(fds, O_CLOEXEC)) {
		guest_fail(ret_why, EINVAL, "the KVM probe cannot be set up");
		return false;
	}
	fd_r = fds[0], fd_w = fds[1];

	pid = fork();
	if (pid == 0)
		child(parent, fd_w, device, code, size);
	guest_close(&fd_w);

	struct pollfd pfd = {.fd = fd_r, .events = POLLIN};
	bool told = pid > 0 && poll(&pfd, 1, timeout_ms) > 0 &&
		    read(fd_r, &v, sizeof(v)) == (ssize_t)sizeof(v);

	if (pid > 0)
		abandon(pid, fd_r);
	if (!told)
		guest_fail(ret_why, ETIMEDOUT,
			   "a guest on %s does not run (no sign of it within %.1f s)", device,
			   timeout_ms / 1000.0);
	else if (v.step == STEP_RUN && !v.err)
		guest_fail(ret_why, EIO,
			   "a guest on %s left its code unexpectedly (exit reason %d)", device,
			   v.exit_reason);
	else if (v.step != STEP_DONE)
		guest_fail(ret_why, v.err, "%s %s: %s", device, step_text[v.step], strerror(v.err));
	return told && v.step == STEP_DONE;
}

#else

bool guest_kvm_probe(const struct guest_kvm_probe *probe, char **ret_why)
{
	guest_fail(ret_why, ENOTSUP, "the guest is an x86-64 machine and this host is not");
	return false;
}

#endif
