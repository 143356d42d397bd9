/* SPDX-License-Identifier: MIT */
/**
 * A tester that changes files in the directory TESTER, and ends in many ways.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_undo.h"

static char *in_directory(const char *name)
{
	static char paths[8][256];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", getenv("TESTER"), name);
	return path;
}

/* What is shorter than what was there leaves the rest of it, in these files. */
static void assert_holds(const char *name, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	igt_assert_eq(igt_file_read(in_directory(name), &text), 0);
	igt_assert_f(strncmp(text, expected, strlen(expected)) == 0,
		     "%s holds \"%s\", expected \"%s\"\n", name, text, expected);
}

static int set(const char *name, const char *value)
{
	int change = igt_undo_set_file(in_directory(name), value);

	igt_assert_f(change > 0, "%s: %s\n", name, strerror(-change));
	assert_holds(name, value);
	return change;
}

/*
 * Twice the same, a file, a directory, and a change that was noted and not made. Returns the last
 * one's number.
 */
static int change_much(void)
{
	int fd, last;

	set("a", "one");
	set("a", "two");
	igt_assert_lt(0, igt_undo_add(IGT_UNDO_UNLINK, in_directory("file"), NULL));
	fd = open(in_directory("file"), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	igt_assert_fd(fd);
	close(fd);
	igt_assert_lt(0, igt_undo_add(IGT_UNDO_RMDIR, in_directory("directory"), NULL));
	igt_assert_eq(mkdir(in_directory("directory"), 0700), 0);
	set("choice", "always");
	last = igt_undo_add(IGT_UNDO_UNLINK, in_directory("never-made"), NULL);
	igt_assert_lt(0, last);
	return last;
}

/* For whoever is to kill us when it is worth it. */
static void ready(void)
{
	int fd = open(in_directory("ready"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	close(fd);
	for (;;)
		pause();
}

static void orphan_keeps_all_files(void)
{
	if (fork() == 0) {
		pause();
		_exit(0);
	}
}

static void undo_one_by_one(void)
{
	int first = set("a", "one"), second = set("b", "two"), third = set("choice", "x");

	igt_assert_eq(igt_undo_now(first), 0);
	assert_holds("a", "old a\n");
	assert_holds("b", "two");
	igt_assert_eq(igt_undo_now(first), 0);
	/* Set once more it is the same change. */
	igt_assert_eq(set("b", "three"), second);
	igt_undo_forget(second);
	igt_assert_eq(igt_undo_now(second), 0);
	assert_holds("b", "three");
	igt_assert_eq(igt_undo_now(third), 0);
	igt_assert_eq(igt_file_write(in_directory("b"), "old b\n"), 0);
}

static void mistakes(void)
{
	char path[4096];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	igt_assert_eq(igt_undo_set_file(in_directory("missing"), "1"), -ENOENT);
	igt_assert_eq(igt_undo_add(IGT_UNDO_UNLINK, path, NULL), -ENAMETOOLONG);
	igt_assert_eq(igt_undo_add(IGT_UNDO_WRITE, "/", path), -ENAMETOOLONG);
	/* The fixture, and the subtest that keeps, have made two of the 64. */
	for (int i = 2; i < 64; i++)
		igt_assert_lt(0, igt_undo_add(IGT_UNDO_UNLINK, in_directory("none"), NULL));
	igt_assert_eq(igt_undo_add(IGT_UNDO_UNLINK, in_directory("none"), NULL), -ENOSPC);
}

/* A directory with something in it cannot be removed: the end of the subtest has to tell. */
static void make_undoing_fail(void)
{
	igt_assert_lt(0, igt_undo_add(IGT_UNDO_RMDIR, in_directory("full"), NULL));
	igt_assert_eq(mkdir(in_directory("full"), 0700), 0);
	igt_assert_eq(mkdir(in_directory("full/x"), 0700), 0);
}

static void change_for_ever(void)
{
	for (;;)
		for (int change = change_much(), rest = 5; rest > 0; change--, rest--)
			igt_assert_eq(igt_undo_now(change), 0);
}

static void lifetimes(void)
{
	igt_subtest("in-subtest")
		change_much();

	igt_subtest("after-subtest") {
		assert_holds("a", "old a\n");
		assert_holds("fixture", "changed");
		igt_assert_neq(access(in_directory("file"), F_OK), 0);
		igt_assert_neq(access(in_directory("directory"), F_OK), 0);
	}

	igt_subtest_with_dynamic("in-dynamic") {
		set("a", "of the subtest");
		igt_dynamic("one") {
			set("a", "of the dynamic subtest");
			set("b", "of the dynamic subtest");
		}
		igt_dynamic("two") {
			assert_holds("a", "of the subtest");
			assert_holds("b", "old b\n");
		}
	}

	igt_subtest("after-dynamic")
		assert_holds("a", "old a\n");

	igt_subtest("keeps")
		igt_undo_keep(set("b", "kept"));

	igt_subtest("after-keeping")
		assert_holds("b", "kept");

	igt_subtest("one-by-one")
		undo_one_by_one();

	igt_subtest("mistakes")
		mistakes();
}

static void endings(void)
{
	igt_subtest("fails") {
		change_much();
		igt_assert(false);
	}

	igt_subtest("skips") {
		change_much();
		igt_skip("as it should\n");
	}

	igt_subtest("crashes") {
		change_much();
		raise(SIGSEGV);
	}

	igt_subtest("undoing-fails")
		make_undoing_fail();

	igt_subtest("waits") {
		change_much();
		ready();
	}

	igt_subtest("waits-with-child") {
		change_much();
		orphan_keeps_all_files();
		ready();
	}

	igt_subtest("for-ever")
		change_for_ever();

	igt_subtest("in-child") {
		igt_fork(child, 1)
			igt_undo_add(IGT_UNDO_UNLINK, in_directory("none"), NULL);
		igt_waitchildren();
	}
}

int igt_main()
{
	igt_fixture()
		set("fixture", "changed");

	lifetimes();
	endings();
}
