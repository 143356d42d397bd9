/* SPDX-License-Identifier: MIT */
/** QEMU's control protocol, as far as a run needs it: reading messages, writing commands. */
#ifndef GUEST_QMP_H
#define GUEST_QMP_H

enum guest_qmp_kind {
	GUEST_QMP_GREETING, /* text: QEMU's version */
	GUEST_QMP_RETURN,   /* a command succeeded */
	GUEST_QMP_ERROR,    /* text: why a command failed */
	GUEST_QMP_EVENT,    /* text: name of the event */
};

struct guest_qmp_message {
	enum guest_qmp_kind kind;
	char *text; /* owned, g_free; NULL for GUEST_QMP_RETURN */
	char *id;   /* that the command had which this answers, or NULL; owned */
};

/**
 * Reads one line of QMP. ret is untouched on failure. Returns 0, or -EBADMSG for a
 * line that is no message of the protocol.
 */
int guest_qmp_parse(const char *line, struct guest_qmp_message *ret);

/** Frees the strings. */
void guest_qmp_message_clear(struct guest_qmp_message *message);

/** Commands that take no time: each writes one line to fd. 0 or a negative errno. */
int guest_qmp_negotiate(int fd);
int guest_qmp_quit(int fd);
/** A BREAK on the serial console: the kernel takes the next character as a sysrq key. */
int guest_qmp_send_break(int fd, const char *chardev);
/** Saves what the device shows into picture, a file that QEMU has inherited; answered with id. */
int guest_qmp_screendump(int fd, const char *device, int picture, const char *id);

#endif
