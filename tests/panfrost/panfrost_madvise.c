/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost madvise
 * Description: What an owner of panfrost BOs may rely on when it lends their memory back.
 *
 * The kernel promises: a BO marked DONTNEED keeps its pages until memory is short; then the
 * kernel may take them for good, says so whenever it is asked, answers every access of the CPU
 * with SIGBUS, and lets no job reach what they hold then. A BO marked WILLNEED, one that jobs are
 * queued for, a heap, and one that others have as well never loses its contents.
 *
 * Since: Linux 5.4, by a shrinker of panfrost's own; the generic one, posted up to version 19 in
 * January 2024, refuses some of what that accepted. Both are accepted here unless it does harm;
 * docs/findings.md has what the former does wrong.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; for what
 * reclaim does, root, debugfs and CONFIG_SHRINKER_DEBUG; for some claims cgroup v2 with the memory
 * controller, CONFIG_SW_SYNC, CONFIG_UDMABUF, CONFIG_TRANSPARENT_HUGEPAGE, or CONFIG_PAGE_OWNER and
 * page_owner=on.
 */

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_klog.h"
#include "mali/mali_model.h"
#include "panfrost/steps.h"
#include "reclaim/account.h"
#include "reclaim/arguments.h"
#include "reclaim/fences.h"
#include "reclaim/gpu_use.h"
#include "reclaim/huge.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/lives.h"
#include "reclaim/madvise.h"
#include "reclaim/mapping.h"
#include "reclaim/memory.h"
#include "reclaim/owners.h"
#include "reclaim/purge.h"
#include "reclaim/purge_race.h"
#include "reclaim/shared.h"
#include "reclaim/types.h"

IGT_TEST_DESCRIPTION("Purging of panfrost BOs that user space marked DONTNEED");

#define CHUNK MiB(2)

static void write_to_heap(struct gem_bo *heap, uint64_t at, const char *claim)
{
	struct panfrost_job *job = panfrost_job_new(heap->dev);

	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(heap) + at, VALUE);
	panfrost_submit(job, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(job, claim);
}

/* Run the job that stands in the heap at @at, which writes to @word. */
static void run_in_heap(struct gem_bo *heap, uint64_t at, struct gem_bo *result, const char *claim)
{
	struct panfrost_job *job = panfrost_job_new(heap->dev);
	volatile uint64_t *word = result->map;

	*word = 0;
	job->chain.address = panfrost_address(heap) + at;
	panfrost_submit(job, (struct panfrost_how){.uses = {heap, result}});
	panfrost_await(job);
	igt_assert_f(*word == VALUE, "%s: the job that was written there writes %#" PRIx64
		     ", expected %#" PRIx64 "\n", claim, *word, VALUE);
}

/* Have the GPU write a job into the heap, which itself writes to the start of @result. */
static void put_job_in_heap(struct gem_bo *heap, uint64_t at, const struct gem_bo *result)
{
	struct panfrost_job *writer = panfrost_job_new(heap->dev);
	uint64_t words[MALI_JOB_BYTES / 8];
	struct mali_chain chain =
		mali_chain_at(words, panfrost_address(heap) + at, sizeof(words));

	mali_chain_write(&chain, MALI_WRITE_64, panfrost_address(result), VALUE);
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		mali_chain_write(&writer->chain, MALI_WRITE_64, chain.address + 8 * i, words[i]);
	panfrost_submit(writer, (struct panfrost_how){.uses = {heap}});
	panfrost_assert_done(writer, "writes to a heap are done");
}

/** MA20: a heap could not be filled again by its owner; it is told retained, and stays. */
static void heap_is_kept(struct gem_device *dev)
{
	struct gem_bo *heap = panfrost_heap(dev, CHUNK), *result = gem_bo_create(dev, KiB(4));

	gem_bo_map(result);
	put_job_in_heap(heap, KiB(64), result);
	igt_assert_f(gem_bo_madvise(heap, GEM_DONTNEED), "DONTNEED on a heap: not retained\n");
	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	igt_assert_f(gem_bo_madvise(heap, GEM_WILLNEED), "a heap is told not retained\n");
	run_in_heap(heap, KiB(64), result, "a heap is not purged");
}

/** PF04: heaps grow while BOs beside them are purged; both have their memory to themselves. */
static void heap_grows_beside_purges(struct gem_device *dev)
{
	struct gem_bo *heap, *result;

	igt_require_free_memory(8 * CHUNK);
	igt_klog_start();
	heap = panfrost_heap(dev, 4 * CHUNK);
	result = gem_bo_create(dev, KiB(4));
	gem_bo_map(result);
	for (unsigned int chunk = 0; chunk < 4; chunk++) {
		struct gem_bo *lent = purged_bo(dev, CHUNK), *kept = gem_bo_filled(dev, CHUNK);

		put_job_in_heap(heap, chunk * CHUNK, result);
		write_to_heap(heap, (chunk + 1) * CHUNK - 8, "a chunk of a heap is there to its end");
		igt_assert_bo_purged(lent, "a heap that grows brings nothing back");
		igt_assert_bo_resident(kept, "a heap that grows takes nothing");
	}
	for (unsigned int chunk = 0; chunk < 4; chunk++)
		run_in_heap(heap, chunk * CHUNK, result, "a heap keeps what was written");
	igt_klog_assert_quiet("heaps and purges are no mistake of the kernel's");
}

/** PF02: a job that runs holds its BOs, and a scan does not wait for it. */
static void running_is_kept(struct gem_device *dev)
{
	struct gem_bo *bo;
	struct panfrost_job *job;

	mali_model_require();
	bo = gem_bo_filled(dev, MiB(1));
	job = panfrost_job_new(dev);
	mali_chain_write(&job->chain, MALI_WRITE_64, panfrost_address(bo) + KiB(1), VALUE);
	mali_model_set("hold", 1);
	panfrost_submit(job, (struct panfrost_how){.uses = {bo}});
	igt_assert_f(gem_bo_is_busy(bo), "%s is used by a job and told idle\n", bo->label);
	gem_bo_madvise(bo, GEM_DONTNEED);

	igt_reclaim(dev, RECLAIM_SHRINKER, 0);
	/* The job ends by the timeout alone, so a scan that waits for it does too. */
	panfrost_assert_in_time(job, "a scan does not wait for a job");
	igt_assert_bo_resident(bo, "a BO that a job uses is not purged");

	mali_model_set("hold", 0);
	panfrost_assert_done(job, "a job on a BO that was lent is done");
	igt_assert_eq_u64(((volatile uint64_t *)bo->map)[KiB(1) / 8], VALUE);
	igt_assert_bo_retained(bo, "a BO that a job used is whole");
}

/* Whether the job may run, and if so, until it has: 0 or a negative errno. */
static int run(struct panfrost_job *job, struct panfrost_how how)
{
	const int r = __panfrost_submit(job, how);

	if (r == 0)
		panfrost_await(job);
	return r;
}

/**
 * PF01: a kernel that refuses jobs for what is lent does so wherever in a job's list that stands.
 * A job's descriptors are the first.
 */
static void lent_is_alike_in_any_place(struct gem_device *dev)
{
	struct panfrost_job *job = panfrost_job_new(dev), *other = panfrost_job_new(dev);
	struct gem_bo *kept = gem_bo_filled(dev, KiB(4)), *lent = gem_bo_filled(dev, KiB(4));
	int first;

	mali_chain_null(&job->chain);
	mali_chain_null(&other->chain);
	gem_bo_madvise(job->bo, GEM_DONTNEED);
	first = run(job, (struct panfrost_how){0});
	igt_assert_f(first == 0 || first == -EINVAL, "a job whose descriptors are lent: %s, "
		     "expected success or %s\n", strerror(-first), strerror(EINVAL));
	gem_bo_madvise(lent, GEM_DONTNEED);
	igt_assert_eq(run(other, (struct panfrost_how){.uses = {lent}}), first);
	igt_assert_eq(run(other, (struct panfrost_how){.uses = {lent, kept}}), first);
	igt_assert_eq(run(other, (struct panfrost_how){.uses = {kept, lent}}), first);
	gem_bo_madvise(lent, GEM_WILLNEED);
	igt_assert_eq(run(other, (struct panfrost_how){.uses = {kept, lent}}), 0);
}

static void advice(struct gem_device *dev)
{
	igt_describe("Both device nodes have the ioctl and tell so by ENOENT for handle 0");
	igt_subtest("both-nodes-take-advice")
		watched(dev, madvise_works_on_both_nodes);

	igt_describe("Handles this file does not have are refused with ENOENT, nothing is written");
	igt_subtest("unknown-handle-is-refused")
		watched(dev, madvise_refuses_unknown_handles);

	igt_describe("Advice that does not exist is refused and leaves the BO as it was");
	igt_subtest("unknown-advice-is-refused")
		watched(dev, madvise_refuses_unknown_advice);

	igt_describe("WILLNEED on a BO that was never lent finds it retained");
	igt_subtest("willneed-alone-retains")
		watched(dev, madvise_willneed_retains);

	igt_describe("Without pressure DONTNEED takes not one page");
	igt_subtest("lending-alone-frees-nothing")
		watched(dev, madvise_lending_frees_nothing);

	igt_describe("Arguments that cannot be read or answered are EFAULT, and change nothing");
	igt_subtest("arguments-must-be-in-memory")
		watched(dev, arguments_must_be_in_memory);

	igt_describe("A BO is mapped shared and from its start, no further than it goes");
	igt_subtest("odd-mappings-are-refused")
		watched(dev, mapping_odd_ways_are_refused);

	igt_describe("Each piece of a mapping that was cut up shows its own part of the BO");
	igt_subtest("pieces-of-maps-show-their-part")
		watched(dev, mapping_pieces_show_their_part);
}

static void truth(struct gem_device *dev)
{
	igt_describe("Arguments shorter or longer than the kernel knows are taken as far as they "
		     "go");
	igt_subtest("arguments-may-be-shorter-or-longer")
		watched(dev, arguments_may_be_shorter_or_longer);

	igt_describe("The answer is 0 or 1 whatever stood in its place, and padding does no harm");
	igt_subtest("old-answer-is-overwritten")
		watched(dev, arguments_keep_no_old_answer);

	igt_describe("What is said of a BO that was lent before its first use is true");
	igt_subtest("unused-is-consistent")
		watched(dev, lives_unused_is_consistent);

	igt_describe("BOs of one page to as much as fits count exactly and are purged whole");
	igt_subtest("any-size-is-counted")
		watched(dev, lives_of_any_size_are_counted);

	igt_describe("A BO with the handle of one that was purged is new, and of that one "
		     "nothing is left");
	igt_subtest("old-handle-is-a-new-bo")
		watched(dev, lives_leave_nothing_to_the_next);

	igt_describe("Advice needs no privilege, on either node");
	igt_subtest("advice-needs-no-privilege")
		watched(dev, owners_need_no_privilege);

	igt_describe("A child's advice is its parent's");
	igt_subtest("child-shares-advice")
		watched(dev, owners_share_advice_with_children);
}

static void purging(struct gem_device *dev)
{
	igt_describe("Repeated advice is as one, and a BO taken back is not purged");
	igt_subtest("repeated-advice-is-idempotent")
		watched(dev, madvise_is_idempotent);

	igt_describe("Once purged, a BO is told so for ever");
	igt_subtest("purged-stays-purged")
		watched(dev, madvise_purged_stays_purged);

	igt_describe("A BO lent several times is counted once, and leaves with its handle");
	igt_subtest("lent-twice-is-counted-once")
		watched(dev, madvise_twice_is_counted_once);

	igt_describe("Of the advice of two threads the last word counts");
	igt_subtest("last-word-of-two-threads-counts")
		watched(dev, madvise_from_two_threads);

	igt_describe("DONTNEED BOs lose their pages to the shrinker, which counts them");
	igt_subtest("dontneed-is-purged")
		watched(dev, purge_takes_dontneed);

	igt_describe("WILLNEED BOs keep every page when no swap is active");
	igt_subtest("willneed-survives-scan")
		watched(dev, purge_spares_willneed);

	igt_describe("Of BOs lent and kept by turns exactly the lent ones are lost");
	igt_subtest("only-dontneed-is-purged")
		watched(dev, purge_takes_only_dontneed);

	igt_describe("drop_caches purges DONTNEED BOs");
	igt_subtest("drop-caches-purges-dontneed")
		watched(dev, purge_by_drop_caches);

	igt_describe("One page asked for is one BO purged, the one lent first");
	igt_subtest("oldest-goes-first")
		watched(dev, purge_takes_oldest_first);

	igt_describe("Who writes to BOs that are purged gets SIGBUS, and nobody else's memory");
	igt_subtest("purge-beside-writers-is-safe")
		watched(dev, purge_beside_writers);

	igt_describe("System calls on BOs that are purged are cut short or EFAULT");
	igt_subtest("purge-under-system-calls-is-safe")
		watched(dev, purge_under_system_calls);

	igt_describe("Reading or writing a purged BO raises SIGBUS");
	igt_subtest("purged-map-raises-sigbus")
		watched(dev, purged_map_is_dead);

	igt_describe("Children born before and after the purge get SIGBUS as well");
	igt_subtest("purged-map-raises-sigbus-in-child")
		watched(dev, purged_map_is_dead_in_child);

	igt_describe("A mapping moved before or after the purge raises SIGBUS");
	igt_subtest("purged-map-raises-sigbus-after-mremap")
		watched(dev, purged_map_is_dead_after_mremap);

	igt_describe("A mapping made with MAP_POPULATE raises SIGBUS once purged");
	igt_subtest("purged-populated-map-raises-sigbus")
		watched(dev, purged_populated_map_is_dead);

	igt_describe("All pieces of all mappings of a purged BO raise SIGBUS");
	igt_subtest("pieces-of-maps-raise-sigbus")
		watched(dev, mapping_pieces_all_die);
}

static void memory(struct gem_device *dev)
{
	igt_describe("The cgroup of purged BOs is charged for them no more");
	igt_subtest("purged-memory-is-free")
		watched(dev, memory_of_purged_is_free);

	igt_describe("Memory of purged BOs is free also while they are mapped");
	igt_subtest("purged-memory-is-free-while-mapped")
		watched(dev, memory_of_purged_is_free_while_mapped);

	igt_describe("Mapping a purged BO again brings SIGBUS or an error, and takes no memory");
	igt_subtest("purged-map-takes-no-memory")
		watched(dev, memory_is_not_taken_again);

	igt_describe("The owner is charged no more when another process reclaims");
	igt_subtest("purge-by-another-uncharges-owner")
		watched(dev, memory_is_uncharged_by_others);

	igt_describe("Huge pages of purged BOs are given back");
	igt_subtest("huge-pages-are-purged")
		watched(dev, huge_are_purged);
}

static void accounting(struct gem_device *dev)
{
	igt_describe("What is lent counts with its pages, exactly, and as long as it is lent");
	igt_subtest("lent-is-counted")
		watched(dev, account_counts_what_is_lent);

	igt_describe("Without swap what is needed is not taken, whether it counts or not");
	igt_subtest("needed-without-swap-stays")
		watched(dev, account_of_needed_is_told);

	igt_describe("A scan frees what it is asked for and less than a BO more");
	igt_subtest("scan-takes-no-more")
		watched(dev, account_scan_takes_no_more);

	igt_describe("After random operations nothing is counted and nothing is left");
	igt_subtest("chaos-balances")
		watched(dev, account_balances_after_chaos);

	igt_describe("After random operations and closing, no page is left that a BO took");
	igt_subtest("closed-own-no-pages")
		watched(dev, account_of_closed_has_no_page);

	igt_describe("What a cgroup's reclaim does with what is lent; the machine's purges it");
	igt_subtest("cgroup-reclaim-is-told")
		watched(dev, account_of_cgroup_is_told);

	igt_describe("What the shrinker says it freed is what was counted and charged");
	igt_subtest("told-is-what-was-freed")
		watched(dev, account_tells_what_it_frees);

	igt_describe("Beside BOs that cannot be taken a scan says what it took, and ends");
	igt_subtest("mixed-is-told")
		watched(dev, account_tells_of_mixed);

	igt_describe("fdinfo tells which memory of a file's BOs is there, and which is lent");
	igt_subtest("fdinfo-is-true")
		watched(dev, account_in_fdinfo_is_true);
}

static void use_and_sharing(struct gem_device *dev)
{
	igt_describe("A BO with a job queued is not purged; the job is done, then it is purged");
	igt_subtest("queued-job-keeps-bo")
		watched(dev, gpu_use_queued_is_kept);

	igt_describe("A BO that a running job uses is not purged, and a scan does not wait");
	igt_subtest("running-job-keeps-bo")
		watched(dev, running_is_kept);

	igt_describe("Scans while jobs come and go leave BOs whole or gone");
	igt_subtest("scan-beside-jobs-is-safe")
		watched(dev, gpu_use_writing_is_kept);

	igt_describe("A job for a purged BO is refused or faults, and hits no other");
	igt_subtest("job-on-purged-hits-nobody")
		watched(dev, gpu_use_of_purged_hits_nobody);

	igt_describe("A job for a BO that is lent and there is done or refused");
	igt_subtest("job-on-lent-is-done-or-refused")
		watched(dev, gpu_use_of_lent_is_whole_or_refused);

	igt_describe("Jobs for what is lent are all refused or none");
	igt_subtest("lent-is-alike-in-any-place")
		watched(dev, lent_is_alike_in_any_place);

	igt_describe("To wait for a purged BO takes no time and brings nothing back");
	igt_subtest("waiting-for-purged-moves-nothing")
		watched(dev, fences_wait_for_purged_moves_nothing);

	igt_describe("A BO whose fence ended with an error is purged");
	igt_subtest("failed-fence-prevents-no-purge")
		watched(dev, fences_failed_allow_purge);

	igt_describe("A BO with 64 fences is purged when the last has signalled, not before");
	igt_subtest("last-fence-allows-purge")
		watched(dev, fences_last_allows_purge);

	igt_describe("BOs that get and lose fences while scans go on are purged between them only");
	igt_subtest("lent-is-purged-between-fences")
		watched(dev, fences_come_and_go_on_lent);

	igt_describe("A BO that two files have can be lent by neither, and by one alone again");
	igt_subtest("shared-cannot-be-lent")
		watched(dev, shared_cannot_be_lent);

	igt_describe("A BO that was lent can be exported and is kept, and the kernel "
		     "complains of nothing");
	igt_subtest("lent-can-be-shared-quietly")
		watched(dev, shared_lent_before_is_quiet);

	igt_describe("A heap is told retained, and is");
	igt_subtest("heap-is-kept")
		watched(dev, heap_is_kept);

	igt_describe("A BO imported from another device is told retained, and is");
	igt_subtest("imported-is-kept")
		watched(dev, types_imported_is_kept);

	igt_describe("Heaps that grow and BOs that are purged have memory of their own");
	igt_subtest("heap-grows-beside-purges")
		watched(dev, heap_grows_beside_purges);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
	}

	advice(dev);
	igt_subtest_group() {
		igt_fixture()
			igt_reclaim_require(dev);

		truth(dev);
		purging(dev);
		memory(dev);
		accounting(dev);
		use_and_sharing(dev);
	}

	igt_fixture()
		gem_device_close(dev);
}
