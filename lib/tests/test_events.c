/* SPDX-License-Identifier: MIT */
/**
 * Lines of traces, as kernels write them.
 */
#include <errno.h>
#include <linux/virtio_gpu.h>
#include <string.h>

#include "igt_aux.h"
#include "reclaim/igt_commands.h"
#include "reclaim/igt_events.h"
#include "reclaim/igt_shrinks.h"
#include "run_tester.h"

static const char queue[] =
	"  virtio_madvise-55      [001] .N...    26.405772: virtio_gpu_cmd_queue: vdev=0 vq=0 "
	"name=control type=0x107 flags=0x1 fence_id=9 ctx_id=2 num_free=63 seqno=72";
static const char answer[] =
	"     kworker/0:1-10      [000] .....    26.409412: virtio_gpu_cmd_response: vdev=0 vq=1 "
	"name=cursor type=0x1202 flags=0x0 fence_id=0 ctx_id=0 num_free=64 seqno=72";
/* Of Linux 6.1, which numbers no commands. */
static const char old_queue[] =
	"           <...>-1234    [003] d..1.  1026.405772: virtio_gpu_cmd_queue: vdev=0 vq=0 "
	"name=control type=0x101 flags=0x0 fence_id=0 ctx_id=0 num_free=63";
static const char start[] =
	"         kswapd0-40      [000] .....    43.296780: mm_shrink_slab_start: "
	"drm_gem_shmem_shrinker_scan+0x0/0x1e0 [drm_shmem_helper] 000000008526a017: nid: 0 "
	"objects to shrink 5 gfp_flags GFP_KERNEL|__GFP_ZERO cache items 16384 delta 32768 "
	"total_scan 16389 priority 0";
static const char end[] =
	"   a - [b]: c-(d-54321   [012] ..... 43123.425992: mm_shrink_slab_end: "
	"super_cache_scan+0x0/0x1b0 00000000ff9d5ff0: nid: 0 unused scan count 1 new scan count 2 "
	"total_scan 3 last shrinker return val 16384";

static struct igt_event parsed(const char *line)
{
	struct igt_event event;

	assert_int_equal(igt_event_parse(line, &event), 0);
	return event;
}

static void lines_are_taken_apart(void **state)
{
	struct igt_event event = parsed(queue);

	assert_string_equal(event.task, "virtio_madvise");
	assert_int_equal(event.pid, 55);
	assert_int_equal(event.cpu, 1);
	assert_int_equal(event.us, 26405772);
	assert_string_equal(event.name, "virtio_gpu_cmd_queue");
	assert_true(strncmp(event.details, "vdev=0 vq=0", 11) == 0);

	/* A task may be called anything. */
	event = parsed(end);
	assert_string_equal(event.task, "a - [b]: c-(d");
	assert_int_equal(event.pid, 54321);
	assert_int_equal(event.cpu, 12);
	assert_int_equal(event.us, 43123425992);
	assert_string_equal(event.name, "mm_shrink_slab_end");

	/* Without the flags of the context. */
	event = parsed("            bash-7       [000]    26.405772: sched_switch: x");
	assert_string_equal(event.name, "sched_switch");
	assert_string_equal(event.details, "x");
}

static void other_lines_are_refused(void **state)
{
	static const char *const others[] = {
		"",
		"# tracer: nop",
		"CPU:0 [LOST 12 EVENTS]",
		"           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION",
		"            bash-       [000] .....    26.405772: sched_switch: x",
		"            bash-7       000] .....    26.405772: sched_switch: x",
		"            bash-7       [000] .....    26.40577: sched_switch: x",
		"            bash-7       [000] .....    26.405772 sched_switch: x",
		"            bash-7       [000] .....    26.405772: sched_switch",
		"            bash-7       [000] .....    26.405772: : x",
		"            bash-2147483648 [000] .....    26.405772: sched_switch: x",
	};
	struct igt_event event;

	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		if (igt_event_parse(others[i], &event) != -EINVAL)
			fail_msg("'%s' is taken for an event", others[i]);
	assert_true(igt_event_is_loss("CPU:0 [LOST 12 EVENTS]"));
	assert_true(igt_event_is_loss("CPU:11 [LOST EVENTS]"));
	assert_false(igt_event_is_loss(queue));
}

static void numbers_have_keys(void **state)
{
	uint64_t value = 1;

	assert_int_equal(igt_event_number("vdev=3 dev=0x1f a=x b= c=12,", "dev", &value), 0);
	assert_int_equal(value, 31);
	assert_int_equal(igt_event_number("vdev=3", "vdev", &value), 0);
	assert_int_equal(value, 3);
	assert_int_equal(igt_event_number("vdev=3", "dev", &value), -ENOENT);
	assert_int_equal(igt_event_number("a=x", "a", &value), -EINVAL);
	assert_int_equal(igt_event_number("b= c=1", "b", &value), -EINVAL);
	assert_int_equal(igt_event_number("c=12,", "c", &value), -EINVAL);
	assert_int_equal(igt_event_number("d=99999999999999999999", "d", &value), -EINVAL);
	assert_int_equal(value, 3);
}

static void commands(void **state)
{
	struct igt_event event = parsed(queue);
	struct igt_command command;

	assert_int_equal(igt_command_parse(&event, &command), 0);
	assert_int_equal(command.type, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING);
	assert_int_equal(command.flags, VIRTIO_GPU_FLAG_FENCE);
	assert_int_equal(command.fence_id, 9);
	assert_int_equal(command.context, 2);
	assert_int_equal(command.queue, 0);
	assert_true(command.has_seqno);
	assert_int_equal(command.seqno, 72);
	assert_int_equal(command.pid, 55);
	assert_int_equal(command.answer, 0);
	assert_int_equal(igt_command_answer_parse(&event, &command), -EINVAL);

	event = parsed(answer);
	assert_int_equal(igt_command_parse(&event, &command), -EINVAL);
	assert_int_equal(igt_command_answer_parse(&event, &command), 0);
	assert_int_equal(command.answer, VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID);
	assert_int_equal(command.queue, 1);

	event = parsed(old_queue);
	assert_int_equal(igt_command_parse(&event, &command), 0);
	assert_int_equal(command.type, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
	assert_false(command.has_seqno);

	/* No command has such a type. */
	event.details = "vdev=0 vq=0 type=0x100000000 flags=0 fence_id=0 ctx_id=0";
	assert_int_equal(igt_command_parse(&event, &command), -EINVAL);
}

static void shrinkers(void **state)
{
	struct igt_event event = parsed(start);
	struct igt_shrink shrink;

	assert_int_equal(igt_shrink_parse(&event, &shrink), 0);
	assert_string_equal(shrink.function, "drm_gem_shmem_shrinker_scan");
	assert_int_equal(shrink.shrinker, 0x8526a017);
	assert_false(shrink.ended);
	assert_int_equal(shrink.counted, 16384);
	assert_int_equal(shrink.reclaimer, IGT_RECLAIMER_ANY);

	event = parsed(end);
	assert_int_equal(igt_shrink_parse(&event, &shrink), 0);
	assert_string_equal(shrink.function, "super_cache_scan");
	assert_int_equal(shrink.shrinker, 0xff9d5ff0);
	assert_true(shrink.ended);
	assert_int_equal(shrink.freed, 16384);

	event = parsed(queue);
	assert_int_equal(igt_shrink_parse(&event, &shrink), -EINVAL);
	strcpy(event.name, "mm_shrink_slab_end");
	event.details = "f+0x0/0x1 00: nid: 0 last shrinker return val x";
	assert_int_equal(igt_shrink_parse(&event, &shrink), -EINVAL);
	event.details = "f+0x0/0x1 : nid: 0 last shrinker return val 1";
	assert_int_equal(igt_shrink_parse(&event, &shrink), -EINVAL);
	event.details = ": nid: 0 last shrinker return val 1";
	assert_int_equal(igt_shrink_parse(&event, &shrink), -EINVAL);
}

static void reclaimers(void **state)
{
	static const struct {
		const char *details;
		enum igt_reclaimer reclaimer;
	} cases[] = {
		{"order=0 gfp_flags=GFP_NOIO", IGT_RECLAIMER_NOIO},
		{"x gfp_flags GFP_NOIO|__GFP_HIGHMEM|__GFP_MOVABLE cache items 1", IGT_RECLAIMER_NOIO},
		{"order=0 gfp_flags=GFP_NOFS|__GFP_NOFAIL", IGT_RECLAIMER_NOFS},
		{"order=0 gfp_flags=GFP_NOIO|__GFP_IO", IGT_RECLAIMER_NOFS},
		{"order=0 gfp_flags=GFP_NOIO|__GFP_FS", IGT_RECLAIMER_ANY},
		{"order=0 gfp_flags=GFP_KERNEL", IGT_RECLAIMER_ANY},
		{"order=0 gfp_flags=GFP_NOIOX", IGT_RECLAIMER_ANY},
		{"gfp_flags GFP_KERNEL cache items GFP_NOIO", IGT_RECLAIMER_ANY},
		{"gfp_flags", IGT_RECLAIMER_ANY},
		{"", IGT_RECLAIMER_ANY},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(igt_reclaimer_parse(cases[i].details), cases[i].reclaimer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(numbers_have_keys),
		cmocka_unit_test(commands),
		cmocka_unit_test(shrinkers),
		cmocka_unit_test(reclaimers),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
