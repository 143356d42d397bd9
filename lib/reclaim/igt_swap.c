/* SPDX-License-Identifier: MIT */
/**
 * Making and activating of swap on a zram device.
 *
 * A device is added rather than one taken that is there, so that what others swap to stays theirs.
 * It is not removed: the kernel logs each change of a device's size, and warns when these lines
 * become many, which would be held against the test that runs then. Deactivated, a device holds
 * one page, and the next test finds it by what stands there.
 */
#define IGT_LOG_DOMAIN "igt_swap"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_kmod.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_swap.h"

#define CONTROL "/sys/class/zram-control"

/* More devices than anybody has. */
#define DEVICES 32

/* The header of a swap area, as the kernel's linux/swap.h has it. */
struct header {
	char boot[1024]; /* left for a boot loader */
	uint32_t version;
	uint32_t last_page;
	uint32_t bad_pages;
	uint8_t uuid[16];
	char label[16];
};

#define SIGNATURE "SWAPSPACE2"
#define SIGNATURE_LENGTH (sizeof(SIGNATURE) - 1)
#define LABEL "igt-reclaim"

/* What is to be undone. It stands ready here, since a signal handler may have to do it. */
static struct {
	bool active;
	char path[32]; /* of the device node */
} area;

int igt_swap_header(void *page, size_t page_size, uint64_t bytes)
{
	const uint64_t pages = bytes / page_size;
	struct header header = {.version = 1, .label = LABEL};

	/* The header takes the first page. */
	if (bytes % page_size || pages < 2 || pages - 1 > UINT32_MAX)
		return -EINVAL;
	header.last_page = (uint32_t)(pages - 1);
	memset(page, 0, page_size);
	memcpy(page, &header, sizeof(header));
	memcpy((char *)page + page_size - SIGNATURE_LENGTH, SIGNATURE, SIGNATURE_LENGTH);
	return 0;
}

/* Only what a signal handler may do. */
static void undo(int sig)
{
	if (area.active && swapoff(area.path) == 0)
		area.active = false;
}

static void undo_at_subtest_end(void *data)
{
	undo(0);
}

/* Whether @path has @header, and nobody uses it, for then it cannot be had exclusively. */
static bool is_left_over(const char *path, const void *header, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	_cleanup_free_ char *found = malloc(size);

	return fd >= 0 && found && read(fd, found, size) == (ssize_t)size &&
	       memcmp(found, header, size) == 0;
}

/* The device of an area of the same size that an earlier test has left. */
static bool find_left_over(const void *header, size_t size)
{
	for (unsigned int i = 0; i < DEVICES; i++) {
		snprintf(area.path, sizeof(area.path), "/dev/zram%u", i);
		if (is_left_over(area.path, header, size))
			return true;
	}
	return false;
}

/* Reading the file adds a device, and returns its number. */
static int add_device(unsigned int *ret_number)
{
	_cleanup_free_ char *text = NULL;
	unsigned int number;
	int r;

	r = igt_file_read(CONTROL "/hot_add", &text);
	if (r < 0)
		return r;
	if (sscanf(text, "%u", &number) != 1)
		return -EINVAL;
	snprintf(area.path, sizeof(area.path), "/dev/zram%u", number);
	*ret_number = number;
	return 0;
}

static int set_size(unsigned int number, uint64_t bytes)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/sys/block/zram%u/disksize", number);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", bytes);
	return igt_file_write(path, text);
}

static int write_header(const void *header, size_t size)
{
	_cleanup_close_ int fd = open(area.path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, header, size) == (ssize_t)size ? 0 : -EIO;
}

static int activate(void)
{
	if (swapon(area.path, 0) < 0)
		return -errno;
	area.active = true;
	return 0;
}

static void require_step(int r, const char *what)
{
	errno = 0;
	igt_require_f(r >= 0, "No swap can be made: %s: %s\n", what, strerror(-r));
}

static void make_device(const void *header, size_t size, uint64_t bytes)
{
	unsigned int number = 0;

	if (access(CONTROL, F_OK) < 0)
		require_step(igt_kmod_load("zram", NULL), "loading zram (CONFIG_ZRAM)");
	require_step(add_device(&number), "adding a zram device");
	require_step(set_size(number, bytes), "setting the size of a zram device");
	require_step(write_header(header, size), area.path);
}

void igt_swap_on(uint64_t bytes)
{
	const size_t size = igt_page_size();
	_cleanup_free_ void *header = malloc(size);

	igt_assert_f(!area.active, "swap is on already\n");
	errno = 0;
	igt_require_f(geteuid() == 0, "No swap can be made: run as root\n");
	igt_assert(header && igt_swap_header(header, size, bytes) == 0);

	if (!find_left_over(header, size))
		make_device(header, size, bytes);
	igt_install_exit_handler(undo);
	igt_on_subtest_end(undo_at_subtest_end, NULL);
	require_step(activate(), "swapon (CONFIG_SWAP)");
	igt_debug("%" PRIu64 " MiB of swap on %s\n", bytes >> 20, area.path);
}

void igt_swap_off(void)
{
	undo(0);
	igt_assert_f(!area.active, "swapoff %s: %s\n", area.path, strerror(errno));
}
