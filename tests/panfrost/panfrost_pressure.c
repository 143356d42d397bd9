/* SPDX-License-Identifier: MIT */
/**
 * TEST: panfrost pressure
 * Description: Reclaim while the GPU, or who uses it, is in trouble.
 *
 * The kernel promises: whatever state the GPU is in when memory is taken back (asleep, hung, about
 * to be reset, with its counters read), and whatever becomes of those who use it (killed, or gone
 * with jobs underway), what is lent goes, what is needed and what jobs are queued for stays, and
 * nothing is left of a BO whose owners are gone. A heap that cannot grow costs the job that wanted
 * it, and no other.
 *
 * Since: Linux 5.10; madvise for panfrost: 5.4.
 *
 * Needs: a Mali GPU with panfrost, a real one or the software Mali of kernel/mali-model; root;
 * debugfs with CONFIG_SHRINKER_DEBUG. For some claims CONFIG_SW_SYNC, CONFIG_PM, the software
 * Mali, a kernel with CONFIG_FAULT_INJECTION, or panfrost's parameter unstable_ioctls.
 */
#include "gem/gem_device.h"
#include "igt.h"
#include "panfrost/pressure.h"
#include "panfrost/steps.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/scarce.h"

IGT_TEST_DESCRIPTION("Reclaim of panfrost BOs while the GPU or its users are in trouble");

static void with_users(struct gem_device *dev)
{
	igt_describe("BOs that are closed while others advise on them and reclaim scans are gone");
	igt_subtest("closing-beside-advice-and-scans")
		watched(dev, pressure_closing_beside_advice_and_scans);

	igt_describe("Of processes killed with jobs queued nothing is left, while reclaim goes on");
	igt_subtest("killed-leave-nothing")
		watched(dev, pressure_killed_leave_nothing);

	igt_describe("Who is killed as its jobs are started leaves no line of them");
	igt_subtest("killed-as-jobs-start")
		watched(dev, pressure_killed_as_jobs_start);

	igt_describe("Of files closed with jobs underway nothing is left");
	igt_subtest("closed-leave-nothing")
		watched(dev, pressure_closed_leave_nothing);

	igt_describe("A job is done though its BOs are lent and closed before it starts");
	igt_subtest("closed-is-there-for-jobs")
		watched(dev, pressure_closed_is_there_for_jobs);

	igt_describe("A heap goes when it is closed, though somebody asked where to map it");
	igt_subtest("unmappable-leaves-nothing")
		watched(dev, pressure_unmappable_leaves_nothing);

	igt_describe("A BO of two files goes with the second, and the kernel complains of nothing");
	igt_subtest("shared-leaves-nothing")
		watched(dev, pressure_shared_leaves_nothing);

	igt_describe("Who makes BOs where nothing else is left has the memory of lent ones");
	igt_subtest("lent-pay-for-new")
		watched(dev, scarce_lent_pay_for_new);

	igt_describe("BOs that are closed while reclaim has them are freed, and it says nothing");
	igt_subtest("closed-beside-reclaim-are-freed")
		watched(dev, scarce_closed_are_freed);

	igt_describe("What fdinfo tells of BOs and heaps follows them through their life");
	igt_subtest("fdinfo-follows")
		watched(dev, pressure_fdinfo_follows);
}

static void with_gpu(struct gem_device *dev)
{
	igt_describe("A purge does not wake the GPU, which works when it wakes");
	igt_subtest("asleep-is-not-woken")
		watched(dev, pressure_asleep_is_not_woken);

	igt_describe("Purges while the GPU falls asleep are done, and it sleeps");
	igt_subtest("falling-asleep-is-no-matter")
		watched(dev, pressure_falling_asleep_is_no_matter);

	igt_describe("Who reclaims does not wait for the GPU to go to sleep");
	igt_subtest("sleep-is-left-to-others")
		watched(dev, pressure_sleep_is_left_to_others);

	igt_describe("Purges while the GPU's counters are read are done, and so are the readings");
	igt_subtest("counters-beside-purges")
		watched(dev, pressure_counters_beside_purges);

	igt_describe("Of the GPU's counters nothing is left when they were read");
	igt_subtest("counters-leave-nothing")
		watched(dev, pressure_counters_leave_nothing);

	igt_describe("The GPU's counters may be switched on and off all the time beside scans");
	igt_subtest("counters-beside-scans")
		watched(dev, pressure_counters_beside_scans);

	igt_describe("While a job hangs what is lent is purged, except what that job uses");
	igt_subtest("hang-is-no-obstacle")
		watched(dev, pressure_hang_is_no_obstacle);

	igt_describe("While the GPU is reset what is lent is purged, and the GPU is as new then");
	igt_subtest("reset-is-no-obstacle")
		watched(dev, pressure_reset_is_no_obstacle);

	igt_describe("Writes of the GPU to a purged BO fail, and disturb nobody");
	igt_subtest("writes-to-purged-cost-nobody-else")
		watched(dev, pressure_writes_to_purged_cost_nobody_else);

	igt_describe("Of a job whose interrupt comes after the driver has given it up nothing is left");
	igt_subtest("late-interrupt-leaves-nothing")
		watched(dev, pressure_late_interrupt_leaves_nothing);

	igt_describe("A heap that could not grow for lack of memory is whole, and grows later");
	igt_subtest("heap-survives-failures")
		watched(dev, pressure_heap_survives_failures);
}

int igt_main()
{
	struct gem_device *dev = NULL;

	igt_fixture() {
		dev = gem_device_open(DRIVER_PANFROST);
		gem_require_madvise(dev);
		igt_reclaim_require(dev);
	}

	with_users(dev);
	with_gpu(dev);

	igt_fixture()
		gem_device_close(dev);
}
