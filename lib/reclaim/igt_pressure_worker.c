/* SPDX-License-Identifier: MIT */
/**
 * Allocating, in a process of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igt_aux.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_pattern.h"
#include "reclaim/igt_pressure_worker.h"

/* Where igt_self_run() has put them. */
#define SOCKET 3
#define FILE_FD 4

/* Pages that compress would take less room in zram than they seem to. */
static void fill(void *memory, uint64_t bytes)
{
	static uint64_t state = 88172645463325252;

	state = igt_noise_write(memory, bytes, state);
}

static int allocate(const struct igt_pressure_order *order)
{
	uint8_t *memory = mmap(NULL, order->bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	/* Not all kernels have them. */
	if (order->huge)
		madvise(memory, order->bytes, MADV_HUGEPAGE);
	if (order->fill)
		fill(memory, order->bytes);
	for (uint64_t at = 0; !order->fill && at < order->bytes; at += igt_page_size())
		memory[at] = 1;
	return 0;
}

/* The next bytes of the file, and when it is at its end, from its start. */
static int read_on(const struct igt_pressure_order *order)
{
	static char buffer[256 << 10];
	uint64_t bytes = order->bytes;

	while (bytes > 0) {
		const ssize_t got = read(FILE_FD, buffer, min_t(uint64_t, bytes, sizeof(buffer)));

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0 && lseek(FILE_FD, 0, SEEK_SET) < 0)
			return -errno;
		bytes -= got > 0 ? (uint64_t)got : 0;
	}
	return 0;
}

static int serve(int (*work)(const struct igt_pressure_order *order))
{
	struct igt_pressure_order order;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* If somebody has to go for want of memory, it is the one that wants it. */
	igt_file_write("/proc/self/oom_score_adj", "1000");
	while (recv(SOCKET, &order, sizeof(order), 0) == sizeof(order)) {
		const struct igt_pressure_answer answer = {.result = work(&order)};

		if (send(SOCKET, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	return 0;
}

static int anon(void)
{
	return serve(allocate);
}

static int file(void)
{
	return serve(read_on);
}

IGT_SELF_PROGRAM(igt_pressure_anon, "igt_press_anon", anon)
IGT_SELF_PROGRAM(igt_pressure_file, "igt_press_file", file)
