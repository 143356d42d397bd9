/* SPDX-License-Identifier: MIT */
#include "between_jobs.h"

#include "code_coverage.h"
#include "facts.h"
#include "kmemleak.h"
#include "log.h"
#include "progress.h"

struct between_jobs {
	const struct settings *settings;
	int results_fd;
	int stop_fd;
	/* As they were told last. */
	GHashTable *facts;
	/* False once the kernel turned out to have none. */
	bool kmemleak;
};

struct between_jobs *between_jobs_new(const struct settings *settings, int results_fd, int stop_fd)
{
	struct between_jobs *between = g_new0(struct between_jobs, 1);

	between->settings = settings;
	between->results_fd = results_fd;
	between->stop_fd = stop_fd;
	between->facts = g_hash_table_new(g_str_hash, g_str_equal);
	between->kmemleak = settings->kmemleak;
	return between;
}

void between_jobs_free(struct between_jobs *between)
{
	if (!between)
		return;
	g_hash_table_unref(between->facts);
	g_free(between);
}

static void tell_facts(struct between_jobs *between, const char *when)
{
	g_autoptr(GPtrArray) lines = NULL;
	GHashTable *facts;

	if (!between->settings->facts)
		return;
	facts = facts_read("");
	lines = facts_compare(between->facts, facts);
	for (unsigned i = 0; i < lines->len; i++)
		progress_say_stamped(between->settings, "[FACT %s] %s", when,
				     (char *)g_ptr_array_index(lines, i));
	g_hash_table_unref(between->facts);
	between->facts = facts;
}

static void look_for_leaks(struct between_jobs *between, const char *when)
{
	int r;

	if (!between->kmemleak)
		return;
	r = kmemleak_scan(KMEMLEAK_FILE, between->results_fd, when,
			  between->settings->kmemleak_each);
	if (r >= 0)
		return;
	log_warning("kernel memory is not looked at for leaks: " KMEMLEAK_FILE ": %s",
		    g_strerror(-r));
	between->kmemleak = false;
}

static char *reset_coverage(void)
{
	int r = code_coverage_reset(CODE_COVERAGE_RESET);

	return r >= 0 ? NULL
		      : g_strdup_printf("Code coverage: " CODE_COVERAGE_RESET
					": %s; the kernel needs CONFIG_GCOV_KERNEL\n",
					g_strerror(-r));
}

char *between_jobs_begin(struct between_jobs *between)
{
	tell_facts(between, "before any test");
	look_for_leaks(between, "before running any test");
	return between->settings->code_coverage ? reset_coverage() : NULL;
}

char *between_jobs_after(struct between_jobs *between, const char *title)
{
	g_autofree char *when = g_strdup_printf("after running %s", title);
	char *reason;

	tell_facts(between, title);
	if (between->settings->kmemleak_each)
		look_for_leaks(between, when);
	if (!between->settings->code_coverage_per_test)
		return NULL;
	reason = code_coverage_collect(between->settings, title, between->stop_fd);
	return reason ? reason : reset_coverage();
}

char *between_jobs_end(struct between_jobs *between)
{
	const struct settings *settings = between->settings;

	look_for_leaks(between, "after running all tests");
	if (!settings->code_coverage || settings->code_coverage_per_test)
		return NULL;
	return code_coverage_collect(settings, settings->name, between->stop_fd);
}
