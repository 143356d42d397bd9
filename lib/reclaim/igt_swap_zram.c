/* SPDX-License-Identifier: MIT */
/**
 * Swap on a zram device, which is added rather than one taken that is there, so that what others
 * swap to stays theirs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_swap_area.h"

#define CONTROL "/sys/class/zram-control"

/* Whoever makes device nodes may be slower than the kernel. */
#define NODE_MS 2000

static int load(struct igt_swap_area *area)
{
	if (access(CONTROL, F_OK) == 0)
		return 0;
	/* None but ours, which is added in the same way in any case. */
	return igt_swap_area_why(area, igt_undo_load_module("zram", "num_devices=0"),
				 "loading zram (CONFIG_ZRAM)");
}

/* The kernel gives a new device the lowest number that is free. */
static unsigned int next_number(void)
{
	unsigned int number = 0;
	char path[64];

	do
		snprintf(path, sizeof(path), "/sys/block/zram%u", number++);
	while (access(path, F_OK) == 0);
	return number - 1;
}

static int note(struct igt_swap_area *area, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return igt_swap_area_add(area, IGT_UNDO_WRITE, CONTROL "/hot_remove", text);
}

/* Reading the file adds a device, and tells its number. */
static int add_device(unsigned int *ret_number)
{
	_cleanup_free_ char *text = NULL;
	int r = igt_file_read(CONTROL "/hot_add", &text);

	if (r < 0)
		return r;
	return sscanf(text, "%u", ret_number) == 1 ? 0 : -EINVAL;
}

/*
 * What is to be removed has to be known before it is there. Should another process add one in
 * that moment, ours has another number, and theirs stays.
 */
static int make_device(struct igt_swap_area *area, unsigned int *ret_number)
{
	const unsigned int expected = next_number();
	int r;

	r = note(area, expected);
	if (r < 0)
		return r;
	r = add_device(ret_number);
	if (r < 0 || *ret_number != expected)
		igt_undo_forget(area->changes[--area->changed]);
	if (r == 0 && *ret_number != expected)
		return note(area, *ret_number);
	return igt_swap_area_why(area, r, "adding a zram device");
}

int igt_swap_zram(struct igt_swap_area *area, uint64_t bytes)
{
	unsigned int number = 0;
	char path[64], text[32];
	int r;

	r = load(area);
	if (r == 0)
		r = make_device(area, &number);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/sys/block/zram%u/disksize", number);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", bytes);
	snprintf(area->path, sizeof(area->path), "/dev/zram%u", number);
	r = igt_file_write(path, text);
	if (r == 0 && !igt_wait(access(area->path, W_OK) == 0, NODE_MS, 1))
		r = -errno;
	return igt_swap_area_why(area, r, "setting up a zram device");
}
