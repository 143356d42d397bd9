/* SPDX-License-Identifier: MIT */
/**
 * @file
 * One call again and again, with the first allocation in the kernel failing, then the second, and
 * so on, until it gets to its end untouched.
 *
 *	struct igt_fail_nth fail;
 *
 *	igt_each_failure(&fail, "creating a BO") {
 *		uint32_t handle;
 *
 *		if (igt_failing(&fail, create(fd, &handle)) == 0)
 *			gem_close(fd, handle);
 *	}
 *	igt_assert_eq(fail.times[ENOMEM], fail.failed);
 *
 * The call is first made without a failure, and must succeed; so it must when it is untouched at
 * the end. After each run the kernel must be as well as it was (igt_sentinel.h).
 */
#ifndef IGT_FAIL_NTH_H
#define IGT_FAIL_NTH_H

#include <stdbool.h>
#include <sys/types.h>

#include "reclaim/igt_sentinel.h"

/** Error numbers of the kernel are below this. */
#define IGT_ERRNOS 4096

/** What has happened up to now. */
struct igt_fail_nth {
	const char *what;	   /**< is called, for messages */
	unsigned int n;		   /**< which allocation fails in this run; 0: none */
	unsigned int failed;	   /**< runs in which the call failed */
	unsigned int survived;	   /**< runs in which an allocation failed and the call did not */
	unsigned short times[IGT_ERRNOS]; /**< runs that returned each error */

	bool over;   /**< it got to its end untouched */
	bool called; /**< in this run */
	int file;    /**< fail-nth of this thread */
	struct igt_health health; /**< of the kernel before this run */
	int lockdep; /**< before all of them, see igt_lockdep_parse() */
};

/**
 * For the fixture of a test that does this much: skip unless the kernel injects faults, and change
 * the settings once for all of its subtests. igt_each_failure() does both too.
 */
void igt_fail_nth_require(void);

/**
 * From here to the end of the subtest only allocations of slab caches fail. A cache wants a page
 * of its own in one run and not in the next, so that with those counted the n-th of a run is
 * another one's in the next, and one or the other is left out. Caches are asked alike each time.
 * Skips as igt_each_failure() does.
 */
void igt_fail_nth_slabs_only(void);

/**
 * The statement that follows is run for each n; it has igt_failing() in it once. Skips where the
 * kernel injects no faults, or only for others than root. @what names the call in messages. The
 * settings that are changed for it are put back at the end of the subtest.
 */
#define igt_each_failure(fail, what)                                                           \
	for (igt_fail_nth_begin(fail, what); igt_fail_nth_next(fail);)

/**
 * Evaluate @expression, which returns 0 or a negative errno and had better be one system call,
 * with the failure armed in this thread. Returns what it does.
 */
#define igt_failing(fail, expression)                                                          \
	({                                                                                     \
		igt_fail_nth_arm(fail);                                                        \
		igt_fail_nth_disarm(fail, (expression));                                       \
	})

/** igt_failing() for an ioctl() that is not repeated when it is interrupted. */
int igt_failing_ioctl(struct igt_fail_nth *fail, int fd, unsigned long request, void *argument);

/**
 * @name Another thread's allocations
 * For what a thread of the kernel does on behalf of the test. Nothing is judged here.
 */
/** @{ */
/** Have the @n-th allocation of the thread @tid fail; 0: none. Skips as igt_each_failure() does. */
void igt_fail_nth_of(pid_t tid, unsigned int n);
/** How many allocations of it there still are to the one that fails; 0: it has failed. */
unsigned int igt_fail_nth_left_of(pid_t tid);
/** @} */

/**
 * What the kernel has complained of in this run up to now, into @text, for who has to know before
 * the run is over. Returns whether it has, of which the run will not fail any more then.
 */
bool igt_fail_nth_complaint(struct igt_fail_nth *fail, char *text, size_t size);

/** Log "creating a BO: 23 allocations can fail: 19 times ENOMEM, 4 times it succeeds all the same". */
void igt_fail_nth_log(const struct igt_fail_nth *fail);

/** @name Parts of the macros */
/** @{ */
/** For the macros. */
void igt_fail_nth_begin(struct igt_fail_nth *fail, const char *what);
bool igt_fail_nth_next(struct igt_fail_nth *fail);
void igt_fail_nth_arm(struct igt_fail_nth *fail);
int igt_fail_nth_disarm(struct igt_fail_nth *fail, int result);
/** @} */

#endif
