/* SPDX-License-Identifier: MIT */
/**
 * Watching the kernel's log, its taints and lockdep.
 */
#define IGT_LOG_DOMAIN "igt_sentinel"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_internal.h"
#include "igt_klog.h"
#include "igt_taints.h"
#include "reclaim/igt_files.h"
#include "reclaim/igt_sentinel.h"

/* The kernel gives one record a read(), none longer than this. */
#define RECORD_BYTES 8192

/* A report's first lines say what it is about; those of its stack trace are in the klog. */
#define REPORT_LINES 6

/* A taint is set before the report is written, by another processor maybe. */
#define REPORT_MS 1000

/* Only the first report since some moment is asked for, so many moments there are. */
#define REPORTS 16

/* The log, read by whoever looks at it, for all of them. */
static struct {
	int kmsg; /* 0: not opened yet */
	struct igt_report reports[REPORTS]; /* the latest, by their number */
	unsigned int count;		    /* of all there were */
	bool open;			    /* the last one may have more lines */
} klog;

/* --- parsers -------------------------------------------------------------------------------- */

int igt_lockdep_parse(const char *text)
{
	static const char key[] = "debug_locks:";
	const char *at = strstr(text, key);

	if (!at)
		return -ENOENT;
	at += strlen(key);
	at += strspn(at, " ");
	return *at == '1' ? 1 : *at == '0' ? 0 : -ENOENT;
}

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Lines without news: frames, "====" and "------------[ cut here ]", and what is always the same. */
static bool is_filling(const char *text, size_t length)
{
	return strspn(text, "=-") >= length || begins_with(text, "------------") ||
	       begins_with(text, "Modules linked in:") || begins_with(text, "Hardware name:");
}

bool igt_report_add(struct igt_report *report, const char *record)
{
	const size_t used = strlen(report->text);
	bool begins = false;
	const char *text = igt_klog_parse(record, &begins);
	size_t length;

	/* Facility 0 is the kernel; programs can write what they want, as 1. */
	if (!text || strtoul(record, NULL, 10) >> 3 || (!report->lines && !begins))
		return true;
	length = strcspn(text, "\n");
	/* Behind these come registers, and the stack. */
	if (report->lines && (begins_with(text, "Code:") || begins_with(text, "Call Trace:")))
		return false;
	if (report->lines && is_filling(text, length))
		return true;
	snprintf(report->text + used, sizeof(report->text) - used, "%s%.*s",
		 report->lines ? "\n    " : "", (int)length, text);
	report->lines++;
	return report->lines < REPORT_LINES;
}

/* --- looking -------------------------------------------------------------------------------- */

static unsigned long read_taints(void)
{
	unsigned long all;

	return igt_kernel_tainted(&all);
}

/* -ENOENT: a kernel without it. */
static int read_lockdep(void)
{
	_cleanup_free_ char *text = NULL;

	return igt_file_read("/proc/lockdep_stats", &text) < 0 ? -ENOENT : igt_lockdep_parse(text);
}

static void take_record(const char *record)
{
	struct igt_report next = {0}, *report = klog.open ? &klog.reports[(klog.count - 1) % REPORTS]
							 : &next;

	klog.open = igt_report_add(report, record) && report->lines;
	if (report != &next || !next.lines)
		return;
	klog.reports[klog.count % REPORTS] = next;
	klog.count++;
}

static void read_log(void)
{
	char record[RECORD_BYTES];

	if (!klog.kmsg) {
		klog.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (klog.kmsg < 0)
			igt_debug("the kernel's log cannot be read: %m\n");
		else
			lseek(klog.kmsg, 0, SEEK_END);
	}
	for (;;) {
		const ssize_t got = read(klog.kmsg, record, sizeof(record) - 1);

		/* EPIPE: the kernel has overwritten what was next, and goes on behind it. */
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got <= 0)
			return;
		record[got] = '\0';
		take_record(record);
	}
}

/* Any line of the report is enough to go on: those behind it are there in a moment. */
static bool has_report(const struct igt_health *health)
{
	read_log();
	return klog.count > health->reports;
}

static void note(char *text, size_t size, const char *what)
{
	const size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? "; " : "", what);
}

struct igt_health igt_health_now(void)
{
	struct igt_health health = {.goes_on = true};

	read_log();
	health.reports = klog.count;
	health.taints = read_taints();
	health.lockdep = read_lockdep();
	errno = 0;
	return health;
}

bool igt_health_complaint(struct igt_health *health, char *text, size_t size)
{
	unsigned long taints = read_taints() & ~health->taints;
	const bool lockdep_ended = health->lockdep == 1 && read_lockdep() == 0;

	text[0] = '\0';
	if (taints || lockdep_ended)
		igt_wait(has_report(health), REPORT_MS, 10);
	if (has_report(health))
		note(text, size, klog.reports[health->reports % REPORTS].text);
	while (taints) {
		const char *what = igt_explain_taints(&taints);

		if (!what)
			break;
		note(text, size, what);
	}
	if (lockdep_ended)
		note(text, size, "lockdep has turned itself off");
	health->reports = klog.count;
	health->taints = read_taints();
	if (health->lockdep >= 0)
		health->lockdep = read_lockdep();
	errno = 0;
	return text[0];
}

void igt_health_check(struct igt_health *health, const char *claim)
{
	char text[1024];
	const bool complains = igt_health_complaint(health, text, sizeof(text));

	igt_assert_f(!complains, "%s: the kernel complains: %s\n", claim, text);
}

/* --- each subtest --------------------------------------------------------------------------- */

static struct igt_health at_begin;

static void begin_subtest(void)
{
	at_begin = igt_health_now();
}

static void check_subtest(void)
{
	igt_health_check(&at_begin, igt_dynamic_subtest_name() ?: igt_subtest_name());
}

void igt_sentinel_every_subtest(void)
{
	igt_watch_subtests(begin_subtest, check_subtest);
}
