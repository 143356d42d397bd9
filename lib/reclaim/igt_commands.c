/* SPDX-License-Identifier: MIT */
/**
 * The commands of virtio-gpu, collected from a trace.
 */
#define IGT_LOG_DOMAIN "igt_commands"
#include <dirent.h>
#include <errno.h>
#include <linux/virtio_gpu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "gem/gem_device.h"
#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "reclaim/igt_commands.h"

#define SETTLE_MS 20000

/* From here on answers are errors. */
#define FIRST_ERROR VIRTIO_GPU_RESP_ERR_UNSPEC

static struct {
	struct igt_events *events;
	struct igt_command *list;
	unsigned int count, room;
} commands;

/* --- parsers -------------------------------------------------------------------------------- */

static int number(const struct igt_event *event, const char *key, uint64_t most,
		  uint64_t *ret_value)
{
	int r = igt_event_number(event->details, key, ret_value);

	return r == 0 && *ret_value > most ? -EINVAL : r;
}

static int parse_common(const struct igt_event *event, struct igt_command *command)
{
	uint64_t queue;

	if (number(event, "vq", UINT32_MAX, &queue) < 0)
		return -EINVAL;
	command->queue = (uint32_t)queue;
	/* Since Linux 6.4. */
	command->has_seqno = number(event, "seqno", UINT32_MAX, &command->seqno) == 0;
	return 0;
}

int igt_command_parse(const struct igt_event *event, struct igt_command *ret_command)
{
	struct igt_command command = {.pid = event->pid};
	uint64_t type, flags, context;

	if (strcmp(event->name, "virtio_gpu_cmd_queue") != 0 || parse_common(event, &command) < 0 ||
	    number(event, "type", UINT32_MAX, &type) < 0 ||
	    number(event, "flags", UINT32_MAX, &flags) < 0 ||
	    number(event, "fence_id", UINT64_MAX, &command.fence_id) < 0 ||
	    number(event, "ctx_id", UINT32_MAX, &context) < 0)
		return -EINVAL;
	command.type = (uint32_t)type;
	command.flags = (uint32_t)flags;
	command.context = (uint32_t)context;
	*ret_command = command;
	return 0;
}

int igt_command_answer_parse(const struct igt_event *event, struct igt_command *ret_command)
{
	struct igt_command command = {.pid = event->pid};
	uint64_t type;

	if (strcmp(event->name, "virtio_gpu_cmd_response") != 0 ||
	    parse_common(event, &command) < 0 || number(event, "type", UINT32_MAX, &type) < 0)
		return -EINVAL;
	command.answer = (uint32_t)type;
	*ret_command = command;
	return 0;
}

/* --- collecting ----------------------------------------------------------------------------- */

static void add(const struct igt_command *command)
{
	if (commands.count == commands.room) {
		commands.room = commands.room ? 2 * commands.room : 256;
		commands.list = reallocarray(commands.list, commands.room, sizeof(*command));
		igt_assert(commands.list);
	}
	commands.list[commands.count++] = *command;
}

/* Without a number it belongs to the first in its queue that has none; fences may overtake. */
static void note_answer(const struct igt_command *answer)
{
	for (unsigned int i = 0; i < commands.count; i++) {
		struct igt_command *command = &commands.list[i];

		if (command->answer || command->queue != answer->queue ||
		    (answer->has_seqno && command->seqno != answer->seqno))
			continue;
		command->answer = answer->answer;
		return;
	}
	/* To one that was queued before we began to watch. */
}

static void take(const struct igt_event *event, void *data)
{
	struct igt_command command;

	if (igt_command_parse(event, &command) == 0)
		add(&command);
	else if (igt_command_answer_parse(event, &command) == 0)
		note_answer(&command);
}

static void update(void)
{
	igt_assert_f(commands.events, "igt_commands_start() comes first\n");
	igt_events_read(commands.events, take, NULL);
}

/* --- which device --------------------------------------------------------------------------- */

/* The number of the virtio device is in the name of a directory below the one of @node. */
static int find_virtio(const char *device, unsigned int *ret_index)
{
	_cleanup_closedir_ DIR *directory = opendir(device);
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (sscanf(entry->d_name, "virtio%u", ret_index) == 1)
			return 0;
	return -ENOENT;
}

static unsigned int virtio_index(const struct gem_device *dev)
{
	char device[64], link[4096] = "", *slash;
	unsigned int index = 0;
	struct stat node;
	bool found;

	igt_assert(fstat(dev->fd, &node) == 0);
	snprintf(device, sizeof(device), "/sys/dev/char/%u:%u/device", major(node.st_rdev),
		 minor(node.st_rdev));
	/* The parent of the DRM device is the virtio device, or what that is on. */
	found = readlink(device, link, sizeof(link) - 1) > 0 && (slash = strrchr(link, '/')) &&
		sscanf(slash, "/virtio%u", &index) == 1;
	found = found || find_virtio(device, &index) == 0;
	errno = 0;
	igt_require_f(found, "This GPU is no virtio device: it has no commands for a host\n");
	return index;
}

/* --- for tests ------------------------------------------------------------------------------ */

static void forget(void *data)
{
	free(commands.list);
	memset(&commands, 0, sizeof(commands));
}

void igt_commands_start(const struct gem_device *dev)
{
	char filter[32];
	/* They begin one after the other: no answer may be missed to a command that is seen. */
	const struct igt_event_choice choices[] = {
		{"virtio_gpu/virtio_gpu_cmd_response", filter},
		{"virtio_gpu/virtio_gpu_cmd_queue", filter},
	};
	struct igt_events *events;

	snprintf(filter, sizeof(filter), "dev == %u", virtio_index(dev));
	igt_events_stop(commands.events);
	forget(NULL);
	events = igt_events_start(choices, ARRAY_SIZE(choices));
	/* Behind the hook that ends the events, so that this is called first. */
	igt_on_subtest_end(forget, NULL);
	commands.events = events;
}

const struct igt_command *igt_commands(unsigned int *ret_count)
{
	update();
	*ret_count = commands.count;
	return commands.list;
}

unsigned int igt_commands_count(uint32_t type)
{
	unsigned int count = 0;

	update();
	for (unsigned int i = 0; i < commands.count; i++)
		count += commands.list[i].type == type;
	return count;
}

unsigned int igt_commands_count_by(uint32_t type, pid_t pid)
{
	unsigned int count = 0;

	update();
	for (unsigned int i = 0; i < commands.count; i++)
		count += commands.list[i].type == type && commands.list[i].pid == pid;
	return count;
}

unsigned int igt_commands_refused(void)
{
	unsigned int count = 0;

	update();
	for (unsigned int i = 0; i < commands.count; i++)
		count += commands.list[i].answer >= FIRST_ERROR;
	return count;
}

/* The first of @count that has no answer, or NULL. */
static const struct igt_command *unanswered(unsigned int count)
{
	update();
	for (unsigned int i = 0; i < count; i++)
		if (!commands.list[i].answer)
			return &commands.list[i];
	return NULL;
}

void igt_commands_settle(void)
{
	const struct igt_command *open;
	unsigned int count;

	igt_commands(&count);
	igt_assert_f(igt_wait(!(open = unanswered(count)), SETTLE_MS, 1),
		     "the host has not answered command %#x, which thread %d queued as number %u of "
		     "%u to queue %u with flags %#x\n", open->type, open->pid,
		     (unsigned int)(open - commands.list) + 1, count, open->queue, open->flags);
}
