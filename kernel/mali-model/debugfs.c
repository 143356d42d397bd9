// SPDX-License-Identifier: GPL-2.0-only
/* What a test sees and sets, in /sys/kernel/debug/mali_model; README.md lists the files. */
#include "host.h"

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static struct dentry *dir;

static int gpu_show(struct seq_file *m, void *v)
{
	const struct mali_host *host = m->private;

	seq_printf(m, "%s\n", host->gpu.features->name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(gpu);

static int stats_show(struct seq_file *m, void *v)
{
	struct mali_host *host = m->private;
	unsigned long flags = mali_lock(host);
	struct mali_stats stats = host->gpu.stats;

	mali_unlock(host, flags);
#define PRINT(name) seq_printf(m, #name " %llu\n", stats.name);
	MALI_STATS(PRINT)
#undef PRINT
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* Each control is a number with a greatest value, and is changed under the lock. */
#define CONTROL(name, max, statement)                                                              \
	static int name##_get(void *data, u64 *ret_value)                                          \
	{                                                                                          \
		struct mali_host *host = data;                                                     \
                                                                                                   \
		*ret_value = host->gpu.control.name;                                               \
		return 0;                                                                          \
	}                                                                                          \
	static int name##_set(void *data, u64 value)                                               \
	{                                                                                          \
		struct mali_host *host = data;                                                     \
		unsigned long flags;                                                               \
                                                                                                   \
		if (value > (max))                                                                 \
			return -EINVAL;                                                            \
		flags = mali_lock(host);                                                           \
		statement;                                                                         \
		mali_unlock(host, flags);                                                          \
		return 0;                                                                          \
	}                                                                                          \
	DEFINE_DEBUGFS_ATTRIBUTE(name##_fops, name##_get, name##_set, "%llu\n")

#define MAX_US (3600ULL * USEC_PER_SEC)

CONTROL(job_time_us, MAX_US, host->gpu.control.job_time_us = value);
CONTROL(irq_delay_us, MAX_US, host->gpu.control.irq_delay_us = value);
CONTROL(hold, 1, mali_set_hold(&host->gpu, value));
CONTROL(hang, BIT(MALI_SLOTS) - 1, host->gpu.control.hang = value);
CONTROL(irq_drop, BIT(MALI_LINES) - 1, mali_set_irq_drop(&host->gpu, value));

static int watch_show(struct seq_file *m, void *v)
{
	const struct mali_log *log = &((struct mali_host *)m->private)->gpu.log;

	if (log->watching)
		seq_printf(m, "%x 0x%llx 0x%llx\n", log->watch_as, log->watch_first,
			   log->watch_last + 1);
	else
		seq_puts(m, "off\n");
	return 0;
}

static int watch_open(struct inode *inode, struct file *file)
{
	return single_open(file, watch_show, inode->i_private);
}

/* "AS START END", all hexadecimal, END not included; or "off". Either empties the log. */
static ssize_t watch_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct mali_host *host = ((struct seq_file *)file->private_data)->private;
	struct mali_log *log = &host->gpu.log;
	unsigned long long start = 0, end = 0;
	unsigned long flags;
	unsigned int as = 0;
	char text[64] = "";
	bool off;

	if (count >= sizeof(text) || copy_from_user(text, user, count))
		return -EINVAL;
	off = sysfs_streq(text, "off");
	if (!off && (sscanf(text, "%x %llx %llx", &as, &start, &end) != 3 || as >= MALI_AS_COUNT ||
		     start >= end))
		return -EINVAL;

	flags = mali_lock(host);
	log->watching = !off;
	log->watch_as = as;
	log->watch_first = start;
	log->watch_last = end - 1;
	log->walked = 0;
	mali_unlock(host, flags);
	return count;
}

static const struct file_operations watch_fops = {
	.owner = THIS_MODULE,
	.open = watch_open,
	.read = seq_read,
	.write = watch_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* The logs do not hold still, so they are printed from a copy. */
static struct mali_log *copy_log(struct mali_host *host)
{
	struct mali_log *log = kvmalloc(sizeof(*log), GFP_KERNEL);
	unsigned long flags;

	if (!log)
		return NULL;
	flags = mali_lock(host);
	*log = host->gpu.log;
	mali_unlock(host, flags);
	return log;
}

static u64 first_of(u64 all, u64 size)
{
	return all > size ? all - size : 0;
}

static int walks_show(struct seq_file *m, void *v)
{
	struct mali_log *log = copy_log(m->private);

	if (!log)
		return -ENOMEM;
	for (u64 i = first_of(log->walked, MALI_WALKS_SIZE); i < log->walked; i++) {
		const struct mali_walk_entry *entry = &log->walk[i % MALI_WALKS_SIZE];

		seq_printf(m, "%llu %s as=%u va=0x%llx pa=0x%llx %s%s", entry->ns,
			   entry->hit ? "hit" : "walk", entry->as, entry->va, entry->pa,
			   entry->write ? "write" : "read", entry->stale ? " stale" : "");
		if (entry->fault)
			seq_printf(m, " fault=0x%x", entry->fault);
		seq_putc(m, '\n');
	}
	kvfree(log);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(walks);

static int trace_show(struct seq_file *m, void *v)
{
	struct mali_log *log = copy_log(m->private);

	if (!log)
		return -ENOMEM;
	for (u64 i = first_of(log->traced, MALI_TRACE_SIZE); i < log->traced; i++) {
		const struct mali_trace_entry *entry = &log->trace[i % MALI_TRACE_SIZE];

		seq_printf(m, "%llu %c %04x %08x\n", entry->ns, entry->write ? 'W' : 'R',
			   entry->offset, entry->value);
	}
	kvfree(log);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(trace);

void mali_debugfs_init(struct mali_host *host)
{
	dir = debugfs_create_dir("mali_model", NULL);
	debugfs_create_file("gpu", 0444, dir, host, &gpu_fops);
	debugfs_create_file("stats", 0444, dir, host, &stats_fops);
	debugfs_create_file_unsafe("job_time_us", 0644, dir, host, &job_time_us_fops);
	debugfs_create_file_unsafe("irq_delay_us", 0644, dir, host, &irq_delay_us_fops);
	debugfs_create_file_unsafe("hold", 0644, dir, host, &hold_fops);
	debugfs_create_file_unsafe("hang", 0644, dir, host, &hang_fops);
	debugfs_create_file_unsafe("irq_drop", 0644, dir, host, &irq_drop_fops);
	debugfs_create_file("watch", 0644, dir, host, &watch_fops);
	debugfs_create_file("walks", 0444, dir, host, &walks_fops);
	debugfs_create_file("trace", 0444, dir, host, &trace_fops);
}

void mali_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
