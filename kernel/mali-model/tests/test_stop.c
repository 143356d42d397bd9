// SPDX-License-Identifier: GPL-2.0-only
/* Slots: NEXT, acknowledgement, stopping; and the controls that make a job wait. */
#include "fake.h"

/* Three NULL jobs in a chain at FAKE_VA of AS 1. */
static u64 chain(struct fake *f)
{
	u64 pa = fake_page(f, 1);

	fake_map(f, 1, FAKE_VA, pa);
	fake_job(f, pa, JOB_TYPE_NULL, FAKE_VA + 64);
	fake_job(f, pa + 64, JOB_TYPE_NULL, FAKE_VA + 128);
	fake_job(f, pa + 128, JOB_TYPE_NULL, 0);
	return pa;
}

/* The steps of one job: read, done, written back. */
static void run_one_job(struct fake *f)
{
	u64 until;

	for (int i = 0; i < 3; i++)
		assert_int_equal(mali_slot_step(&f->gpu, 1, &until), MALI_STEP_AGAIN);
}

static void command(struct fake *f, u32 value)
{
	fake_write(f, fake_js(1, JS_COMMAND), value);
}

static u32 status(struct fake *f)
{
	return fake_read(f, fake_js(1, JS_STATUS));
}

static void next_waits_for_the_slot(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	fake_submit(f, 1, 1, FAKE_VA);
	fake_submit(f, 1, 1, FAKE_VA + 128);
	assert_int_equal(fake_read(f, fake_js(1, JS_COMMAND_NEXT)), JS_COMMAND_START);
	assert_int_equal(fake_read(f, fake_js(1, JS_HEAD_LO)), FAKE_VA);
	run_one_job(f);
	run_one_job(f);
	run_one_job(f);
	/* Done, and the next one started without an acknowledgement. */
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(1));
	assert_int_equal(fake_read(f, fake_js(1, JS_COMMAND_NEXT)), JS_COMMAND_NOP);
	assert_int_equal(fake_read(f, fake_js(1, JS_HEAD_LO)), FAKE_VA + 128);
	assert_int_equal(status(f), MALI_STATUS_ACTIVE);
	*(u32 *)fake_at(f, pa + 128) = 0;
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 128), MALI_STATUS_DONE);
}

static void next_can_be_started_again(void **state)
{
	struct fake *f = *state;

	chain(f);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	fake_write(f, fake_js(1, JS_COMMAND_NEXT), JS_COMMAND_START);
	fake_run(f, 1);
	assert_int_equal(f->gpu.stats.jobs, 6);
}

static void a_failure_holds_the_slot(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	fake_job(f, pa + 256, 99, 0);
	fake_submit(f, 1, 1, FAKE_VA + 256);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(17));
	assert_int_equal(fake_read(f, fake_js(1, JS_COMMAND_NEXT)), JS_COMMAND_START);

	/* What panfrost does: take NEXT back, acknowledge, look, start what was there. */
	fake_write(f, fake_js(1, JS_COMMAND_NEXT), JS_COMMAND_NOP);
	fake_write(f, JOB_INT_CLEAR, BIT(17));
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), 0);
	assert_int_equal(status(f), MALI_STATUS_JOB_CONFIG_FAULT);
	assert_int_equal(fake_read(f, fake_js(1, JS_HEAD_LO)), FAKE_VA + 256);
	assert_int_equal(fake_run(f, 1), 0);
	fake_write(f, fake_js(1, JS_COMMAND_NEXT), JS_COMMAND_START);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 128), MALI_STATUS_DONE);
}

static void a_failure_acknowledged_lets_next_start(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	fake_job(f, pa + 256, 99, 0);
	fake_submit(f, 1, 1, FAKE_VA + 256);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	f->kicked[1] = false;
	fake_write(f, JOB_INT_CLEAR, BIT(17));
	assert_true(f->kicked[1]);
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), 0);
	assert_int_equal(status(f), MALI_STATUS_ACTIVE);
}

static void js_state_is_a_sample(void **state)
{
	struct fake *f = *state;

	chain(f);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_submit(f, 1, 1, FAKE_VA);
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), 0);
	/* Only of the bits that are cleared, whether or not they were set. */
	fake_write(f, JOB_INT_CLEAR, BIT(1));
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), BIT(1));
	fake_write(f, JOB_INT_CLEAR, BIT(17));
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), BIT(1) | BIT(17));
	fake_run(f, 1);
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), BIT(1) | BIT(17));
	fake_write(f, JOB_INT_CLEAR, BIT(1) | BIT(17));
	assert_int_equal(fake_read(f, JOB_INT_JS_STATE), 0);
}

static void slots_are_apart(void **state)
{
	struct fake *f = *state;

	chain(f);
	for (unsigned int slot = 0; slot < MALI_SLOTS; slot++)
		fake_submit(f, slot, 1, FAKE_VA + 64 * slot);
	for (unsigned int slot = 0; slot < MALI_SLOTS; slot++) {
		fake_run(f, slot);
		assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(slot + 1) - 1);
	}
	assert_int_equal(f->gpu.stats.jobs, 3 + 2 + 1);
}

static void soft_stop_ends_between_jobs(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f), until;

	fake_submit(f, 1, 1, FAKE_VA);
	run_one_job(f);
	/* In the middle of the second */
	mali_slot_step(&f->gpu, 1, &until);
	command(f, JS_COMMAND_SOFT_STOP);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 64), MALI_STATUS_DONE);
	assert_int_equal(fake_status(f, pa + 128), 0);
	assert_int_equal(status(f), MALI_STATUS_STOPPED);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(17));
	assert_int_equal(f->gpu.stats.soft_stops, 1);

	/* And goes on from there. */
	assert_int_equal(fake_read(f, fake_js(1, JS_TAIL_LO)), FAKE_VA + 128);
	fake_write(f, JOB_INT_CLEAR, BIT(17));
	fake_submit(f, 1, 1, FAKE_VA + 128);
	fake_run(f, 1);
	assert_int_equal(f->gpu.stats.jobs, 3);
}

static void soft_stop_of_the_last_job_is_too_late(void **state)
{
	struct fake *f = *state;
	u64 until;

	chain(f);
	fake_submit(f, 1, 1, FAKE_VA + 128);
	mali_slot_step(&f->gpu, 1, &until);
	command(f, JS_COMMAND_SOFT_STOP);
	fake_run(f, 1);
	assert_int_equal(status(f), MALI_STATUS_DONE);
	assert_int_equal(f->gpu.stats.soft_stops, 0);
}

static void hard_stop_ends_at_once(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	fake_submit(f, 1, 1, FAKE_VA);
	command(f, JS_COMMAND_HARD_STOP);
	assert_int_equal(status(f), MALI_STATUS_TERMINATED);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(17));
	assert_int_equal(fake_run(f, 1), 0);
	assert_int_equal(fake_status(f, pa), 0);
	assert_int_equal(f->gpu.stats.hard_stops, 1);
	/* It is not a fault. */
	assert_int_equal(f->gpu.stats.job_faults, 0);
}

static void numbered_stops_look_at_the_chain_flag(void **state)
{
	struct fake *f = *state;

	chain(f);
	fake_submit(f, 1, 1 | JS_CONFIG_CHAIN_FLAG, FAKE_VA);
	command(f, JS_COMMAND_HARD_STOP_0);
	command(f, JS_COMMAND_SOFT_STOP_0);
	assert_int_equal(status(f), MALI_STATUS_ACTIVE);
	assert_false(f->gpu.slot[1].soft_stop);
	command(f, JS_COMMAND_HARD_STOP_1);
	assert_int_equal(status(f), MALI_STATUS_TERMINATED);
	fake_write(f, JOB_INT_CLEAR, BIT(17));

	fake_submit(f, 1, 1, FAKE_VA);
	command(f, JS_COMMAND_SOFT_STOP_1);
	assert_false(f->gpu.slot[1].soft_stop);
	command(f, JS_COMMAND_HARD_STOP_1);
	assert_int_equal(status(f), MALI_STATUS_ACTIVE);
	command(f, JS_COMMAND_SOFT_STOP_0);
	fake_run(f, 1);
	assert_int_equal(status(f), MALI_STATUS_STOPPED);
}

static void stopping_nothing_does_nothing(void **state)
{
	struct fake *f = *state;

	command(f, JS_COMMAND_SOFT_STOP);
	command(f, JS_COMMAND_HARD_STOP);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), 0);
	assert_int_equal(f->gpu.stats.hard_stops, 0);
}

static void a_second_start_is_reported(void **state)
{
	struct fake *f = *state;

	chain(f);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_submit(f, 1, 1, FAKE_VA);
	assert_int_equal(f->reports, 0);
	fake_submit(f, 1, 1, FAKE_VA);
	assert_int_equal(f->reports, 1);
	assert_int_equal(f->last_report.event, MALI_EVENT_BAD_WRITE);
}

static void a_job_takes_its_time(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f), until;

	f->gpu.control.job_time_us = 100;
	fake_submit(f, 1, 1, FAKE_VA + 128);
	assert_int_equal(mali_slot_step(&f->gpu, 1, &until), MALI_STEP_AGAIN);
	assert_int_equal(mali_slot_step(&f->gpu, 1, &until), MALI_STEP_SLEEP);
	assert_int_equal(until, 100000);
	f->now_ns = 99999;
	assert_int_equal(fake_run(f, 1), 0);
	assert_int_equal(fake_status(f, pa + 128), 0);
	f->now_ns = 100000;
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 128), MALI_STATUS_DONE);
}

static void hold_keeps_jobs_from_their_effect(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	fake_write_value(f, pa + 128, 0, FAKE_VA + 0x800, WRITE_VALUE_64, 9);
	mali_set_hold(&f->gpu, true);
	fake_submit(f, 1, 1, FAKE_VA + 128);
	fake_run(f, 1);
	command(f, JS_COMMAND_SOFT_STOP);
	fake_run(f, 1);
	assert_int_equal(*(u64 *)fake_at(f, pa + 0x800), 0);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), 0);
	f->kicked[1] = false;
	mali_set_hold(&f->gpu, false);
	assert_true(f->kicked[1]);
	fake_run(f, 1);
	assert_int_equal(*(u64 *)fake_at(f, pa + 0x800), 9);
}

static void hard_stop_ends_a_held_job(void **state)
{
	struct fake *f = *state;

	chain(f);
	mali_set_hold(&f->gpu, true);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	command(f, JS_COMMAND_HARD_STOP);
	assert_int_equal(status(f), MALI_STATUS_TERMINATED);
}

static void a_hang_is_for_the_next_chain_of_its_slot(void **state)
{
	struct fake *f = *state;

	chain(f);
	f->gpu.control.hang = BIT(1);
	fake_submit(f, 0, 1, FAKE_VA);
	fake_run(f, 0);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(0));
	assert_int_equal(f->gpu.control.hang, BIT(1));
	fake_submit(f, 1, 1, FAKE_VA);
	assert_int_equal(f->gpu.control.hang, 0);
	command(f, JS_COMMAND_SOFT_STOP);
	fake_run(f, 1);
	f->now_ns = ~0ULL / 2;
	fake_run(f, 1);
	assert_int_equal(status(f), MALI_STATUS_ACTIVE);
	command(f, JS_COMMAND_HARD_STOP);
	assert_int_equal(status(f), MALI_STATUS_TERMINATED);
}

static void reset_ends_a_hang(void **state)
{
	struct fake *f = *state;
	u64 pa = chain(f);

	f->gpu.control.hang = BIT(1);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	fake_write(f, GPU_CMD, GPU_CMD_SOFT_RESET);
	fake_power_on(f);
	fake_as_enable(f, 1);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 128), MALI_STATUS_DONE);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(next_waits_for_the_slot),
		TEST(next_can_be_started_again),
		TEST(a_failure_holds_the_slot),
		TEST(a_failure_acknowledged_lets_next_start),
		TEST(js_state_is_a_sample),
		TEST(slots_are_apart),
		TEST(soft_stop_ends_between_jobs),
		TEST(soft_stop_of_the_last_job_is_too_late),
		TEST(hard_stop_ends_at_once),
		TEST(numbered_stops_look_at_the_chain_flag),
		TEST(stopping_nothing_does_nothing),
		TEST(a_second_start_is_reported),
		TEST(a_job_takes_its_time),
		TEST(hold_keeps_jobs_from_their_effect),
		TEST(hard_stop_ends_a_held_job),
		TEST(a_hang_is_for_the_next_chain_of_its_slot),
		TEST(reset_ends_a_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
