// SPDX-License-Identifier: GPL-2.0-only
/* The register window: what a driver finds at probe, resets, power, interrupt levels. */
#include "fake.h"

static void a_gpu_is_known_by_its_name(void **state)
{
	assert_int_equal(mali_features_by_name("t860")->id >> 16, 0x0860);
	/* Bifrost: the upper digits are the architecture, the lowest the product. */
	assert_int_equal(mali_features_by_name("g52")->id >> 16 & 0xf00f, 0x7002);
	assert_null(mali_features_by_name("g71"));
	assert_null(mali_features_by_name(""));
}

static void features_can_be_read(void **state)
{
	struct fake *f = *state;

	assert_int_equal(fake_read(f, GPU_ID), 0x08602000);
	assert_int_equal(fake_read(f, GPU_AS_PRESENT), 0xff);
	assert_int_equal(fake_read(f, GPU_JS_PRESENT), 0x7);
	assert_int_equal(fake_read(f, GPU_MMU_FEATURES) & 0xff, 48);
	assert_int_equal(fake_read(f, GPU_MMU_FEATURES) >> 8 & 0xff, 40);
	assert_int_equal(fake_read(f, PWR_PRESENT + PWR_SHADER), 0xf);
	assert_int_equal(fake_read(f, PWR_PRESENT + PWR_SHADER + 4), 0);
	assert_int_equal(fake_read(f, GPU_JS_FEATURES(2)), 0x7e);
	assert_int_equal(fake_read(f, GPU_JS_FEATURES(3)), 0);
}

static void every_offset_can_be_read_and_written(void **state)
{
	struct fake *f = *state;

	for (u32 offset = 0; offset < MALI_WINDOW_SIZE; offset += 4) {
		fake_read(f, offset);
		fake_write(f, offset, ~0U);
	}
}

static void reset_leaves_nothing_behind(void **state)
{
	struct fake *f = *state;
	u32 resets = f->gpu.stats.resets;

	fake_submit(f, 1, 1, FAKE_VA);
	fake_write(f, GPU_SHADER_CONFIG, 5);
	fake_write(f, GPU_CMD, GPU_CMD_SOFT_RESET);

	assert_int_equal(fake_read(f, GPU_INT_RAWSTAT), GPU_IRQ_RESET_COMPLETED);
	for (u32 mask = GPU_INT_MASK; mask; mask = mask == GPU_INT_MASK ? JOB_INT_MASK :
						   mask == JOB_INT_MASK ? MMU_INT_MASK : 0)
		assert_int_equal(fake_read(f, mask), 0);
	assert_int_equal(fake_read(f, PWR_READY + PWR_L2), 0);
	assert_int_equal(fake_read(f, GPU_SHADER_CONFIG), 0);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), 0);
	assert_int_equal(fake_read(f, fake_as(1, AS_TRANSTAB_LO)), 0);
	assert_int_equal(fake_run(f, 1), 0);
	assert_int_equal(f->gpu.stats.resets, resets + 1);
	assert_false(f->line[MALI_LINE_GPU]);
}

static void controls_survive_a_reset(void **state)
{
	struct fake *f = *state;

	mali_set_hold(&f->gpu, true);
	f->gpu.control.hang = 2;
	fake_write(f, GPU_CMD, GPU_CMD_HARD_RESET);
	assert_true(f->gpu.control.hold);
	assert_int_equal(f->gpu.control.hang, 2);
}

static void power_goes_on_and_off_by_core(void **state)
{
	struct fake *f = *state;

	fake_write(f, PWR_OFF + PWR_SHADER, 0x3);
	assert_int_equal(fake_read(f, PWR_READY + PWR_SHADER), 0xc);
	assert_int_equal(fake_read(f, PWR_TRANS + PWR_SHADER), 0);
	fake_write(f, PWR_ON + PWR_SHADER, ~0U);
	assert_int_equal(fake_read(f, PWR_READY + PWR_SHADER), 0xf);
	assert_true(fake_read(f, GPU_INT_RAWSTAT) & GPU_IRQ_POWER_CHANGED_ALL);
}

static void a_line_is_the_level_of_what_is_not_masked(void **state)
{
	struct fake *f = *state;

	fake_write(f, GPU_CMD, GPU_CMD_CLEAN_CACHES);
	assert_false(f->line[MALI_LINE_GPU]);
	fake_write(f, GPU_INT_MASK, GPU_IRQ_CLEAN_CACHES_COMPLETED);
	assert_true(f->line[MALI_LINE_GPU]);
	assert_int_equal(fake_read(f, GPU_INT_STAT), GPU_IRQ_CLEAN_CACHES_COMPLETED);
	fake_write(f, GPU_INT_MASK, 0);
	assert_false(f->line[MALI_LINE_GPU]);
	assert_int_equal(fake_read(f, GPU_INT_STAT), 0);
	fake_write(f, GPU_INT_MASK, ~0U);
	fake_write(f, GPU_INT_CLEAR, GPU_IRQ_CLEAN_CACHES_COMPLETED);
	assert_false(f->line[MALI_LINE_GPU]);
	assert_int_equal(f->rises[MALI_LINE_GPU], 2);
}

static void a_dropped_line_delivers_later(void **state)
{
	struct fake *f = *state;

	fake_write(f, GPU_INT_MASK, ~0U);
	mali_set_irq_drop(&f->gpu, BIT(MALI_LINE_GPU));
	fake_write(f, GPU_CMD, GPU_CMD_CLEAN_CACHES);
	assert_false(f->line[MALI_LINE_GPU]);
	mali_set_irq_drop(&f->gpu, 0);
	assert_true(f->line[MALI_LINE_GPU]);
}

static void configuration_is_kept(void **state)
{
	static const u32 registers[] = {GPU_SHADER_CONFIG, GPU_TILER_CONFIG, GPU_JM_CONFIG,
					GPU_PERFCNT_CFG, JOB_INT_THROTTLE};
	struct fake *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		fake_write(f, registers[i], 0x100 + i);
		assert_int_equal(fake_read(f, registers[i]), 0x100 + i);
	}
	assert_int_equal(f->reports, 0);
}

static void an_unknown_write_is_reported(void **state)
{
	struct fake *f = *state;

	fake_write(f, 0x3ffc, 7);
	assert_int_equal(f->reports, 1);
	assert_int_equal(f->last_report.event, MALI_EVENT_UNKNOWN_WRITE);
	assert_int_equal(f->last_report.offset, 0x3ffc);
	assert_int_equal(f->last_report.value, 7);
	assert_int_equal(f->gpu.stats.unknown_writes, 1);
	/* Features are there to be read. */
	fake_write(f, GPU_ID, 0);
	assert_int_equal(f->gpu.stats.unknown_writes, 2);
}

static void the_cycle_counter_runs_when_started(void **state)
{
	struct fake *f = *state;

	f->now_ns = 1000;
	assert_int_equal(fake_read(f, GPU_CYCLE_COUNT_LO), 0);
	fake_write(f, GPU_CMD, GPU_CMD_CYCLE_COUNT_START);
	f->now_ns += 10ULL << 32;
	assert_int_equal(fake_read(f, GPU_CYCLE_COUNT_HI), 5);
	fake_write(f, GPU_CMD, GPU_CMD_CYCLE_COUNT_STOP);
	assert_int_equal(fake_read(f, GPU_CYCLE_COUNT_HI), 0);
	assert_int_equal(fake_read(f, GPU_TIMESTAMP_HI), 10);
}

static void the_trace_keeps_the_last_accesses(void **state)
{
	struct fake *f = *state;
	u64 before = f->gpu.log.traced;

	for (u32 i = 0; i < MALI_TRACE_SIZE + 1; i++)
		fake_write(f, GPU_SHADER_CONFIG, i);
	assert_int_equal(f->gpu.log.traced, before + MALI_TRACE_SIZE + 1);
	assert_int_equal(f->gpu.log.trace[before % MALI_TRACE_SIZE].value, MALI_TRACE_SIZE);
	fake_read(f, GPU_ID);
	assert_false(f->gpu.log.trace[(f->gpu.log.traced - 1) % MALI_TRACE_SIZE].write);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gpu_is_known_by_its_name),
		TEST(features_can_be_read),
		TEST(every_offset_can_be_read_and_written),
		TEST(reset_leaves_nothing_behind),
		TEST(controls_survive_a_reset),
		TEST(power_goes_on_and_off_by_core),
		TEST(a_line_is_the_level_of_what_is_not_masked),
		TEST(a_dropped_line_delivers_later),
		TEST(configuration_is_kept),
		TEST(an_unknown_write_is_reported),
		TEST(the_cycle_counter_runs_when_started),
		TEST(the_trace_keeps_the_last_accesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
