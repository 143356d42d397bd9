// SPDX-License-Identifier: MIT
#include "guest_qmp.h"

#include "guest_util.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static char *version_text(struct json_object *qmp)
{
	struct json_object *version, *qemu, *major_nr, *minor_nr, *micro;

	if (!json_object_object_get_ex(qmp, "version", &version) ||
	    !json_object_object_get_ex(version, "qemu", &qemu) ||
	    !json_object_object_get_ex(qemu, "major", &major_nr) ||
	    !json_object_object_get_ex(qemu, "minor", &minor_nr) ||
	    !json_object_object_get_ex(qemu, "micro", &micro))
		return g_strdup("unknown");
	return g_strdup_printf("%d.%d.%d", json_object_get_int(major_nr),
			       json_object_get_int(minor_nr), json_object_get_int(micro));
}

static int classify(struct json_object *root, struct guest_qmp_message *ret)
{
	struct json_object *value, *desc;
	g_autofree char *id = json_object_object_get_ex(root, "id", &value)
				      ? g_strdup(json_object_get_string(value))
				      : NULL;

	if (json_object_object_get_ex(root, "QMP", &value)) {
		ret->kind = GUEST_QMP_GREETING;
		ret->text = version_text(value);
	} else if (json_object_object_get_ex(root, "return", &value)) {
		ret->kind = GUEST_QMP_RETURN;
		ret->text = NULL;
	} else if (json_object_object_get_ex(root, "error", &value)) {
		ret->kind = GUEST_QMP_ERROR;
		ret->text = g_strdup(json_object_object_get_ex(value, "desc", &desc)
					     ? json_object_get_string(desc)
					     : "unknown");
	} else if (json_object_object_get_ex(root, "event", &value)) {
		ret->kind = GUEST_QMP_EVENT;
		ret->text = g_strdup(json_object_get_string(value));
	} else {
		return -EBADMSG;
	}
	ret->id = g_steal_pointer(&id);
	return 0;
}

int guest_qmp_parse(const char *line, struct guest_qmp_message *ret)
{
	struct json_object *root = json_tokener_parse(line);
	int r = root && json_object_is_type(root, json_type_object) ? classify(root, ret)
								    : -EBADMSG;

	json_object_put(root);
	return r;
}

void guest_qmp_message_clear(struct guest_qmp_message *message)
{
	g_clear_pointer(&message->text, g_free);
	g_clear_pointer(&message->id, g_free);
}

static int send_command(int fd, const char *json)
{
	return guest_write_all(fd, json, strlen(json));
}

int guest_qmp_negotiate(int fd)
{
	return send_command(fd, "{\"execute\":\"qmp_capabilities\"}\n");
}

int guest_qmp_quit(int fd)
{
	return send_command(fd, "{\"execute\":\"quit\"}\n");
}

int guest_qmp_send_break(int fd, const char *chardev)
{
	g_autofree char *json = g_strdup_printf(
		"{\"execute\":\"chardev-send-break\",\"arguments\":{\"id\":\"%s\"}}\n", chardev);

	return send_command(fd, json);
}

int guest_qmp_screendump(int fd, const char *device, int picture, const char *id)
{
	g_autofree char *json = g_strdup_printf(
		"{\"execute\":\"screendump\",\"id\":\"%s\",\"arguments\":{\"device\":\"%s\","
		"\"filename\":\"/proc/self/fd/%d\"}}\n",
		id, device, picture);

	return send_command(fd, json);
}
