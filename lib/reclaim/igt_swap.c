/* SPDX-License-Identifier: MIT */
/**
 * Swap on and off, whatever kind of area it is.
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
#include "reclaim/igt_swap.h"
#include "reclaim/igt_swap_area.h"

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

static struct {
	struct igt_swap_area area;
	int active; /* the change that activating it was, 0: it is not on */
} swap;

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

/* --- areas ---------------------------------------------------------------------------------- */

int igt_swap_area_why(struct igt_swap_area *area, int r, const char *what)
{
	if (r < 0)
		snprintf(area->why, sizeof(area->why), "%s: %s", what, strerror(-r));
	return r;
}

int igt_swap_area_add(struct igt_swap_area *area, enum igt_undo_kind kind, const char *path,
		      const char *value)
{
	int r = igt_undo_add(kind, path, value);

	if (r > 0)
		area->changes[area->changed++] = r;
	return igt_swap_area_why(area, r, "starting what undoes it");
}

static int undo_area(void)
{
	int r = 0;

	while (swap.area.changed > 0 && r == 0)
		r = igt_undo_now(swap.area.changes[--swap.area.changed]);
	return r;
}

static int undo_all(void)
{
	int r = igt_undo_now(swap.active);

	if (r == 0)
		r = undo_area();
	swap.active = 0;
	return r;
}

static void undo_at_subtest_end(void *data)
{
	undo_all();
}

static int write_header(uint64_t bytes)
{
	const size_t size = igt_page_size();
	_cleanup_free_ void *header = calloc(1, size);
	_cleanup_close_ int fd = open(swap.area.path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!header)
		return -ENOMEM;
	igt_assert(igt_swap_header(header, size, bytes) == 0);
	return write(fd, header, size) == (ssize_t)size ? 0 : -EIO;
}

static int activate(uint64_t bytes)
{
	const int flags = SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK;
	int r;

	r = igt_swap_area_why(&swap.area, write_header(bytes), swap.area.path);
	if (r < 0)
		return r;
	swap.active = igt_undo_add(IGT_UNDO_SWAP, swap.area.path, NULL);
	if (swap.active < 0)
		return igt_swap_area_why(&swap.area, swap.active, "starting what undoes it");
	r = swapon(swap.area.path, flags) < 0 ? -errno : 0;
	return igt_swap_area_why(&swap.area, r, "swapon (CONFIG_SWAP)");
}

/* Nothing is left of an area that does not come about. */
static int finish(int r, uint64_t bytes)
{
	if (r == 0)
		r = activate(bytes);
	if (r < 0)
		undo_all();
	else
		igt_debug("%" PRIu64 " MiB of swap on %s\n", bytes >> 20, swap.area.path);
	return r;
}

static int try_file(const char *directory, uint64_t bytes)
{
	return finish(igt_swap_file(&swap.area, directory, bytes), bytes);
}

/* --- on and off ----------------------------------------------------------------------------- */

static void begin(void)
{
	igt_assert_f(!swap.active, "swap is on already\n");
	errno = 0;
	igt_require_f(geteuid() == 0, "No swap can be made: run as root\n");
	igt_on_subtest_end(undo_at_subtest_end, NULL);
}

void igt_swap_on(uint64_t bytes)
{
	static const char *const directories[] = {"/var/tmp", "/tmp", "/"};
	char why[1024];
	size_t used;
	int r;

	begin();
	r = finish(igt_swap_zram(&swap.area, bytes), bytes);
	used = (size_t)snprintf(why, sizeof(why), "%s", swap.area.why);
	for (unsigned int i = 0; i < ARRAY_SIZE(directories) && r < 0; i++) {
		r = try_file(directories[i], bytes);
		if (r < 0)
			used += (size_t)snprintf(why + used, sizeof(why) - used, "; %s",
						 swap.area.why);
	}
	errno = 0;
	igt_require_f(r == 0, "No swap can be made: %s\n", why);
}

void igt_swap_on_file(const char *directory, uint64_t bytes)
{
	int r;

	begin();
	r = try_file(directory, bytes);
	errno = 0;
	igt_require_f(r == 0, "No swap can be made: %s\n", swap.area.why);
}

void igt_swap_off(void)
{
	int r = undo_all();

	igt_assert_f(r == 0, "swap on %s is not off: %s\n", swap.area.path, strerror(-r));
}
