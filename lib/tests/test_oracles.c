/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igt_aux.h"
#include "reclaim/igt_fault.h"
#include "reclaim/igt_pattern.h"
#include "reclaim/igt_sigbus.h"
#include "run_tester.h"

#define PAGES 16

static uint64_t *anonymous(void)
{
	void *map = mmap(NULL, PAGES * igt_page_size(), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(map != MAP_FAILED);
	/* Huge pages would make one fault of many. */
	madvise(map, PAGES * igt_page_size(), MADV_NOHUGEPAGE);
	return map;
}

static void pattern_finds_the_first_bad_page(void **state)
{
	const struct igt_pattern pattern = {.bo = 7, .generation = 2};
	const uint64_t words = igt_page_size() / sizeof(uint64_t);
	struct igt_mismatch bad = {0};
	uint64_t *map = anonymous();
	char text[160];

	igt_pattern_write(map, PAGES, pattern);
	assert_true(igt_pattern_check(map, PAGES, pattern, &bad));

	map[5 * words] = 0;
	map[3 * words] = 0;
	assert_false(igt_pattern_check(map, PAGES, pattern, &bad));
	igt_mismatch_format(&bad, PAGES, text, sizeof(text));
	assert_contains(text, "page 3 of 16 reads 0x0000000000000000, expected 0x5a02000700000003");
	munmap(map, PAGES * igt_page_size());
}

static void pattern_tells_pages_apart(void **state)
{
	const struct igt_pattern pattern = {.bo = 1, .generation = 1};
	const uint64_t size = igt_page_size(), words = size / sizeof(uint64_t);
	struct igt_mismatch bad = {0};
	uint64_t *map = anonymous();

	igt_pattern_write(map, PAGES, pattern);
	/* Another buffer's, an older writing, pages in the wrong place, half a page. */
	assert_false(igt_pattern_check(map, PAGES, (struct igt_pattern){2, 1}, &bad));
	assert_false(igt_pattern_check(map, PAGES, (struct igt_pattern){1, 2}, &bad));
	assert_false(igt_pattern_check(map + words, PAGES - 1, pattern, &bad));
	map[9 * words - 1] = 0;
	assert_false(igt_pattern_check(map, PAGES, pattern, &bad));
	assert_int_equal(bad.page, 8);
	assert_int_equal(bad.offset, 9 * size - sizeof(uint64_t));
	munmap(map, PAGES * size);
}

/* A mapped file of one page; what is mapped behind it raises SIGBUS. */
static char *map_file(int *ret_fd)
{
	void *map;

	*ret_fd = memfd_create("truncated", MFD_CLOEXEC);
	assert_true(*ret_fd >= 0);
	assert_int_equal(ftruncate(*ret_fd, (off_t)igt_page_size()), 0);
	map = mmap(NULL, igt_page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, *ret_fd, 0);
	assert_true(map != MAP_FAILED);
	return map;
}

static void sigbus_is_caught(void **state)
{
	struct igt_sigbus seen;
	int fd;
	char *map = map_file(&fd);

	assert_false(igt_sigbus_probe(map, IGT_ACCESS_READ).raised);
	assert_false(igt_sigbus_probe(map + 8, IGT_ACCESS_WRITE).raised);

	assert_int_equal(ftruncate(fd, 0), 0);
	for (int i = 0; i < 3; i++) {
		seen = igt_sigbus_probe(map + 8, i % 2 ? IGT_ACCESS_READ : IGT_ACCESS_WRITE);
		assert_true(seen.raised);
		assert_int_equal(seen.code, BUS_ADRERR);
		assert_ptr_equal(seen.address, map + 8);
	}
	munmap(map, igt_page_size());
	close(fd);
}

static void sigbus_is_caught_in_a_child(void **state)
{
	int fd, status;
	char *map = map_file(&fd);
	pid_t pid;

	assert_int_equal(ftruncate(fd, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(igt_sigbus_probe(map, IGT_ACCESS_READ).raised ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	munmap(map, igt_page_size());
	close(fd);
}

static void sigbus_elsewhere_still_kills(void **state)
{
	int fd, status;
	char *map = map_file(&fd);
	pid_t pid;

	assert_int_equal(ftruncate(fd, 0), 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGBUS, SIG_DFL);
		igt_sigbus_probe(map, IGT_ACCESS_READ);
		*(volatile char *)map = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
	munmap(map, igt_page_size());
	close(fd);
}

static void faults_are_counted(void **state)
{
	const uint64_t bytes = PAGES * igt_page_size();
	uint64_t *map = anonymous();

	igt_pattern_write(map, PAGES, (struct igt_pattern){1, 1});
	assert_int_equal(igt_faults_reading(map, bytes), 0);
	assert_int_equal(madvise(map, bytes, MADV_DONTNEED), 0);
	assert_int_equal(igt_faults_reading(map, bytes), PAGES);
	assert_int_equal(igt_faults_reading(map, bytes), 0);
	munmap(map, bytes);
}

/*
 * The emulator's own page faults are counted, too; and to 32-bit programs SIGBUS tells the page
 * behind the one that was touched.
 */
static const char *const cannot_be_emulated[] = {
	"faults_are_counted",
#if UINTPTR_MAX == UINT32_MAX
	"sigbus_is_caught",
#endif
	NULL,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_finds_the_first_bad_page),
		cmocka_unit_test(pattern_tells_pages_apart),
		cmocka_unit_test(sigbus_elsewhere_still_kills),
		cmocka_unit_test(sigbus_is_caught),
		cmocka_unit_test(sigbus_is_caught_in_a_child),
		cmocka_unit_test(faults_are_counted),
	};

	return run_tests_but(tests, ARRAY_SIZE(tests), cannot_be_emulated);
}
