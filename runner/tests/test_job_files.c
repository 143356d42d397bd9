/* SPDX-License-Identifier: MIT */
/** What is written of a running job: packets, text, kernel log, health. */
#include "helpers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "comms.h"
#include "comms_record.h"
#include "job_record.h"
#include "kmsg.h"
#include "machine_record.h"

/* A job directory, and a socket into its record. */
struct place {
	char *dir;
	int dirfd;
	int test_fd, runner_fd;
	/* `kind name,` of each marker. */
	GString *markers;
	struct comms_record *comms;
	/* For stop_at_second(). */
	unsigned starts;
};

static void add_marker(void *user, const struct marker *marker)
{
	struct place *place = user;

	g_string_append_printf(place->markers, "%d %s,", marker->kind, marker->name);
}

/* What a runner does whose kernel broke in the first subtest. */
static void stop_at_second(void *user, const struct marker *marker)
{
	struct place *place = user;

	if (marker->kind != MARKER_START || ++place->starts < 2)
		return;
	assert_int_equal(comms_record_override(place->comms, "abort"), 0);
	comms_record_stop_results(place->comms);
}

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);
	int fds[2];

	place->dir = scratch_new();
	place->dirfd = open(place->dir, O_RDONLY | O_DIRECTORY);
	place->markers = g_string_new(NULL);
	if (place->dirfd < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0)
		return -1;
	place->test_fd = fds[0];
	place->runner_fd = fds[1];
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	comms_record_close(place->comms);
	close(place->dirfd);
	close(place->test_fd);
	close(place->runner_fd);
	g_string_free(place->markers, TRUE);
	scratch_remove(place->dir);
	g_free(place);
	return 0;
}

static void open_comms(struct place *place, marker_handler handler)
{
	assert_int_equal(comms_record_open(place->dirfd, false, handler, place, &place->comms), 0);
}

/* @claimed: the size that the header tells, 0 for the right one. */
static void send_packet(const struct place *place, enum igt_packet_type type, const char *data,
			size_t len, uint32_t claimed)
{
	char packet[512];
	struct igt_packet_header header = {.size = claimed ? claimed
							   : (uint32_t)(sizeof(header) + len),
					   .type = type,
					   .pid = 1,
					   .tid = 1};

	memcpy(packet, &header, sizeof(header));
	memcpy(packet + sizeof(header), data, len);
	assert_int_equal(send(place->test_fd, packet, sizeof(header) + len, 0),
			 sizeof(header) + len);
}

#define SEND(place, type, data) send_packet(place, type, data, sizeof(data), 0)

static void receive_all(struct place *place)
{
	size_t bytes;

	do
		assert_int_equal(comms_record_receive(place->comms, place->runner_fd, &bytes), 0);
	while (bytes > 0);
}

/* `type text` of each packet in the file, by the other side's reader. */
static char *dump(const struct place *place)
{
	g_autofree char *path = g_build_filename(place->dir, "comms", NULL);
	GString *text = g_string_new(NULL);
	struct comms_packet packet;
	struct comms_reader reader = {0};
	g_autofree char *data = NULL;

	assert_true(g_file_get_contents(path, &data, &reader.len, NULL));
	reader.data = data;
	while (comms_next(&reader, &packet)) {
		assert_false(packet.after_damage);
		g_string_append_printf(text, "%d", packet.type);
		if (packet.name)
			g_string_append_printf(text, " %s", packet.name);
		if (packet.text)
			g_string_append_printf(text, " %s", packet.text);
		g_string_append(text, "; ");
	}
	assert_false(reader.damaged);
	return g_string_free(text, FALSE);
}

static void packets_are_kept_as_they_are(void **state)
{
	struct place *place = *state;
	char *argv[] = {(char *)"/t/test", (char *)"--run-subtest", (char *)"a", NULL};
	g_autofree char *text = NULL;

	open_comms(place, add_marker);
	assert_int_equal(comms_record_exec(place->comms, 7, argv), 0);
	assert_false(comms_record_is_used(place->comms));
	SEND(place, IGT_PACKET_SUBTEST_START, "a");
	SEND(place, IGT_PACKET_DYNAMIC_START, "d");
	SEND(place, IGT_PACKET_DYNAMIC_RESULT, "d\0SUCCESS\0000.1\0");
	SEND(place, IGT_PACKET_LOG, "\002well");
	SEND(place, IGT_PACKET_SUBTEST_RESULT, "a\0FAIL\0000.2\0");
	receive_all(place);
	assert_true(comms_record_is_used(place->comms));
	assert_int_equal(comms_record_exit(place->comms, 98, 1.5), 0);
	assert_string_equal(place->markers->str, "0 a,2 d,3 d,1 a,");
	text = dump(place);
	assert_string_equal(text, "2 /t/test --run-subtest a; 4 a; 6 d; 7 d SUCCESS; 1 well; "
				  "5 a FAIL; 3; ");
}

static void a_packet_that_lies_is_dropped_and_told(void **state)
{
	struct place *place = *state;
	g_autofree char *text = NULL;

	open_comms(place, add_marker);
	SEND(place, IGT_PACKET_SUBTEST_START, "a");
	send_packet(place, IGT_PACKET_SUBTEST_RESULT, "a\0SUCCESS", 10, 4000);
	assert_int_equal(send(place->test_fd, "short", 5, 0), 5);
	receive_all(place);
	text = dump(place);
	assert_string_equal(
		text,
		"4 a; "
		"1 runner: a packet of 26 bytes is not as long as it says, dropped\n; 9 warn; "
		"1 runner: a packet of 5 bytes is not as long as it says, dropped\n; 9 warn; ");
	assert_string_equal(place->markers->str, "0 a,");
}

static void what_comes_after_the_last_word_has_no_result(void **state)
{
	struct place *place = *state;
	g_autofree char *text = NULL;

	open_comms(place, stop_at_second);
	SEND(place, IGT_PACKET_SUBTEST_START, "a");
	SEND(place, IGT_PACKET_SUBTEST_RESULT, "a\0SUCCESS\0000.1\0");
	SEND(place, IGT_PACKET_SUBTEST_START, "b");
	SEND(place, IGT_PACKET_LOG, "\001going on");
	SEND(place, IGT_PACKET_SUBTEST_RESULT, "b\0SUCCESS\0000.1\0");
	receive_all(place);
	text = dump(place);
	assert_string_equal(text, "4 a; 5 a SUCCESS; 9 abort; 1 going on; ");
}

static void a_packet_cut_off_is_gone_when_the_job_goes_on(void **state)
{
	struct place *place = *state;
	g_autofree char *path = g_build_filename(place->dir, "comms", NULL);
	g_autofree char *text = NULL;
	gsize len;
	g_autofree char *data = NULL;

	open_comms(place, add_marker);
	SEND(place, IGT_PACKET_SUBTEST_START, "a");
	SEND(place, IGT_PACKET_LOG, "\001cut off here");
	receive_all(place);
	comms_record_close(g_steal_pointer(&place->comms));
	assert_true(g_file_get_contents(path, &data, &len, NULL));
	put_bytes(place->dir, "comms", data, len - 5);

	open_comms(place, add_marker);
	assert_int_equal(comms_record_log(place->comms, IGT_STREAM_STDERR, "again"), 0);
	text = dump(place);
	assert_string_equal(text, "4 a; 1 again; ");
}

static void long_reasons_are_split(void **state)
{
	struct place *place = *state;
	g_autofree char *reason = g_strnfill(IGT_PACKET_TEXT_MAX + 1, 'x');
	g_autofree char *text = NULL;
	g_autofree char *expected = g_strdup_printf("1 %.*s; 1 x; ", IGT_PACKET_TEXT_MAX, reason);

	open_comms(place, add_marker);
	assert_int_equal(comms_record_log(place->comms, IGT_STREAM_STDERR, reason), 0);
	text = dump(place);
	assert_string_equal(text, expected);
}

/* Half a name must not become a whole one, of another test. */
static void text_goes_on_behind_a_line_of_its_own(void **state)
{
	struct place *place = *state;
	g_autofree char *out = NULL, *err = NULL, *journal = NULL, *dmesg = NULL;
	struct job_record *record;

	put_file(place->dir, "out.txt", "half a li");
	put_file(place->dir, "err.txt", "whole\n");
	put_file(place->dir, "dmesg.txt", "6,1,1,-;cut");
	put_file(place->dir, "journal.txt", "first\nseco");
	assert_int_equal(job_record_open(place->dirfd, false, add_marker, place, &record), 0);
	assert_int_equal(job_record_err(record, "Starting subtest: second\n", 25), 0);
	job_record_close(record);
	out = get_file(place->dir, "out.txt");
	err = get_file(place->dir, "err.txt");
	dmesg = get_file(place->dir, "dmesg.txt");
	journal = get_file(place->dir, "journal.txt");
	assert_string_equal(out, "half a li (cut off here)\n" MARKER_PROCESS_LINE "\n");
	assert_string_equal(err, "whole\n" MARKER_PROCESS_LINE "\nStarting subtest: second\n");
	assert_string_equal(dmesg, "6,1,1,-;cut (cut off here)\n");
	assert_string_equal(journal, "first\nsecond\n");
}

/* Each message is one record, as with the real one. */
static void make_kernel_log(int *ret_reader, int *ret_writer)
{
	int fds[2];
	int size = 8 << 20;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*ret_reader = fds[0];
	*ret_writer = fds[1];
}

static void records_are_copied_and_the_kernels_told(void **state)
{
	static const char user[] = "14,1,5,-;[IGT] x: executing\n";
	static const char kernel[] = "4,2,6,-;WARNING: at x\n SUBSYSTEM=drm\n";
	struct place *place = *state;
	struct kmsg_batch batch;
	g_autofree char *text = NULL;
	int reader, writer;
	int out = openat(place->dirfd, "dmesg.txt", O_WRONLY | O_CREAT | O_APPEND, 0600);

	make_kernel_log(&reader, &writer);
	assert_true(send(writer, user, strlen(user), 0) > 0);
	assert_int_equal(kmsg_copy(reader, out, false, &batch), 0);
	assert_int_equal(batch.bytes, strlen(user));
	assert_false(batch.from_kernel || batch.lost);
	assert_true(send(writer, kernel, strlen(kernel), 0) > 0);
	assert_int_equal(kmsg_copy(reader, out, false, &batch), 0);
	assert_true(batch.from_kernel);
	assert_int_equal(kmsg_copy(reader, out, false, &batch), 0);
	assert_int_equal(batch.bytes, 0);
	text = get_file(place->dir, "dmesg.txt");
	assert_string_equal(text, "14,1,5,-;[IGT] x: executing\n"
				  "4,2,6,-;WARNING: at x\n SUBSYSTEM=drm\n");
	close(reader);
	close(writer);
	close(out);
}

/* As fast as it is read: no call may go on for ever, and no record may be lost. */
static void a_flood_is_copied_in_pieces(void **state)
{
	struct place *place = *state;
	g_autofree char *text = NULL;
	int reader, writer;
	int out = openat(place->dirfd, "dmesg.txt", O_WRONLY | O_CREAT | O_APPEND, 0600);
	unsigned sent = 0, calls = 0, lines = 0;
	const unsigned total = 100000;
	struct kmsg_batch batch;

	make_kernel_log(&reader, &writer);
	do {
		char record[64];

		for (; sent < total; sent++) {
			g_snprintf(record, sizeof(record), "6,%u,1,-;line %u\n", sent, sent);
			if (send(writer, record, strlen(record), MSG_DONTWAIT) < 0)
				break;
		}
		assert_int_equal(kmsg_copy(reader, out, false, &batch), 0);
		calls++;
	} while (batch.bytes > 0);
	assert_int_equal(sent, total);
	assert_in_range(calls, total / 1000, total);
	text = get_file(place->dir, "dmesg.txt");
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, total);
	assert_true(g_str_has_suffix(text, "\n6,99999,1,-;line 99999\n"));
	close(reader);
	close(writer);
	close(out);
}

static void take_marker(struct machine_record *record, enum marker_kind kind, const char *name)
{
	const struct marker marker = {.kind = kind, .name = (char *)name};

	assert_int_equal(machine_record_marker(record, &marker), 0);
}

static void health_is_told_per_subtest(void **state)
{
	struct place *place = *state;
	struct machine_record *record;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	static const char *const names[] = {"a", "c", "b", ""};

	assert_int_equal(machine_record_open(place->dirfd, &record), 0);
	take_marker(record, MARKER_START, "a");
	take_marker(record, MARKER_DYNAMIC_START, "part");
	take_marker(record, MARKER_DYNAMIC_RESULT, "part");
	take_marker(record, MARKER_RESULT, "a");
	/* One that has no end, and one that a fixture skipped, which never began. */
	take_marker(record, MARKER_START, "c");
	take_marker(record, MARKER_START, "b");
	take_marker(record, MARKER_RESULT, "skipped");
	machine_record_expect_change(record);
	assert_int_equal(machine_record_end(record), 0);
	machine_record_close(record);
	text = get_file(place->dir, "machine.txt");
	lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), G_N_ELEMENTS(names) + 1);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *regex =
			g_strdup_printf("^subtest=%s\ttaint=0x[0-9a-f]+->0x[0-9a-f]+\t"
					"debug_locks=(-|[01]->[01])\toom_kills=(-|[0-9]+)$",
					names[i]);

		if (!g_regex_match_simple(regex, lines[i], 0, 0))
			fail_msg("\"%s\" does not match %s", lines[i], regex);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(packets_are_kept_as_they_are),
		TEST(a_packet_that_lies_is_dropped_and_told),
		TEST(what_comes_after_the_last_word_has_no_result),
		TEST(a_packet_cut_off_is_gone_when_the_job_goes_on),
		TEST(long_reasons_are_split),
		TEST(text_goes_on_behind_a_line_of_its_own),
		TEST(records_are_copied_and_the_kernels_told),
		TEST(a_flood_is_copied_in_pieces),
		TEST(health_is_told_per_subtest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
