/* SPDX-License-Identifier: MIT */
/**
 * The mask of a device's interrupts, and who lifts it.
 */
#define IGT_LOG_DOMAIN "igt_slow_host"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "igt_slow_host.h"

/* PCI configuration space: linux/pci_regs.h. */
#define PCI_STATUS 0x06
#define PCI_STATUS_CAPABILITIES 0x10
#define PCI_FIRST_CAPABILITY 0x34
#define PCI_CAPABILITY_MSIX 0x11
#define MSIX_CONTROL 2 /* from the capability on */
#define MSIX_ENABLED 0x8000
#define MSIX_MASKED 0x4000

/* A device has 48 at most, and a list that is a ring has no end. */
#define MAX_CAPABILITIES 48

/* So long an interrupt may be on its way, on a processor that is emulated. */
#define QUIET_MS 20
#define MAX_TRIES 50

/* What is to be undone. It stands ready here, since a signal handler may have to do it. */
static struct {
	int config;	/* of the device, or -1 */
	int control;	/* offset of the word that has the mask */
	uint16_t clear; /* that word without the mask */
	pid_t keeper;	/* lifts it when its time is over, or this process ends, */
	int leash;	/* which it notices by this; or -1 */
} held = {.config = -1, .leash = -1};

/* Only what a signal handler may do. */
static bool lift(void)
{
	return pwrite(held.config, &held.clear, sizeof(held.clear), held.control) ==
	       sizeof(held.clear);
}

static void undo(int sig)
{
	if (held.config >= 0)
		lift();
}

static void undo_at_subtest_end(void *data)
{
	igt_slow_host_end();
}

/* The node belongs to the virtio device, or to the PCI device that this is. */
static int open_config(int fd)
{
	static const char *const formats[] = {"/sys/dev/char/%u:%u/device/config",
					      "/sys/dev/char/%u:%u/device/../config"};
	char path[80];
	struct stat st;
	int config = -1;

	if (fstat(fd, &st))
		return -1;
	for (unsigned int i = 0; config < 0 && i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(path, sizeof(path), formats[i], major(st.st_rdev), minor(st.st_rdev));
		config = open(path, O_RDWR | O_CLOEXEC);
	}
	return config;
}

/* Little-endian, as are the machines that have such GPUs. Beyond the end it reads 0. */
static uint16_t config_word(int config, int offset)
{
	uint16_t word = 0;

	return pread(config, &word, sizeof(word), offset) == sizeof(word) ? word : 0;
}

/* Offset of the capability, or 0. */
static int find_msix(int config)
{
	int at = config_word(config, PCI_FIRST_CAPABILITY) & 0xfc;

	if (!(config_word(config, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return 0;
	for (int i = 0; at && i < MAX_CAPABILITIES; i++) {
		const uint16_t head = config_word(config, at);

		if ((head & 0xff) == PCI_CAPABILITY_MSIX)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

/* In a child: sleeps until the leash is let go of, for then the test has lifted the mask itself, or
 * has died; or until the time is over that begins when it is tugged. */
static void keep(int leash, unsigned int max_ms)
{
	struct pollfd poll_fd = {.fd = leash, .events = POLLIN};
	char tug;

	/* A runner that ends a test tells its children, too; the mask is to go in any case. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (read(leash, &tug, 1) == 1)
		while (poll(&poll_fd, 1, (int)max_ms) < 0 && errno == EINTR)
			;
	lift();
	_exit(0);
}

static void start_keeper(unsigned int max_ms)
{
	int leash[2];

	igt_assert(pipe2(leash, O_CLOEXEC) == 0);
	held.keeper = fork();
	igt_assert(held.keeper >= 0);
	if (held.keeper == 0) {
		close(leash[1]);
		keep(leash[0], max_ms);
	}
	close(leash[0]);
	held.leash = leash[1];
}

static void set_control(uint16_t control)
{
	igt_assert(pwrite(held.config, &control, sizeof(control), held.control) ==
		   sizeof(control));
	igt_assert_f(config_word(held.config, held.control) == control,
		     "the device's interrupts cannot be masked\n");
}

/*
 * Each processor that this process may use takes the interrupts that were sent to it, and lets its
 * worker do what they left to be done. On an emulated machine that is busy one may stand for longer
 * than anybody would wait for it to be quiet.
 */
static void let_processors_catch_up(void)
{
	cpu_set_t all;

	igt_assert(sched_getaffinity(0, sizeof(all), &all) == 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t one;

		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		igt_assert(sched_setaffinity(0, sizeof(one), &one) == 0);
		/* The timer that ends the first pause is behind the interrupts; the second is for
		 * the worker. */
		igt_pause_ms(1);
		igt_pause_ms(1);
	}
	igt_assert(sched_setaffinity(0, sizeof(all), &all) == 0);
}

/*
 * An answer whose interrupt is on its way when the mask is set has the driver look for answers, and
 * it finds those that should have been held. So all that was asked before is waited for, and what
 * then is asked has to stay unanswered; else somebody else was in between, as the console's
 * blinking cursor is, and it is tried again.
 */
static void mask_when_quiet(struct gem_device *dev)
{
	struct gem_bo *probe;
	int tries = 0;

	do {
		igt_assert_f(tries++ < MAX_TRIES, "the GPU's driver is never quiet\n");
		set_control(held.clear);
		gem_bo_wait_idle(gem_bo_create(dev, igt_page_size()));
		set_control(held.clear | MSIX_MASKED);
		let_processors_catch_up();
		probe = gem_bo_create(dev, igt_page_size());
	} while (igt_wait(!gem_bo_is_busy(probe), QUIET_MS, 1));
}

void igt_slow_host_begin(struct gem_device *dev, unsigned int max_ms)
{
	uint16_t control;
	int msix;

	igt_assert_f(held.config < 0, "answers are held back already\n");
	held.config = open_config(dev->fd);
	errno = 0;
	igt_require_f(held.config >= 0, "This GPU is no PCI device whose configuration we may "
		      "write, so answers of its host cannot be held back\n");
	msix = find_msix(held.config);
	control = msix ? config_word(held.config, msix + MSIX_CONTROL) : 0;
	if (!(control & MSIX_ENABLED)) {
		close(held.config);
		held.config = -1;
		igt_skip("This GPU has no MSI-X interrupts that could be held back\n");
	}
	held.control = msix + MSIX_CONTROL;
	held.clear = control & ~MSIX_MASKED;
	igt_install_exit_handler(undo);
	igt_on_subtest_end(undo_at_subtest_end, NULL);
	start_keeper(max_ms);
	mask_when_quiet(dev);
	igt_assert(write(held.leash, "", 1) == 1);
}

bool igt_slow_host_end(void)
{
	bool was_held;

	if (held.config < 0)
		return false;
	was_held = config_word(held.config, held.control) & MSIX_MASKED;
	lift();
	/* It has nothing left to do. Children of the test's may have the leash, too. */
	kill(held.keeper, SIGKILL);
	close(held.leash);
	held.leash = -1;
	while (waitpid(held.keeper, NULL, 0) < 0 && errno == EINTR)
		;
	close(held.config);
	held.config = -1;
	return was_held;
}
