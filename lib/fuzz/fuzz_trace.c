/* SPDX-License-Identifier: MIT */
/**
 * An input is a line of a trace: an event, and then a command, an answer, or a call of a shrinker.
 */
#include "fuzz.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_shrinks.h"

static void check(const struct igt_event *event)
{
	struct igt_command queued, answered;
	struct igt_shrink shrink;
	int kinds = 0;

	if (igt_command_parse(event, &queued) == 0) {
		fuzz_assert(!queued.answer && queued.pid == event->pid);
		kinds++;
	}
	if (igt_command_answer_parse(event, &answered) == 0)
		kinds++;
	if (igt_shrink_parse(event, &shrink) == 0) {
		fuzz_assert(shrink.function[0]);
		fuzz_assert(strlen(shrink.function) < sizeof(shrink.function));
		fuzz_assert(shrink.ended ? !shrink.counted : !shrink.freed);
		kinds++;
	}
	/* An event is one thing at most. */
	fuzz_assert(kinds <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_string(data, size);
	struct igt_event event;

	if (igt_event_parse(line, &event) == 0) {
		fuzz_assert(event.name[0] && strlen(event.name) < sizeof(event.name));
		fuzz_assert(strlen(event.task) < sizeof(event.task) && event.pid >= 0);
		fuzz_assert(event.details > line && event.details <= line + strlen(line));
		fuzz_assert(!igt_event_is_loss(line) || line[16] == '-');
		check(&event);
	}
	free(line);
	return 0;
}
