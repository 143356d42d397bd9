// SPDX-License-Identifier: GPL-2.0-only
#include "fake.h"

#include <stdlib.h>

static bool in_ram(u64 pa, size_t len)
{
	return pa >= FAKE_RAM && pa + len <= FAKE_RAM + sizeof(((struct fake *)0)->ram);
}

static size_t page_nr(u64 pa)
{
	assert_true(in_ram(pa, 1));
	return (pa - FAKE_RAM) / MALI_PAGE;
}

void *fake_at(struct fake *f, u64 pa)
{
	return &f->ram[page_nr(pa)][pa % MALI_PAGE];
}

static u64 now_ns(void *host)
{
	return ((struct fake *)host)->now_ns;
}

static int ram_read(void *host, u64 pa, void *buf, size_t len)
{
	if (!in_ram(pa, len))
		return -EFAULT;
	assert_true(pa % MALI_PAGE + len <= MALI_PAGE);
	memcpy(buf, fake_at(host, pa), len);
	return 0;
}

static int ram_write(void *host, u64 pa, const void *buf, size_t len)
{
	if (!in_ram(pa, len))
		return -EFAULT;
	assert_true(pa % MALI_PAGE + len <= MALI_PAGE);
	memcpy(fake_at(host, pa), buf, len);
	return 0;
}

static bool owner(void *host, u64 pa, struct mali_owner *ret_owner)
{
	struct fake *f = host;

	*ret_owner = (struct mali_owner){0};
	if (!in_ram(pa, 1))
		return true;
	ret_owner->file = f->file[page_nr(pa)];
	return ret_owner->file;
}

static void line(void *host, enum mali_line nr, bool high)
{
	struct fake *f = host;

	assert_int_not_equal(f->line[nr], high);
	f->line[nr] = high;
	f->rises[nr] += high;
}

static void kick(void *host, unsigned int slot)
{
	((struct fake *)host)->kicked[slot] = true;
}

static void report(void *host, const struct mali_report *what)
{
	struct fake *f = host;

	f->last_report = *what;
	f->reports++;
}

static const struct mali_host_ops ops = {
	.now_ns = now_ns,
	.read = ram_read,
	.write = ram_write,
	.owner = owner,
	.line = line,
	.kick = kick,
	.report = report,
};

u32 fake_read(struct fake *f, u32 offset)
{
	return mali_gpu_read(&f->gpu, offset);
}

void fake_write(struct fake *f, u32 offset, u32 value)
{
	mali_gpu_write(&f->gpu, offset, value);
}

u64 fake_page(struct fake *f, long file)
{
	assert_true(f->used < FAKE_PAGES);
	f->file[f->used] = file;
	return FAKE_RAM + MALI_PAGE * f->used++;
}

void fake_free(struct fake *f, u64 pa)
{
	f->file[page_nr(pa)] = 0;
}

void fake_give(struct fake *f, u64 pa, long file)
{
	f->file[page_nr(pa)] = file;
}

u64 *fake_pte(struct fake *f, unsigned int as, u64 va, unsigned int level)
{
	u64 table = f->table[as];

	for (unsigned int l = 0;; l++) {
		u64 *entry = (u64 *)fake_at(f, table) + (va >> (39 - 9 * l) & 511);

		if (l == level)
			return entry;
		if (!*entry)
			*entry = fake_page(f, -1) | LPAE_TYPE_TABLE;
		table = *entry & LPAE_ADDRESS;
	}
}

void fake_map(struct fake *f, unsigned int as, u64 va, u64 pa)
{
	*fake_pte(f, as, va, 3) = pa | LPAE_READ | LPAE_WRITE | LPAE_TYPE_LEAF;
}

void fake_unmap(struct fake *f, unsigned int as, u64 va)
{
	*fake_pte(f, as, va, 3) = 0;
}

void fake_as_command(struct fake *f, unsigned int as, u32 command)
{
	fake_write(f, fake_as(as, AS_COMMAND), command);
}

static void set_transtab(struct fake *f, unsigned int as, u64 value)
{
	fake_write(f, fake_as(as, AS_TRANSTAB_LO), lower_32_bits(value));
	fake_write(f, fake_as(as, AS_TRANSTAB_HI), upper_32_bits(value));
	fake_as_command(f, as, AS_COMMAND_UPDATE);
}

void fake_as_enable(struct fake *f, unsigned int as)
{
	if (!f->table[as])
		f->table[as] = fake_page(f, -1);
	set_transtab(f, as, f->table[as] | AS_TRANSTAB_MODE_TABLE);
}

void fake_as_disable(struct fake *f, unsigned int as)
{
	set_transtab(f, as, 0);
}

void fake_lock(struct fake *f, unsigned int as, u64 va, unsigned int bits)
{
	u64 region = (va & ~((1ULL << bits) - 1)) | (bits - 1);

	fake_write(f, fake_as(as, AS_LOCKADDR_LO), lower_32_bits(region));
	fake_write(f, fake_as(as, AS_LOCKADDR_HI), upper_32_bits(region));
	fake_as_command(f, as, AS_COMMAND_LOCK);
}

void fake_flush(struct fake *f, unsigned int as, u64 va)
{
	fake_lock(f, as, va, 15);
	fake_as_command(f, as, AS_COMMAND_FLUSH_PT);
}

void fake_job(struct fake *f, u64 pa, unsigned int type, u64 next)
{
	u8 *p = fake_at(f, pa);
	u32 control = JOB_CONTROL_64BIT | type << 1;

	memset(p, 0, JOB_HEADER_SIZE);
	memcpy(p + JOB_CONTROL, &control, sizeof(control));
	memcpy(p + JOB_NEXT, &next, sizeof(next));
}

void fake_write_value(struct fake *f, u64 pa, u64 next, u64 address, u32 kind, u64 value)
{
	u8 *p = fake_at(f, pa);

	fake_job(f, pa, JOB_TYPE_WRITE_VALUE, next);
	memcpy(p + WRITE_VALUE_ADDRESS, &address, sizeof(address));
	memcpy(p + WRITE_VALUE_KIND, &kind, sizeof(kind));
	memcpy(p + WRITE_VALUE_IMMEDIATE, &value, sizeof(value));
}

u32 fake_status(struct fake *f, u64 pa)
{
	return *(u32 *)fake_at(f, pa + JOB_EXCEPTION_STATUS);
}

void fake_submit(struct fake *f, unsigned int slot, unsigned int as, u64 head)
{
	fake_write(f, fake_js(slot, JS_HEAD_NEXT_LO), lower_32_bits(head));
	fake_write(f, fake_js(slot, JS_HEAD_NEXT_HI), upper_32_bits(head));
	fake_write(f, fake_js(slot, JS_CONFIG_NEXT), as);
	fake_write(f, fake_js(slot, JS_COMMAND_NEXT), JS_COMMAND_START);
}

unsigned int fake_run(struct fake *f, unsigned int slot)
{
	unsigned int steps = 0;
	u64 until;

	f->kicked[slot] = false;
	while (mali_slot_step(&f->gpu, slot, &until) == MALI_STEP_AGAIN)
		assert_true(++steps < 1000);
	return steps;
}

void fake_power_on(struct fake *f)
{
	const struct mali_features *has = f->gpu.features;

	fake_write(f, PWR_ON + PWR_L2, has->l2_present);
	fake_write(f, PWR_ON + PWR_SHADER, has->shader_present);
	fake_write(f, PWR_ON + PWR_TILER, has->tiler_present);
	fake_write(f, GPU_INT_CLEAR, ~0U);
	fake_write(f, MMU_INT_MASK, ~0U);
	fake_write(f, JOB_INT_MASK, ~0U);
}

int fake_setup(void **state)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	mali_gpu_init(&f->gpu, mali_features_by_name("t860"), &ops, f, true);
	fake_power_on(f);
	fake_as_enable(f, 1);
	*state = f;
	return 0;
}

int fake_teardown(void **state)
{
	free(*state);
	return 0;
}
