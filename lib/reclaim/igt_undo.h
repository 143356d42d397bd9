/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What a test changes on the machine is undone when it ends, also by SIGKILL.
 *
 * Before a test makes a change it has the change's undoing written down by another process, the
 * guard, which is started for the first one. What was changed in a subtest is undone when that
 * ends; what was changed in a fixture, when the test does; always the last change first. When the
 * test dies, however it does, the guard undoes what is left, in the same order, and writes into
 * the kernel's log what it could not undo. It is in no process group or cgroup of the test.
 *
 *	igt_undo_set_file("/proc/sys/vm/swappiness", "200");
 *
 * One test at a time changes a machine: a second one waits a while for the first one's guard.
 * Only the test's first process and thread call these functions, and not its children.
 */
#ifndef IGT_UNDO_H
#define IGT_UNDO_H

/** In what way a change is undone. */
enum igt_undo_kind {
	IGT_UNDO_WRITE,	 /**< write the value into the file at the path */
	IGT_UNDO_SWAP,	 /**< deactivate the swap area at the path */
	IGT_UNDO_MODULE, /**< unload the module that the path names */
	/**
	 * Remove the cgroup at the path, after the test has been moved to the cgroup.procs that
	 * the value is. Others in it are killed, but not while the test lives: -EBUSY.
	 */
	IGT_UNDO_CGROUP,
	IGT_UNDO_RMDIR,	 /**< remove the directory at the path */
	IGT_UNDO_UNLINK, /**< remove the file at the path */
	IGT_UNDO_UMOUNT, /**< unmount what is mounted at the path */
};

/**
 * Write down how a change is to be undone, before it is made; @value: see the kinds, or NULL. What
 * turns out to be as it was counts as undone. Returns the change's number, above 0, or a negative
 * errno; then it must not be made.
 */
int igt_undo_add(enum igt_undo_kind kind, const char *path, const char *value);

/**
 * Undo a change now. What is busy is tried again for a while. Returns 0 or a negative errno; then
 * it is tried once more at the end. Fine for a change that has been undone or forgotten.
 */
int igt_undo_now(int change);

/** The change was not made after all, or has gone by itself. */
void igt_undo_forget(int change);

/** Undo the change at the end of the test, though it was made in a subtest. */
void igt_undo_keep(int change);

/**
 * Write @value into the file at @path until it is undone; then what it holds now is written. Of
 * "a [b] c" that is b, which is how the kernel shows a choice. Set again in the same subtest, or
 * fixture, it is the same change. Returns the change's number, or a negative errno, -ENOENT
 * without such a file.
 */
int igt_undo_set_file(const char *path, const char *value);

/**
 * Load the module @module, with @options or NULL, until it is undone; what it depends on goes with
 * it if it came with it. Returns 0, also if it is loaded or built in, or a negative errno, -ENOENT
 * when there is none.
 */
int igt_undo_load_module(const char *module, const char *options);

/**
 * What to write into a file of the kernel that shows @text to make it what it is: the word in
 * brackets, or all of it. In place; returns its start in @text.
 */
char *igt_undo_old_value(char *text);

#endif
