/* SPDX-License-Identifier: MIT */
/**
 * Runs a fuzz target for a bounded time where there is no libFuzzer: with gcc, under its
 * sanitizers. The target's sources are compiled with -fsanitize-coverage=trace-pc, so an input
 * that reaches new code is kept and mutated further; without that flag it only mutates its corpus.
 *
 *	fuzz_wildmat [--seconds N] [--runs N] [--seed N] FILE|FOLDER...
 *
 * Each file given is run as it is first: an input that once broke something is a corpus file from
 * then on. An input that crashes, or takes longer than 5 seconds, is written to ./crash-TARGET.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX_BYTES 4096
#define MAX_KEPT 8192
#define MAX_SECONDS_PER_INPUT 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *data;
	size_t size;
};

static struct {
	struct input kept[MAX_KEPT];
	unsigned int count;
	uint64_t random;
	unsigned long runs;
	struct input running; /* for whoever looks after a crash */
	const char *crash_file;
} fuzz;

/* Places in the code that were reached, by a hash of their address. */
static uint8_t seen[1 << 16];
static bool found_new;

/* Called by the compiler at each basic block of the target. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	uintptr_t pc = (uintptr_t)__builtin_return_address(0);
	uint8_t *place = &seen[(pc ^ pc >> 16) & (sizeof(seen) - 1)];

	if (!*place)
		found_new = true;
	*place = 1;
}

/* xorshift64*: the same seed gives the same inputs on every machine. */
static uint32_t random_below(uint32_t limit)
{
	fuzz.random ^= fuzz.random >> 12;
	fuzz.random ^= fuzz.random << 25;
	fuzz.random ^= fuzz.random >> 27;
	return (uint32_t)((fuzz.random * 0x2545f4914f6cdd1dull >> 32) % limit);
}

/* Also called while the process dies: system calls only. */
static void save_running_input(void)
{
	static const char text[] = "the input is in ";
	int fd = open(fuzz.crash_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, fuzz.running.data, fuzz.running.size) < 0)
		return;
	close(fd);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0 &&
	    write(STDERR_FILENO, fuzz.crash_file, strlen(fuzz.crash_file)) > 0 &&
	    write(STDERR_FILENO, "\n", 1) > 0)
		return;
}

/* Weak: there only under a sanitizer, whose reports end the process without a signal. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void on_signal(int sig)
{
	static const char slow[] = "an input takes longer than 5 seconds\n";

	if (sig == SIGALRM && write(STDERR_FILENO, slow, sizeof(slow) - 1) < 0)
		_exit(1);
	save_running_input();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void watch_for_death(void)
{
	static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

	signal(SIGALRM, on_signal);
	if (&__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(save_running_input);
		return;
	}
	for (unsigned int i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		signal(deadly[i], on_signal);
}

static void keep(const uint8_t *data, size_t size)
{
	struct input *to = &fuzz.kept[fuzz.count < MAX_KEPT ? fuzz.count : random_below(MAX_KEPT)];

	if (fuzz.count < MAX_KEPT)
		fuzz.count++;
	else
		free(to->data);
	*to = (struct input){.data = malloc(size ? size : 1), .size = size};
	if (!to->data)
		abort();
	memcpy(to->data, data, size);
}

/* @data is copied to the end of its own allocation, where a sanitizer sees any overread. */
static void run_input(const uint8_t *data, size_t size, bool always_keep)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, data, size);
	fuzz.running = (struct input){.data = exact, .size = size};
	found_new = always_keep;
	alarm(MAX_SECONDS_PER_INPUT);
	LLVMFuzzerTestOneInput(exact, size);
	alarm(0);
	fuzz.runs++;
	if (found_new)
		keep(data, size);
	free(exact);
}

/* Replace @cut bytes at @at by @count bytes of @from, as far as there is room. */
static size_t replace(uint8_t *data, size_t size, size_t at, size_t cut, const uint8_t *from,
		      size_t count)
{
	if (cut > size - at)
		cut = size - at;
	if (count > INPUT_MAX_BYTES - (size - cut))
		count = INPUT_MAX_BYTES - (size - cut);
	memmove(data + at + count, data + at + cut, size - at - cut);
	memcpy(data + at, from, count);
	return size - cut + count;
}

static size_t mutate_once(uint8_t *data, size_t size)
{
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '\n', '"', '\\', '-'};
	const struct input *other = &fuzz.kept[random_below(fuzz.count)];
	const size_t at = random_below((uint32_t)size + 1);
	uint8_t one = random_below(2) ? edges[random_below(sizeof(edges))]
				      : (uint8_t)random_below(256);
	uint8_t block[INPUT_MAX_BYTES];
	size_t from, count;

	switch (random_below(6)) {
	case 0: /* flip a bit */
		if (at < size)
			data[at] ^= (uint8_t)(1u << random_below(8));
		return size;
	case 1: /* change a byte */
		return at < size ? replace(data, size, at, 1, &one, 1) : size;
	case 2: /* insert a byte, up to 64 times */
		count = random_below(8) ? 1 : 1 + random_below(64);
		memset(block, one, count);
		return replace(data, size, at, 0, block, count);
	case 3: /* cut a stretch out */
		return replace(data, size, at, 1 + random_below(16), block, 0);
	case 4: /* double a stretch of itself */
		count = random_below((uint32_t)(size - at) + 1);
		memcpy(block, data + at, count);
		return replace(data, size, random_below((uint32_t)size + 1), 0, block, count);
	default: /* a stretch of another input instead */
		from = random_below((uint32_t)other->size + 1);
		count = random_below((uint32_t)(other->size - from) + 1);
		return replace(data, size, at, random_below((uint32_t)count + 1),
			       other->data + from, count);
	}
}

static void run_mutant(void)
{
	const struct input *parent = &fuzz.kept[random_below(fuzz.count)];
	uint8_t data[INPUT_MAX_BYTES];
	size_t size = parent->size;

	memcpy(data, parent->data, size);
	for (uint32_t times = 1 + random_below(6); times > 0; times--)
		size = mutate_once(data, size);
	run_input(data, size, false);
}

static void run_file(const char *path)
{
	uint8_t data[INPUT_MAX_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (size < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	close(fd);
	run_input(data, (size_t)size, true);
}

static void run_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);

	if (count < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	for (int i = 0; i < count; i++) {
		char *file;

		if (entries[i]->d_name[0] != '.') {
			if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
				abort();
			run_file(file);
			free(file);
		}
		free(entries[i]);
	}
	free(entries);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The value of an option: a number and nothing else. */
static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end) {
		fprintf(stderr, "'%s' is not a number\n", text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 't'},
		{"runs", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	const char *limit = getenv("IGT_FUZZ_SECONDS");
	unsigned long seconds = limit ? number(limit) : 5, runs = 0, seed = 1;
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	char crash_file[256];
	double end;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 't':
			seconds = number(optarg);
			break;
		case 'n':
			runs = number(optarg);
			break;
		case 's':
			seed = number(optarg);
			break;
		default:
			return 2;
		}
	snprintf(crash_file, sizeof(crash_file), "crash-%s", name);
	fuzz.crash_file = crash_file;
	fuzz.random = seed * 0x9e3779b97f4a7c15ull + 1;
	watch_for_death();

	for (int i = optind; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			run_folder(argv[i]);
		else
			run_file(argv[i]);
	}
	if (fuzz.count == 0)
		run_input((const uint8_t *)"", 0, true);
	end = now() + (double)seconds;
	while (runs ? fuzz.runs < runs : now() < end)
		run_mutant();

	printf("%s: %lu inputs, %u kept, seed %lu\n", name, fuzz.runs, fuzz.count, seed);
	for (unsigned int i = 0; i < fuzz.count; i++)
		free(fuzz.kept[i].data);
	return 0;
}
