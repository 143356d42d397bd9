/* SPDX-License-Identifier: MIT */
/* Helpers that are pure logic, or need no more than files and pipes. */
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "igt_os.h"
#include "igt_primes.h"
#include "igt_rand.h"
#include "igt_sizes.h"
#include "igt_taints.h"
#include "igt_types.h"
#include "ioctl_wrappers.h"
#include "sw_sync.h"

#include "run_tester.h"

static void extremes(void **state)
{
	int calls = 0;

	assert_int_equal(min(2, 3), 2);
	assert_int_equal(max(2, 3), 3);
	assert_int_equal(min(max(1, 5), max(4, 2)), 4);
	/* Each argument is looked at once. */
	assert_int_equal(max(++calls, 0), 1);
	/* Without the type, -1 would become a large number. */
	assert_int_equal(min_t(int, -1, 1u), -1);
	assert_int_equal(max_t(int, -1, 1u), 1);
	assert_int_equal(DIV_ROUND_UP(0, 8), 0);
	assert_int_equal(DIV_ROUND_UP(8, 8), 1);
	assert_int_equal(DIV_ROUND_UP(9, 8), 2);
}

static void until_timeout(void **state)
{
	const uint64_t start = igt_now_ns();
	unsigned int runs = 0;

	igt_until_timeout(0)
		runs++;
	assert_int_equal(runs, 0);
	igt_until_timeout(1) {
		runs++;
		igt_pause_ms(100);
	}
	assert_true(runs >= 1 && runs <= 10);
	assert_true(igt_now_ns() - start >= 1000000000);
}

static void waiting(void **state)
{
	const uint64_t start = igt_now_ns();
	unsigned int looks = 0;

	assert_true(igt_wait(++looks == 3, 1000, 1));
	assert_int_equal(looks, 3);
	assert_false(igt_wait(false, 20, 1));
	assert_true(igt_now_ns() - start >= 20 * 1000000);
	/* What holds at once is not waited for, whatever the time. */
	assert_true(igt_wait(true, 0, 1000));
}

static void wait_and_close(void **state)
{
	const int fd = eventfd(1, EFD_CLOEXEC);

	assert_int_equal(igt_wait_and_close(fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(igt_wait_and_close(fd), -EINVAL);
}

static void fence_wait(void **state)
{
	const int fd = eventfd(0, EFD_CLOEXEC);

	assert_int_equal(sync_fence_wait(fd, 0), -ETIME);
	assert_int_equal(sync_fence_wait(fd, 10), -ETIME);
	assert_int_equal(eventfd_write(fd, 1), 0);
	assert_int_equal(sync_fence_wait(fd, -1), 0);
	/* Not a sync_file, so it tells nothing. */
	assert_int_equal(sync_fence_status(fd), -ENOTTY);
	assert_int_equal(sync_fence_count(fd), -ENOTTY);
	assert_int_equal(sync_fence_count_status(fd, SW_SYNC_FENCE_STATUS_ACTIVE), -ENOTTY);
	assert_int_equal(sync_fence_merge(fd, fd), -ENOTTY);
	assert_int_equal(__sw_sync_timeline_create_fence(fd, 1), -ENOTTY);
	close(fd);
	assert_int_equal(sync_fence_wait(fd, 0), -EINVAL);
	assert_int_equal(__sw_sync_timeline_create_fence(-1, 1), -EBADF);
}

static void scoped_fd(void **state)
{
	int copy;

	{
		igt_fd_t(fd);

		assert_int_equal(fd, -1);
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		copy = fd;
		errno = ENOTTY;
	}
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(fcntl(copy, F_GETFD), -1);
	copy = open("/dev/null", O_RDONLY | O_CLOEXEC);
	igt_cleanup_fd(&copy);
	assert_int_equal(copy, -1);
	igt_cleanup_fd(&copy);
}

static void primes(void **state)
{
	static const unsigned long expected[] = {2, 3, 5, 7, 11, 13, 17, 19, 23};
	unsigned long prime;
	unsigned int i = 0;

	for_each_prime_number(prime, 23)
		assert_int_equal(prime, expected[i++]);
	assert_int_equal(i, ARRAY_SIZE(expected));
	assert_false(igt_is_prime_number(0));
	assert_false(igt_is_prime_number(1));
	assert_false(igt_is_prime_number(25));
	assert_true(igt_is_prime_number(65537));
	assert_int_equal(igt_next_prime_number(65537), 65539);
	for_each_prime_number(prime, 1)
		fail();
}

static void random_numbers(void **state)
{
	uint32_t one = 0x12345678, two = 0x12345678, before;

	for (int i = 0; i < 100; i++)
		assert_int_equal(hars_petruska_f54_1_random(&one), hars_petruska_f54_1_random(&two));
	/* By hand: 0 ^ 0 ^ 0, and the constant. */
	one = 0;
	assert_int_equal(hars_petruska_f54_1_random(&one), 0x37798849);

	before = hars_petruska_f54_1_random_seed(5);
	two = 5;
	assert_int_equal(hars_petruska_f54_1_random_unsafe(), hars_petruska_f54_1_random(&two));
	assert_int_equal(hars_petruska_f54_1_random_seed(before), two);

	hars_petruska_f54_1_random_seed(5);
	hars_petruska_f54_1_random_perturb(1);
	one = hars_petruska_f54_1_random_unsafe();
	hars_petruska_f54_1_random_seed(5);
	assert_int_not_equal(hars_petruska_f54_1_random_unsafe(), one);

	for (int i = 0; i < 1000; i++)
		assert_true(hars_petruska_f54_1_random_unsafe_max(7) < 7);
	assert_int_equal(hars_petruska_f54_1_random_unsafe_max(1), 0);
}

static void memory(void **state)
{
	uint64_t required = 0, total = 0, with_swap = 0;

	assert_true(igt_get_total_ram_mb() > 0);
	assert_true(igt_get_avail_ram_mb() <= igt_get_total_ram_mb());
	assert_true(__igt_check_memory(1, 4096, CHECK_RAM, &required, &total));
	assert_true(required >= 4096 && required < 65536);
	__igt_check_memory(1, 4096, CHECK_RAM | CHECK_SWAP, &required, &with_swap);
	if (igt_get_total_swap_mb())
		assert_true(with_swap > total / 2);
	/* More than there can be, and more than can be counted. */
	assert_false(__igt_check_memory(1 << 20, UINT64_C(1) << 40, CHECK_RAM, &required, &total));
	assert_false(__igt_check_memory(UINT64_MAX, 2, CHECK_RAM, &required, &total));
	assert_true(required == UINT64_MAX);
}

static void taints(void **state)
{
	/* 4 MACHINE_CHECK and 9 WARN are bad; 0, a module without a licence, and 12 are not. */
	unsigned long bits = 1ul << 0 | 1ul << 4 | 1ul << 9 | 1ul << 12, now;

	assert_int_equal(igt_bad_taints(), 1ul << 4 | 1ul << 5 | 1ul << 7 | 1ul << 9);
	assert_contains(igt_explain_taints(&bits), "TAINT_MACHINE_CHECK");
	assert_contains(igt_explain_taints(&bits), "TAINT_WARN");
	assert_null(igt_explain_taints(&bits));
	assert_int_equal(bits, 1ul << 0 | 1ul << 12);
	bits = igt_kernel_tainted(&now);
	assert_int_equal(bits, now & igt_bad_taints());
}

static void user_pointers(void **state)
{
	assert_true(to_user_pointer(state) == (uint64_t)(uintptr_t)state);
	assert_ptr_equal(from_user_pointer(to_user_pointer(state)), state);
	assert_int_equal(sizeof(to_user_pointer(NULL)), 8);
}

static void constants(void **state)
{
	static const unsigned long long sizes[] = {
		SZ_512,	 SZ_1K,	  SZ_2K,   SZ_4K,   SZ_8K,   SZ_16K, SZ_32K, SZ_64K,
		SZ_128K, SZ_256K, SZ_512K, SZ_1M,   SZ_2M,   SZ_4M,  SZ_8M,  SZ_16M,
		SZ_32M,	 SZ_64M,  SZ_128M, SZ_256M, SZ_512M, SZ_1G,  SZ_2G,  SZ_4G,
	};
	/* As i915 has them. */
	static const unsigned int drops[] = {
		DROP_UNBOUND, DROP_BOUND,      DROP_RETIRE, DROP_ACTIVE,       DROP_FREED,
		DROP_SHRINK_ALL, DROP_IDLE, DROP_RESET_ACTIVE, DROP_RESET_SEQNO, DROP_RCU,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_true(sizes[i] == 512ull << i);
	for (unsigned int i = 0; i < ARRAY_SIZE(drops); i++)
		assert_int_equal(drops[i], 1u << i);
	assert_int_equal(DROP_ALL, 0x7f);
	assert_int_equal(NSEC_PER_SEC, 1000000000);
	assert_int_equal(READ_ONCE(drops[1]), 2);
	/* Reading and writing a dma-buf is asked for as with a file. */
	assert_int_equal(DRM_RDWR, O_RDWR);
}

/* For ioctls of sync files the error is ENOSYS, whatever the file. */
static const char *const cannot_be_emulated[] = {
	"fence_wait",
	NULL,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extremes),
		cmocka_unit_test(until_timeout),
		cmocka_unit_test(waiting),
		cmocka_unit_test(wait_and_close),
		cmocka_unit_test(fence_wait),
		cmocka_unit_test(scoped_fd),
		cmocka_unit_test(primes),
		cmocka_unit_test(random_numbers),
		cmocka_unit_test(memory),
		cmocka_unit_test(taints),
		cmocka_unit_test(user_pointers),
		cmocka_unit_test(constants),
	};

	return run_tests_but(tests, ARRAY_SIZE(tests), cannot_be_emulated);
}
