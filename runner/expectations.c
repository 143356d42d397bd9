/* SPDX-License-Identifier: MIT */
#include "expectations.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fileio.h"

#define PIGLIT_PREFIX "igt@"

struct expectations {
	/* GPtrArray * of struct expect_entry *, one for each file, in order. */
	GPtrArray *files;
	/* Of the fails files: name to the entry that counts. Both belong to the files. */
	GHashTable *fails;
	/* GRegex *: tests that must not skip. */
	GPtrArray *required;
};

struct expectations *expectations_new(void)
{
	struct expectations *expectations = g_new0(struct expectations, 1);

	expectations->files =
		g_ptr_array_new_with_free_func((GDestroyNotify)(void *)g_ptr_array_unref);
	expectations->fails = g_hash_table_new(g_str_hash, g_str_equal);
	expectations->required =
		g_ptr_array_new_with_free_func((GDestroyNotify)(void *)g_regex_unref);
	return expectations;
}

void expectations_free(struct expectations *expectations)
{
	if (!expectations)
		return;
	g_ptr_array_unref(expectations->required);
	g_hash_table_unref(expectations->fails);
	g_ptr_array_unref(expectations->files);
	g_free(expectations);
}

int expectations_add(struct expectations *expectations, const char *file, char **ret_why)
{
	g_autofree char *text = NULL;
	int kind = expect_file_kind(file), r;
	GPtrArray *entries;
	size_t len;

	if (kind < 0) {
		*ret_why = g_strdup_printf("%s: the name does not say what is in it; let it end "
					   "in -fails.txt, -flakes.txt or -skips.txt",
					   file);
		return kind;
	}
	r = file_read_at(AT_FDCWD, file, &text, &len);
	if (r < 0) {
		*ret_why = g_strdup_printf("%s: cannot be read: %s; name a file that can", file,
					   g_strerror(-r));
		return r;
	}
	r = expect_file_parse(file, kind, text, len, &entries, ret_why);
	if (r < 0)
		return r;
	g_ptr_array_add(expectations->files, entries);
	for (unsigned i = 0; i < entries->len; i++) {
		struct expect_entry *entry = g_ptr_array_index(entries, i);

		if (entry->kind == EXPECT_FAILS)
			g_hash_table_replace(expectations->fails, entry->name, entry);
	}
	return 0;
}

/* Those files of one layer, `DIR/NAME`, that are there. */
static int add_layer(struct expectations *expectations, const char *layer, char **ret_why)
{
	static const char *const kinds[] = {"fails", "flakes", "skips"};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *file = g_strdup_printf("%s-%s.txt", layer, kinds[i]);
		int r = 0;

		if (g_file_test(file, G_FILE_TEST_EXISTS))
			r = expectations_add(expectations, file, ret_why);
		if (r < 0)
			return r;
	}
	return 0;
}

int expectations_add_layers(struct expectations *expectations, const char *name, char **ret_why)
{
	g_autofree char *dir = g_path_get_dirname(name);
	g_autofree char *base = g_path_get_basename(name);
	g_auto(GStrv) parts = g_strsplit(base, "-", -1);
	g_autoptr(GString) layer = g_string_new(dir);

	if (!g_file_test(dir, G_FILE_TEST_IS_DIR)) {
		*ret_why = g_strdup_printf("%s: %s is no folder; give FOLDER/NAME of the "
					   "expectation files",
					   name, dir);
		return -ENOTDIR;
	}
	for (char **part = parts; *part; part++) {
		int r;

		g_string_append_printf(layer, "%c%s", part == parts ? G_DIR_SEPARATOR : '-', *part);
		r = add_layer(expectations, layer->str, ret_why);
		if (r < 0)
			return r;
	}
	return 0;
}

int expectations_require(struct expectations *expectations, const char *regex, char **ret_why)
{
	g_autoptr(GError) error = NULL;
	GRegex *compiled = g_regex_new(regex, G_REGEX_CASELESS | G_REGEX_RAW,
				       /* match_options= */ 0, &error);

	if (!compiled) {
		*ret_why = g_strdup_printf("--require \"%s\" is no regular expression: %s; "
					   "correct it",
					   regex, error->message);
		return -EINVAL;
	}
	g_ptr_array_add(expectations->required, compiled);
	return 0;
}

int expectations_take(struct expectations **expectations, enum expect_source source,
		      const char *value, char **ret_why)
{
	if (!*expectations)
		*expectations = expectations_new();
	switch (source) {
	case EXPECT_FROM_FILE:
		return expectations_add(*expectations, value, ret_why);
	case EXPECT_FROM_LAYERS:
		return expectations_add_layers(*expectations, value, ret_why);
	case EXPECT_FROM_REQUIREMENT:
		return expectations_require(*expectations, value, ret_why);
	}
	return -EINVAL;
}

/* The last line of this kind that matches: its file lies on top. */
static const struct expect_entry *find_match(const struct expectations *expectations,
					     enum expect_kind kind, const char *name)
{
	for (unsigned f = expectations->files->len; f-- > 0;) {
		const GPtrArray *entries = g_ptr_array_index(expectations->files, f);

		for (unsigned i = 0; i < entries->len; i++) {
			const struct expect_entry *entry = g_ptr_array_index(entries, i);

			if (entry->kind == kind &&
			    g_regex_match(entry->regex, name, /* match_options= */ 0,
					  /* match_info= */ NULL))
				return entry;
		}
	}
	return NULL;
}

static char *fold_name(const char *name)
{
	if (g_str_has_prefix(name, PIGLIT_PREFIX))
		name += strlen(PIGLIT_PREFIX);
	return g_ascii_strdown(name, -1);
}

bool expectations_has_required(const struct expectations *expectations)
{
	return expectations->required->len > 0;
}

bool expectations_is_required(const struct expectations *expectations, const char *name)
{
	g_autofree char *folded = fold_name(name);

	for (unsigned i = 0; i < expectations->required->len; i++)
		if (g_regex_match(g_ptr_array_index(expectations->required, i), folded,
				  /* match_options= */ 0, /* match_info= */ NULL))
			return true;
	return false;
}

static bool may_flake(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_SKIP:
	case VERDICT_ABORT:
	case VERDICT_INCOMPLETE:
	case VERDICT_NOTRUN:
		return false;
	default:
		return true;
	}
}

static enum judgement judge_expected(enum verdict expected, enum verdict verdict)
{
	if (verdict == VERDICT_SKIP)
		return JUDGED_PLAIN;
	if (verdict == VERDICT_PASS)
		return JUDGED_XPASS;
	return verdict == expected ? JUDGED_XFAIL : JUDGED_UNEXPECTED;
}

struct judged expectations_judge(const struct expectations *expectations, const char *name,
				 enum verdict verdict)
{
	struct judged judged = {.judgement =
					verdict_is_bad(verdict) ? JUDGED_UNEXPECTED : JUDGED_PLAIN};
	g_autofree char *folded = NULL;
	const struct expect_entry *entry;

	if (!expectations)
		return judged;
	if (verdict == VERDICT_SKIP && expectations_is_required(expectations, name))
		return (struct judged){.judgement = JUDGED_UNEXPECTED, .is_required = true};
	folded = fold_name(name);
	entry = may_flake(verdict) ? find_match(expectations, EXPECT_FLAKES, folded) : NULL;
	if (entry)
		return (struct judged){.judgement = JUDGED_FLAKE, .entry = entry};
	entry = g_hash_table_lookup(expectations->fails, folded);
	if (!entry || entry->verdict == VERDICT_PASS)
		return judged;
	return (struct judged){.judgement = judge_expected(entry->verdict, verdict),
			       .entry = entry};
}

const struct expect_entry *expectations_skip(const struct expectations *expectations,
					     const char *name)
{
	g_autofree char *folded = fold_name(name);

	return expectations ? find_match(expectations, EXPECT_SKIPS, folded) : NULL;
}

GPtrArray *expectations_awaited(const struct expectations *expectations)
{
	GPtrArray *awaited = g_ptr_array_new();

	for (unsigned f = 0; expectations && f < expectations->files->len; f++) {
		const GPtrArray *entries = g_ptr_array_index(expectations->files, f);

		for (unsigned i = 0; i < entries->len; i++) {
			struct expect_entry *entry = g_ptr_array_index(entries, i);

			if (entry->kind == EXPECT_FAILS && entry->verdict != VERDICT_PASS &&
			    g_hash_table_lookup(expectations->fails, entry->name) == entry &&
			    !expectations_skip(expectations, entry->name))
				g_ptr_array_add(awaited, entry);
		}
	}
	return awaited;
}
