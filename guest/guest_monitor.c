// SPDX-License-Identifier: MIT
#include "guest_monitor.h"

#include "guest_qmp.h"
#include "guest_service.h"
#include "guest_terminal.h"
#include "guest_trace.h"
#include "guest_util.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#define PANIC_LINGER_MS 15000 /* a panicking kernel prints its log and resets by itself */
#define POWER_OFF_MS 10000    /* from the last record to the end of the machine */
#define QUIT_MS 3000	      /* from QMP quit to SIGKILL */

enum phase {
	PHASE_RUN,
	PHASE_LINGER, /* the end is near by itself */
	PHASE_TRACE,  /* a hang: collecting traces */
	PHASE_QUIT,   /* QMP quit sent */
	PHASE_KILLED,
};

enum source {
	SRC_QMP,
	SRC_CONSOLE,
	SRC_CONTROL,
	SRC_LIVE,
	SRC_SERVICE,
	SRC_ERR,
	SRC_CHANNELS,
	SRC_PROCESS = SRC_CHANNELS,
	SRC_TIMER,
	SRC_SIGNAL,
	SRC_INPUT
};

struct monitor {
	const struct guest_watch *watch;
	struct guest_story story;
	struct guest_lines lines[SRC_CHANNELS];
	struct guest_trace trace;
	struct guest_terminal terminal;
	struct guest_service service;
	bool sending; /* the service waits for the guest to take more */
	enum guest_machine_kind kind;
	enum phase phase;
	int epoll;
	int timer;
	int64_t started;  /* all times: guest_now_ms() */
	int64_t activity; /* last output of the guest on any channel */
	int64_t progress; /* and on one that is not the kernel's */
	int64_t phase_end;
	bool hang;	/* story.outcome is settled by a deadline */
	bool panicked;	/* QMP says so */
	bool talked;	/* the console or init said anything */
	bool gone;	/* the machine ended */
	char *last_err; /* the machine's last line on stderr */
	char *error;	/* init's last error */
	bool lacks;	/* which is that the kernel has no driver for what was asked for */
};

static void set_string(char **place, const char *text)
{
	g_free(*place);
	*place = g_strdup(text);
}

static void set_phase(struct monitor *m, enum phase phase, int64_t duration)
{
	if (phase <= m->phase)
		return;
	m->phase = phase;
	m->phase_end = guest_now_ms() + duration;
}

static void quit(struct monitor *m)
{
	if (guest_qmp_quit(m->watch->process->qmp) < 0)
		guest_process_kill(m->watch->process);
	set_phase(m, PHASE_QUIT, QUIT_MS);
}

static void qmp_line(const char *line, void *data)
{
	struct monitor *m = data;
	struct guest_qmp_message message;

	if (guest_qmp_parse(line, &message) < 0)
		return;
	if (message.kind == GUEST_QMP_GREETING) {
		set_string(&m->story.qemu_version, message.text);
		guest_qmp_negotiate(m->watch->process->qmp);
	} else if (guest_service_qmp(&m->service, &message)) {
		/* It goes on below. */
	} else if (message.kind == GUEST_QMP_EVENT && !strcmp(message.text, "GUEST_PANICKED")) {
		m->panicked = true;
		set_phase(m, PHASE_LINGER, PANIC_LINGER_MS);
	} else if (message.kind == GUEST_QMP_RETURN && m->phase == PHASE_TRACE) {
		guest_trace_break_sent(&m->trace, guest_now_ms());
	}
	guest_qmp_message_clear(&message);
}

static void console_line(const char *line, void *data)
{
	struct monitor *m = data;

	guest_console_line(line, &m->story.console);
	if (m->story.console.panicked)
		set_phase(m, PHASE_LINGER, PANIC_LINGER_MS);
}

/* One record of init: key=value. */
static void control_line(const char *line, void *data)
{
	struct monitor *m = data;
	const char *value = strchr(line, '=');
	g_autofree char *key = value ? g_strndup(line, value++ - line) : NULL;

	if (!key)
		return;
	if (!strcmp(key, "boot")) {
		m->story.boot_ms = guest_now_ms() - m->started;
		guest_terminal_open(&m->terminal, m->epoll, SRC_INPUT);
	} else if (!strcmp(key, "release")) {
		set_string(&m->story.release, value);
	} else if (!strcmp(key, "drm")) {
		if (!m->story.devices)
			m->story.devices = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(m->story.devices, g_strdup(value));
	} else if (!strcmp(key, "runner-exit")) {
		m->story.runner_exit = atoi(value);
	} else if (!strcmp(key, "error") || !strcmp(key, "lacks")) {
		set_string(&m->error, value);
		m->lacks = !strcmp(key, "lacks");
	} else if (!strcmp(key, "note")) {
		fprintf(stderr, "guest: %s\n", value);
	} else if (!strcmp(key, "bye")) {
		set_phase(m, PHASE_LINGER, POWER_OFF_MS);
	}
}

static void live_line(const char *line, void *data)
{
	struct monitor *m = data;

	if (m->watch->live && guest_live_line(m->watch->live, line) &&
	    m->story.first_verdict_ms < 0)
		m->story.first_verdict_ms = guest_now_ms() - m->started - m->story.boot_ms;
}

static void service_line(const char *line, void *data)
{
	struct monitor *m = data;

	guest_service_line(&m->service, line);
}

static void err_line(const char *line, void *data)
{
	struct monitor *m = data;

	/* A user-mode kernel ends with an empty line. */
	if (*line)
		set_string(&m->last_err, line);
}

static const guest_line_fn line_fns[SRC_CHANNELS] = {
	[SRC_QMP] = qmp_line,	[SRC_CONSOLE] = console_line, [SRC_CONTROL] = control_line,
	[SRC_LIVE] = live_line, [SRC_SERVICE] = service_line, [SRC_ERR] = err_line,
};

static int *channel_fd(struct guest_process *process, enum source source)
{
	switch (source) {
	case SRC_QMP:
		return &process->qmp;
	case SRC_CONSOLE:
		return &process->console;
	case SRC_CONTROL:
		return &process->control;
	case SRC_LIVE:
		return &process->live;
	case SRC_SERVICE:
		return &process->service;
	default:
		return &process->err;
	}
}

/* Takes what is there. 1: something was, 0: the channel has ended, or a negative errno. */
static int read_channel(struct monitor *m, enum source source)
{
	int fd = *channel_fd(m->watch->process, source);
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 ? -errno : 0;
	if (source >= SRC_CONSOLE && source <= SRC_SERVICE) {
		m->activity = guest_now_ms();
		m->talked = true;
		if (source != SRC_CONSOLE)
			m->progress = m->activity;
	}
	if (source == SRC_CONSOLE) {
		if (m->watch->process->log >= 0)
			guest_write_all(m->watch->process->log, buf, n);
		guest_terminal_output(&m->terminal, guest_process_input(m->watch->process), buf, n);
		if (m->phase == PHASE_TRACE)
			guest_trace_output(&m->trace, m->activity);
	}
	guest_lines_feed(&m->lines[source], buf, n, line_fns[source], m);
	return 1;
}

static void close_channel(struct monitor *m, enum source source)
{
	guest_lines_finish(&m->lines[source], line_fns[source], m);
	guest_close(channel_fd(m->watch->process, source));
}

/* A hang of any kind: first the traces, if the kernel still answers. */
static void hang(struct monitor *m, enum guest_outcome outcome, const char *what, int64_t limit_ms)
{
	m->story.outcome = outcome;
	m->story.detail = g_strdup_printf("%s %" PRId64 " s", what, limit_ms / 1000);
	m->hang = true;
	if (!m->talked) {
		/* No console driver yet: there is nobody to ask. */
		quit(m);
		return;
	}
	set_phase(m, PHASE_TRACE, 0);
	guest_trace_start(&m->trace, m->watch->process, guest_now_ms());
}

static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* Acts on deadlines that are over and returns the next one, 0 for none. */
static int64_t check_deadlines(struct monitor *m, int64_t now)
{
	const struct guest_watch *w = m->watch;
	int64_t boot = m->story.boot_ms < 0 ? m->started + w->boot_timeout_ms : 0;
	int64_t idle = w->idle_timeout_ms ? m->activity + w->idle_timeout_ms : 0;
	int64_t stall = w->stall_timeout_ms ? m->progress + w->stall_timeout_ms : 0;
	int64_t total = w->total_timeout_ms ? m->started + w->total_timeout_ms : 0;

	if (m->phase == PHASE_RUN) {
		if (boot && now >= boot)
			hang(m, GUEST_BOOT_HANG, "no report from init within", w->boot_timeout_ms);
		else if (total && now >= total)
			hang(m, GUEST_TEST_TIMEOUT, "not finished after", w->total_timeout_ms);
		else if (!boot && idle && now >= idle)
			hang(m, GUEST_TEST_SILENT, "no output on any channel for",
			     w->idle_timeout_ms);
		else if (!boot && stall && now >= stall)
			hang(m, GUEST_TEST_SILENT, "no output but the kernel's for",
			     w->stall_timeout_ms);
		else
			return earlier(earlier(boot, total), boot ? 0 : earlier(idle, stall));
	}
	if (m->phase == PHASE_TRACE) {
		guest_trace_step(&m->trace, now);
		if (!m->trace.done)
			return earlier(m->trace.next_ms, m->trace.limit_ms);
		quit(m);
	}
	if (now >= m->phase_end) {
		if (m->phase == PHASE_LINGER) {
			quit(m);
		} else if (m->phase == PHASE_QUIT) {
			guest_process_kill(w->process);
			set_phase(m, PHASE_KILLED, 0);
		}
	}
	return m->phase == PHASE_KILLED ? 0 : m->phase_end;
}

static void arm(struct monitor *m)
{
	int64_t at = check_deadlines(m, guest_now_ms());
	struct itimerspec spec = {
		.it_value = {.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000},
	};

	timerfd_settime(m->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void take_signal(struct monitor *m)
{
	struct signalfd_siginfo info;

	if (read(m->watch->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	m->story.signal = (int)info.ssi_signo;
	guest_process_kill(m->watch->process);
	set_phase(m, PHASE_KILLED, 0);
}

static void dispatch(struct monitor *m, enum source source)
{
	uint64_t ticks;

	switch (source) {
	case SRC_PROCESS:
		m->gone = true;
		break;
	case SRC_TIMER:
		/* What is due is found by arm(). */
		if (read(m->timer, &ticks, sizeof(ticks)) < 0)
			return;
		break;
	case SRC_SIGNAL:
		take_signal(m);
		break;
	case SRC_INPUT:
		guest_terminal_relay(&m->terminal, m->epoll,
				     guest_process_input(m->watch->process));
		break;
	default:
		if (read_channel(m, source) == 0)
			close_channel(m, source);
	}
}

/* Answers requests of the guest, and listens for room where it has to wait for that. */
static void serve(struct monitor *m)
{
	bool sending = guest_service_step(&m->service);
	struct epoll_event event = {
		.events = sending ? EPOLLIN | EPOLLOUT : EPOLLIN,
		.data.u32 = SRC_SERVICE,
	};

	if (sending == m->sending)
		return;
	m->sending = sending;
	epoll_ctl(m->epoll, EPOLL_CTL_MOD, m->watch->process->service, &event);
}

static int watch_fd(struct monitor *m, int fd, enum source source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = source};

	/* Not every machine has every channel. */
	if (fd < 0)
		return 0;
	return epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_loop(struct monitor *m)
{
	int r = 0;

	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (m->epoll < 0 || m->timer < 0)
		return -errno;
	for (enum source s = 0; s < SRC_CHANNELS && r == 0; s++)
		r = watch_fd(m, *channel_fd(m->watch->process, s), s);
	r = r ?: watch_fd(m, m->watch->process->pidfd, SRC_PROCESS);
	r = r ?: watch_fd(m, m->timer, SRC_TIMER);
	return r ?: watch_fd(m, m->watch->signal_fd, SRC_SIGNAL);
}

/* Why a guest that never reported came to its end. */
static void explain_boot(struct monitor *m, int code)
{
	const struct guest_console *console = &m->story.console;

	if (m->panicked || console->panicked) {
		m->story.outcome = GUEST_BOOT_PANIC;
		m->story.detail = g_strdup(console->panic_text);
	} else if (code && !m->talked) {
		m->story.outcome = m->kind == GUEST_MACHINE_UML ? GUEST_NO_UML : GUEST_NO_QEMU;
		m->story.detail = m->last_err ? g_strdup(m->last_err)
					      : g_strdup_printf("it ended with %d", code);
	} else {
		m->story.outcome = GUEST_BOOT_ENDED;
		m->story.detail = g_strdup(console->init_error ?: m->last_err);
	}
}

static void explain(struct monitor *m, int code)
{
	if (m->story.signal) {
		m->story.outcome = GUEST_INTERRUPTED;
		m->story.detail = g_strdup(strsignal(m->story.signal));
	} else if (m->hang) {
		if (m->talked && !m->trace.any_answer) {
			g_autofree char *detail = m->story.detail;

			m->story.detail =
				g_strconcat(detail, "; its kernel does not answer sysrq", NULL);
		}
	} else if (m->story.boot_ms < 0) {
		explain_boot(m, code);
	} else if (m->panicked || m->story.console.panicked) {
		m->story.outcome = GUEST_TEST_PANIC;
		m->story.detail = g_strdup(m->story.console.panic_text);
	} else if (m->error) {
		m->story.outcome = m->lacks ? GUEST_NOT_SUCH : GUEST_NOT_READY;
		m->story.detail = g_strdup(m->error);
	} else if (m->story.runner_exit >= 0) {
		m->story.outcome = GUEST_FINISHED;
	} else {
		m->story.outcome = GUEST_LOST;
		m->story.detail =
			code ? g_strdup_printf("%s ended with %d%s%s", guest_machine_name(m->kind),
					       code, m->last_err ? ": " : "", m->last_err ?: "")
			     : NULL;
	}
}

static void finish(struct monitor *m)
{
	guest_terminal_close(&m->terminal);
	guest_service_clear(&m->service);
	guest_close(&m->epoll);
	guest_close(&m->timer);
	g_free(m->last_err);
	g_free(m->error);
}

int guest_monitor(const struct guest_watch *watch, struct guest_story *ret)
{
	struct monitor m = {
		.watch = watch,
		.kind = watch->process->kind,
		.story = {.runner_exit = -1, .boot_ms = -1, .first_verdict_ms = -1},
		.terminal = {.enabled = watch->shell},
		.epoll = -1,
		.timer = -1,
		.started = guest_now_ms(),
	};
	struct epoll_event event;
	int r;

	m.activity = m.started;
	guest_service_init(&m.service, watch->process);
	r = open_loop(&m);
	while (r == 0 && !m.gone) {
		arm(&m);
		serve(&m);
		if (epoll_wait(m.epoll, &event, 1, -1) > 0)
			dispatch(&m, event.data.u32);
		else if (errno != EINTR)
			r = -errno;
	}
	/* What the machine wrote before it went is still in the sockets. */
	for (enum source s = 0; s < SRC_CHANNELS; s++) {
		while (*channel_fd(watch->process, s) >= 0 && read_channel(&m, s) > 0)
			;
		close_channel(&m, s);
	}

	int code = guest_process_stop(watch->process);

	explain(&m, code);
	finish(&m);
	if (r < 0) {
		guest_story_clear(&m.story);
		return r;
	}
	*ret = m.story;
	return 0;
}

void guest_story_clear(struct guest_story *story)
{
	g_clear_pointer(&story->detail, g_free);
	g_clear_pointer(&story->release, g_free);
	g_clear_pointer(&story->devices, g_ptr_array_unref);
	g_clear_pointer(&story->qemu_version, g_free);
	guest_console_clear(&story->console);
}
