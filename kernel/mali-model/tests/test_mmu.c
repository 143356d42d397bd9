// SPDX-License-Identifier: GPL-2.0-only
/* Translation without its cache: tables, permissions, faults, address-space commands, locks. */
#include "fake.h"

/* One access of 8 bytes in AS 1. */
static enum mali_access touch(struct fake *f, u64 va, bool write)
{
	u64 value = 0x0123456789abcdefULL, bad = 0;
	enum mali_access r = mali_mmu_copy(&f->gpu, 1, va, &value, sizeof(value), write, &bad);

	if (r != MALI_ACCESS_OK)
		assert_int_equal(bad & ~(MALI_PAGE - 1), va & ~(MALI_PAGE - 1));
	return r;
}

static int uncached_setup(void **state)
{
	int r = fake_setup(state);

	if (!r)
		((struct fake *)*state)->gpu.use_tlb = false;
	return r;
}

static void a_page_is_reached(void **state)
{
	struct fake *f = *state;
	u64 pa = fake_page(f, 1);

	fake_map(f, 1, FAKE_VA, pa);
	assert_int_equal(touch(f, FAKE_VA + 0x18, true), MALI_ACCESS_OK);
	assert_true(*(u64 *)fake_at(f, pa + 0x18) == 0x0123456789abcdefULL);
	assert_int_equal(f->gpu.stats.bytes_written, 8);
}

static void a_block_is_a_leaf_above_the_last_level(void **state)
{
	struct fake *f = *state;

	/* A block at the start of RAM, which is aligned to 1 GiB. */
	*fake_pte(f, 1, 0x200000, 2) = FAKE_RAM | LPAE_READ | LPAE_WRITE | LPAE_TYPE_LEAF;
	assert_int_equal(touch(f, 0x200000 + 100 * MALI_PAGE + 8, true), MALI_ACCESS_OK);
	assert_true(*(u64 *)fake_at(f, FAKE_RAM + 100 * MALI_PAGE + 8) == 0x0123456789abcdefULL);

	*fake_pte(f, 1, 1ULL << 30, 1) = FAKE_RAM | LPAE_READ | LPAE_WRITE | LPAE_TYPE_LEAF;
	assert_int_equal(touch(f, (1ULL << 30) + 101 * MALI_PAGE, true), MALI_ACCESS_OK);
	assert_true(*(u64 *)fake_at(f, FAKE_RAM + 101 * MALI_PAGE) == 0x0123456789abcdefULL);
}

static void expect_fault(struct fake *f, u64 va, bool write, u32 status)
{
	assert_int_equal(touch(f, va, write), MALI_ACCESS_STALLED);
	assert_int_equal(fake_read(f, MMU_INT_RAWSTAT), BIT(1));
	assert_int_equal(fake_read(f, fake_as(1, AS_FAULTSTATUS)), status);
	assert_int_equal(fake_read(f, fake_as(1, AS_FAULTADDRESS_LO)), lower_32_bits(va));
	assert_int_equal(fake_read(f, fake_as(1, AS_FAULTADDRESS_HI)), upper_32_bits(va));
	fake_write(f, MMU_INT_CLEAR, BIT(1));
}

static void a_fault_names_its_level(void **state)
{
	struct fake *f = *state;

	expect_fault(f, FAKE_VA, false, AS_FAULT_TRANSLATION | 0 | AS_FAULT_READ);
	fake_pte(f, 1, FAKE_VA, 1);
	expect_fault(f, FAKE_VA, false, AS_FAULT_TRANSLATION | 1 | AS_FAULT_READ);
	fake_pte(f, 1, FAKE_VA, 2);
	expect_fault(f, FAKE_VA + 0x123, true, AS_FAULT_TRANSLATION | 2 | AS_FAULT_WRITE);
	fake_pte(f, 1, FAKE_VA, 3);
	expect_fault(f, FAKE_VA + 0xff8, true, AS_FAULT_TRANSLATION | 3 | AS_FAULT_WRITE);
	assert_int_equal(f->gpu.stats.mmu_faults, 4);
}

static void a_table_on_the_last_level_is_a_fault(void **state)
{
	struct fake *f = *state;

	*fake_pte(f, 1, FAKE_VA, 3) = fake_page(f, 1) | LPAE_READ | LPAE_WRITE | LPAE_TYPE_TABLE;
	expect_fault(f, FAKE_VA, false, AS_FAULT_TRANSLATION | 3 | AS_FAULT_READ);
}

static void a_leaf_on_the_first_level_is_a_fault(void **state)
{
	struct fake *f = *state;

	*fake_pte(f, 1, FAKE_VA, 0) = FAKE_RAM | LPAE_READ | LPAE_WRITE | LPAE_TYPE_LEAF;
	expect_fault(f, FAKE_VA, false, AS_FAULT_TRANSLATION | 0 | AS_FAULT_READ);
}

static void addresses_end_at_48_bits(void **state)
{
	struct fake *f = *state;

	expect_fault(f, 1ULL << 48, false, AS_FAULT_TRANSLATION | AS_FAULT_READ);
}

static void permissions_are_obeyed(void **state)
{
	struct fake *f = *state;
	u64 pa = fake_page(f, 1);

	*fake_pte(f, 1, FAKE_VA, 3) = pa | LPAE_READ | LPAE_TYPE_LEAF;
	assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_OK);
	expect_fault(f, FAKE_VA, true, AS_FAULT_PERMISSION | 3 | AS_FAULT_WRITE);
	*fake_pte(f, 1, FAKE_VA, 3) = pa | LPAE_WRITE | LPAE_TYPE_LEAF;
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	expect_fault(f, FAKE_VA, false, AS_FAULT_PERMISSION | 3 | AS_FAULT_READ);
}

static void only_the_first_fault_is_recorded(void **state)
{
	struct fake *f = *state;

	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);
	assert_int_equal(touch(f, 2 * FAKE_VA, false), MALI_ACCESS_STALLED);
	assert_int_equal(fake_read(f, fake_as(1, AS_FAULTADDRESS_LO)), FAKE_VA);
	assert_int_equal(f->gpu.stats.mmu_faults, 1);
}

static void an_access_over_a_page_border_is_two(void **state)
{
	struct fake *f = *state;
	u64 first = fake_page(f, 1), second;

	fake_page(f, 1);
	second = fake_page(f, 1);
	fake_map(f, 1, FAKE_VA, first);
	fake_map(f, 1, FAKE_VA + MALI_PAGE, second);
	assert_int_equal(touch(f, FAKE_VA + MALI_PAGE - 4, true), MALI_ACCESS_OK);
	assert_int_equal(*(u32 *)fake_at(f, first + MALI_PAGE - 4), 0x89abcdef);
	assert_int_equal(*(u32 *)fake_at(f, second), 0x01234567);
}

static void memory_that_is_not_there_is_a_bus_error(void **state)
{
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, 0x1000);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_BUS_ERROR);
	*fake_pte(f, 1, FAKE_VA, 2) = 0x1000 | LPAE_TYPE_TABLE;
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_BUS_ERROR);
	assert_int_equal(f->gpu.stats.freed_accesses, 0);
}

static void registers_count_from_update_on(void **state)
{
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	fake_write(f, fake_as(1, AS_TRANSTAB_LO), 0);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	fake_as_command(f, 1, AS_COMMAND_UPDATE);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_UNMAPPED);
	assert_int_equal(fake_read(f, MMU_INT_RAWSTAT), 0);
}

static void other_table_formats_reach_nothing(void **state)
{
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	fake_write(f, fake_as(1, AS_TRANSCFG_LO), 6);
	fake_as_command(f, 1, AS_COMMAND_UPDATE);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_UNMAPPED);
	fake_write(f, fake_as(1, AS_TRANSCFG_LO), AS_TRANSCFG_MODE_LEGACY);
	fake_as_command(f, 1, AS_COMMAND_UPDATE);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
}

static void a_locked_region_waits(void **state)
{
	static const u32 ends[] = {AS_COMMAND_FLUSH_PT, AS_COMMAND_FLUSH_MEM, AS_COMMAND_UNLOCK};
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	fake_map(f, 1, FAKE_VA + 0x8000, fake_page(f, 1));
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		fake_lock(f, 1, FAKE_VA, 15);
		assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_STALLED);
		assert_int_equal(touch(f, FAKE_VA + 0x8000, false), MALI_ACCESS_OK);
		fake_as_command(f, 1, ends[i]);
		assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_OK);
	}
	/* That is not a fault. */
	assert_int_equal(fake_read(f, MMU_INT_RAWSTAT), 0);
}

static void a_lock_can_cover_everything(void **state)
{
	struct fake *f = *state;

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	fake_write(f, fake_as(1, AS_LOCKADDR_LO), 63);
	fake_as_command(f, 1, AS_COMMAND_LOCK);
	assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_STALLED);
	fake_as_command(f, 1, AS_COMMAND_FLUSH_MEM);
	assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_OK);
	assert_int_equal(f->reports, 0);
}

static void wrong_commands_are_reported(void **state)
{
	struct fake *f = *state;

	fake_as_command(f, 1, 17);
	assert_int_equal(f->last_report.event, MALI_EVENT_BAD_WRITE);
	/* A region of 2 KiB */
	fake_write(f, fake_as(1, AS_LOCKADDR_LO), 10);
	fake_as_command(f, 1, AS_COMMAND_LOCK);
	assert_int_equal(f->reports, 2);
}

static void address_spaces_are_apart(void **state)
{
	struct fake *f = *state;
	u64 value = 1, bad;

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	fake_as_enable(f, 7);
	assert_int_equal(mali_mmu_copy(&f->gpu, 7, FAKE_VA, &value, 8, true, &bad),
			 MALI_ACCESS_STALLED);
	assert_int_equal(fake_read(f, MMU_INT_RAWSTAT), BIT(7));
	assert_int_equal(mali_mmu_copy(&f->gpu, 0, FAKE_VA, &value, 8, true, &bad),
			 MALI_ACCESS_UNMAPPED);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, uncached_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_reached),
		TEST(a_block_is_a_leaf_above_the_last_level),
		TEST(a_fault_names_its_level),
		TEST(a_table_on_the_last_level_is_a_fault),
		TEST(a_leaf_on_the_first_level_is_a_fault),
		TEST(addresses_end_at_48_bits),
		TEST(permissions_are_obeyed),
		TEST(only_the_first_fault_is_recorded),
		TEST(an_access_over_a_page_border_is_two),
		TEST(memory_that_is_not_there_is_a_bus_error),
		TEST(registers_count_from_update_on),
		TEST(other_table_formats_reach_nothing),
		TEST(a_locked_region_waits),
		TEST(a_lock_can_cover_everything),
		TEST(wrong_commands_are_reported),
		TEST(address_spaces_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
