/* SPDX-License-Identifier: MIT */
#include "enumerate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expectations.h"
#include "fileio.h"
#include "filter.h"
#include "igt_wire.h"
#include "job_list.h"
#include "log.h"
#include "markers.h"
#include "progress.h"
#include "shard.h"
#include "subprocess.h"

/* Listing touches no device; a binary that needs longer than this for it hangs. */
#define LISTING_TIMEOUT_S 60

#define PIGLIT_PREFIX "igt@"

GPtrArray *test_list_words(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", /* max_tokens= */ -1);
	GPtrArray *binaries = g_ptr_array_new_with_free_func(g_free);

	for (char **word = words; *word; word++)
		if (**word != '\0' && strcmp(*word, "TESTLIST") != 0 && strcmp(*word, "END") != 0)
			g_ptr_array_add(binaries, g_strdup(*word));
	return binaries;
}

static int read_binaries(const struct settings *settings, GPtrArray **ret)
{
	g_autofree char *path = g_build_filename(settings->test_root, "test-list.txt", NULL);
	g_autofree char *text = NULL;
	size_t len;
	int r = file_read_at(AT_FDCWD, path, &text, &len);

	if (r < 0) {
		log_error("cannot read %s: %s; is %s the directory of the tests?", path,
			  g_strerror(-r), settings->test_root);
		return r;
	}
	*ret = test_list_words(text);
	return 0;
}

static GPtrArray *parse_listing(const char *binary, const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", /* max_tokens= */ -1);
	GPtrArray *subtests = g_ptr_array_new_with_free_func(g_free);

	for (char **line = lines; *line; line++) {
		const char *name = g_strstrip(*line);

		if (*name == '\0')
			continue;
		if (test_name_is_valid(name, strlen(name)))
			g_ptr_array_add(subtests, g_strdup(name));
		else
			log_warning("%s --list-subtests: \"%s\" is no name for a subtest, ignored",
				    binary, name);
	}
	return subtests;
}

/* An empty list: the binary has no subtests, or cannot say; it runs as one test. */
static int list_subtests(const struct settings *settings, const char *binary, GPtrArray **ret)
{
	g_autofree char *path = g_build_filename(settings->test_root, binary, NULL);
	char *argv[] = {path, (char *)"--list-subtests", NULL};
	g_autofree char *output = NULL;
	int status;
	int r;

	if (access(path, X_OK) < 0) {
		log_warning("cannot execute %s: %s; it will be recorded as skipped", path,
			    g_strerror(errno));
		*ret = g_ptr_array_new_with_free_func(g_free);
		return 0;
	}
	r = subprocess_capture(&(struct subprocess_request){.path = path,
							    .argv = argv,
							    .environment = settings->environment,
							    .stderr_fd = STDERR_FILENO,
							    .socket_fd = -1,
							    .cgroup_fd = -1,
							    .interrupt_fd = -1},
			       LISTING_TIMEOUT_S, &output, &status);
	if (r < 0) {
		log_error("%s --list-subtests: %s; leave it out with -x", path, g_strerror(-r));
		return r;
	}
	if (WIFSIGNALED(status)) {
		log_error("%s --list-subtests died of signal %d (%s); leave it out with -x", path,
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
		return -EPROTO;
	}
	if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != IGT_EXIT_INVALID)
		log_warning("%s --list-subtests exited with %d; taking what it listed", path,
			    WEXITSTATUS(status));
	*ret = parse_listing(binary, output);
	return 0;
}

/* True if a skips file has it; that is told, since somebody may wonder where it is. */
static bool is_kept_out(const struct settings *settings, const char *name)
{
	const struct expect_entry *skip =
		settings->expectations ? expectations_skip(settings->expectations, name) : NULL;

	if (skip && !settings->list_all)
		progress_say(settings, "%s is not run, as %s:%u says%s%s",
			     name + strlen(PIGLIT_PREFIX), skip->file, skip->line,
			     *skip->reason != '\0' ? ": " : "", skip->reason);
	return skip != NULL;
}

/* A list in the making. */
struct chooser {
	const struct settings *settings;
	GPtrArray *jobs;
	/* One process runs several subtests; for a list of names that makes no difference. */
	bool merge;
	/* Tests that are chosen, but of another shard. */
	unsigned rest;
};

/* Below the limit of the kernel for one word of a command line, 128 KiB. */
#define SUBTESTS_MAX_BYTES 100000

/* True if @subtest goes with those of @job in one word of its command line. */
static bool is_mergeable(const struct job *job, const char *binary, const char *subtest)
{
	size_t bytes = 0;

	if (!subtest || strchr(subtest, '@') || job->subtests->len == 0 ||
	    strcmp(job->binary, binary) != 0)
		return false;
	for (unsigned i = 0; i < job->subtests->len; i++) {
		const char *name = g_ptr_array_index(job->subtests, i);

		if (strchr(name, '@'))
			return false;
		bytes += strlen(name) + 1;
	}
	return bytes + strlen(subtest) < SUBTESTS_MAX_BYTES;
}

static void add_test(struct chooser *chooser, const char *binary, const char *subtest)
{
	g_autofree char *name = piglit_name(binary, subtest, /* dynamic= */ NULL);
	GPtrArray *jobs = chooser->jobs;
	struct job *last = jobs->len > 0 ? g_ptr_array_index(jobs, jobs->len - 1) : NULL;

	if (!shard_has(chooser->settings, name))
		chooser->rest++;
	else if (chooser->merge && last && is_mergeable(last, binary, subtest))
		g_ptr_array_add(last->subtests, g_strdup(subtest));
	else
		g_ptr_array_add(jobs, job_new(binary, subtest));
}

static void add_if_chosen(struct chooser *chooser, const char *binary, const char *subtest,
			  bool included)
{
	const struct settings *settings = chooser->settings;
	g_autofree char *name = piglit_name(binary, subtest, /* dynamic= */ NULL);
	bool chosen = included ? !filter_matches(settings->exclude, name)
			       : filter_lets_through(settings->include, settings->exclude, name);

	if (chosen && !is_kept_out(settings, name))
		add_test(chooser, binary, subtest);
}

/* @included: something above the subtests already satisfied the include expressions. */
static int add_binary(struct chooser *chooser, const char *binary, bool included)
{
	const struct settings *settings = chooser->settings;
	bool all = included || settings->include->len == 0;
	g_autoptr(GPtrArray) subtests = NULL;
	int r;

	/*
	 * One process will run them all, so nobody needs their names; whoever gave a list, or
	 * expectations, which can forbid some, may.
	 */
	if (chooser->merge && all && settings->exclude->len == 0 && settings->shard_total == 0 &&
	    !settings->test_list && !settings->expectations) {
		g_ptr_array_add(chooser->jobs, job_new(binary, /* subtest= */ NULL));
		return 0;
	}
	r = list_subtests(settings, binary, &subtests);
	if (r < 0)
		return r;
	if (subtests->len == 0)
		add_if_chosen(chooser, binary, /* subtest= */ NULL, included);
	for (unsigned i = 0; i < subtests->len; i++)
		add_if_chosen(chooser, binary, g_ptr_array_index(subtests, i), included);
	return 0;
}

static int add_all_binaries(struct chooser *chooser, const GPtrArray *binaries)
{
	const struct settings *settings = chooser->settings;

	for (unsigned i = 0; i < binaries->len; i++) {
		const char *binary = g_ptr_array_index(binaries, i);
		int r;

		if (filter_matches(settings->exclude, binary))
			continue;
		r = add_binary(chooser, binary, filter_matches(settings->include, binary));
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * One line of --test-list. A line that names a whole binary is expanded, and
 * the expressions see the expanded names too, so that -x does what it says.
 */
static int add_line(struct chooser *chooser, const char *line)
{
	const struct settings *settings = chooser->settings;
	g_auto(GStrv) parts = g_strsplit(line + strlen(PIGLIT_PREFIX), "@", 2);

	if (filter_matches(settings->exclude, line))
		return 0;
	if (!parts[1])
		return add_binary(chooser, parts[0], filter_matches(settings->include, line));
	if (filter_lets_through(settings->include, settings->exclude, line) &&
	    !is_kept_out(settings, line))
		add_test(chooser, parts[0], parts[1]);
	return 0;
}

/* A comma or blank in it would read as something else in joblist.txt. */
static bool line_is_test(const char *line)
{
	return g_str_has_prefix(line, PIGLIT_PREFIX) && line[strlen(PIGLIT_PREFIX)] != '\0' &&
	       line[strlen(PIGLIT_PREFIX)] != '@' && line[strcspn(line, ", \t")] == '\0';
}

static int add_listed(struct chooser *chooser)
{
	const struct settings *settings = chooser->settings;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	size_t len;
	int r = file_read_at(AT_FDCWD, settings->test_list, &text, &len);

	if (r < 0) {
		log_error("cannot read test list %s: %s", settings->test_list, g_strerror(-r));
		return r;
	}
	lines = g_strsplit(text, "\n", /* max_tokens= */ -1);
	for (unsigned i = 0; lines[i]; i++) {
		char *line = lines[i];

		line[strcspn(line, "#")] = '\0';
		g_strstrip(line);
		if (*line == '\0')
			continue;
		if (!line_is_test(line)) {
			log_warning("%s:%u: \"%s\" is not igt@<binary>[@<subtest>], ignored",
				    settings->test_list, i + 1, line);
			continue;
		}
		r = add_line(chooser, line);
		if (r < 0)
			return r;
	}
	return 0;
}

int enumerate_jobs(const struct settings *settings, GPtrArray **ret, unsigned *ret_rest)
{
	g_autoptr(GPtrArray) binaries = NULL;
	g_autoptr(GPtrArray) jobs = job_list_new();
	struct chooser chooser = {.settings = settings,
				  .jobs = jobs,
				  .merge = settings->multiple_mode && !settings->list_all};
	int r;

	r = read_binaries(settings, &binaries);
	if (r < 0)
		return r;
	if (settings->test_list)
		r = add_listed(&chooser);
	else
		r = add_all_binaries(&chooser, binaries);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&jobs);
	*ret_rest = chooser.rest;
	return 0;
}

static bool has_other_than(const GPtrArray *names, const GPtrArray *seen)
{
	for (unsigned i = 0; i < names->len; i++)
		if (!g_ptr_array_find_with_equal_func(
			    (GPtrArray *)seen, g_ptr_array_index(names, i), g_str_equal, NULL))
			return true;
	return false;
}

struct job *enumerate_rest(const struct settings *settings, const struct job *job,
			   const GPtrArray *seen)
{
	g_autoptr(GPtrArray) subtests = NULL;

	if (job->subtests->len == 0 && (list_subtests(settings, job->binary, &subtests) < 0 ||
					!has_other_than(subtests, seen)))
		return NULL;
	return job_without(job, seen);
}
