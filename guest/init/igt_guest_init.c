// SPDX-License-Identifier: MIT
/*
 * Process 1 of a guest. Whatever fails here ends in a report and a power-off, never
 * in a guest that sits there; should this process die, the kernel panics, which the
 * host understands as well.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <termios.h>

#define CONFIG "/etc/igt-guest.conf"
#define MODULES "/etc/igt-guest.modules"
#define SUITE "/igt"
#define DMESG "/results/guest-dmesg.txt"

#define PORT_TIMEOUT_MS 20000
#define DRM_TIMEOUT_MS 10000

/* In both, what a test wrote must be on the host when the kernel dies: 9p without a cache,
 * hostfs with synchronous writes. */
static const struct init_machine qemu = {
	.control = "igt.control",
	.live = "igt.live",
	.results = "9p",
	.results_options = "trans=virtio,version=9p2000.L,msize=512000,cache=none",
};
static const struct init_machine uml = {
	.control = "/dev/ttyS0",
	.live = "/dev/ttyS1",
	.results = "hostfs",
	.results_flags = MS_SYNCHRONOUS,
};

static void set_environment(const struct init_config *config)
{
	setenv("PATH", SUITE "/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 0);
	if (config->libdirs[0])
		setenv("LD_LIBRARY_PATH", config->libdirs, 1);
	sethostname("igt-guest", strlen("igt-guest"));
}

static void write_setting(const char *path, const char *value)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, value, strlen(value)) < 0)
		init_report(-1, "note", "%s cannot be set: %s", path, strerror(errno));
}

static bool report_drm(int control, bool mali, struct init_drm *drm)
{
	if (init_wait_drm(mali, DRM_TIMEOUT_MS, drm) < 0)
		return false;
	init_report(control, "drm", "%s %s", drm->node, drm->driver);
	return true;
}

/* What the guest consists of. A part that was asked for by name and is not there is an error
 * when a run depends on it; who has a shell can see why. */
static int report_machine(int control, const struct init_config *config)
{
	bool mali = strcmp(config->mali, "none"), found;
	struct utsname name;
	struct init_drm drm;

	init_report(control, "boot", "%lld", (long long)init_now_ms());
	if (!uname(&name))
		init_report(control, "release", "%s", name.release);
	found = report_drm(control, /* mali= */ false, &drm);
	/* With a Mali nobody expects a second GPU that was not asked for. */
	if (!found && !(mali && !config->gpu))
		init_report(control, "note", "no DRM device: tests that need one will skip");
	if (found && config->iommu && !init_drm_has_iommu(&drm)) {
		init_report(control, config->shell ? "note" : "lacks",
			    "--iommu takes a kernel with CONFIG_VIRTIO_IOMMU=y or "
			    "CONFIG_INTEL_IOMMU=y, this one leaves the GPU without");
		if (!config->shell)
			return -ENODEV;
	}
	if (!mali || report_drm(control, /* mali= */ true, &drm))
		return 0;
	init_report(control, config->shell ? "note" : "error",
		    "panfrost found no GPU in the software Mali (%s)", config->mali);
	return config->shell ? 0 : -ENODEV;
}

static int run_suite(const struct init_config *config, const struct init_machine *machine,
		     int control)
{
	_cleanup_close_ int live = init_open_port(machine->live, PORT_TIMEOUT_MS);
	const char *argv[] = {SUITE "/bin/igt_runner",
			      "--report",
			      "text",
			      "--overwrite",
			      "--test-list",
			      SUITE "/tests.list",
			      "--per-test-timeout",
			      config->per_test_timeout,
			      SUITE "/libexec/igt-gpu-tools",
			      "/results",
			      NULL};
	int r;

	if (live < 0) {
		init_report(control, "error", "the port %s does not open: %s", machine->live,
			    strerror(-live));
		return live;
	}
	r = init_mount_results(machine);
	if (r < 0) {
		init_report(control, "error", "the results folder cannot be mounted over %s: %s",
			    machine->results, strerror(-r));
		return r;
	}
	r = init_run(&(struct init_payload){.argv = argv, .out = live, .dmesg = DMESG});
	/* A serial line sends on its own time. */
	tcdrain(live);
	return r;
}

static int run_shell(const struct init_config *config)
{
	const char *argv[] = {"/bin/sh", "-l", NULL};
	char console[sizeof("/dev/") + sizeof(config->console)];

	snprintf(console, sizeof(console), "/dev/%s", config->console);
	printf("The suite is in " SUITE "; the guest powers off when this shell ends.\n");
	fflush(stdout);
	return init_run(&(struct init_payload){.argv = argv, .out = -1, .console = console});
}

static void run(void)
{
	_cleanup_close_ int control = -1;
	const struct init_machine *machine;
	struct init_config config;
	int r = init_config_read(CONFIG, &config);

	if (r >= 0)
		r = init_mount_all();
	if (r < 0) {
		init_report(-1, "error", "the guest cannot be set up: %s", strerror(-r));
		return;
	}
	machine = config.uml ? &uml : &qemu;
	set_environment(&config);
	r = init_load_modules(MODULES);
	if (r < 0)
		init_report(-1, "note", "modules cannot be loaded: %s", strerror(-r));
	control = init_open_port(machine->control, PORT_TIMEOUT_MS);
	if (control < 0) {
		init_report(-1, "error", "the port %s does not open: %s", machine->control,
			    strerror(-control));
		return;
	}
	/* For sysrq keys from the host. */
	write_setting("/proc/sys/kernel/sysrq", "1");
	if (report_machine(control, &config) < 0)
		return;

	r = config.shell ? run_shell(&config) : run_suite(&config, machine, control);
	if (r >= 0)
		init_report(control, "runner-exit", "%d", r);
	sync();
	umount("/results");
	init_report(control, "bye", "1");
	tcdrain(control);
}

int main(void)
{
	run();
	sync();
	reboot(RB_POWER_OFF);
	/* Only a kernel without power management returns. */
	reboot(RB_HALT_SYSTEM);
	return 1;
}
