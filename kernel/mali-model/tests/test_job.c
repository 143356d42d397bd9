// SPDX-License-Identifier: GPL-2.0-only
/* Chains of jobs: what each type does, what is written back, how faults end them. */
#include "fake.h"

#define OUT 0x800

/* A page of descriptors at FAKE_VA in AS 1. */
static u64 jobs_page(struct fake *f)
{
	u64 pa = fake_page(f, 1);

	fake_map(f, 1, FAKE_VA, pa);
	return pa;
}

static u64 out(struct fake *f, u64 pa)
{
	return *(u64 *)fake_at(f, pa + OUT);
}

static u32 run_value(struct fake *f, u64 pa, u32 kind, u64 value)
{
	memset(fake_at(f, pa + OUT), 0xee, 8);
	fake_write_value(f, pa, 0, FAKE_VA + OUT, kind, value);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	fake_write(f, JOB_INT_CLEAR, ~0U);
	return fake_status(f, pa);
}

static void null_is_done(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_job(f, pa, JOB_TYPE_NULL, 0);
	fake_submit(f, 1, 1, FAKE_VA);
	assert_true(f->kicked[1]);
	assert_int_equal(fake_read(f, fake_js(1, JS_COMMAND_NEXT)), JS_COMMAND_NOP);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_ACTIVE);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa), MALI_STATUS_DONE);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_DONE);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(1));
	assert_true(f->line[MALI_LINE_JOB]);
	assert_int_equal(f->gpu.stats.jobs_null, 1);
}

static void values_have_the_size_of_their_kind(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f), value = 0x1122334455667788ULL;

	assert_int_equal(run_value(f, pa, WRITE_VALUE_8, value), MALI_STATUS_DONE);
	assert_true(out(f, pa) == 0xeeeeeeeeeeeeee88ULL);
	run_value(f, pa, WRITE_VALUE_16, value);
	assert_true(out(f, pa) == 0xeeeeeeeeeeee7788ULL);
	run_value(f, pa, WRITE_VALUE_32, value);
	assert_true(out(f, pa) == 0xeeeeeeee55667788ULL);
	run_value(f, pa, WRITE_VALUE_64, value);
	assert_true(out(f, pa) == value);
	run_value(f, pa, WRITE_VALUE_ZERO, value);
	assert_true(out(f, pa) == 0);
	f->now_ns = 77;
	run_value(f, pa, WRITE_VALUE_TIMESTAMP, value);
	assert_true(out(f, pa) == 77);
	fake_write(f, GPU_CMD, GPU_CMD_CYCLE_COUNT_START);
	f->now_ns += 10;
	run_value(f, pa, WRITE_VALUE_CYCLE_COUNTER, value);
	assert_true(out(f, pa) == 5);
	assert_int_equal(f->gpu.stats.jobs_write_value, 7);
}

static void an_unknown_kind_of_value_is_invalid_data(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	assert_int_equal(run_value(f, pa, 8, 0), MALI_STATUS_DATA_INVALID_FAULT);
	assert_true(out(f, pa) == 0xeeeeeeeeeeeeeeeeULL);
	assert_true(*(u64 *)fake_at(f, pa + JOB_FAULT_POINTER) == FAKE_VA);
}

static void every_type_up_to_indexed_vertex_runs(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	for (unsigned int type = JOB_TYPE_CACHE_FLUSH; type <= JOB_TYPE_INDEXED_VERTEX; type++) {
		fake_job(f, pa, type, 0);
		fake_submit(f, 0, 1, FAKE_VA);
		fake_run(f, 0);
		assert_int_equal(fake_status(f, pa), MALI_STATUS_DONE);
	}
	assert_int_equal(f->gpu.stats.jobs_timed, 7);
	assert_int_equal(f->gpu.stats.jobs_cache_flush, 1);
	assert_int_equal(fake_read(f, GPU_LATEST_FLUSH_ID), 1);
}

static void other_types_are_a_configuration_fault(void **state)
{
	static const unsigned int types[] = {0, 11, 127};
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		fake_job(f, pa, types[i], 0);
		fake_submit(f, 1, 1, FAKE_VA);
		fake_run(f, 1);
		assert_int_equal(fake_status(f, pa), MALI_STATUS_JOB_CONFIG_FAULT);
		assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(17));
		fake_write(f, JOB_INT_CLEAR, BIT(17));
	}
	assert_int_equal(f->gpu.stats.job_faults, 3);
	assert_int_equal(f->gpu.stats.jobs, 0);
}

static void a_chain_runs_in_order(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	for (unsigned int i = 0; i < 16; i++)
		fake_write_value(f, pa + 64 * i, i < 15 ? FAKE_VA + 64 * (i + 1) : 0,
				 FAKE_VA + OUT + (i & 8), WRITE_VALUE_64, i);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_true(out(f, pa) == 7);
	assert_true(out(f, pa + 8) == 15);
	assert_int_equal(f->gpu.stats.jobs, 16);
	assert_int_equal(f->rises[MALI_LINE_JOB], 1);
}

static void a_fault_ends_the_chain(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_job(f, pa, JOB_TYPE_NULL, FAKE_VA + 64);
	fake_job(f, pa + 64, 99, FAKE_VA + 128);
	fake_job(f, pa + 128, JOB_TYPE_NULL, 0);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa), MALI_STATUS_DONE);
	assert_int_equal(fake_status(f, pa + 64), MALI_STATUS_JOB_CONFIG_FAULT);
	assert_int_equal(fake_status(f, pa + 128), 0);
	assert_int_equal(fake_read(f, fake_js(1, JS_TAIL_LO)), FAKE_VA + 64);
}

static void a_narrow_descriptor_has_a_narrow_next(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_job(f, pa, JOB_TYPE_NULL, (FAKE_VA + 64) | 0xdeadULL << 32);
	*(u32 *)fake_at(f, pa + JOB_CONTROL) &= ~(u32)JOB_CONTROL_64BIT;
	fake_job(f, pa + 64, JOB_TYPE_NULL, 0);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa + 64), MALI_STATUS_DONE);
}

static void write_back_can_be_switched_off(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_job(f, pa, JOB_TYPE_NULL, 0);
	fake_submit(f, 1, 1 | JS_CONFIG_NO_WRITE_BACK, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, pa), 0);
	assert_int_equal(f->gpu.stats.jobs, 1);
}

static void a_page_fault_waits_for_the_flush(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f), late = fake_page(f, 2);

	fake_write_value(f, pa, 0, FAKE_VA + MALI_PAGE, WRITE_VALUE_64, 42);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_true(f->line[MALI_LINE_MMU]);
	assert_int_equal(fake_read(f, fake_as(1, AS_FAULTADDRESS_LO)), FAKE_VA + MALI_PAGE);
	/* Neither the acknowledgement nor the lock lets it go on. */
	fake_write(f, MMU_INT_CLEAR, BIT(1));
	fake_map(f, 1, FAKE_VA + MALI_PAGE, late);
	fake_lock(f, 1, FAKE_VA, 15);
	assert_false(f->kicked[1]);
	assert_int_equal(fake_run(f, 1), 0);
	fake_as_command(f, 1, AS_COMMAND_FLUSH_PT);
	assert_true(f->kicked[1]);
	fake_run(f, 1);
	assert_int_equal(*(u64 *)fake_at(f, late), 42);
	assert_int_equal(fake_status(f, pa), MALI_STATUS_DONE);
}

static void commands_of_other_spaces_do_not_wake(void **state)
{
	struct fake *f = *state;

	jobs_page(f);
	fake_submit(f, 1, 1, 0x10000);
	fake_run(f, 1);
	fake_as_enable(f, 2);
	assert_false(f->kicked[1]);
}

static void switching_the_space_off_ends_the_job(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_write_value(f, pa, 0, 0x10000, WRITE_VALUE_64, 1);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	fake_write(f, MMU_INT_CLEAR, BIT(1));
	fake_as_disable(f, 1);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_JOB_WRITE_FAULT);
	assert_int_equal(fake_read(f, JOB_INT_RAWSTAT), BIT(17));
	assert_false(f->line[MALI_LINE_MMU]);

	/* One that starts now does not even get its descriptor. */
	fake_write(f, JOB_INT_CLEAR, BIT(17));
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_JOB_READ_FAULT);
}

static void memory_that_is_not_there_is_a_bus_fault(void **state)
{
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, 0x1000);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_JOB_BUS_FAULT);
}

static void cores_must_have_power(void **state)
{
	struct fake *f = *state;
	u64 pa = jobs_page(f);

	fake_job(f, pa, JOB_TYPE_NULL, 0);
	fake_write(f, PWR_OFF + PWR_L2, ~0U);
	fake_submit(f, 1, 1, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_JOB_POWER_FAULT);
}

static void there_are_eight_address_spaces(void **state)
{
	struct fake *f = *state;

	fake_submit(f, 1, 8, FAKE_VA);
	fake_run(f, 1);
	assert_int_equal(fake_read(f, fake_js(1, JS_STATUS)), MALI_STATUS_JOB_CONFIG_FAULT);
}

static void a_descriptor_may_cross_a_page(void **state)
{
	struct fake *f = *state;
	u64 first = jobs_page(f), second = fake_page(f, 1);

	fake_map(f, 1, FAKE_VA + MALI_PAGE, second);
	fake_job(f, first, JOB_TYPE_NULL, 0);
	memcpy(fake_at(f, first + MALI_PAGE - 16), fake_at(f, first), 16);
	memcpy(fake_at(f, second), fake_at(f, first + 16), 16);
	fake_submit(f, 1, 1, FAKE_VA + MALI_PAGE - 16);
	fake_run(f, 1);
	assert_int_equal(fake_status(f, first + MALI_PAGE - 16), MALI_STATUS_DONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(null_is_done),
		TEST(values_have_the_size_of_their_kind),
		TEST(an_unknown_kind_of_value_is_invalid_data),
		TEST(every_type_up_to_indexed_vertex_runs),
		TEST(other_types_are_a_configuration_fault),
		TEST(a_chain_runs_in_order),
		TEST(a_fault_ends_the_chain),
		TEST(a_narrow_descriptor_has_a_narrow_next),
		TEST(write_back_can_be_switched_off),
		TEST(a_page_fault_waits_for_the_flush),
		TEST(commands_of_other_spaces_do_not_wake),
		TEST(switching_the_space_off_ends_the_job),
		TEST(memory_that_is_not_there_is_a_bus_fault),
		TEST(cores_must_have_power),
		TEST(there_are_eight_address_spaces),
		TEST(a_descriptor_may_cross_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
