/* SPDX-License-Identifier: MIT */
#include "comms_transcript.h"

#include <string.h>

#include "comms.h"
#include "utf8.h"

/* A transcript that is being made of packets. */
struct writer {
	struct transcript *transcript;
	GString *out, *err;
	/* Of the subtest and dynamic subtest that are running, or ran last; NULL before. */
	char *subtest, *dynamic;
	/* They have no result yet. */
	bool subtest_runs, dynamic_runs;
	/* A packet of the current process, of which there may be another, was seen. */
	bool in_process;
};

/* Behind a text that did not end its line the marker would not be one for a reader. */
static void add_line(GString *to, const char *line)
{
	if (*line == '\0')
		return;
	if (to->len > 0 && to->str[to->len - 1] != '\n')
		g_string_append_c(to, '\n');
	g_string_append(to, line);
}

/* The lines, either of which may be empty, are the marker's place in its stream. */
static void add_marker(const struct writer *writer, const struct marker *marker,
		       const char *out_line, const char *err_line)
{
	struct transcript *transcript = writer->transcript;
	const struct {
		GString *text;
		GArray *markers;
		const char *line;
	} streams[] = {
		{writer->out, transcript->out.markers, out_line},
		{writer->err, transcript->err.markers, err_line},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(streams); i++) {
		struct marker copy = *marker;

		copy.name = g_strdup(marker->name);
		copy.begin = streams[i].text->len;
		add_line(streams[i].text, streams[i].line);
		copy.end = streams[i].text->len;
		g_array_append_val(streams[i].markers, copy);
	}
}

/* @why, a line for stderr, may be empty. */
static void override_dynamic(const struct writer *writer, enum verdict verdict, const char *why)
{
	struct marker marker = {
		.kind = MARKER_DYNAMIC_OVERRIDE, .name = writer->dynamic, .verdict = verdict};

	add_marker(writer, &marker, "", why);
}

static void override_subtest(const struct writer *writer, enum verdict verdict, const char *why)
{
	struct marker marker = {
		.kind = MARKER_OVERRIDE, .name = writer->subtest, .verdict = verdict};

	add_marker(writer, &marker, "", why);
}

/*
 * A packet that cannot be read may have been any. What ran then, or last, must
 * not pass by the rest; the others have their own packets.
 */
static void take_damage(struct writer *writer)
{
	static const char why[] = "runner: packets of the test are damaged or lost here\n";

	if (!writer->subtest) {
		writer->transcript->override = VERDICT_INCOMPLETE;
		return;
	}
	if (writer->dynamic)
		override_dynamic(writer, VERDICT_INCOMPLETE, why);
	override_subtest(writer, VERDICT_INCOMPLETE, writer->dynamic ? "" : why);
}

static void take_override(struct writer *writer, const struct comms_packet *packet)
{
	enum verdict verdict = verdict_from_name(packet->text);

	/* No word of the runner makes a test pass. */
	if (verdict < 0 || !verdict_is_bad(verdict)) {
		take_damage(writer);
		return;
	}
	if (!writer->subtest) {
		writer->transcript->override = verdict;
		return;
	}
	if (writer->dynamic_runs)
		override_dynamic(writer, verdict, "");
	override_subtest(writer, verdict, "");
}

static void set_name(char **to, const char *name)
{
	char *copy = g_strdup(name);

	g_free(*to);
	*to = copy;
}

static void end_dynamic(struct writer *writer)
{
	g_autofree char *why = NULL;

	if (!writer->dynamic_runs)
		return;
	why = g_strdup_printf("runner: dynamic subtest %s gave no result\n", writer->dynamic);
	override_dynamic(writer, VERDICT_INCOMPLETE, why);
	writer->dynamic_runs = false;
}

static void end_subtest(struct writer *writer)
{
	g_autofree char *why = NULL;

	end_dynamic(writer);
	if (!writer->subtest_runs)
		return;
	why = g_strdup_printf("runner: subtest %s gave no result\n", writer->subtest);
	override_subtest(writer, VERDICT_INCOMPLETE, why);
	writer->subtest_runs = false;
}

static void enter_subtest(struct writer *writer, const char *name, bool runs)
{
	end_subtest(writer);
	set_name(&writer->dynamic, NULL);
	set_name(&writer->subtest, name);
	writer->subtest_runs = runs;
	transcript_process(writer->transcript)->last =
		transcript_add_subtest(writer->transcript, name);
}

static void take_start(struct writer *writer, const struct comms_packet *packet)
{
	g_autofree char *line = g_strconcat(IGT_TEXT_STARTING, packet->name, "\n", NULL);
	struct marker marker = {.kind = MARKER_START, .name = (char *)packet->name};

	enter_subtest(writer, packet->name, /* runs= */ true);
	add_marker(writer, &marker, line, line);
}

static struct marker result_marker(const struct comms_packet *packet, enum marker_kind kind)
{
	return (struct marker){.kind = kind,
			       .name = (char *)packet->name,
			       .verdict = verdict_from_word(packet->text),
			       .seconds = packet->seconds};
}

static char *result_line(const struct comms_packet *packet, const char *prefix)
{
	return g_strdup_printf("%s%s: %s (%.3fs)\n", prefix, packet->name, packet->text,
			       packet->seconds);
}

static void take_result(struct writer *writer, const struct comms_packet *packet)
{
	g_autofree char *line = result_line(packet, IGT_TEXT_RESULT);
	struct marker marker = result_marker(packet, MARKER_RESULT);

	/* A subtest that its fixture skipped has a result but never starts. */
	if (g_strcmp0(writer->subtest, packet->name) != 0)
		enter_subtest(writer, packet->name, /* runs= */ false);
	end_dynamic(writer);
	writer->subtest_runs = false;
	add_marker(writer, &marker, line, line);
}

static void take_dynamic_start(struct writer *writer, const struct comms_packet *packet)
{
	g_autofree char *line = g_strconcat(IGT_TEXT_STARTING_DYNAMIC, packet->name, "\n", NULL);
	struct marker marker = {.kind = MARKER_DYNAMIC_START, .name = (char *)packet->name};

	end_dynamic(writer);
	set_name(&writer->dynamic, packet->name);
	writer->dynamic_runs = true;
	add_marker(writer, &marker, line, line);
}

static void take_dynamic_result(struct writer *writer, const struct comms_packet *packet)
{
	g_autofree char *line = result_line(packet, IGT_TEXT_RESULT_DYNAMIC);
	struct marker marker = result_marker(packet, MARKER_DYNAMIC_RESULT);

	set_name(&writer->dynamic, packet->name);
	writer->dynamic_runs = false;
	add_marker(writer, &marker, line, line);
}

static void take_log(struct writer *writer, const struct comms_packet *packet)
{
	g_string_append(packet->stream == IGT_STREAM_STDERR ? writer->err : writer->out,
			packet->text);
}

/* With its newline, and nowhere else: so it is in the results of IGT, whose readers may look at it.
 */
static void take_version(struct writer *writer, const struct comms_packet *packet)
{
	char **version = &writer->transcript->igt_version;

	if (!*version)
		*version = utf8_from_bytes(packet->text, strlen(packet->text));
}

static void take_exec(struct writer *writer)
{
	struct marker marker = {.kind = MARKER_PROCESS};

	if (!writer->in_process)
		return;
	transcript_add_process(writer->transcript);
	set_name(&writer->subtest, NULL);
	set_name(&writer->dynamic, NULL);
	writer->subtest_runs = writer->dynamic_runs = false;
	add_marker(writer, &marker, MARKER_PROCESS_LINE "\n", MARKER_PROCESS_LINE "\n");
}

static void take_exit(struct writer *writer, const struct comms_packet *packet)
{
	struct process *process = transcript_process(writer->transcript);

	process->ended = true;
	process->exit_code = packet->exit_code;
	process->seconds = packet->seconds;
}

static bool name_is_wrong(const struct comms_packet *packet)
{
	return packet->name && !test_name_is_valid(packet->name, strlen(packet->name));
}

static void take_packet(struct writer *writer, const struct comms_packet *packet)
{
	switch (packet->type) {
	case IGT_PACKET_LOG:
		take_log(writer, packet);
		break;
	case IGT_PACKET_EXEC:
		take_exec(writer);
		break;
	case IGT_PACKET_EXIT:
		take_exit(writer, packet);
		break;
	case IGT_PACKET_SUBTEST_START:
		take_start(writer, packet);
		break;
	case IGT_PACKET_SUBTEST_RESULT:
		take_result(writer, packet);
		break;
	case IGT_PACKET_DYNAMIC_START:
		take_dynamic_start(writer, packet);
		break;
	case IGT_PACKET_DYNAMIC_RESULT:
		take_dynamic_result(writer, packet);
		break;
	case IGT_PACKET_VERSION:
		take_version(writer, packet);
		break;
	case IGT_PACKET_RESULT_OVERRIDE:
		take_override(writer, packet);
		break;
	case IGT_PACKET_INVALID:
	case IGT_PACKET_TYPES:
		take_damage(writer);
		break;
	}
}

static void steal_text(struct stream *stream, GString *text)
{
	stream->len = text->len;
	stream->text = g_string_free(text, /* free_segment= */ FALSE);
}

struct transcript *comms_transcript(const char *data, size_t len)
{
	struct comms_reader reader = {.data = data, .len = len};
	struct transcript *transcript = transcript_new();
	struct writer writer = {.transcript = transcript,
				.out = g_string_sized_new(len),
				.err = g_string_new(NULL)};
	struct comms_packet packet;

	transcript->out.markers = markers_new();
	transcript->err.markers = markers_new();
	while (comms_next(&reader, &packet)) {
		if (packet.after_damage)
			take_damage(&writer);
		if (name_is_wrong(&packet))
			take_damage(&writer);
		else
			take_packet(&writer, &packet);
		writer.in_process = true;
	}
	if (reader.damaged)
		take_damage(&writer);
	steal_text(&transcript->out, writer.out);
	steal_text(&transcript->err, writer.err);
	g_free(writer.subtest);
	g_free(writer.dynamic);
	return transcript;
}
