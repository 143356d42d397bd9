// SPDX-License-Identifier: MIT
#include "guest_arch.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

/* A host that is busy stops the guest for a while: the watchdog of the TSC would complain of
 * that, and the check of the timer at boot would take the timer for broken and panic. With five
 * levels of page tables KASAN of 6.12 reports an interrupt that comes while the kernel makes out
 * what the boot CPU can do, and for a moment takes it for one with four. Pointer authentication
 * with QARMA5 costs an emulated CPU half of its speed; so do, where memory is filled or copied,
 * string instructions byte by byte, which are what a CPU with ERMS is said to be best at. */
static const struct guest_arch arches[] = {
	{
		.name = "amd64",
		.qemu = "qemu-system-x86_64",
		.package = "qemu-system-x86",
		.machine = "q35",
		.cpu = "max,-erms",
		.console = "ttyS0",
		.append = "tsc=nowatchdog no_timer_check no5lvl",
		.has_tsc = true,
		.programs = {{EM_X86_64, "qemu-x86_64"}, {EM_386, "qemu-i386"}},
		.image = "bzImage",
	},
	{
		.name = "arm64",
		.qemu = "qemu-system-aarch64",
		.package = "qemu-system-arm",
		.machine = "virt",
		.cpu = "max,pauth-impdef=on",
		.console = "ttyAMA0",
		.append = "",
		.programs = {{EM_AARCH64, "qemu-aarch64"}, {EM_ARM, "qemu-arm"}},
		.image = "Image",
	},
};

const struct guest_arch *guest_arch_by_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(arches); i++)
		if (!strcmp(name, arches[i].name))
			return &arches[i];
	return NULL;
}

/* Documentation/arch/x86/boot.rst and Documentation/arch/arm64/booting.rst */
const struct guest_arch *guest_arch_of_image(int fd)
{
	static const struct {
		const char *name, *magic;
		off_t at;
	} marks[] = {{"amd64", "HdrS", 0x202}, {"arm64", "ARM\x64", 0x38}};
	char head[4];

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (pread(fd, head, sizeof(head), marks[i].at) == sizeof(head) &&
		    !memcmp(head, marks[i].magic, sizeof(head)))
			return guest_arch_by_name(marks[i].name);
	return NULL;
}

const struct guest_arch *guest_arch_host(void)
{
	const struct guest_arch *arch = guest_arch_by_name(GUEST_HOST_ARCH);

	return arch ?: &arches[0];
}

bool guest_arch_is_foreign(const struct guest_arch *arch)
{
	return arch != guest_arch_host();
}

const char *guest_arch_emulator(const struct guest_arch *arch, int machine)
{
	for (size_t i = 0; i < G_N_ELEMENTS(arch->programs); i++)
		if (arch->programs[i].machine == machine)
			return arch->programs[i].emulator;
	return NULL;
}
