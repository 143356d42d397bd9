// SPDX-License-Identifier: GPL-2.0-only
/* Cached translations: what forgets them, what a forgotten flush does, and who is told. */
#include "fake.h"

static enum mali_access touch(struct fake *f, u64 va, bool write)
{
	u64 value = 0x5a5a5a5a5a5a5a5aULL, bad;

	return mali_mmu_copy(&f->gpu, 1, va, &value, sizeof(value), write, &bad);
}

/* A page of file 1 that was written to through FAKE_VA, so that the TLB has it. */
static u64 cached_page(struct fake *f)
{
	u64 pa = fake_page(f, 1);

	fake_map(f, 1, FAKE_VA, pa);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	memset(fake_at(f, pa), 0, MALI_PAGE);
	return pa;
}

static bool damaged(struct fake *f, u64 pa)
{
	return *(u64 *)fake_at(f, pa) == 0x5a5a5a5a5a5a5a5aULL;
}

static void translations_are_cached(void **state)
{
	struct fake *f = *state;

	cached_page(f);
	assert_int_equal(f->gpu.stats.tlb_fills, 1);
	assert_int_equal(touch(f, FAKE_VA + 64, false), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.tlb_fills, 1);
	assert_int_equal(f->gpu.stats.tlb_hits, 1);
	assert_int_equal(f->gpu.stats.stale_accesses, 0);
	assert_int_equal(f->reports, 0);
}

static void invalid_entries_are_not_cached(void **state)
{
	struct fake *f = *state;

	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);
	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
}

static void without_a_flush_the_old_page_is_written(void **state)
{
	struct fake *f = *state;
	u64 old = cached_page(f), new = fake_page(f, 2);

	fake_map(f, 1, FAKE_VA, new);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_true(damaged(f, old));
	assert_false(damaged(f, new));
	assert_int_equal(f->gpu.stats.stale_accesses, 1);
}

static void until_the_flush_the_old_page_is_legal(void **state)
{
	struct fake *f = *state;
	u64 old = cached_page(f);

	/* The driver has cleared the entry, has not flushed yet, and still has the page. */
	fake_unmap(f, 1, FAKE_VA);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_true(damaged(f, old));
	assert_int_equal(f->gpu.stats.stale_accesses, 1);
	assert_int_equal(f->gpu.stats.freed_accesses, 0);
	assert_int_equal(f->reports, 0);

	fake_flush(f, 1, FAKE_VA);
	fake_free(f, old);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);
	assert_int_equal(f->gpu.stats.stale_accesses, 1);
	assert_int_equal(f->gpu.stats.freed_accesses, 0);
}

static void a_write_to_a_freed_page_is_done_and_reported(void **state)
{
	struct fake *f = *state;
	u64 old = cached_page(f);

	fake_unmap(f, 1, FAKE_VA);
	fake_free(f, old);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_true(damaged(f, old));
	assert_int_equal(f->gpu.stats.freed_accesses, 1);
	assert_int_equal(f->reports, 1);
	assert_int_equal(f->last_report.event, MALI_EVENT_FREED);
	assert_true(f->last_report.write);
	assert_int_equal(f->last_report.as, 1);
	assert_int_equal(f->last_report.va, FAKE_VA);
	assert_int_equal(f->last_report.pa, old);
}

static void a_read_of_a_page_with_a_new_owner_is_reported(void **state)
{
	struct fake *f = *state;
	u64 old = cached_page(f);

	fake_unmap(f, 1, FAKE_VA);
	fake_give(f, old, 2);
	assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.freed_accesses, 1);
	assert_false(f->last_report.write);
}

static void a_page_freed_behind_a_valid_entry_is_reported(void **state)
{
	struct fake *f = *state;
	u64 old = cached_page(f);

	/* Not even unmapped: the walk agrees with the TLB, and both are wrong. */
	fake_free(f, old);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.stale_accesses, 0);
	assert_int_equal(f->gpu.stats.freed_accesses, 1);
	/* The same without the TLB. */
	fake_flush(f, 1, FAKE_VA);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.freed_accesses, 2);
	f->gpu.use_tlb = false;
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.freed_accesses, 3);
}

static void a_page_mapped_again_has_its_new_owner(void **state)
{
	struct fake *f = *state;
	u64 pa = cached_page(f);

	fake_unmap(f, 1, FAKE_VA);
	fake_flush(f, 1, FAKE_VA);
	fake_give(f, pa, 2);
	fake_map(f, 1, FAKE_VA, pa);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->reports, 0);
}

static void a_flush_forgets_its_region_only(void **state)
{
	struct fake *f = *state;
	u64 last = FAKE_VA + 0x7000, far = FAKE_VA + 0x8000;

	cached_page(f);
	fake_map(f, 1, last, fake_page(f, 1));
	fake_map(f, 1, far, fake_page(f, 1));
	assert_int_equal(touch(f, last, true), MALI_ACCESS_OK);
	assert_int_equal(touch(f, far, true), MALI_ACCESS_OK);
	fake_unmap(f, 1, FAKE_VA);
	fake_unmap(f, 1, last);
	fake_unmap(f, 1, far);
	fake_flush(f, 1, FAKE_VA);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);
	assert_int_equal(touch(f, last, true), MALI_ACCESS_STALLED);
	assert_int_equal(touch(f, far, true), MALI_ACCESS_OK);
	fake_flush(f, 1, far);
	assert_int_equal(touch(f, far, true), MALI_ACCESS_STALLED);
}

static void other_address_spaces_are_not_flushed(void **state)
{
	struct fake *f = *state;

	cached_page(f);
	fake_unmap(f, 1, FAKE_VA);
	fake_as_enable(f, 2);
	fake_flush(f, 2, FAKE_VA);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.stale_accesses, 1);
}

static void update_and_reset_forget_everything(void **state)
{
	struct fake *f = *state;

	cached_page(f);
	fake_unmap(f, 1, FAKE_VA);
	fake_as_command(f, 1, AS_COMMAND_UPDATE);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);

	fake_map(f, 1, FAKE_VA, fake_page(f, 1));
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	fake_unmap(f, 1, FAKE_VA);
	fake_write(f, GPU_CMD, GPU_CMD_SOFT_RESET);
	fake_as_enable(f, 1);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_STALLED);
}

static void commands_that_do_not_flush_forget_nothing(void **state)
{
	static const u32 commands[] = {AS_COMMAND_NOP, AS_COMMAND_LOCK};
	struct fake *f = *state;

	cached_page(f);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fake_as_command(f, 1, commands[i]);
	assert_non_null(mali_tlb_lookup(&f->gpu.as[1].tlb, FAKE_VA));
}

static void more_permissions_need_no_flush(void **state)
{
	struct fake *f = *state;
	u64 pa = fake_page(f, 1);

	*fake_pte(f, 1, FAKE_VA, 3) = pa | LPAE_READ | LPAE_TYPE_LEAF;
	assert_int_equal(touch(f, FAKE_VA, false), MALI_ACCESS_OK);
	fake_map(f, 1, FAKE_VA, pa);
	assert_int_equal(touch(f, FAKE_VA, true), MALI_ACCESS_OK);
	assert_int_equal(f->gpu.stats.stale_accesses, 0);
}

static void a_full_set_makes_room(void **state)
{
	struct fake *f = *state;
	const unsigned int pages = 4 * MALI_TLB_SETS * MALI_TLB_WAYS;
	u64 pa = fake_page(f, 1);
	unsigned int kept = 0;

	for (unsigned int i = 0; i < pages; i++) {
		fake_map(f, 1, FAKE_VA + i * MALI_PAGE, pa);
		assert_int_equal(touch(f, FAKE_VA + i * MALI_PAGE, true), MALI_ACCESS_OK);
		assert_non_null(mali_tlb_lookup(&f->gpu.as[1].tlb, FAKE_VA + i * MALI_PAGE));
	}
	for (unsigned int i = 0; i < pages; i++)
		kept += !!mali_tlb_lookup(&f->gpu.as[1].tlb, FAKE_VA + i * MALI_PAGE);
	assert_int_equal(kept, MALI_TLB_SETS * MALI_TLB_WAYS);
}

static void a_watched_range_is_logged(void **state)
{
	struct fake *f = *state;
	struct mali_log *log = &f->gpu.log;
	u64 pa;

	log->watching = true;
	log->watch_as = 1;
	log->watch_first = FAKE_VA;
	log->watch_last = FAKE_VA + MALI_PAGE - 1;
	pa = cached_page(f);
	fake_unmap(f, 1, FAKE_VA);
	touch(f, FAKE_VA + 8, false);
	fake_flush(f, 1, FAKE_VA);
	touch(f, FAKE_VA, true);
	touch(f, FAKE_VA + MALI_PAGE, true);

	assert_int_equal(log->walked, 3);
	assert_false(log->walk[0].hit);
	assert_int_equal(log->walk[0].pa, pa);
	assert_true(log->walk[1].hit);
	assert_true(log->walk[1].stale);
	assert_int_equal(log->walk[1].pa, pa + 8);
	assert_int_equal(log->walk[2].fault, AS_FAULT_TRANSLATION | 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(translations_are_cached),
		TEST(invalid_entries_are_not_cached),
		TEST(without_a_flush_the_old_page_is_written),
		TEST(until_the_flush_the_old_page_is_legal),
		TEST(a_write_to_a_freed_page_is_done_and_reported),
		TEST(a_read_of_a_page_with_a_new_owner_is_reported),
		TEST(a_page_freed_behind_a_valid_entry_is_reported),
		TEST(a_page_mapped_again_has_its_new_owner),
		TEST(a_flush_forgets_its_region_only),
		TEST(other_address_spaces_are_not_flushed),
		TEST(update_and_reset_forget_everything),
		TEST(commands_that_do_not_flush_forget_nothing),
		TEST(more_permissions_need_no_flush),
		TEST(a_full_set_makes_room),
		TEST(a_watched_range_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
