// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: what a board and its device tree would provide, and the threads
 * that give the model's slots their time.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "host.h"

#include <linux/clk-provider.h>
#include <linux/clkdev.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/ratelimit.h>
#include <linux/regulator/machine.h>
#include <linux/vmalloc.h>

#include "redirect.h"

#define DEVICE_NAME "mali-model"

static char *gpu = "t860";
module_param(gpu, charp, 0444);
MODULE_PARM_DESC(gpu, "the GPU to be: t860 or g52");

static bool strict = true;
module_param(strict, bool, 0444);
MODULE_PARM_DESC(strict, "warn of register writes that no driver should make");

static bool tlb = true;
module_param(tlb, bool, 0444);
MODULE_PARM_DESC(tlb, "cache translations until the driver flushes them");

static struct mali_host *the_host;
static struct platform_device *the_device;

unsigned long mali_lock(struct mali_host *host)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	return flags;
}

static void print_report(const struct mali_host *host, const struct mali_report *report)
{
	switch (report->event) {
	case MALI_EVENT_FREED:
		pr_err_ratelimited("GPU %s freed memory: AS %u VA 0x%llx PA 0x%llx\n",
				   report->write ? "write to" : "read of", report->as, report->va,
				   report->pa);
		break;
	case MALI_EVENT_UNKNOWN_WRITE:
		if (host->strict)
			pr_warn_ratelimited("write of 0x%x to unknown register 0x%04x\n",
					    report->value, report->offset);
		break;
	case MALI_EVENT_BAD_WRITE:
		if (host->strict)
			pr_warn_ratelimited("write of 0x%x to register 0x%04x: %s\n",
					    report->value, report->offset, report->why);
		break;
	}
}

void mali_unlock(struct mali_host *host, unsigned long flags)
{
	struct mali_report report[MALI_PENDING_REPORTS];
	unsigned int reports = host->reports;

	memcpy(report, host->report, reports * sizeof(report[0]));
	host->reports = 0;
	raw_spin_unlock_irqrestore(&host->lock, flags);
	for (unsigned int i = 0; i < reports; i++)
		print_report(host, &report[i]);
}

static void add_report(void *data, const struct mali_report *report)
{
	struct mali_host *host = data;

	if (host->reports < MALI_PENDING_REPORTS)
		host->report[host->reports++] = *report;
}

u32 mali_register_read(struct mali_host *host, u32 offset)
{
	unsigned long flags = mali_lock(host);
	u32 value = mali_gpu_read(&host->gpu, offset);

	mali_unlock(host, flags);
	return value;
}

void mali_register_write(struct mali_host *host, u32 offset, u32 value)
{
	unsigned long flags = mali_lock(host);

	mali_gpu_write(&host->gpu, offset, value);
	mali_unlock(host, flags);
}

/*
 * panfrost's accessors, through redirect.h. The window is an address that
 * nothing is mapped at: an access that is not redirected shall be noticed.
 */
#define WINDOW ((void __iomem *)POISON_POINTER_DELTA)

u32 mali_model_readl(const volatile void __iomem *addr)
{
	return mali_register_read(the_host, addr - WINDOW);
}
EXPORT_SYMBOL_GPL(mali_model_readl);

void mali_model_writel(u32 value, volatile void __iomem *addr)
{
	mali_register_write(the_host, addr - WINDOW, value);
}
EXPORT_SYMBOL_GPL(mali_model_writel);

void __iomem *mali_model_ioremap(struct platform_device *pdev, unsigned int index)
{
	if (strcmp(pdev->name, DEVICE_NAME))
		return IOMEM_ERR_PTR(-ENODEV);
	return WINDOW;
}
EXPORT_SYMBOL_GPL(mali_model_ioremap);

static u64 now_ns(void *host)
{
	return ktime_get_ns();
}

static void kick(void *data, unsigned int slot)
{
	struct mali_host *host = data;

	wake_up_process(host->slot[slot].task);
}

static const struct mali_host_ops ops = {
	.now_ns = now_ns,
	.read = mali_memory_read,
	.write = mali_memory_write,
	.owner = mali_memory_owner,
	.line = mali_irq_line,
	.kick = kick,
	.report = add_report,
};

static int slot_thread(void *data)
{
	const struct mali_slot_thread *self = data;
	struct mali_host *host = self->host;
	enum mali_step step;
	unsigned long flags;
	ktime_t until;
	u64 until_ns;

	for (;;) {
		/* Before the step, so that a kick after it is not lost. */
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		flags = mali_lock(host);
		step = mali_slot_step(&host->gpu, self->slot, &until_ns);
		mali_unlock(host, flags);
		if (step == MALI_STEP_AGAIN) {
			__set_current_state(TASK_RUNNING);
			cond_resched();
		} else if (until_ns) {
			until = ns_to_ktime(until_ns);
			schedule_hrtimeout_range(&until, 0, HRTIMER_MODE_ABS);
		} else {
			schedule();
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void stop_slots(struct mali_host *host)
{
	for (int slot = 0; slot < MALI_SLOTS; slot++)
		if (host->slot[slot].task)
			kthread_stop(host->slot[slot].task);
}

static int start_slots(struct mali_host *host)
{
	for (int slot = 0; slot < MALI_SLOTS; slot++) {
		struct mali_slot_thread *thread = &host->slot[slot];
		struct task_struct *task;

		thread->host = host;
		thread->slot = slot;
		task = kthread_run(slot_thread, thread, "mali-js%d", slot);
		if (IS_ERR(task)) {
			stop_slots(host);
			return PTR_ERR(task);
		}
		thread->task = task;
	}
	return 0;
}

/*
 * The device-tree node: a static one is enough, no tree is needed around it.
 * The kobject is what of_node_init() would make, which modules cannot call; it
 * hangs below the module so that the device's link to it leads somewhere.
 */
static struct property compatible = {.name = "compatible"};
static struct property dma_coherent = {.name = "dma-coherent"};
static struct device_node node = {
	.name = "gpu",
	.full_name = "gpu",
	.properties = &compatible,
};

#ifdef CONFIG_OF_KOBJ
static void node_release(struct kobject *kobj)
{
	/* It is static. */
}

static const struct kobj_type node_ktype = {.release = node_release};

static int node_init(void)
{
	fwnode_init(&node.fwnode, &of_fwnode_ops);
	return kobject_init_and_add(&node.kobj, &node_ktype, &THIS_MODULE->mkobj.kobj, "of_node");
}

static void node_exit(void)
{
	kobject_del(&node.kobj);
	kobject_put(&node.kobj);
}
#else
static int node_init(void)
{
	fwnode_init(&node.fwnode, &of_fwnode_ops);
	return 0;
}

static void node_exit(void)
{
}
#endif

static void describe(const struct mali_features *features)
{
	compatible.value = (void *)features->compatible;
	compatible.length = strlen(features->compatible) + 1;
	if (features->coherent)
		compatible.next = &dma_coherent;
}

#ifdef CONFIG_COMMON_CLK
static struct clk_hw *clock;
static struct clk_lookup *clock_lookup;

static int clock_init(void)
{
	clock = clk_hw_register_fixed_rate(NULL, DEVICE_NAME, NULL, 0, 500000000);
	if (IS_ERR(clock))
		return PTR_ERR(clock);
	clock_lookup = clkdev_hw_create(clock, NULL, DEVICE_NAME);
	if (!clock_lookup) {
		clk_hw_unregister_fixed_rate(clock);
		return -ENOMEM;
	}
	return 0;
}

static void clock_exit(void)
{
	clkdev_drop(clock_lookup);
	clk_hw_unregister_fixed_rate(clock);
}
#else
static int clock_init(void)
{
	return 0;
}

static void clock_exit(void)
{
}
#endif

static struct platform_device *add_device(struct mali_host *host)
{
	const struct resource resources[] = {
		DEFINE_RES_MEM(MALI_WINDOW_START, MALI_WINDOW_SIZE),
		DEFINE_RES_IRQ_NAMED(host->irq[MALI_LINE_JOB].irq, "job"),
		DEFINE_RES_IRQ_NAMED(host->irq[MALI_LINE_MMU].irq, "mmu"),
		DEFINE_RES_IRQ_NAMED(host->irq[MALI_LINE_GPU].irq, "gpu"),
	};
	const struct platform_device_info info = {
		.name = DEVICE_NAME,
		.id = PLATFORM_DEVID_NONE,
		.fwnode = &node.fwnode,
		.res = resources,
		.num_res = ARRAY_SIZE(resources),
		.dma_mask = DMA_BIT_MASK(40),
	};

	return platform_device_register_full(&info);
}

static int __init mali_model_init(void)
{
	const struct mali_features *features = mali_features_by_name(gpu);
	struct mali_host *host;
	int err;

	if (!features) {
		pr_err("gpu=%s: there is no such GPU here, only t860 and g52\n", gpu);
		return -EINVAL;
	}
	host = vzalloc(sizeof(*host));
	if (!host)
		return -ENOMEM;
	raw_spin_lock_init(&host->lock);
	host->strict = strict;
	mali_gpu_init(&host->gpu, features, &ops, host, tlb);
	the_host = host;

	err = mali_irqs_init(host);
	if (err)
		goto free;
	err = start_slots(host);
	if (err)
		goto irqs;
	err = clock_init();
	if (err)
		goto slots;
	describe(features);
	err = node_init();
	if (err)
		goto node;
	err = mali_uml_init(host);
	if (err)
		goto node;
	/* Boards have supplies for the GPU; the dummy serves, once it may. */
	regulator_has_full_constraints();
	the_device = add_device(host);
	if (IS_ERR(the_device)) {
		err = PTR_ERR(the_device);
		goto node;
	}
	mali_debugfs_init(host);
	return 0;

node:
	node_exit();
	clock_exit();
slots:
	stop_slots(host);
irqs:
	mali_irqs_exit(host);
free:
	vfree(host);
	return err;
}

static void __exit mali_model_exit(void)
{
	struct mali_host *host = the_host;

	mali_debugfs_exit();
	platform_device_unregister(the_device);
	node_exit();
	clock_exit();
	stop_slots(host);
	mali_irqs_exit(host);
	vfree(host);
}

module_init(mali_model_init);
module_exit(mali_model_exit);
MODULE_DESCRIPTION("A Mali GPU in software, for the panfrost driver to run on");
MODULE_LICENSE("GPL");
