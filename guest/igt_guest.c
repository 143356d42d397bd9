// SPDX-License-Identifier: MIT
/*
 * igt_guest: boots a kernel with a GPU in QEMU or as user-mode Linux, has igt_runner run
 * the suite inside, and brings every verdict out, whatever becomes of the guest.
 */
#include "expectations.h"
#include "guest_elf.h"
#include "guest_expect.h"
#include "guest_gpu.h"
#include "guest_initramfs.h"
#include "guest_kernel.h"
#include "guest_kvm.h"
#include "guest_list.h"
#include "guest_monitor.h"
#include "guest_options.h"
#include "guest_results.h"
#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

/* Everything that one invocation gathers on its way to a guest. */
struct run {
	struct guest_options options;
	struct guest_kernel kernel;
	struct guest_gpu gpu;
	GPtrArray *names;		   /* subtests to run; NULL for a shell */
	struct expectations *expectations; /* NULL without --expect */
	char *suite;
	char *program;	/* QEMU, or the user-mode kernel */
	char *emulator; /* of programs for another machine, or NULL */
	char *sysroot;	/* with --arch for one */
	char *results;
	int initrd_fd;
	int signal_fd;
	int64_t started;
	int64_t initramfs_ms;
	int64_t initramfs_bytes;
	bool kvm;
};

static void run_clear(struct run *s)
{
	guest_options_clear(&s->options);
	guest_kernel_clear(&s->kernel);
	guest_gpu_clear(&s->gpu);
	g_clear_pointer(&s->names, g_ptr_array_unref);
	expectations_free(s->expectations);
	g_free(s->suite);
	g_free(s->program);
	g_free(s->emulator);
	g_free(s->sysroot);
	g_free(s->results);
	guest_close(&s->initrd_fd);
	guest_close(&s->signal_fd);
}

#define _cleanup_run_ __attribute__((cleanup(run_clear)))

/* Stop signals are read from a descriptor by the monitor, and between the steps before it. */
static int block_signals(struct run *s)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	sigaddset(&stop, SIGQUIT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &stop, NULL))
		return -errno;
	s->signal_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? -errno : 0;
}

/* The stop signal that is pending, or 0. */
static int pending_signal(const struct run *s)
{
	struct signalfd_siginfo info;

	return read(s->signal_fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

static int choose_accel(struct run *s, char **ret_why)
{
	g_autofree char *reason = NULL;

	if (s->options.accel == GUEST_ACCEL_TCG || s->emulator)
		return 0;
	s->kvm = guest_kvm_probe(&(struct guest_kvm_probe){0}, &reason);
	if (s->kvm)
		return 0;
	if (s->options.accel == GUEST_ACCEL_KVM)
		return guest_fail(ret_why, ENODEV, "--accel kvm: %s; give --accel tcg", reason);
	fprintf(stderr, "igt_guest: emulating the CPU (TCG, slower): %s\n", reason);
	return 0;
}

/* igt_guest_init as installed, or as it lies in a build directory; that of another machine comes
 * with the suite. */
static char *find_init(const struct run *s)
{
	static const char *const places[] = {"../" IGT_LIBEXECDIR "/igt_guest_init",
					     "init/igt_guest_init"};
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = s->emulator ? g_build_filename(s->suite, "bin", NULL)
					   : g_path_get_dirname(self ?: "");

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_build_filename(dir, places[i], NULL);

		if (!access(path, X_OK))
			return g_steal_pointer(&path);
	}
	return NULL;
}

static int choose_gpu(struct run *s, char **ret_why)
{
	int r = guest_gpu_choose(
		&(struct guest_gpu_wish){
			.kind = s->options.gpu,
			.iommu = s->options.iommu,
			.qemu = s->program,
			.kernel = &s->kernel,
		},
		&s->gpu, ret_why);

	if (s->gpu.caveat && !s->kvm)
		fprintf(stderr, "igt_guest: %s\n", s->gpu.caveat);
	return r;
}

static int pack(struct run *s, char **ret_why)
{
	g_autofree char *there = s->sysroot ? g_build_filename(s->sysroot, "bin/busybox", NULL)
					    : NULL;
	g_autofree char *init = find_init(s), *busybox = guest_spawn_find(there ?: "busybox");
	g_autofree char *tests = s->names ? guest_list_text(s->names) : NULL;
	_cleanup_tree_ char *workdir = NULL;
	int64_t start = guest_now_ms();
	struct stat st;
	int r;

	if (!init)
		return guest_fail(ret_why, ENOENT,
				  "igt_guest_init not found %s: is it installed?",
				  s->emulator ? "in the suite" : "beside igt_guest");
	if (!busybox)
		return guest_fail(ret_why, ENOENT, "busybox not found%s%s: install busybox-static",
				  there ? " at " : "", there ?: "");
	/* The archive lives in memory, where the machine reads it by its descriptor. */
	s->initrd_fd = memfd_create("igt-guest-initramfs", MFD_CLOEXEC);
	workdir = g_dir_make_tmp("igt-guest-XXXXXX", NULL);
	if (s->initrd_fd < 0 || !workdir)
		return guest_fail(ret_why, errno, "no room for the initramfs in memory and %s: %s",
				  g_get_tmp_dir(), strerror(errno));

	r = guest_initramfs_write(
		&(struct guest_initramfs){
			.kernel = &s->kernel,
			.suite = s->suite,
			.sysroot = s->sysroot,
			.init = init,
			.busybox = busybox,
			.tests = tests,
			.workdir = workdir,
			.mali = s->options.mali,
			.gpu = s->options.gpu,
			.iommu = s->options.iommu,
			.per_test_timeout_s = (int)s->options.per_test_timeout,
			.shell = s->options.shell,
		},
		s->initrd_fd, ret_why);
	if (r < 0)
		return r;
	if (fstat(s->initrd_fd, &st))
		return guest_fail(ret_why, errno, "the initramfs is lost: %s", strerror(errno));
	s->initramfs_bytes = st.st_size;
	s->initramfs_ms = guest_now_ms() - start;
	return 0;
}

/* With --arch for another machine: what runs the suite's programs here. */
static int find_emulator(struct run *s, char **ret_why)
{
	const struct guest_arch *arch = s->options.arch;
	g_autofree char *runner = g_build_filename(s->suite, "bin/igt_runner", NULL);
	const char *name;

	if (!guest_arch_is_foreign(arch))
		return 0;
	s->sysroot = g_canonicalize_filename(s->options.sysroot, NULL);
	if (!g_file_test(s->sysroot, G_FILE_TEST_IS_DIR))
		return guest_fail(ret_why, ENOENT, "--sysroot %s: no such folder",
				  s->options.sysroot);
	name = guest_arch_emulator(arch, guest_elf_machine(runner));
	if (!name)
		return guest_fail(ret_why, ENOEXEC,
				  "the suite in %s is not for %s: build it as scripts/cross.sh does",
				  s->options.suite, arch->name);
	s->emulator = guest_spawn_find(name);
	if (!s->emulator)
		return guest_fail(ret_why, ENOENT, "%s not found: install qemu-user", name);
	guest_spawn_emulate(s->emulator, s->sysroot);
	return 0;
}

/* The suite, and what it takes to run its programs here. */
static int find_suite(struct run *s, char **ret_why)
{
	int r;

	s->suite = g_canonicalize_filename(s->options.suite, NULL);
	r = guest_suite_check(s->suite, ret_why);
	return r ?: find_emulator(s, ret_why);
}

/* The subtests that were asked for. */
static int collect(struct run *s, char **ret_why)
{
	const struct guest_options *o = &s->options;
	int r = guest_list_collect(s->suite, (const char *const *)o->tests->pdata, &s->names,
				   ret_why);

	return r || !o->test_list ? r : guest_list_order(o->test_list, s->names, ret_why);
}

/* Everything that can be found wrong before a guest is started, cheapest first; the results
 * folder last, because an earlier run's results go when it is made ready. */
static int prepare(struct run *s, char **ret_why)
{
	const struct guest_options *o = &s->options;
	bool uml = o->machine == GUEST_MACHINE_UML;
	int r = guest_expect_read((const char *const *)o->expect->pdata, &s->expectations, ret_why);

	if (r == 0 && uml)
		r = guest_kernel_find_uml(o->kernel, &s->kernel, ret_why);
	else if (r == 0)
		r = guest_kernel_find(o->kernel, &s->kernel, ret_why);
	if (r == 0 && s->kernel.arch != o->arch)
		r = guest_fail(ret_why, EINVAL, "the kernel %s is for %s: give --arch %s",
			       s->kernel.image, s->kernel.arch->name, s->kernel.arch->name);
	r = r ?: find_suite(s, ret_why);
	if (r < 0)
		return r;
	s->program = uml ? g_strdup(s->kernel.image) : guest_spawn_find(o->qemu);
	if (!s->program)
		return guest_fail(ret_why, ENOENT,
				  "QEMU '%s' not found: install %s, or give --qemu", o->qemu,
				  o->arch->package);
	if (!o->shell) {
		r = collect(s, ret_why);
		r = r ?: guest_expect_leave_out(s->expectations, s->names, stderr, ret_why);
		if (r < 0)
			return r;
	}
	r = uml ? 0 : choose_accel(s, ret_why);
	if (r == 0 && !uml)
		r = choose_gpu(s, ret_why);
	if (r < 0)
		return r;
	r = pack(s, ret_why);
	if (r < 0 || o->shell)
		return r;
	return guest_results_prepare(o->results, &s->results, ret_why);
}

/* The one line about the outcome, and the console's side of it. */
static void tell(const struct run *s, const struct guest_story *story)
{
	g_autofree char *running = s->results ? guest_results_running(s->results) : NULL;
	const GPtrArray *lines = guest_console_excerpt(&story->console);
	bool in_tests = guest_outcome_exit(story->outcome) == GUEST_EXIT_FAILED;

	if (story->outcome == GUEST_FINISHED)
		return;
	fprintf(stderr, "igt_guest: %s%s%s%s%s%s%s%s\n", guest_outcome_text(story->outcome),
		story->detail ? ": " : "", story->detail ?: "", in_tests && running ? ", in " : "",
		in_tests && running ? running : "", s->results ? "; console in " : "",
		s->results ?: "", s->results ? "/" GUEST_RESULTS_CONSOLE : "");
	if (story->outcome == GUEST_INTERRUPTED || story->outcome == GUEST_NO_QEMU ||
	    story->outcome == GUEST_NO_UML || story->outcome == GUEST_NOT_SUCH)
		return;
	for (unsigned int i = 0; lines && i < lines->len; i++)
		fprintf(stderr, "console: %s\n", (const char *)lines->pdata[i]);
}

/* The run's exit code: the worst of outcome, report and missing verdicts. */
static int judge(const struct run *s, const struct guest_story *story,
		 const struct guest_live *live)
{
	enum guest_exit outcome = guest_outcome_exit(story->outcome);
	g_autofree char *why = NULL, *missing = guest_live_missing(live);
	int report;

	if (story->signal)
		return 128 + story->signal;
	if (outcome == GUEST_EXIT_NO_BOOT || outcome == GUEST_EXIT_CANNOT)
		return outcome;

	report = guest_results_report(s->results, s->suite, outcome == GUEST_EXIT_OK,
				      (const char *const *)s->options.expect->pdata, &why);
	if (why)
		fprintf(stderr, "igt_guest: %s\n", why);
	if (missing)
		fprintf(stderr, "igt_guest: %s\n", missing);
	if (story->runner_exit > 0)
		fprintf(stderr, "igt_guest: igt_runner ended with %d\n", story->runner_exit);
	if (outcome != GUEST_EXIT_OK || missing || story->runner_exit > 0)
		return GUEST_EXIT_FAILED;
	return report == 0 || report == GUEST_EXIT_SKIPPED ? report : GUEST_EXIT_FAILED;
}

static int conclude(const struct run *s, const struct guest_story *story,
		    const struct guest_machine *machine, const struct guest_live *live)
{
	const char *const *expect = (const char *const *)s->options.expect->pdata;
	int code, r;

	tell(s, story);
	if (s->options.shell)
		return story->signal ? 128 + story->signal
				     : (int)guest_outcome_exit(story->outcome);

	code = judge(s, story, live);
	r = guest_results_write_record(s->results, &(struct guest_record){
							   .story = story,
							   .machine = machine,
							   .expect = expect,
							   .mali = s->options.mali,
							   .initramfs_bytes = s->initramfs_bytes,
							   .initramfs_ms = s->initramfs_ms,
							   .total_ms = guest_now_ms() - s->started,
							   .expected = live->expected,
							   .verdicts = live->seen,
							   .exit_code = code,
						   });
	if (r < 0) {
		fprintf(stderr, "igt_guest: %s/" GUEST_RESULTS_JSON " cannot be written\n",
			s->results);
		code = code ?: GUEST_EXIT_FAILED;
	}
	printf("results: %s\n", s->results);
	return code;
}

static int run_guest(struct run *s, char **ret_why)
{
	g_autofree char *console =
		s->results ? g_build_filename(s->results, GUEST_RESULTS_CONSOLE, NULL) : NULL;
	const struct guest_machine machine = {
		.kind = s->options.machine,
		.arch = s->options.arch,
		.program = s->program,
		.kernel = s->kernel.image,
		.append = s->options.append,
		.results = s->results,
		.console = console,
		.initrd_fd = s->initrd_fd,
		.mem_bytes = s->options.mem_bytes,
		.cpus = s->options.cpus,
		.kvm = s->kvm,
		.gpu = &s->gpu,
	};
	_cleanup_process_ struct guest_process process = GUEST_PROCESS_NONE;
	_cleanup_story_ struct guest_story story = {0};
	struct guest_live live;
	struct guest_watch watch = {
		.process = &process,
		.signal_fd = s->signal_fd,
		.live = &live,
		.boot_timeout_ms = guest_options_boot(&s->options, s->kvm) * INT64_C(1000),
		.shell = s->options.shell,
	};
	int r = guest_machine_start(&machine, &process, ret_why), code;

	if (r < 0 && !*ret_why)
		return guest_fail(ret_why, -r, "%s cannot be started: %s",
				  guest_machine_name(machine.kind), strerror(-r));
	if (r < 0)
		return r;
	if (!s->options.shell) {
		watch.idle_timeout_ms = guest_options_idle(&s->options) * INT64_C(1000);
		watch.stall_timeout_ms = guest_options_stall(&s->options) * INT64_C(1000);
		watch.total_timeout_ms = s->options.timeout * INT64_C(1000);
	}
	guest_live_init(&live, s->names, stdout, stderr);
	live.expectations = s->expectations;
	r = guest_monitor(&watch, &story);
	code = r < 0 ? guest_fail(ret_why, -r, "the guest cannot be watched: %s", strerror(-r))
		     : conclude(s, &story, &machine, &live);
	guest_live_clear(&live);
	return code;
}

/* The selected names on stdout; no guest is started. */
static int list(struct run *s, char **ret_why)
{
	int r = find_suite(s, ret_why);

	if (r < 0)
		return r;
	r = collect(s, ret_why);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < s->names->len; i++)
		puts(s->names->pdata[i]);
	return fflush(stdout) ? guest_fail(ret_why, errno, "stdout: %s", strerror(errno)) : 0;
}

int main(int argc, char *argv[])
{
	_cleanup_run_ struct run s = {.initrd_fd = -1, .signal_fd = -1, .started = guest_now_ms()};
	g_autofree char *why = NULL;
	int r = guest_options_parse(argc, argv, &s.options, &why), signal_nr;

	if (r == 0 && s.options.help) {
		fputs(guest_options_usage, stdout);
		return GUEST_EXIT_OK;
	}
	if (r == 0)
		r = block_signals(&s);
	if (r == 0)
		r = s.options.list ? list(&s, &why) : prepare(&s, &why);
	if (s.signal_fd >= 0 && (signal_nr = pending_signal(&s)))
		return 128 + signal_nr;
	if (r == 0 && !s.options.list)
		r = run_guest(&s, &why);
	if (r < 0) {
		fprintf(stderr, "igt_guest: %s\n", why ?: strerror(-r));
		return r == -EOPNOTSUPP ? GUEST_EXIT_CANNOT : GUEST_EXIT_SETUP;
	}
	return r;
}
