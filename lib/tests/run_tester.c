/* SPDX-License-Identifier: MIT */
/**
 * Spawning testers and evening out their output.
 */
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "igt_wire.h"
#include "run_tester.h"

#define MAX_ARGUMENTS 8

/* A slow reader takes so many bytes at a time, and a pause. */
#define SLOW_BYTES 1024
#define SLOW_PAUSE_US 500

/* What a tester writes to. */
struct channels {
	int out, err;
	int reads;	 /* where the output of a terminal or pipe is read, or -1 */
	int socket[2];	 /* ours, its */
	FILE *packets;
	char *packet_text;
	size_t packet_size;
};

static _Noreturn void become(const struct run_setup *setup, const char *name, char **argv,
			     const struct channels *channels)
{
	static char path[4096], entries[7][256];
	unsigned int i;

	snprintf(path, sizeof(path), "%s/tester_%s", getenv("IGT_TESTERS"), name);
	argv[0] = path;
	clearenv();
	for (i = 0; setup->environment[i]; i++) {
		snprintf(entries[i], sizeof(entries[i]), "%s", setup->environment[i]);
		putenv(entries[i]);
	}
	if (setup->socket) {
		snprintf(entries[i], sizeof(entries[i]), IGT_ENV_SOCKET "=%d", channels->socket[1]);
		putenv(entries[i]);
		fcntl(channels->socket[1], F_SETFD, 0);
	}
	if (setup->tracer)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	dup2(setup->keys ? channels->out : open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(channels->out, STDOUT_FILENO);
	dup2(channels->err, STDERR_FILENO);
	execv(path, argv);
	_exit(127);
}

static char *contents(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	return text;
}

static int is_noise(const char *line, bool raw)
{
	while (*line == ' ')
		line++;
	/* Of qemu-user, about the program that it runs. */
	if (is_emulated() && strncmp(line, "qemu: uncaught target signal ", 29) == 0)
		return true;
	return !raw && (strncmp(line, "IGT-Version: ", 13) == 0 ||
			strncmp(line, "Using IGT_SRANDOM=", 18) == 0 ||
			(line[0] == '#' && isdigit((unsigned char)line[1])));
}

/* What stands for a number at @at that may change, or NULL when the number counts. */
static const char *stand_in(const char *text, const char *at, size_t digits)
{
	const char *end = at + digits;

	if (at == text)
		return NULL;
	/* "(tester_x:123) ", "pid:123 " */
	if (at[-1] == ':' && end[0] == ')' && memchr(text, '(', (size_t)(at - text)))
		return "PID";
	if (at - text >= 4 && strncmp(at - 4, "pid:", 4) == 0)
		return "PID";
	/* "[thread:123] " */
	if (at - text >= 7 && strncmp(at - 7, "thread:", 7) == 0)
		return "TID";
	/* "file.c:12:" */
	if (at - text >= 3 && strncmp(at - 3, ".c:", 3) == 0)
		return "N";
	/* "(0.012s)", with the digits on both sides of the point */
	if (at[-1] == '.' && end[0] == 's' && end[1] == ')')
		return "000";
	if (at[-1] == '(' && end[0] == '.' && digits < 3)
		return "0";
	return NULL;
}

/* Takes over @text. */
static char *even_out(char *text, bool raw)
{
	char *even = calloc(1, 2 * strlen(text) + 1), *to = even;
	const char *at = text;
	int line_start = 1;

	assert_non_null(even);
	while (*at) {
		size_t digits = strspn(at, "0123456789");
		const char *other = digits ? stand_in(text, at, digits) : NULL;

		if (line_start && is_noise(at, raw)) {
			at += strcspn(at, "\n");
			at += *at == '\n';
			continue;
		}
		if (!digits)
			digits = 1;
		line_start = *at == '\n';
		to = other ? stpcpy(to, other) : mempcpy(to, at, digits);
		at += digits;
	}
	free(text);
	return even;
}

/* Print a packet's strings; times in it are of three decimals and become 0.000. */
static void print_strings(FILE *to, const char *at, const char *end)
{
	while (at < end) {
		size_t digits = strspn(at, "0123456789.");

		fprintf(to, " \"%s\"", *at && !at[digits] && strchr(at, '.') ? "0.000" : at);
		at += strlen(at) + 1;
	}
	fputc('\n', to);
}

static void print_packet(FILE *to, char *packet, size_t size, bool raw)
{
	static const char *const names[] = {
		"INVALID",	"LOG",		  "EXEC",    "EXIT",
		"SUBTEST_START", "SUBTEST_RESULT", "DYNAMIC_START", "DYNAMIC_RESULT",
		"VERSION",
	};
	struct igt_packet_header header;
	char *data = packet + sizeof(header), *end = packet + size;

	assert_true(size >= sizeof(header));
	memcpy(&header, packet, sizeof(header));
	assert_int_equal(header.size, size);
	assert_true(header.type < sizeof(names) / sizeof(names[0]));
	assert_true(header.pid > 0);
	assert_true(data < end && end[-1] == '\0');
	if (header.type == IGT_PACKET_LOG) {
		int stream = *data++;
		char *text = strdup(data);

		assert_int_equal(strlen(data) + 1, end - data);
		text = even_out(text, raw);
		if (*text)
			fprintf(to, "%s%s \"%s\"\n", header.tid ? "" : "(signal) ",
				stream == IGT_STREAM_STDERR ? "err" : "out", text);
		free(text);
		return;
	}
	fprintf(to, "%s%s", header.tid ? "" : "(signal) ", names[header.type]);
	if (header.type == IGT_PACKET_VERSION) {
		assert_memory_equal(data, "IGT-Version: ", 13);
		fputc('\n', to);
		return;
	}
	print_strings(to, data, end);
}

/* Take what the tester has sent. Returns false when there is nothing. */
static bool receive(struct channels *channels, const struct run_setup *setup)
{
	char packet[64 << 10];
	ssize_t size;

	if (channels->reads >= 0) {
		size = read(channels->reads, packet, setup->slow ? SLOW_BYTES : sizeof(packet));
		if (size > 0) {
			assert_int_equal(write(channels->out, packet, (size_t)size), size);
			if (setup->slow)
				usleep(SLOW_PAUSE_US);
			return true;
		}
	}
	size = recv(channels->socket[0], packet, sizeof(packet), MSG_DONTWAIT);
	if (size <= 0)
		return false;
	print_packet(channels->packets, packet, (size_t)size, setup->raw);
	return true;
}

/* Let the tester go on after it stopped with @status, as a debugger does. */
static void go_on(pid_t pid, int status)
{
	int sig = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);

	ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)sig);
}

static int attend(pid_t pid, struct channels *channels, const struct run_setup *setup)
{
	for (;;) {
		struct pollfd ready[] = {
			{.fd = channels->socket[0], .events = POLLIN},
			{.fd = channels->reads, .events = POLLIN},
		};
		int status;

		if (waitpid(pid, &status, WNOHANG) == pid) {
			if (WIFSTOPPED(status)) {
				go_on(pid, status);
				continue;
			}
			while (receive(channels, setup))
				;
			return status;
		}
		if (poll(ready, 2, 2) > 0)
			receive(channels, setup);
	}
}

static void open_channels(struct channels *channels, const struct run_setup *setup)
{
	channels->out = memfd_create("out", 0);
	channels->err = memfd_create("err", 0);
	channels->reads = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, channels->socket), 0);
	channels->packets = open_memstream(&channels->packet_text, &channels->packet_size);
	assert_non_null(channels->packets);
}

/* Make a terminal, type @keys into it, and return what is to be the child's stdin and stdout. */
static int open_terminal(struct channels *channels, const char *keys)
{
	struct termios mode;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(tcgetattr(slave, &mode), 0);
	cfmakeraw(&mode);
	assert_int_equal(tcsetattr(slave, TCSANOW, &mode), 0);
	fcntl(master, F_SETFL, O_NONBLOCK);
	assert_int_equal(write(master, keys, strlen(keys)), strlen(keys));
	channels->reads = master;
	return slave;
}

/* Make the smallest of pipes, and return what is to be the child's stdout. */
static int open_pipe(struct channels *channels)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1) > 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	channels->reads = ends[0];
	return ends[1];
}

static struct run run(const struct run_setup *setup, const char *name, va_list arguments)
{
	char *argv[MAX_ARGUMENTS + 2] = {NULL};
	struct channels channels;
	unsigned int count = 1;
	int status, written = -1;
	pid_t pid;

	while (count <= MAX_ARGUMENTS && (argv[count] = va_arg(arguments, char *)))
		count++;
	open_channels(&channels, setup);
	if (setup->keys)
		written = open_terminal(&channels, setup->keys);
	else if (setup->slow)
		written = open_pipe(&channels);
	if (setup->tracer)
		prctl(PR_SET_NAME, setup->tracer);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (written >= 0)
			channels.out = written;
		become(setup, name, argv, &channels);
	}
	close(channels.socket[1]);
	status = attend(pid, &channels, setup);
	close(channels.socket[0]);
	if (written >= 0) {
		close(written);
		close(channels.reads);
	}
	fclose(channels.packets);
	return (struct run){
		.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
		.out = even_out(contents(channels.out), setup->raw),
		.err = even_out(contents(channels.err), setup->raw),
		.packets = channels.packet_text,
	};
}

struct run run_tester_with(const struct run_setup *setup, const char *name, ...)
{
	va_list arguments;
	struct run result;

	va_start(arguments, name);
	result = run(setup, name, arguments);
	va_end(arguments);
	return result;
}

struct run run_tester(const char *environment, const char *name, ...)
{
	const struct run_setup setup = {.environment = {environment}};
	va_list arguments;
	struct run result;

	va_start(arguments, name);
	result = run(&setup, name, arguments);
	va_end(arguments);
	return result;
}

void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
	free(run->packets);
}

bool is_emulated(void)
{
	return getenv("IGT_EMULATED") != NULL;
}

static bool is_named(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

int run_tests_but(const struct CMUnitTest *tests, size_t count, const char *const *cannot)
{
	struct CMUnitTest *left = calloc(count, sizeof(*left));
	size_t kept = 0;
	int failed;

	if (!left)
		return 1;
	for (size_t i = 0; i < count; i++) {
		if (is_emulated() && is_named(tests[i].name, cannot))
			fprintf(stderr, "cannot be emulated: %s\n", tests[i].name);
		else
			left[kept++] = tests[i];
	}
	failed = _cmocka_run_group_tests("tests", left, kept, NULL, NULL);
	free(left);
	return failed;
}

void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in \"%s\"", part, text);
}
