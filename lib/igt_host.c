/* SPDX-License-Identifier: MIT */
/**
 * Requests to igt_guest.
 */
#define IGT_LOG_DOMAIN "igt_host"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_host.h"
#include "reclaim/igt_files.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT_NAME "igt.host\n"

/* A host that is busy may take this long; one that is gone has taken its guest with it. */
#define ANSWER_MS 60000

/* A port is open once at a time: another process of the test may just use it. */
#define OPEN_MS 60000

/* More than a screen of any size. */
#define MAX_BYTES MiB(256)

/* Bytes from the host, from the first that is ours on. */
struct answer {
	char *bytes;
	size_t count, room;
};

static bool is_ours(const char *port)
{
	char path[sizeof(PORTS) + 300];
	_cleanup_free_ char *name = NULL;

	snprintf(path, sizeof(path), PORTS "/%s/name", port);
	return igt_file_read(path, &name) == 0 && strcmp(name, PORT_NAME) == 0;
}

static int open_port(void)
{
	const uint64_t end = igt_now_ns() + UINT64_C(1000000) * OPEN_MS;
	char path[300] = "";
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	int fd;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && is_ours(entry->d_name))
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	if (dir)
		closedir(dir);
	if (!*path)
		return -ENODEV;
	while ((fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)) < 0) {
		if (errno != EBUSY || igt_now_ns() >= end)
			return -errno;
		igt_pause_ms(1);
	}
	return fd;
}

/* Until the port can be read or written, or the time is over. */
static int await(int fd, short events, uint64_t end)
{
	const uint64_t now = igt_now_ns();
	struct pollfd poll_fd = {.fd = fd, .events = events};

	if (now >= end)
		return -ETIMEDOUT;
	return poll(&poll_fd, 1, (int)((end - now) / 1000000) + 1) < 0 && errno != EINTR ? -errno
											 : 0;
}

static int send_text(int fd, const char *text, uint64_t end)
{
	size_t left = strlen(text);
	int r = 0;

	while (left && r == 0) {
		ssize_t n = write(fd, text, left);

		if (n > 0) {
			text += n;
			left -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -errno;
		} else {
			r = await(fd, POLLOUT, end);
		}
	}
	return r;
}

/* Some more bytes. */
static int receive(int fd, struct answer *answer, uint64_t end)
{
	ssize_t n;

	if (answer->room - answer->count < KiB(64)) {
		char *bytes = realloc(answer->bytes, answer->room * 2 + KiB(64));

		if (!bytes)
			return -ENOMEM;
		answer->bytes = bytes;
		answer->room = answer->room * 2 + KiB(64);
	}
	n = read(fd, answer->bytes + answer->count, answer->room - answer->count);
	if (n > 0) {
		answer->count += (size_t)n;
		return 0;
	}
	/* Nothing, and no error: the host has not opened its end, or closed it. */
	if (n == 0)
		return -ENODEV;
	return errno == EAGAIN || errno == EINTR ? await(fd, POLLIN, end) : -errno;
}

/* Drops what an earlier test has left in the port; true when the answer's first line is there. */
static bool has_line(struct answer *answer, const char *id)
{
	char *start = answer->count ? memmem(answer->bytes, answer->count, id, strlen(id)) : NULL;

	if (!start)
		return false;
	answer->count -= (size_t)(start - answer->bytes);
	memmove(answer->bytes, start, answer->count);
	return memchr(answer->bytes, '\n', answer->count);
}

/* "ID ok BYTES" or "ID no REASON": takes it off the answer. */
static int take_line(struct answer *answer, const char *id, size_t *ret_bytes, char **ret_reason)
{
	char *end = memchr(answer->bytes, '\n', answer->count);
	const char *text = answer->bytes + strlen(id);
	unsigned long long bytes;
	int r = -EBADMSG;

	*end = '\0';
	if (strncmp(text, " no ", 4) == 0) {
		*ret_reason = strdup(text + 4);
		r = -EOPNOTSUPP;
	} else if (sscanf(text, " ok %llu", &bytes) == 1 && bytes <= MAX_BYTES) {
		*ret_bytes = bytes;
		r = 0;
	}
	answer->count -= (size_t)(end + 1 - answer->bytes);
	memmove(answer->bytes, end + 1, answer->count);
	return r;
}

static int exchange(int fd, const char *id, struct answer *answer, size_t *ret_bytes,
		    char **ret_reason)
{
	uint64_t end = igt_now_ns() + UINT64_C(1000000) * ANSWER_MS;
	int r = 0;

	while (r == 0 && !has_line(answer, id))
		r = receive(fd, answer, end);
	if (r == 0)
		r = take_line(answer, id, ret_bytes, ret_reason);
	while (r == 0 && answer->count < *ret_bytes)
		r = receive(fd, answer, end);
	return r;
}

int __igt_host_request(const char *verb, void **ret_data, size_t *ret_size, char **ret_reason)
{
	_cleanup_close_ int fd = open_port();
	struct answer answer = {0};
	char id[17], line[64];
	size_t bytes = 0;
	uint64_t random;
	int r;

	*ret_reason = NULL;
	if (fd < 0)
		return fd;
	/* Nothing that is left in the port has this number. */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -errno;
	snprintf(id, sizeof(id), "%016" PRIx64, random);
	snprintf(line, sizeof(line), "%s %s\n", id, verb);
	r = send_text(fd, line, igt_now_ns() + UINT64_C(1000000) * ANSWER_MS);
	if (r == 0)
		r = exchange(fd, id, &answer, &bytes, ret_reason);
	if (r < 0) {
		free(answer.bytes);
		return r;
	}
	*ret_data = answer.bytes;
	*ret_size = bytes;
	return 0;
}

/* The answer's bytes, for the caller to free; skips or fails without. */
static void *request(const char *verb, size_t *ret_size)
{
	_cleanup_free_ char *reason = NULL;
	void *data = NULL;
	int r = __igt_host_request(verb, &data, ret_size, &reason);

	errno = 0;
	igt_require_f(r != -ENODEV, "No host listens on a port %.8s: this needs a guest that "
		      "igt_guest has started in QEMU\n", PORT_NAME);
	igt_require_f(r != -EOPNOTSUPP, "The host does not do '%s': %s\n", verb, reason);
	igt_assert_f(r == 0, "asking the host for '%s': %s\n", verb, strerror(-r));
	return data;
}

void igt_host_require(void)
{
	size_t size;

	free(request("ping", &size));
}

int igt_screen_parse(const void *ppm, size_t size, struct igt_screen *ret_screen)
{
	_cleanup_free_ char *head = strndup(ppm, min_t(size_t, size, 64));
	unsigned int width, height, max;
	int length = 0;

	/* One white space ends the header; %n counts what stands before it. */
	if (!head || sscanf(head, "P6 %u %u %u%n", &width, &height, &max, &length) != 3 ||
	    max != 255 || !width || !height || width > 16384 || height > 16384 ||
	    size != (size_t)length + 1 + (size_t)width * height * 3)
		return -EBADMSG;
	*ret_screen = (struct igt_screen){width, height, malloc((size_t)width * height * 3)};
	igt_assert(ret_screen->rgb);
	memcpy(ret_screen->rgb, (const char *)ppm + length + 1, (size_t)width * height * 3);
	return 0;
}

struct igt_screen *igt_host_screendump(void)
{
	struct igt_screen *screen = calloc(1, sizeof(*screen));
	size_t size = 0;
	void *ppm;
	int r;

	igt_assert(screen);
	ppm = request("screendump", &size);
	r = igt_screen_parse(ppm, size, screen);
	free(ppm);
	igt_assert_f(r == 0, "the host's picture of %zu bytes is none\n", size);
	return screen;
}

void igt_screen_free(struct igt_screen *screen)
{
	if (screen)
		free(screen->rgb);
	free(screen);
}

uint32_t igt_screen_pixel(const struct igt_screen *screen, unsigned int x, unsigned int y)
{
	const uint8_t *rgb = screen->rgb + 3 * ((size_t)y * screen->width + x);

	igt_assert_f(x < screen->width && y < screen->height, "there is no pixel %u, %u\n", x, y);
	return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}
