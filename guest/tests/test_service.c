// SPDX-License-Identifier: MIT
/* Requests of a guest, with a socket in place of the guest and one in place of QEMU. */
#include "testing.h"

#include "guest_service.h"
#include "guest_util.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct host {
	struct guest_process process;
	struct guest_service service;
	int guest, qemu; /* the other ends */
	char text[256];	 /* what was read last */
};

static int setup(void **state)
{
	struct host *host = g_new0(struct host, 1);
	int pair[2];

	host->process = GUEST_PROCESS_NONE;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	host->process.service = pair[0];
	host->guest = pair[1];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	host->process.qmp = pair[0];
	host->qemu = pair[1];
	host->process.picture = memfd_create("picture", 0);
	guest_service_init(&host->service, &host->process);
	*state = host;
	return 0;
}

static int teardown(void **state)
{
	struct host *host = *state;

	guest_service_clear(&host->service);
	close(host->process.service);
	close(host->process.qmp);
	close(host->process.picture);
	close(host->guest);
	close(host->qemu);
	g_free(host);
	return 0;
}

/* All that there is to read; "" for nothing. */
static const char *take(struct host *host, int fd)
{
	ssize_t n = read(fd, host->text, sizeof(host->text) - 1);

	host->text[MAX(n, 0)] = '\0';
	return host->text;
}

static const char *ask(struct host *host, const char *line)
{
	guest_service_line(&host->service, line);
	assert_false(guest_service_step(&host->service));
	return take(host, host->guest);
}

static void tell(struct host *host, enum guest_qmp_kind kind, const char *text, const char *id)
{
	assert_true(guest_service_qmp(&host->service,
				      &(struct guest_qmp_message){kind, (char *)text, (char *)id}));
	guest_service_step(&host->service);
}

static void ping_is_answered(void **state)
{
	assert_string_equal(ask(*state, "1f ping"), "1f ok 0\n");
	assert_string_equal(ask(*state, "20 ping"), "20 ok 0\n");
}

static void what_is_not_on_the_list_is_refused(void **state)
{
	static const char *const lines[] = {"1 quit", "1", "1 ", "1 ping now", "1  ping", "1 PING",
					    "1 screendump /etc/passwd"};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_string_equal(ask(*state, lines[i]), "1 no there is no such request\n");
	assert_string_equal(take(*state, ((struct host *)*state)->qemu), "");
}

static void what_has_no_number_is_not_answered(void **state)
{
	static const char *const lines[] = {"", " ping", "ping", "xyz ping", "1\" ping",
					    "0123456789abcdef0123456789abcdef0 ping"};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_string_equal(ask(*state, lines[i]), "");
	assert_string_equal(ask(*state, "2 ping"), "2 ok 0\n");
}

static void picture_is_what_qemu_saves(void **state)
{
	struct host *host = *state;
	g_autofree char *file = g_strdup_printf("/proc/self/fd/%d\"", host->process.picture);

	assert_string_equal(ask(host, "a0 screendump"), "");
	take(host, host->qemu);
	assert_non_null(strstr(host->text, "\"execute\":\"screendump\""));
	assert_non_null(strstr(host->text, "\"device\":\"gpu\""));
	assert_non_null(strstr(host->text, file));
	assert_int_equal(pwrite(host->process.picture, "P6 picture", 10, 0), 10);
	tell(host, GUEST_QMP_RETURN, NULL, "service");
	assert_string_equal(take(host, host->guest), "a0 ok 10\nP6 picture");
}

static void reason_of_qemu_is_handed_on(void **state)
{
	struct host *host = *state;

	ask(host, "a0 screendump");
	tell(host, GUEST_QMP_ERROR, "no surface", "service");
	assert_string_equal(take(host, host->guest), "a0 no QEMU: no surface\n");
	/* One that says it has saved a picture, and has not. */
	ask(host, "a1 screendump");
	tell(host, GUEST_QMP_RETURN, NULL, "service");
	assert_string_equal(take(host, host->guest), "a1 no QEMU has saved no picture\n");
}

static void other_messages_are_left_to_others(void **state)
{
	struct host *host = *state;

	ask(host, "a0 screendump");
	assert_false(guest_service_qmp(&host->service,
				       &(struct guest_qmp_message){.kind = GUEST_QMP_RETURN}));
	assert_false(guest_service_qmp(
		&host->service,
		&(struct guest_qmp_message){.kind = GUEST_QMP_RETURN, .id = (char *)"other"}));
	guest_service_step(&host->service);
	assert_string_equal(take(host, host->guest), "");
	tell(host, GUEST_QMP_ERROR, "late", "service");
	assert_string_equal(take(host, host->guest), "a0 no QEMU: late\n");
}

static void requests_wait_for_each_other_and_not_too_many(void **state)
{
	struct host *host = *state;

	ask(host, "a0 screendump");
	for (int i = 0; i < GUEST_SERVICE_WAITING + 3; i++)
		assert_string_equal(ask(host, "b ping"), "");
	tell(host, GUEST_QMP_ERROR, "no", "service");
	take(host, host->guest);
	assert_true(g_str_has_prefix(host->text, "a0 no QEMU: no\nb ok 0\n"));
	assert_int_equal(strlen(host->text),
			 strlen("a0 no QEMU: no\n") + GUEST_SERVICE_WAITING * strlen("b ok 0\n"));
}

static void guest_that_is_slow_gets_all_of_it(void **state)
{
	const size_t size = 3000000;
	struct host *host = *state;
	g_autofree char *picture = g_malloc(size);
	g_autoptr(GByteArray) got = g_byte_array_new();
	bool more = true;

	for (size_t i = 0; i < size; i++)
		picture[i] = (char)(i * 7 + (i >> 8));
	assert_int_equal(pwrite(host->process.picture, picture, size, 0), size);
	ask(host, "a0 screendump");
	tell(host, GUEST_QMP_RETURN, NULL, "service");
	while (more) {
		guint8 part[5000];
		ssize_t n = read(host->guest, part, sizeof(part));

		if (n > 0)
			g_byte_array_append(got, part, n);
		more = guest_service_step(&host->service) || n > 0;
	}
	assert_int_equal(got->len, strlen("a0 ok 3000000\n") + size);
	assert_memory_equal(got->data + got->len - size, picture, size);
}

#define on_host(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(ping_is_answered),
		on_host(what_is_not_on_the_list_is_refused),
		on_host(what_has_no_number_is_not_answered),
		on_host(picture_is_what_qemu_saves),
		on_host(reason_of_qemu_is_handed_on),
		on_host(other_messages_are_left_to_others),
		on_host(requests_wait_for_each_other_and_not_too_many),
		on_host(guest_that_is_slow_gets_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
