// SPDX-License-Identifier: MIT
#include "guest_service.h"

#include "guest_gpu.h"
#include "guest_util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define COMMAND_ID "service"
#define MAX_ID 32
/* More than any screen needs; a picture is kept in memory once. */
#define MAX_BYTES (256 << 20)

void guest_service_init(struct guest_service *service, const struct guest_process *process)
{
	*service = (struct guest_service){.process = process, .waiting = g_queue_new()};
}

static void drop_reply(struct guest_service *service)
{
	if (service->reply)
		g_byte_array_unref(service->reply);
	service->reply = NULL;
	service->sent = 0;
}

void guest_service_clear(struct guest_service *service)
{
	if (service->waiting)
		g_queue_free_full(service->waiting, g_free);
	service->waiting = NULL;
	g_clear_pointer(&service->id, g_free);
	drop_reply(service);
}

void guest_service_line(struct guest_service *service, const char *line)
{
	if (g_queue_get_length(service->waiting) < GUEST_SERVICE_WAITING)
		g_queue_push_tail(service->waiting, g_strdup(line));
}

static void answer(struct guest_service *service, const char *id, const char *text)
{
	g_autofree char *line = g_strdup_printf("%s %s\n", id, text);

	service->reply = g_byte_array_new();
	g_byte_array_append(service->reply, (const guint8 *)line, strlen(line));
}

static void answer_picture(struct guest_service *service)
{
	int fd = service->process->picture;
	g_autofree char *text = NULL;
	struct stat st;
	guint8 *place;

	if (fstat(fd, &st) || st.st_size <= 0 || st.st_size > MAX_BYTES) {
		answer(service, service->id, "no QEMU has saved no picture");
		return;
	}
	text = g_strdup_printf("ok %lld", (long long)st.st_size);
	answer(service, service->id, text);
	g_byte_array_set_size(service->reply, service->reply->len + st.st_size);
	place = service->reply->data + service->reply->len - st.st_size;
	if (pread(fd, place, st.st_size, 0) != st.st_size) {
		drop_reply(service);
		answer(service, service->id, "no the picture cannot be read");
	}
}

bool guest_service_qmp(struct guest_service *service, const struct guest_qmp_message *message)
{
	if (!message->id || strcmp(message->id, COMMAND_ID))
		return false;
	if (!service->id)
		return true;
	if (message->kind == GUEST_QMP_RETURN) {
		answer_picture(service);
	} else {
		g_autofree char *text = g_strdup_printf("no QEMU: %s", message->text);

		answer(service, service->id, text);
	}
	g_clear_pointer(&service->id, g_free);
	return true;
}

static bool is_id(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	return len > 0 && len <= MAX_ID && !text[len];
}

static void begin_screendump(struct guest_service *service, const char *id)
{
	int r = guest_qmp_screendump(service->process->qmp, GUEST_GPU_ID,
				     service->process->picture, COMMAND_ID);

	if (r < 0)
		answer(service, id, "no QEMU takes no commands");
	else
		service->id = g_strdup(id);
}

/* Only what stands here is ever done. */
static void begin(struct guest_service *service, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);

	/* Without an ID nobody could find an answer. */
	if (!words[0] || !is_id(words[0]))
		return;
	if (words[1] && !words[2] && !strcmp(words[1], "ping"))
		answer(service, words[0], "ok 0");
	else if (words[1] && !words[2] && !strcmp(words[1], "screendump"))
		begin_screendump(service, words[0]);
	else
		answer(service, words[0], "no there is no such request");
}

/* The descriptor does not block. A guest that has gone is noticed elsewhere. */
static void send_reply(struct guest_service *service)
{
	ssize_t n = 1;

	while (n > 0 && service->sent < service->reply->len) {
		n = write(service->process->service, service->reply->data + service->sent,
			  service->reply->len - service->sent);
		if (n > 0)
			service->sent += n;
	}
	if (service->sent == service->reply->len || (n < 0 && errno != EAGAIN && errno != EINTR))
		drop_reply(service);
}

bool guest_service_step(struct guest_service *service)
{
	/* One at a time, the next when the guest has taken all of the last answer. */
	for (;;) {
		g_autofree char *line = NULL;

		if (service->reply)
			send_reply(service);
		if (service->reply || service->id)
			return service->reply != NULL;
		line = g_queue_pop_head(service->waiting);
		if (!line)
			return false;
		begin(service, line);
	}
}
