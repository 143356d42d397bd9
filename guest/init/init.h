/* SPDX-License-Identifier: MIT */
/**
 * igt_guest_init, process 1 of a guest: prepares the machine, runs one payload
 * (igt_runner or a shell), reports on the way, and powers off.
 */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/** What igt_guest packed as /etc/igt-guest.conf. */
struct init_config {
	bool shell;
	bool uml;		   /* the kernel runs in user mode, else in QEMU */
	bool gpu;		   /* there is a virtio-gpu */
	bool iommu;		   /* and it is to be behind an IOMMU */
	char console[32];	   /* the console's device, below /dev */
	char mali[16];		   /* which GPU the software Mali is, or "none" */
	char per_test_timeout[16]; /* seconds */
	char libdirs[1024];	   /* for LD_LIBRARY_PATH; may be empty */
};

/** Reads the configuration; what it does not say keeps its default. 0 or a negative errno. */
int init_config_read(const char *path, struct init_config *ret);

/** CLOCK_MONOTONIC in milliseconds; in a guest that is the time since the kernel started. */
int64_t init_now_ms(void);

/** Closes *fd if it is open. For cleanup attributes. */
void init_close(int *fd);

#define _cleanup_close_ __attribute__((cleanup(init_close)))

/**
 * Reports `key=text` to the host: on the control port if it is open, else on the
 * console, where igt_guest finds it as well.
 */
void init_report(int control, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Calls ready(data) until it returns true or timeout_ms is over, woken by the
 * kernel's device events. True if it became ready.
 */
bool init_wait(bool (*ready)(void *data), void *data, int timeout_ms);

/** Mounts the kernel's file systems; those that a kernel may lack are left out. 0 or -errno. */
int init_mount_all(void);

/** Where the host is to be found from within the guest. */
struct init_machine {
	const char *control, *live; /* for init_open_port */
	const char *results;	    /* type of the file system with the results folder */
	const char *results_options;
	unsigned long results_flags;
};

/** Mounts the host's results folder on /results. 0 or a negative errno. */
int init_mount_results(const struct init_machine *machine);

/**
 * Loads the modules named in the file, one a line with its options, with what they
 * depend on. A name that fails is reported and left out: what needs it will say so.
 * 0 or -errno.
 */
int init_load_modules(const char *list);

/**
 * Opens a virtio-serial port by its name, waiting for it at most timeout_ms; or, where
 * the name is a path, a serial line, which then hands on what is written as it is. fd or
 * -errno.
 */
int init_open_port(const char *name, int timeout_ms);

/** A DRM device: a node, such as "renderD128", and the driver behind it. */
struct init_drm {
	char node[256]; /* as long as names can be in struct dirent */
	char driver[256];
};

/**
 * Waits for the DRM device of a GPU at most timeout_ms: for panfrost's if mali is true,
 * else for one of any other driver, which returns at once when the machine has no GPU
 * on its buses. 0 or -ENODEV.
 */
int init_wait_drm(bool mali, int timeout_ms, struct init_drm *ret);

/** Whether the kernel put the device behind an IOMMU. */
bool init_drm_has_iommu(const struct init_drm *drm);

/** What the payload is and where its output goes. */
struct init_payload {
	const char *const *argv;
	int out; /* for its stdout and stderr; -1: the console, as its terminal */
	const char *console;
	const char *dmesg; /* file that gets the kernel log as it grows, or NULL */
};

/**
 * Runs the payload to its end, reaps every process that ends meanwhile, and copies
 * the kernel log. Returns its exit code, 128 + signal, or a negative errno when it
 * could not be started.
 */
int init_run(const struct init_payload *payload);

/**
 * For a new session leader: makes the console, a device, its terminal and returns in a
 * child of it, which becomes the user's program. The leader waits until all output is
 * sent; were the program itself the leader, the kernel would drop what is still in the
 * UART's buffer when it ends.
 */
void init_take_console(const char *device);

#endif
