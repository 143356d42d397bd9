/* SPDX-License-Identifier: MIT */
/* What the job manager reads: each field where the hardware has it, byte by byte. */
#include <string.h>

#include "mali/mali_job.h"
#include "run_tester.h"

#define ADDRESS 0x0000001122334400ull

static uint8_t memory[4 * MALI_JOB_BYTES] __attribute__((aligned(MALI_JOB_BYTES)));

/* A chain in memory that held something else before. */
static struct mali_chain fresh_chain(void)
{
	memset(memory, 0xa5, sizeof(memory));
	return mali_chain_at(memory, ADDRESS, sizeof(memory));
}

static void null_job(void **state)
{
	static const uint8_t expected[MALI_JOB_BYTES] = {
		[16] = 1 << 1 | 1, /* NULL, 64-bit */
		[18] = 1,	   /* the first index */
	};
	struct mali_chain chain = fresh_chain();

	assert_int_equal(chain.room, 4);
	assert_int_equal(mali_chain_null(&chain), 0);
	assert_memory_equal(memory, expected, sizeof(expected));
	/* What is behind it is not touched. */
	assert_int_equal(memory[MALI_JOB_BYTES], 0xa5);
}

static void write_value_job(void **state)
{
	static const uint8_t expected[MALI_JOB_BYTES] = {
		[16] = 2 << 1 | 1,
		[18] = 1,
		/* Payload: where, what, padding, which value. */
		[32] = 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,
		[40] = 6,
		[48] = 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
	};
	struct mali_chain chain = fresh_chain();

	mali_chain_write(&chain, MALI_WRITE_32, 0x0123456789abcdef, 0x0102030405060708);
	assert_memory_equal(memory, expected, sizeof(expected));
}

static void cache_flush_job(void **state)
{
	static const uint8_t expected[MALI_JOB_BYTES] = {
		[16] = 3 << 1 | 1,
		[18] = 1,
		[32] = 0x07, 0x00, 0x03, 0x03,
		[36] = 0x03,
	};
	struct mali_chain chain = fresh_chain();

	mali_chain_flush(&chain);
	assert_memory_equal(memory, expected, sizeof(expected));
}

static void unknown_job(void **state)
{
	struct mali_chain chain = fresh_chain();

	mali_chain_other(&chain, MALI_JOB_UNKNOWN);
	assert_int_equal(memory[16], 0xff);
}

static void jobs_are_chained_and_ordered(void **state)
{
	const uint8_t *second = memory + MALI_JOB_BYTES, *third = memory + 2 * MALI_JOB_BYTES;
	const uint8_t to_second[8] = {0x40, 0x44, 0x33, 0x22, 0x11};
	const uint8_t to_third[8] = {0x80, 0x44, 0x33, 0x22, 0x11};
	const uint8_t to_first[8] = {0x00, 0x44, 0x33, 0x22, 0x11};
	const uint8_t nowhere[8] = {0};
	struct mali_chain chain = fresh_chain();

	mali_chain_null(&chain);
	mali_chain_write(&chain, MALI_WRITE_8, 0, 0);
	assert_int_equal(mali_chain_flush(&chain), 2);
	assert_int_equal(chain.jobs, 3);

	assert_memory_equal(memory + 24, to_second, 8);
	assert_memory_equal(second + 24, to_third, 8);
	assert_memory_equal(third + 24, nowhere, 8);
	/* Index, and the index of the job that it waits for. */
	assert_int_equal(second[18], 2);
	assert_int_equal(second[20], 1);
	assert_int_equal(third[18], 3);
	assert_int_equal(third[20], 2);
	assert_int_equal(third[22], 0);

	mali_chain_close_loop(&chain);
	assert_memory_equal(third + 24, to_first, 8);
}

static void strides_spread_the_jobs(void **state)
{
	const uint8_t to_second[8] = {0x80, 0x44, 0x33, 0x22, 0x11};
	struct mali_chain chain = fresh_chain();

	chain.stride = 2 * MALI_JOB_BYTES;
	mali_chain_null(&chain);
	mali_chain_null(&chain);
	assert_memory_equal(memory + 24, to_second, 8);
	assert_int_equal(memory[MALI_JOB_BYTES], 0xa5);
	assert_int_equal(memory[2 * MALI_JOB_BYTES + 16], 3);
	assert_true(mali_chain_address(&chain, 1) == ADDRESS + 2 * MALI_JOB_BYTES);
}

static void what_the_gpu_wrote_is_read(void **state)
{
	struct mali_chain chain = fresh_chain();

	mali_chain_null(&chain);
	mali_chain_null(&chain);
	assert_int_equal(mali_chain_status(&chain, 0), MALI_STATUS_NOT_STARTED);

	/* The low byte is the status; above are the access type and the source. */
	memcpy(memory, (const uint8_t[]){0x01, 0, 0, 0}, 4);
	memcpy(memory + MALI_JOB_BYTES, (const uint8_t[]){0x43, 0x03, 0x34, 0x12}, 4);
	assert_int_equal(mali_chain_status(&chain, 0), MALI_STATUS_DONE);
	assert_int_equal(mali_chain_status(&chain, 1), MALI_STATUS_WRITE_FAULT);
	assert_string_equal(mali_status_name(0x43), "JOB_WRITE_FAULT");
	assert_string_equal(mali_status_name(0x7e), "unknown");

	mali_chain_rearm(&chain);
	assert_int_equal(mali_chain_status(&chain, 0), MALI_STATUS_NOT_STARTED);
	assert_int_equal(mali_chain_status(&chain, 1), MALI_STATUS_NOT_STARTED);
	assert_int_equal(memory[16], 3);
}

static void widths_are_told(void **state)
{
	assert_int_equal(mali_write_bytes(MALI_WRITE_8), 1);
	assert_int_equal(mali_write_bytes(MALI_WRITE_16), 2);
	assert_int_equal(mali_write_bytes(MALI_WRITE_32), 4);
	assert_int_equal(mali_write_bytes(MALI_WRITE_64), 8);
	assert_int_equal(mali_write_bytes(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_job),
		cmocka_unit_test(write_value_job),
		cmocka_unit_test(cache_flush_job),
		cmocka_unit_test(unknown_job),
		cmocka_unit_test(jobs_are_chained_and_ordered),
		cmocka_unit_test(strides_spread_the_jobs),
		cmocka_unit_test(what_the_gpu_wrote_is_read),
		cmocka_unit_test(widths_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
