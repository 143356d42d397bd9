/* SPDX-License-Identifier: MIT */
/** An initramfs on a file descriptor: newc entries, parents made as needed. */
#ifndef GUEST_CPIO_H
#define GUEST_CPIO_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct guest_cpio;

/** Starts an archive on fd, which stays the caller's. Returns 0 or a negative errno. */
int guest_cpio_open(int fd, struct guest_cpio **ret);

/**
 * Each adds one entry; path is absolute in the guest. All return 0 or a negative
 * errno with a sentence in ret_why. A path that is there already is left alone.
 */
int guest_cpio_dir(struct guest_cpio *cpio, const char *path, char **ret_why);
/** The host file's content, links followed. Mode bits are the host file's. */
int guest_cpio_file(struct guest_cpio *cpio, const char *path, const char *host, char **ret_why);
int guest_cpio_text(struct guest_cpio *cpio, const char *path, const char *text, char **ret_why);
int guest_cpio_link(struct guest_cpio *cpio, const char *path, const char *target, char **ret_why);
/** A character device. */
int guest_cpio_node(struct guest_cpio *cpio, const char *path, unsigned int major_nr,
		    unsigned int minor_nr, char **ret_why);
/** A directory of the host with everything below it. */
int guest_cpio_tree(struct guest_cpio *cpio, const char *path, const char *host, char **ret_why);

/** Writes the trailer. Returns 0 or a negative errno. */
int guest_cpio_finish(struct guest_cpio *cpio);

/** Frees the archive, finished or not. */
void guest_cpio_freep(struct guest_cpio **cpio);

#define _cleanup_cpio_ __attribute__((cleanup(guest_cpio_freep)))

#endif
