/* SPDX-License-Identifier: MIT */
#include "event_loop.h"

#include <errno.h>
#include <glib.h>
#include <sys/epoll.h>

#include "fileio.h"

struct source {
	event_handler handler;
	void *user;
};

struct event_loop {
	int epoll_fd;
	/* fd -> struct source *; a lookup, so that a removed source is never called. */
	GHashTable *sources;
};

int event_loop_new(struct event_loop **ret)
{
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct event_loop *loop;

	if (epoll_fd < 0)
		return -errno;
	loop = g_new0(struct event_loop, 1);
	loop->epoll_fd = epoll_fd;
	loop->sources = g_hash_table_new_full(g_direct_hash, g_direct_equal,
					      /* key_destroy= */ NULL, g_free);
	*ret = loop;
	return 0;
}

void event_loop_free(struct event_loop *loop)
{
	if (!loop)
		return;
	g_hash_table_unref(loop->sources);
	close(loop->epoll_fd);
	g_free(loop);
}

int event_loop_add(struct event_loop *loop, int fd, event_handler handler, void *user)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	struct source *source;

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	source = g_new0(struct source, 1);
	source->handler = handler;
	source->user = user;
	g_hash_table_insert(loop->sources, GINT_TO_POINTER(fd), source);
	return 0;
}

void event_loop_remove(struct event_loop *loop, int fd)
{
	if (!g_hash_table_remove(loop->sources, GINT_TO_POINTER(fd)))
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, /* event= */ NULL);
}

int event_loop_run_once(struct event_loop *loop)
{
	struct epoll_event events[16];
	int n = epoll_wait(loop->epoll_fd, events, G_N_ELEMENTS(events), /* timeout= */ -1);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		const struct source *source =
			g_hash_table_lookup(loop->sources, GINT_TO_POINTER(events[i].data.fd));
		int r;

		if (!source)
			continue;
		r = source->handler(source->user, events[i].data.fd);
		if (r < 0)
			return r;
	}
	return 0;
}
