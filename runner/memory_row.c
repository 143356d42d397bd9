/* SPDX-License-Identifier: MIT */
#include "memory_row.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fileio.h"

#define SHRINKERS "/sys/kernel/debug/shrinker"

/* How many rows the list of shrinkers lasts. */
#define LOOK_AGAIN_ROWS 20

const char memory_row_header[] =
	"# igt-reclaim memory 1\n"
	"time\tMemAvailable\tShmem\tUnevictable\tSwapUsed\tshrinker\tresident\tpurgeable\tactive\n";

struct memory_source {
	int meminfo_fd;
	int procs_fd;
	pid_t pid;
	unsigned rows;
	/* Of the counts of shrinkers, int. */
	GArray *shrinker_fds;
};

/* A figure that may be unknown. */
struct figure {
	bool known;
	unsigned long long value;
};

struct memory_source *memory_source_new(int procs_fd, pid_t pid)
{
	struct memory_source *source = g_new0(struct memory_source, 1);

	source->meminfo_fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	source->procs_fd = procs_fd;
	source->pid = pid;
	source->shrinker_fds =
		g_array_new(/* zero_terminated= */ FALSE, /* clear= */ FALSE, sizeof(int));
	return source;
}

static void close_shrinkers(struct memory_source *source)
{
	for (unsigned i = 0; i < source->shrinker_fds->len; i++)
		close(g_array_index(source->shrinker_fds, int, i));
	g_array_set_size(source->shrinker_fds, 0);
}

void memory_source_free(struct memory_source *source)
{
	if (!source)
		return;
	fd_closep(&source->meminfo_fd);
	close_shrinkers(source);
	g_array_unref(source->shrinker_fds);
	g_free(source);
}

static void figure_add(struct figure *figure, unsigned long long value)
{
	figure->known = true;
	figure->value += value;
}

static void put(GString *rows, const struct figure *figure)
{
	if (figure->known)
		g_string_append_printf(rows, "\t%llu", figure->value);
	else
		g_string_append(rows, "\t-");
}

/* From its start, also for a file of the kernel that was read before. "" if it cannot be read. */
static void read_text(int fd, char *text, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

	text[MAX(n, 0)] = '\0';
}

static struct figure meminfo_figure(const char *text, const char *key)
{
	struct figure figure = {0};
	const char *at = strstr(text, key);

	if (at)
		figure_add(&figure, strtoull(at + strlen(key), /* endptr= */ NULL, 10));
	return figure;
}

static void put_meminfo(const struct memory_source *source, GString *rows)
{
	struct figure available, shmem, unevictable, total, unused, swap = {0};
	char text[4096];

	read_text(source->meminfo_fd, text, sizeof(text));
	available = meminfo_figure(text, "\nMemAvailable:");
	shmem = meminfo_figure(text, "\nShmem:");
	unevictable = meminfo_figure(text, "\nUnevictable:");
	total = meminfo_figure(text, "\nSwapTotal:");
	unused = meminfo_figure(text, "\nSwapFree:");
	if (total.known && unused.known)
		figure_add(&swap, total.value - MIN(unused.value, total.value));
	put(rows, &available);
	put(rows, &shmem);
	put(rows, &unevictable);
	put(rows, &swap);
}

/* `<memcg> <count on node 0> <count on node 1>...` for each group that has some. */
static unsigned long long sum_counts(const char *text)
{
	unsigned long long sum = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *end = text + len;
		char *rest;

		strtoull(text, &rest, 10);
		while (rest < end && *rest == ' ')
			sum += strtoull(rest, &rest, 10);
		text = *end ? end + 1 : end;
	}
	return sum;
}

/* Those of DRM drivers, but for TTM's pool of pages, which are nobody's. */
static void open_shrinkers(struct memory_source *source)
{
	DIR *dir = opendir(SHRINKERS);
	const struct dirent *entry;

	close_shrinkers(source);
	while (dir && (entry = readdir(dir))) {
		g_autofree char *name = NULL;
		int fd;

		if (!g_str_has_prefix(entry->d_name, "drm") ||
		    g_str_has_prefix(entry->d_name, "drm-ttm"))
			continue;
		name = g_strconcat(entry->d_name, "/count", NULL);
		fd = openat(dirfd(dir), name, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			g_array_append_val(source->shrinker_fds, fd);
	}
	if (dir)
		closedir(dir);
}

static struct figure count_shrinkers(const struct memory_source *source)
{
	struct figure figure = {0};

	for (unsigned i = 0; i < source->shrinker_fds->len; i++) {
		char text[4096];

		/* Of one that is gone nothing can be read, and it counts nothing. */
		read_text(g_array_index(source->shrinker_fds, int, i), text, sizeof(text));
		figure_add(&figure, sum_counts(text));
	}
	return figure;
}

/* What fdinfo tells, summed over files. */
struct drm_memory {
	struct figure resident, purgeable, active;
	/* Processes that were looked at. */
	GHashTable *pids;
	/* Files that were counted: a descriptor that was duplicated or inherited is the same file.
	 */
	GHashTable *clients;
};

/* `drm-resident-<region>: <number> [KiB|MiB]` into KiB. */
static void take_fdinfo_line(const char *line, size_t len, struct drm_memory *memory)
{
	const struct {
		const char *prefix;
		struct figure *figure;
	} kinds[] = {
		{"drm-resident-", &memory->resident},
		{"drm-purgeable-", &memory->purgeable},
		{"drm-active-", &memory->active},
	};
	const char *colon = memchr(line, ':', len);

	for (size_t i = 0; colon && i < G_N_ELEMENTS(kinds); i++) {
		unsigned long long value;
		char *unit;

		if (strncmp(line, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
			continue;
		value = strtoull(colon + 1, &unit, 10);
		unit += *unit == ' ';
		if (*unit == 'M')
			value *= 1024;
		else if (*unit != 'K')
			value /= 1024;
		figure_add(kinds[i].figure, value);
	}
}

static bool is_identity(const char *line)
{
	return g_str_has_prefix(line, "drm-driver:") || g_str_has_prefix(line, "drm-pdev:") ||
	       g_str_has_prefix(line, "drm-client-id:");
}

/* Driver and number of the file tell it from all others; the lines come in no certain order. */
static void take_fdinfo(const char *text, struct drm_memory *memory)
{
	g_autoptr(GString) client = g_string_new(NULL);
	const char *line;
	size_t len;

	for (line = text; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (is_identity(line))
			g_string_append_len(client, line, len);
	}
	if (client->len == 0 || !g_hash_table_add(memory->clients, g_strdup(client->str)))
		return;
	for (line = text; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		take_fdinfo_line(line, len, memory);
	}
}

/*
 * Looking at a descriptor holds its file for some hundred nanoseconds, at its fdinfo for some
 * microseconds: that much later the kernel may let go of one that the test closes just then.
 */
static bool is_drm(int fds, const char *fd)
{
	char target[64];
	ssize_t n = readlinkat(fds, fd, target, sizeof(target) - 1);

	target[MAX(n, 0)] = '\0';
	return g_str_has_prefix(target, "/dev/dri/");
}

static void take_process(pid_t pid, struct drm_memory *memory)
{
	char path[32];
	DIR *dir;
	const struct dirent *entry;

	if (!g_hash_table_add(memory->pids, GINT_TO_POINTER(pid)))
		return;
	g_snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		g_autofree char *info = NULL;
		autofd fd = -1;
		char text[4096];

		if (entry->d_name[0] == '.' || !is_drm(dirfd(dir), entry->d_name))
			continue;
		info = g_strconcat("../fdinfo/", entry->d_name, NULL);
		fd = openat(dirfd(dir), info, O_RDONLY | O_CLOEXEC);
		read_text(fd, text, sizeof(text));
		take_fdinfo(text, memory);
	}
	if (dir)
		closedir(dir);
}

static void take_descendants(pid_t pid, struct drm_memory *memory)
{
	char path[64];
	autofd fd = -1;
	char text[4096];
	char *p = text;
	pid_t child;

	take_process(pid, memory);
	/* Not in all kernels; there, the process itself has to do. */
	g_snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	read_text(fd, text, sizeof(text));
	while ((child = strtol(p, &p, 10)) > 0)
		take_descendants(child, memory);
}

/* By their group, but for those that moved to another one; by their descent, but for orphans. */
static void take_processes(const struct memory_source *source, struct drm_memory *memory)
{
	char text[4096];
	char *p = text;
	pid_t pid;

	take_descendants(source->pid, memory);
	read_text(source->procs_fd, text, sizeof(text));
	while ((pid = strtol(p, &p, 10)) > 0)
		take_process(pid, memory);
}

void memory_row_add(struct memory_source *source, double time, GString *rows)
{
	g_autoptr(GHashTable) clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							      /* value_destroy= */ NULL);
	g_autoptr(GHashTable) pids = g_hash_table_new(g_direct_hash, g_direct_equal);
	struct drm_memory memory = {.clients = clients, .pids = pids};
	struct figure shrinker;

	if (source->rows++ % LOOK_AGAIN_ROWS == 0)
		open_shrinkers(source);
	shrinker = count_shrinkers(source);
	take_processes(source, &memory);
	g_string_append_printf(rows, "%.6f", time);
	put_meminfo(source, rows);
	put(rows, &shrinker);
	put(rows, &memory.resident);
	put(rows, &memory.purgeable);
	put(rows, &memory.active);
	g_string_append_c(rows, '\n');
}
