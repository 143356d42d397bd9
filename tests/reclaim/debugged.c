/* SPDX-License-Identifier: MIT */
/**
 * What others get to see of a process's BOs when reclaim has taken them.
 *
 * A debugger looks pages up, which cannot be done with those of a GPU, and no driver here has
 * another way for it. So all of it may be refused; what is not refused must be true, and none of it
 * may bring back what is gone.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem/gem_bo.h"
#include "igt.h"
#include "igt_cleanup.h"
#include "reclaim/debugged.h"
#include "reclaim/evict.h"
#include "reclaim/igt_memory.h"
#include "reclaim/igt_reclaim.h"
#include "reclaim/igt_undo.h"
#include "reclaim/partner.h"

#define BO_BYTES KiB(256)

/* In memory of the ordinary kind, which can be looked at. */
#define MARK UINT64_C(0x0123456789abcdef)

/* BOs as reclaim leaves them, all mapped, also by children from now on. */
struct taken {
	struct gem_bo *whole, *evicted, *purged;
	volatile uint64_t *mark; /* an ordinary page */
};

static void unmap_at_subtest_end(void *map)
{
	munmap(map, igt_page_size());
}

static struct taken take(struct gem_device *dev)
{
	struct taken taken;
	void *page;

	igt_require_free_memory(3 * BO_BYTES);
	page = mmap(NULL, igt_page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	igt_assert(page != MAP_FAILED);
	igt_on_subtest_end(unmap_at_subtest_end, page);
	taken.mark = page;
	*taken.mark = MARK;
	evict_leftovers(dev);
	taken.purged = gem_bo_filled(dev, BO_BYTES);
	gem_bo_madvise(taken.purged, GEM_DONTNEED);
	taken.evicted = gem_bo_filled(dev, BO_BYTES);
	evict_exactly(dev, 2 * BO_BYTES);
	taken.whole = gem_bo_filled(dev, BO_BYTES);
	return taken;
}

/* As it was before somebody looked, however he did. */
static void assert_still_taken(const struct taken *taken, const char *how)
{
	char claim[128];

	snprintf(claim, sizeof(claim), "%s takes nothing of a BO", how);
	igt_assert_bo_retained(taken->whole, claim);
	snprintf(claim, sizeof(claim), "%s loses nothing of an evicted BO", how);
	igt_assert_bo_retained(taken->evicted, claim);
	snprintf(claim, sizeof(claim), "%s brings nothing of a purged BO back", how);
	igt_assert_bo_purged(taken->purged, claim);
}

/* --- a debugger ----------------------------------------------------------------------------- */

/* How a debugger gets at a word of the process @pid, or at its own for it to be written. */
struct access {
	const char *name;
	int (*read)(pid_t pid, int mem, const void *at, uint64_t *ret_word);
	int (*write)(pid_t pid, int mem, void *at, uint64_t word);
};

static int peek(pid_t pid, int mem, const void *at, uint64_t *ret_word)
{
	uint64_t word = 0;

	for (size_t i = 0; i < sizeof(word) / sizeof(long); i++) {
		long part;

		errno = 0;
		part = ptrace(PTRACE_PEEKDATA, pid, (const long *)at + i, NULL);
		if (errno)
			return -errno;
		memcpy((long *)&word + i, &part, sizeof(part));
	}
	*ret_word = word;
	return 0;
}

static int poke(pid_t pid, int mem, void *at, uint64_t word)
{
	for (size_t i = 0; i < sizeof(word) / sizeof(long); i++) {
		long part;

		memcpy(&part, (const long *)&word + i, sizeof(part));
		if (ptrace(PTRACE_POKEDATA, pid, (long *)at + i, (void *)part) < 0)
			return -errno;
	}
	return 0;
}

static int read_mem(pid_t pid, int mem, const void *at, uint64_t *ret_word)
{
	const ssize_t n = pread(mem, ret_word, sizeof(*ret_word), (off_t)(uintptr_t)at);

	return n == (ssize_t)sizeof(*ret_word) ? 0 : n < 0 ? -errno : -EIO;
}

static int write_mem(pid_t pid, int mem, void *at, uint64_t word)
{
	const ssize_t n = pwrite(mem, &word, sizeof(word), (off_t)(uintptr_t)at);

	return n == (ssize_t)sizeof(word) ? 0 : n < 0 ? -errno : -EIO;
}

static const struct access accesses[] = {
	{"ptrace()", peek, poke},
	{"/proc/PID/mem", read_mem, write_mem},
};

static bool is_refusal(int r)
{
	return r == -EIO || r == -EFAULT;
}

/* @at holds @word, or, if @gone, nothing. */
static void look(const struct access *access, pid_t pid, int mem, const char *what, void *at,
		 uint64_t word, bool gone)
{
	uint64_t found = ~word;
	const int r = access->read(pid, mem, at, &found);
	int w;

	igt_assert_f((r == 0 && !gone && found == word) || is_refusal(r),
		     "reading a BO that %s by %s returns %d, %#" PRIx64 ", expected %s%s\n", what,
		     access->name, r, found, gone ? "" : "what is there, or ", strerror(EIO));
	/* The same, so that it is as it was if that is done. */
	w = access->write(pid, mem, at, word);
	igt_assert_f((w == 0 && !gone) || is_refusal(w),
		     "writing to a BO that %s by %s returns %d, expected %s%s\n", what,
		     access->name, w, gone ? "" : "0, or ", strerror(EIO));
	igt_info("a BO that %s, by %s: %s, %s\n", what, access->name, r ? "not read" : "read",
		 w ? "not written" : "written");
}

static void look_at_all(const struct access *access, pid_t pid, int mem, const struct taken *taken)
{
	uint64_t found = 0;

	igt_assert_f(access->read(pid, mem, (void *)taken->mark, &found) == 0 && found == MARK,
		     "%s of a process that is looked at does not find its memory: %#" PRIx64 "\n",
		     access->name, found);
	look(access, pid, mem, "was evicted", taken->evicted->map,
	     igt_pattern_word(taken->evicted->pattern, 0), /* gone= */ false);
	look(access, pid, mem, "was purged", taken->purged->map,
	     igt_pattern_word(taken->purged->pattern, 0), /* gone= */ true);
	look(access, pid, mem, "is there", taken->whole->map,
	     igt_pattern_word(taken->whole->pattern, 0), /* gone= */ false);
}

static void attach(pid_t pid)
{
	int status;

	errno = 0;
	igt_require_f(ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0, "No process can be debugged: "
		      "%s\n", strerror(errno));
	igt_assert(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0);
	igt_assert(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status));
}

/**
 * CO23: who debugs a process sees of its BOs what is there or nothing, changes nothing by that, and
 * the process goes on with them as before.
 */
void debugged_by_another(struct gem_device *dev)
{
	struct igt_helper_process process = {0};
	const int go = partner_event();
	const struct taken taken = take(dev);
	_cleanup_close_ int mem = -1;
	char path[32];
	int status;

	igt_fork_helper(&process) {
		partner_await(go);
		assert_still_taken(&taken, "to be debugged");
	}
	attach(process.pid);
	snprintf(path, sizeof(path), "/proc/%d/mem", process.pid);
	mem = open(path, O_RDWR | O_CLOEXEC);
	errno = 0;
	igt_require_f(mem >= 0, "%s: %s\n", path, strerror(errno));
	for (unsigned int i = 0; i < ARRAY_SIZE(accesses); i++)
		look_at_all(&accesses[i], process.pid, mem, &taken);
	igt_assert(ptrace(PTRACE_DETACH, process.pid, NULL, NULL) == 0);
	partner_signal(go);
	status = igt_wait_helper(&process);
	errno = 0;
	igt_assert_f(status == 0, "a process that was debugged ends with wait status %#x\n",
		     (unsigned int)status);
	assert_still_taken(&taken, "to debug another who has it");
	close(go);
}

/* --- a core dump ---------------------------------------------------------------------------- */

#define PATTERN "/proc/sys/kernel/core_pattern"
#define CORE "/tmp/igt-reclaim-core"

/* The core, mapped. */
struct core {
	const char *text;
	size_t bytes;
};

static void remove_core(void *data)
{
	unlink(CORE);
}

static struct core map_core(void)
{
	_cleanup_close_ int file = open(CORE, O_RDONLY | O_CLOEXEC);
	struct core core = {0};
	const ElfW(Ehdr) *header;
	off_t end;
	void *map;

	igt_assert_f(file >= 0, "%s: %s\n", CORE, strerror(errno));
	end = lseek(file, 0, SEEK_END);
	igt_assert_f(end > (off_t)sizeof(*header), "%s has %lld bytes\n", CORE, (long long)end);
	core.bytes = (size_t)end;
	map = mmap(NULL, core.bytes, PROT_READ, MAP_PRIVATE, file, 0);
	igt_assert(map != MAP_FAILED);
	core.text = map;
	header = map;
	igt_assert_f(memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_type == ET_CORE &&
			     header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) <= core.bytes,
		     "%s is no core\n", CORE);
	return core;
}

/* What the core has of the memory from @at on, NULL: nothing. */
static const void *in_core(const struct core *core, const volatile void *at, size_t *ret_bytes)
{
	const ElfW(Ehdr) *header = (const void *)core->text;
	const ElfW(Phdr) *segment = (const void *)(core->text + header->e_phoff);
	const uintptr_t address = (uintptr_t)at;

	for (int i = 0; i < header->e_phnum; i++, segment++) {
		const uint64_t offset = address - segment->p_vaddr;

		if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
		    offset >= segment->p_filesz ||
		    segment->p_offset + segment->p_filesz > core->bytes)
			continue;
		*ret_bytes = segment->p_filesz - offset;
		return core->text + segment->p_offset + offset;
	}
	*ret_bytes = 0;
	return NULL;
}

/* If it is dumped at all it is dumped as it is, and what is gone as zeroes at most. */
static void assert_dumped(const struct core *core, const struct gem_bo *bo, bool gone,
			  const char *what)
{
	const uint64_t words = igt_page_size() / sizeof(uint64_t);
	size_t bytes;
	const uint64_t *dumped = in_core(core, bo->map, &bytes);
	const uint64_t pages = bytes / igt_page_size();

	igt_info("of a BO that %s a core dump has %zu KiB\n", what,
		 bytes < bo->bytes ? bytes >> 10 : (size_t)(bo->bytes >> 10));
	for (uint64_t page = 0; page < bo->pages && page < pages; page++) {
		const uint64_t word = dumped[page * words];

		igt_assert_f(word == (gone ? 0 : igt_pattern_word(bo->pattern, page * words)),
			     "page %" PRIu64 " of a BO that %s is dumped as %#" PRIx64 "\n", page,
			     what, word);
	}
}

/* Ends as a program does that has a fault. */
_Noreturn static void dump_core(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	/* All kinds of mappings, for those of a GPU are shared. */
	if (filter < 0 || write(filter, "0xff", 4) != 4 || setrlimit(RLIMIT_CORE, &all) < 0)
		_exit(1);
	signal(SIGQUIT, SIG_DFL);
	raise(SIGQUIT);
	_exit(2);
}

/**
 * CO23: the core of a process with BOs has them as they are or not at all, and to dump it neither
 * brings them back nor loses them.
 */
void debugged_by_core_dump(struct gem_device *dev)
{
	struct igt_helper_process process = {0};
	const struct taken taken = take(dev);
	struct core core;
	const void *mark;
	uint64_t before;
	size_t bytes;
	int status, r;

	r = igt_undo_set_file(PATTERN, CORE);
	errno = 0;
	igt_require_f(r >= 0, "No core is dumped: " PATTERN ": %s (CONFIG_COREDUMP)\n",
		      strerror(-r));
	igt_undo_set_file("/proc/sys/kernel/core_uses_pid", "0");
	igt_on_subtest_end(remove_core, NULL);
	before = igt_reclaimable(dev);
	igt_fork_helper(&process)
		dump_core();
	status = igt_wait_helper(&process);
	igt_require_f(!WIFEXITED(status) || WEXITSTATUS(status) != 1,
		      "A process cannot choose what its core has (CONFIG_ELF_CORE)\n");
	igt_assert_f(WIFSIGNALED(status) && WCOREDUMP(status),
		     "a process that is to dump core ends with wait status %#x\n",
		     (unsigned int)status);
	core = map_core();
	mark = in_core(&core, taken.mark, &bytes);
	igt_assert_f(mark && memcmp(mark, (const void *)taken.mark, sizeof(*taken.mark)) == 0,
		     "a core dump has not the memory of its process\n");
	assert_dumped(&core, taken.evicted, /* gone= */ false, "was evicted");
	assert_dumped(&core, taken.purged, /* gone= */ true, "was purged");
	assert_dumped(&core, taken.whole, /* gone= */ false, "is there");
	munmap((void *)core.text, core.bytes);
	igt_info("a core dump changes what can be reclaimed by %" PRId64 " KiB\n",
		 (int64_t)(igt_reclaimable(dev) - before) / 1024);
	assert_still_taken(&taken, "a core dump");
}
