/* SPDX-License-Identifier: MIT */
#include "json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <json-c/json.h>
#include <string.h>

#include "fileio.h"

#define BUFFER_BYTES (1u << 20)
#define INDENT "  "
#define SEPARATOR ",\n"
#define FORMAT (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Where a member is, its separator included. */
struct place {
	off_t offset;
	size_t len;
};

struct json_file {
	int dirfd;
	int fd;
	char *name;
	char *temporary;
	/* The first thing that went wrong, as a negative errno. */
	int error;
	/* What comes next in the file; and the bytes that are in it already. */
	GString *buffer;
	off_t flushed;
	/* Key -> struct place, of the innermost object that is open. */
	GHashTable *members;
	/* Of the outermost, while another one is open in it. */
	GHashTable *outer_members;
	bool is_empty;
	bool is_committed;
};

static GHashTable *members_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void flush(struct json_file *file)
{
	int r;

	if (file->error < 0)
		return;
	r = fd_write_all(file->fd, file->buffer->str, file->buffer->len);
	if (r < 0)
		file->error = r;
	file->flushed += file->buffer->len;
	g_string_truncate(file->buffer, 0);
}

struct json_file *json_file_new(int dirfd, const char *name)
{
	struct json_file *file = g_new0(struct json_file, 1);

	file->dirfd = dirfd;
	file->name = g_strdup(name);
	file->fd = -1;
	file->error = file_replacement_open(dirfd, name, &file->temporary, &file->fd);
	file->buffer = g_string_sized_new(BUFFER_BYTES);
	file->members = members_new();
	file->is_empty = true;
	g_string_append(file->buffer, "{\n");
	return file;
}

void json_file_free(struct json_file *file)
{
	if (!file)
		return;
	fd_closep(&file->fd);
	if (file->temporary && !file->is_committed)
		unlinkat(file->dirfd, file->temporary, 0);
	g_string_free(file->buffer, /* free_segment= */ TRUE);
	g_hash_table_unref(file->members);
	g_clear_pointer(&file->outer_members, g_hash_table_unref);
	g_free(file->temporary);
	g_free(file->name);
	g_free(file);
}

/* JSON cares for no blanks between members, so that they are as good as nothing. */
static void blank_out(struct json_file *file, const struct place *place)
{
	g_autofree char *blanks = g_malloc(place->len);
	size_t done = 0;

	flush(file);
	memset(blanks, ' ', place->len);
	while (file->error == 0 && done < place->len) {
		ssize_t n =
			pwrite(file->fd, blanks + done, place->len - done, place->offset + done);

		if (n < 0 && errno != EINTR)
			file->error = -errno;
		else if (n > 0)
			done += n;
	}
}

/* The lines of @text, each as far in as the innermost object's members are. */
static void append_indented(struct json_file *file, const char *text, size_t len)
{
	const char *end = text + len;
	const char *newline;

	/* Newlines in strings are escaped. */
	for (; (newline = memchr(text, '\n', end - text)); text = newline + 1) {
		g_string_append_len(file->buffer, text, newline + 1 - text);
		g_string_append(file->buffer, file->outer_members ? INDENT INDENT : INDENT);
	}
	g_string_append_len(file->buffer, text, end - text);
}

static void append_key(struct json_file *file, const char *key)
{
	struct json_object *string = json_object_new_string(key);

	g_string_append(file->buffer, file->outer_members ? INDENT INDENT : INDENT);
	g_string_append(file->buffer, json_object_to_json_string_ext(string, FORMAT));
	g_string_append_c(file->buffer, ':');
	json_object_put(string);
}

void json_file_add(struct json_file *file, const char *key, struct json_object *value)
{
	const struct place *old = g_hash_table_lookup(file->members, key);
	size_t len;
	const char *text = json_object_to_json_string_length(value, FORMAT, &len);
	struct place *place = g_new(struct place, 1);

	if (old)
		blank_out(file, old);
	place->offset = file->flushed + file->buffer->len;
	append_key(file, key);
	append_indented(file, text, len);
	g_string_append(file->buffer, SEPARATOR);
	place->len = file->flushed + file->buffer->len - place->offset;
	g_hash_table_replace(file->members, g_strdup(key), place);
	file->is_empty = false;
	json_object_put(value);
	/* A separator that turns out to be the last has to be taken back. */
	if (file->buffer->len > BUFFER_BYTES) {
		g_string_truncate(file->buffer, file->buffer->len - strlen(SEPARATOR));
		flush(file);
		g_string_append(file->buffer, SEPARATOR);
	}
}

bool json_file_has(const struct json_file *file, const char *key)
{
	return g_hash_table_contains(file->members, key);
}

void json_file_begin(struct json_file *file, const char *key)
{
	append_key(file, key);
	g_string_append(file->buffer, "{\n");
	file->outer_members = file->members;
	file->members = members_new();
	file->is_empty = true;
}

static void close_object(struct json_file *file, const char *indent)
{
	if (!file->is_empty)
		g_string_truncate(file->buffer, file->buffer->len - strlen(SEPARATOR));
	g_string_append(file->buffer, file->is_empty ? "" : "\n");
	g_string_append(file->buffer, indent);
	g_string_append_c(file->buffer, '}');
}

void json_file_end(struct json_file *file)
{
	close_object(file, INDENT);
	g_string_append(file->buffer, SEPARATOR);
	g_hash_table_unref(file->members);
	file->members = g_steal_pointer(&file->outer_members);
	file->is_empty = false;
}

int json_file_commit(struct json_file *file)
{
	close_object(file, "");
	flush(file);
	if (file->error == 0)
		file->error =
			file_replacement_commit(file->dirfd, file->fd, file->temporary, file->name);
	file->is_committed = file->error == 0;
	return file->error;
}
