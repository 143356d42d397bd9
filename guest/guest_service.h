/* SPDX-License-Identifier: MIT */
/**
 * What a guest may ask of its host while tests run: a few requests that are listed here, and
 * nothing else. None takes a path, a command or a number of bytes from the guest.
 *
 * A request is a line on the port igt.host: `ID VERB`. ID is whatever the guest chooses, so that it
 * finds the answer in a stream in which an earlier test may have left half of another:
 *
 *     ID ok BYTES\n and then so many bytes
 *     ID no REASON\n
 *
 * | verb | does | bytes |
 * |---|---|---|
 * | ping | nothing | none |
 * | screendump | has QEMU save what the GPU shows | a PPM image (P6) |
 */
#ifndef GUEST_SERVICE_H
#define GUEST_SERVICE_H

#include "guest_machine.h"
#include "guest_qmp.h"

#include <glib.h>

/** Name of the port in the guest. */
#define GUEST_SERVICE_PORT "igt.host"

/** Requests that wait while one is carried out; a guest that sends more loses them. */
#define GUEST_SERVICE_WAITING 8

struct guest_service {
	const struct guest_process *process;
	GQueue *waiting;   /* char *, request lines */
	char *id;	   /* of the request that QEMU works on, or NULL */
	GByteArray *reply; /* what is to be sent, or NULL */
	unsigned int sent; /* bytes of it */
};

/** For one machine; clear with guest_service_clear. */
void guest_service_init(struct guest_service *service, const struct guest_process *process);

/** Frees what it owns. */
void guest_service_clear(struct guest_service *service);

/** Takes a line that the guest sent. */
void guest_service_line(struct guest_service *service, const char *line);

/** Takes a message of QEMU. True if it was the answer to a command of ours. */
bool guest_service_qmp(struct guest_service *service, const struct guest_qmp_message *message);

/**
 * Goes on as far as it can without waiting. True if there is more to send as soon as the guest
 * takes it.
 */
bool guest_service_step(struct guest_service *service);

#endif
