// SPDX-License-Identifier: MIT
#include "guest_qemu.h"

#include "guest_arch.h"
#include "guest_gpu.h"
#include "guest_service.h"
#include "guest_tsc.h"

#include <string.h>

/* What every guest's kernel is told. Only warnings reach the serial console, whose output is
 * the largest cost of an emulated boot; on a panic the kernel repeats its whole log there
 * (panic_print bit 5). Oopses do not end a run: they are a verdict on one test.
 * Grace periods of RCU do not wait for ticks: what a test of a tenth of a second undoes, a zram
 * disk or a cgroup, waits for several, which was a third of its time. */
#define KERNEL_COMMAND_LINE                                                                        \
	"loglevel=5 panic=-1 panic_print=0x20 sysrq_always_enabled=1 printk.devkmsg=on "          \
	"rcupdate.rcu_expedited=1 rcutree.jiffies_till_first_fqs=0"

/* QEMU splits options at commas; a doubled one stands for itself. */
static char *escape(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, ",", -1);

	return g_strjoinv(",,", parts);
}

static void add_channels(const struct guest_machine *m, const int theirs[], struct guest_launch *l)
{
	g_autofree char *log = m->console ? escape(m->console) : NULL;

	guest_launch_arg(l, "-chardev");
	guest_launch_arg(l, "socket,id=qmp,fd=%d", theirs[GUEST_CHANNEL_QMP]);
	guest_launch_arg(l, "-mon");
	guest_launch_arg(l, "chardev=qmp,mode=control");

	guest_launch_arg(l, "-chardev");
	guest_launch_arg(l, "socket,id=" GUEST_CONSOLE_CHARDEV ",fd=%d%s%s",
			 theirs[GUEST_CHANNEL_CONSOLE], log ? ",logappend=off,logfile=" : "",
			 log ?: "");
	guest_launch_arg(l, "-serial");
	guest_launch_arg(l, "chardev:" GUEST_CONSOLE_CHARDEV);

	guest_launch_arg(l, "-device");
	guest_launch_arg(l, "virtio-serial-pci");
	guest_launch_arg(l, "-chardev");
	guest_launch_arg(l, "socket,id=control,fd=%d", theirs[GUEST_CHANNEL_CONTROL]);
	guest_launch_arg(l, "-device");
	guest_launch_arg(l, "virtserialport,chardev=control,name=igt.control");
	guest_launch_arg(l, "-chardev");
	guest_launch_arg(l, "socket,id=live,fd=%d", theirs[GUEST_CHANNEL_LIVE]);
	guest_launch_arg(l, "-device");
	guest_launch_arg(l, "virtserialport,chardev=live,name=igt.live");
	guest_launch_arg(l, "-chardev");
	guest_launch_arg(l, "socket,id=service,fd=%d", theirs[GUEST_CHANNEL_SERVICE]);
	guest_launch_arg(l, "-device");
	guest_launch_arg(l, "virtserialport,chardev=service,name=" GUEST_SERVICE_PORT);
}

/* An emulator keeps what it has translated by address. Programs that are somewhere else each time
 * are translated each time, which is half of the work of short tests; and all of that is kept
 * with the page that the code is in. Should the page become another's, QEMU looks through it
 * at each byte that is written, and the processor is stuck for half a minute. */
#define EMULATED_COMMAND_LINE " norandmaps"

static void add_command_line(const struct guest_machine *m, struct guest_launch *l)
{
	const char *const more[] = {m->arch->append, m->gpu->append, m->append};
	g_autoptr(GString) text = g_string_new(KERNEL_COMMAND_LINE);

	g_string_append_printf(text, " console=%s", m->arch->console);
	if (m->arch->has_tsc)
		g_string_append_printf(text, " tsc_early_khz=%u", guest_tsc_khz());
	if (!m->kvm)
		g_string_append(text, EMULATED_COMMAND_LINE);
	for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
		if (more[i])
			g_string_append_printf(text, " %s", more[i]);
	guest_launch_arg(l, "%s", text->str);
}

void guest_qemu_launch(const struct guest_machine *m, const int theirs[_GUEST_CHANNEL_MAX],
		       int picture, struct guest_launch *l)
{
	static const char *const fixed[] = {
		"-nodefaults", "-no-user-config", "-no-reboot",
		/* A panic is reported over QMP, and the kernel still gets to print all of it. */
		"-action", "panic=none", "-device", "pvpanic-pci"};

	guest_launch_arg(l, "%s", m->program);
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		guest_launch_arg(l, "%s", fixed[i]);
	guest_launch_arg(l, "-machine");
	guest_launch_arg(l, "%s", m->arch->machine);
	guest_launch_arg(l, "-accel");
	guest_launch_arg(l, "%s", m->kvm ? "kvm" : "tcg,thread=multi");
	guest_launch_arg(l, "-cpu");
	guest_launch_arg(l, "%s", m->kvm ? "host" : m->arch->cpu);
	guest_launch_arg(l, "-smp");
	guest_launch_arg(l, "%u", m->cpus);
	guest_gpu_arguments(m->gpu, m->mem_bytes, l);
	guest_launch_arg(l, "-kernel");
	guest_launch_arg(l, "%s", m->kernel);
	guest_launch_arg(l, "-initrd");
	guest_launch_arg(l, "/proc/self/fd/%d", m->initrd_fd);
	guest_launch_arg(l, "-append");
	add_command_line(m, l);
	add_channels(m, theirs, l);
	if (m->results) {
		g_autofree char *path = escape(m->results);

		guest_launch_arg(l, "-fsdev");
		guest_launch_arg(l, "local,id=results,security_model=none,multidevs=remap,path=%s",
				 path);
		guest_launch_arg(l, "-device");
		guest_launch_arg(l, "virtio-9p-pci,fsdev=results,mount_tag=results");
	}
	g_array_append_vals(l->inherit, theirs, _GUEST_CHANNEL_MAX);
	g_array_append_val(l->inherit, m->initrd_fd);
	g_array_append_val(l->inherit, picture);
}
