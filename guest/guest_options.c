// SPDX-License-Identifier: MIT
#include "guest_options.h"

#include "guest_util.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#define MIN_MEM_BYTES (UINT64_C(256) << 20)
#define MAX_SECONDS 604800
#define MAX_CPUS 255
#define BOOT_TIMEOUT_TCG 60
#define BOOT_TIMEOUT_KVM 30
#define BOOT_TIMEOUT_FOREIGN 240 /* a distribution's kernel, which has all that there is */
#define IDLE_TIMEOUT 120
#define IDLE_MARGIN 30 /* how much longer than one test a guest may be silent */

const char guest_options_usage[] =
	"Usage: igt_guest run --kernel PATH --suite PREFIX --results DIR [OPTION]...\n"
	"       igt_guest shell --kernel PATH --suite PREFIX [OPTION]...\n"
	"       igt_guest list --suite PREFIX [--tests REGEX]...\n"
	"\n"
	"Runs the suite in a guest with a GPU, or opens a shell in such a guest, or prints the\n"
	"names of the subtests that would run.\n"
	"\n"
	"  --kernel PATH         bzImage (arm64: Image), or a directory with it or boot/vmlinuz-*;\n"
	"                        modules in lib/modules there or beside the image\n"
	"  --machine qemu|uml    what the guest runs on (default: qemu). uml is a user-mode "
	"kernel,\n"
	"                        a program, or a directory with one that is called linux: one\n"
	"                        CPU and no virtio-gpu, and a guest is up in half a second\n"
	"  --arch amd64|arm64    what kernel and suite are for (default: this machine's). For "
	"the\n"
	"                        other QEMU emulates the machine, and qemu-user what the suite's\n"
	"                        programs do here\n"
	"  --sysroot DIR         with --arch for another machine: a file system of it with what\n"
	"                        the suite needs, and busybox\n"
	"  --suite PREFIX        where the suite is installed\n"
	"  --results DIR         where results go; made if missing\n"
	"  --tests REGEX         only subtests in whose binary@subtest REGEX is found;\n"
	"                        repeatable, any match counts (default: all)\n"
	"  --test-list FILE      only the subtests in FILE, one binary@subtest a line, in that\n"
	"                        order; # begins a comment\n"
	"  --expect FILE         what is known to fail (NAME-fails.txt), to be unsteady\n"
	"                        (NAME-flakes.txt) or not to be run (NAME-skips.txt);\n"
	"                        repeatable, a later file overrides an earlier one\n"
	"  --expect-for DIR/A-B-C\n"
	"                        the files of DIR for A, over them those for A-B, and A-B-C\n"
	"  --require REGEX       tests that must not skip; repeatable\n"
	"  --gpu none|2d|virgl|blob\n"
	"                        the virtio-gpu (default: 2d, whose host renders nothing). "
	"virgl:\n"
	"                        the host renders with OpenGL, on a render node if it has one\n"
	"                        that works, else in software; blob: also with memory shared by\n"
	"                        host and guest\n"
	"  --iommu               put that GPU behind an IOMMU\n"
	"  --mali none|t860|g52  a software Mali for panfrost beside it (default: none)\n"
	"  --accel auto|kvm|tcg  accelerator (default: auto, KVM if a guest really runs on it)\n"
	"  --mem SIZE            guest memory, with suffix M or G (default: 1G)\n"
	"  --cpus N              virtual CPUs (default: 2)\n"
	"  --boot-timeout S      until the guest's init reports (default: 60, KVM 30,\n"
	"                        another machine 240)\n"
	"  --timeout S           for the whole guest (default: 1200)\n"
	"  --idle-timeout S      without output on any channel (default: 120, and at least\n"
	"                        30 more than --per-test-timeout); or, after that for one\n"
	"                        subtest, with output of nobody but the kernel (default: 120)\n"
	"  --per-test-timeout S  for one subtest (default: 120)\n"
	"  --append TEXT         more kernel command line\n"
	"  --qemu BIN            QEMU to use (default: qemu-system-x86_64, or as --arch says)\n"
	"  --help                this text\n"
	"\n"
	"Exit code: 0 all fine or as expected, 1 something failed, was lost, or passed though\n"
	"expected to fail, 2 wrong usage or something missing, 3 the guest never came up, 4 this\n"
	"host or kernel has not what --gpu or --iommu takes, 77 nothing verified, 128+N ended by\n"
	"signal N.\n";

enum {
	OPT_KERNEL = 256,
	OPT_SUITE,
	OPT_RESULTS,
	OPT_TESTS,
	OPT_TEST_LIST,
	OPT_EXPECT,
	OPT_EXPECT_FOR,
	OPT_REQUIRE,
	OPT_GPU,
	OPT_ACCEL,
	OPT_MEM,
	OPT_CPUS,
	OPT_BOOT_TIMEOUT,
	OPT_TIMEOUT,
	OPT_IDLE_TIMEOUT,
	OPT_PER_TEST_TIMEOUT,
	OPT_APPEND,
	OPT_QEMU,
	OPT_IOMMU,
	OPT_MALI,
	OPT_MACHINE,
	OPT_ARCH,
	OPT_SYSROOT,
	OPT_HELP
};

static const struct option long_options[] = {
	{"kernel", required_argument, NULL, OPT_KERNEL},
	{"suite", required_argument, NULL, OPT_SUITE},
	{"results", required_argument, NULL, OPT_RESULTS},
	{"tests", required_argument, NULL, OPT_TESTS},
	{"test-list", required_argument, NULL, OPT_TEST_LIST},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"expect-for", required_argument, NULL, OPT_EXPECT_FOR},
	{"require", required_argument, NULL, OPT_REQUIRE},
	{"gpu", required_argument, NULL, OPT_GPU},
	{"accel", required_argument, NULL, OPT_ACCEL},
	{"mem", required_argument, NULL, OPT_MEM},
	{"cpus", required_argument, NULL, OPT_CPUS},
	{"boot-timeout", required_argument, NULL, OPT_BOOT_TIMEOUT},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"idle-timeout", required_argument, NULL, OPT_IDLE_TIMEOUT},
	{"per-test-timeout", required_argument, NULL, OPT_PER_TEST_TIMEOUT},
	{"append", required_argument, NULL, OPT_APPEND},
	{"qemu", required_argument, NULL, OPT_QEMU},
	{"iommu", no_argument, NULL, OPT_IOMMU},
	{"mali", required_argument, NULL, OPT_MALI},
	{"machine", required_argument, NULL, OPT_MACHINE},
	{"arch", required_argument, NULL, OPT_ARCH},
	{"sysroot", required_argument, NULL, OPT_SYSROOT},
	{"help", no_argument, NULL, OPT_HELP},
	{},
};

static int parse_number(const char *name, const char *text, guint64 max, unsigned int *ret,
			char **ret_why)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, 10, 1, max, &value, NULL))
		return guest_fail(ret_why, EINVAL,
				  "--%s '%s': give a whole number from 1 to %" PRIu64, name, text,
				  (uint64_t)max);
	*ret = (unsigned int)value;
	return 0;
}

static int parse_mem(const char *text, uint64_t *ret, char **ret_why)
{
	char *end = NULL;
	guint64 value = g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;
	unsigned int shift = 0;

	if (end && (*end == 'M' || *end == 'm'))
		shift = 20;
	else if (end && (*end == 'G' || *end == 'g'))
		shift = 30;
	if (!shift || end[1] || value > (UINT64_MAX >> shift) || value << shift < MIN_MEM_BYTES)
		return guest_fail(ret_why, EINVAL,
				  "--mem '%s': give at least 256M, such as 512M or 2G", text);
	*ret = value << shift;
	return 0;
}

static int parse_accel(const char *text, enum guest_accel *ret, char **ret_why)
{
	static const char *const names[] = {"auto", "kvm", "tcg"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!strcmp(text, names[i])) {
			*ret = (enum guest_accel)i;
			return 0;
		}
	}
	return guest_fail(ret_why, EINVAL, "--accel '%s': give auto, kvm or tcg", text);
}

static int parse_machine(const char *text, enum guest_machine_kind *ret, char **ret_why)
{
	if (!strcmp(text, "qemu"))
		*ret = GUEST_MACHINE_QEMU;
	else if (!strcmp(text, "uml"))
		*ret = GUEST_MACHINE_UML;
	else
		return guest_fail(ret_why, EINVAL, "--machine '%s': give qemu or uml", text);
	return 0;
}

static int parse_arch(const char *text, const struct guest_arch **ret, char **ret_why)
{
	const struct guest_arch *arch = guest_arch_by_name(text);

	if (!arch)
		return guest_fail(ret_why, EINVAL, "--arch '%s': give amd64 or arm64", text);
	*ret = arch;
	return 0;
}

static int parse_mali(const char *text, const char **ret, char **ret_why)
{
	static const char *const names[] = {"none", "t860", "g52", NULL};

	if (!g_strv_contains(names, text))
		return guest_fail(ret_why, EINVAL, "--mali '%s': give none, t860 or g52", text);
	*ret = text;
	return 0;
}

static int parse_gpu(const char *text, enum guest_gpu_kind *ret, char **ret_why)
{
	enum guest_gpu_kind kind = guest_gpu_by_name(text);

	if (kind == _GUEST_GPU_MAX)
		return guest_fail(ret_why, EINVAL, "--gpu '%s': give none, 2d, virgl or blob",
				  text);
	*ret = kind;
	return 0;
}

static void add_expectation(struct guest_options *o, const char *option, const char *value)
{
	g_ptr_array_add(o->expect, (char *)option);
	g_ptr_array_add(o->expect, (char *)value);
}

static int take(struct guest_options *o, int opt, const char *text, char **ret_why)
{
	switch (opt) {
	case OPT_KERNEL:
		o->kernel = text;
		return 0;
	case OPT_SUITE:
		o->suite = text;
		return 0;
	case OPT_SYSROOT:
		o->sysroot = text;
		return 0;
	case OPT_ARCH:
		return parse_arch(text, &o->arch, ret_why);
	case OPT_RESULTS:
		o->results = text;
		return 0;
	case OPT_TESTS:
		g_ptr_array_add(o->tests, (char *)text);
		return 0;
	case OPT_TEST_LIST:
		o->test_list = text;
		return 0;
	case OPT_EXPECT:
		add_expectation(o, "--expect", text);
		return 0;
	case OPT_EXPECT_FOR:
		add_expectation(o, "--expect-for", text);
		return 0;
	case OPT_REQUIRE:
		add_expectation(o, "--require", text);
		return 0;
	case OPT_APPEND:
		o->append = text;
		return 0;
	case OPT_QEMU:
		o->qemu = text;
		return 0;
	case OPT_ACCEL:
		return parse_accel(text, &o->accel, ret_why);
	case OPT_MACHINE:
		return parse_machine(text, &o->machine, ret_why);
	case OPT_MALI:
		return parse_mali(text, &o->mali, ret_why);
	case OPT_MEM:
		return parse_mem(text, &o->mem_bytes, ret_why);
	case OPT_CPUS:
		return parse_number("cpus", text, MAX_CPUS, &o->cpus, ret_why);
	case OPT_BOOT_TIMEOUT:
		return parse_number("boot-timeout", text, MAX_SECONDS, &o->boot_timeout, ret_why);
	case OPT_TIMEOUT:
		return parse_number("timeout", text, MAX_SECONDS, &o->timeout, ret_why);
	case OPT_IDLE_TIMEOUT:
		return parse_number("idle-timeout", text, MAX_SECONDS, &o->idle_timeout, ret_why);
	case OPT_PER_TEST_TIMEOUT:
		return parse_number("per-test-timeout", text, MAX_SECONDS, &o->per_test_timeout,
				    ret_why);
	case OPT_GPU:
		return parse_gpu(text, &o->gpu, ret_why);
	case OPT_IOMMU:
		o->iommu = true;
		return 0;
	default:
		o->help = true;
		return 0;
	}
}

/* A machine that is emulated, and programs for it. */
static int check_foreign(const struct guest_options *o, char **ret_why)
{
	const char *arch = o->arch->name;

	if (o->machine == GUEST_MACHINE_UML)
		return guest_fail(ret_why, EINVAL,
				  "--arch %s: user-mode Linux is for this machine only, leave it out",
				  arch);
	if (!o->sysroot)
		return guest_fail(ret_why, EINVAL,
				  "--arch %s needs --sysroot DIR, with the libraries of the suite: "
				  "see igt_guest --help",
				  arch);
	if (o->accel == GUEST_ACCEL_KVM)
		return guest_fail(ret_why, EINVAL,
				  "--arch %s: KVM is for this machine only, leave --accel out", arch);
	if (o->gpu > GUEST_GPU_2D || o->iommu)
		return guest_fail(ret_why, EINVAL,
				  "--arch %s: such a guest has --gpu 2d or none, and no --iommu",
				  arch);
	return 0;
}

/* Options that must be there, and those that make no sense here. */
static int check_together(const struct guest_options *o, char **ret_why)
{
	const char *command = o->shell ? "shell" : o->list ? "list" : "run";

	if (!o->kernel && !o->list)
		return guest_fail(ret_why, EINVAL, "%s needs --kernel PATH: see igt_guest --help",
				  command);
	if (!o->suite)
		return guest_fail(ret_why, EINVAL, "%s needs --suite PREFIX: see igt_guest --help",
				  command);
	if (o->list && (o->kernel || o->results || o->expect->len > 1))
		return guest_fail(ret_why, EINVAL,
				  "list takes only --suite, --tests and --test-list: nothing is run");
	if (o->test_list && o->tests->len > 1)
		return guest_fail(ret_why, EINVAL, "--tests and --test-list: give one of them");
	if (!o->shell && !o->list && !o->results)
		return guest_fail(ret_why, EINVAL, "run needs --results DIR: see igt_guest --help");
	if (o->machine == GUEST_MACHINE_UML && (o->qemu || o->accel != GUEST_ACCEL_AUTO))
		return guest_fail(ret_why, EINVAL,
				  "--qemu and --accel are for --machine qemu: leave them out");
	if (o->machine == GUEST_MACHINE_UML && (o->gpu > GUEST_GPU_2D || o->iommu))
		return guest_fail(ret_why, EINVAL,
				  "--gpu %s%s: user-mode Linux has no virtio-gpu, leave it out",
				  guest_gpu_name(o->gpu), o->iommu ? " --iommu" : "");
	if (o->gpu == GUEST_GPU_NONE && o->iommu)
		return guest_fail(ret_why, EINVAL, "--iommu is for a virtio-gpu: --gpu is none");
	if (o->machine == GUEST_MACHINE_UML && o->cpus > 1)
		return guest_fail(ret_why, EINVAL,
				  "--cpus %u: user-mode Linux has one processor, leave it out",
				  o->cpus);
	if (o->shell && (o->results || o->tests->len > 1 || o->test_list || o->expect->len > 1))
		return guest_fail(ret_why, EINVAL,
				  "shell takes neither --results nor --tests, --test-list, "
				  "--expect or --require: nothing is recorded");
	return 0;
}

static int parse_all(int argc, char *argv[], struct guest_options *o, char **ret_why)
{
	int opt, r;

	opterr = 0;
	optind = 1;
	while ((opt = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (opt == '?')
			return guest_fail(ret_why, EINVAL,
					  "unknown option %s: see igt_guest --help",
					  argv[optind - 1]);
		if (opt == ':')
			return guest_fail(ret_why, EINVAL,
					  "option %s needs a value: see igt_guest --help",
					  argv[optind - 1]);
		r = take(o, opt, optarg, ret_why);
		if (r < 0)
			return r;
	}
	if (optind < argc)
		return guest_fail(ret_why, EINVAL, "unexpected argument '%s': see igt_guest --help",
				  argv[optind]);
	g_ptr_array_add(o->tests, NULL);
	g_ptr_array_add(o->expect, NULL);
	if (o->help)
		return 0;
	r = check_together(o, ret_why);
	return r || !guest_arch_is_foreign(o->arch) ? r : check_foreign(o, ret_why);
}

int guest_options_parse(int argc, char *argv[], struct guest_options *ret, char **ret_why)
{
	_cleanup_options_ struct guest_options o = {
		.arch = guest_arch_host(),
		.gpu = GUEST_GPU_2D,
		.mali = "none",
		.mem_bytes = UINT64_C(1) << 30,
		.timeout = 1200,
		.per_test_timeout = 120,
	};
	const char *command = argc > 1 ? argv[1] : "";
	int r;

	o.help = !strcmp(command, "--help") || !strcmp(command, "help");
	o.shell = !strcmp(command, "shell");
	o.list = !strcmp(command, "list");
	if (!o.help && !o.shell && !o.list && strcmp(command, "run"))
		return guest_fail(ret_why, EINVAL,
				  "%s%s%s: give run, shell or list, see igt_guest --help",
				  *command ? "unknown command '" : "no command", command,
				  *command ? "'" : "");

	o.tests = g_ptr_array_new();
	o.expect = g_ptr_array_new();
	/* getopt skips argv[0], which is the command here. */
	r = o.help ? 0 : parse_all(argc - 1, argv + 1, &o, ret_why);
	if (r < 0)
		return r;
	o.qemu = o.qemu ?: o.arch->qemu;
	o.cpus = o.cpus ?: o.machine == GUEST_MACHINE_UML ? 1 : 2;
	*ret = o;
	o.tests = NULL;
	o.expect = NULL;
	return 0;
}

void guest_options_clear(struct guest_options *options)
{
	g_clear_pointer(&options->tests, g_ptr_array_unref);
	g_clear_pointer(&options->expect, g_ptr_array_unref);
}

unsigned int guest_options_idle(const struct guest_options *options)
{
	return options->idle_timeout ?: MAX(IDLE_TIMEOUT, options->per_test_timeout + IDLE_MARGIN);
}

unsigned int guest_options_stall(const struct guest_options *options)
{
	return options->per_test_timeout + (options->idle_timeout ?: IDLE_TIMEOUT);
}

unsigned int guest_options_boot(const struct guest_options *options, bool kvm)
{
	if (options->boot_timeout)
		return options->boot_timeout;
	if (guest_arch_is_foreign(options->arch))
		return BOOT_TIMEOUT_FOREIGN;
	return kvm ? BOOT_TIMEOUT_KVM : BOOT_TIMEOUT_TCG;
}
