// SPDX-License-Identifier: GPL-2.0-only
/*
 * The register window of a Mali, and of its blocks the one called GPU control:
 * features, power, reset, counters. Job control is in job.c, the MMU in as.c.
 */
#include "mali.h"

/*
 * As boards report them: T860 r2p0 in an RK3399, which is not coherent with the
 * processors, and G52 r1p0 in an S922X, which is.
 */
static const struct mali_features mali_gpus[] = {
	{
		.name = "t860",
		.compatible = "arm,mali-t860",
		.id = 0x08602000,
		.l2 = 0x07110206,
		.tiler = 0x809,
		.mem = 0x1,
		.mmu = 0x2830,
		.max_threads = 256,
		.max_workgroup = 256,
		.max_barrier = 256,
		.thread = 0x0a040400,
		.texture = {0x00fe001e, 0x0000ffff, 0x9f81ffff},
		.js = {0x20e, 0x1fe, 0x7e},
		.shader_present = 0xf,
		.tiler_present = 0x1,
		.l2_present = 0x1,
	},
	{
		.name = "g52",
		.compatible = "arm,mali-bifrost",
		.coherent = true,
		.id = 0x74021000,
		.l2 = 0x07110206,
		.core = 0x2,
		.tiler = 0x209,
		.mem = 0x1,
		.mmu = 0x2823,
		.coherency = 0x1,
		.max_threads = 768,
		.max_workgroup = 384,
		.max_barrier = 384,
		.thread = 0x4c006000,
		.texture = {0x00fe001e, 0x0000ffff, 0xffffffff},
		.js = {0x20e, 0x5fe, 0x7e},
		.shader_present = 0x3,
		.tiler_present = 0x1,
		.l2_present = 0x1,
	},
};

/* Configuration that a driver writes and reads back, and that the model has no use for. */
static const u32 inert_registers[MALI_INERT] = {
	GPU_PWR_KEY,	      GPU_PWR_OVERRIDE0,   GPU_PWR_OVERRIDE1,	 GPU_PERFCNT_BASE_LO,
	GPU_PERFCNT_BASE_HI,  GPU_PERFCNT_CFG,	   GPU_PRFCNT_JM_EN,	 GPU_PRFCNT_SHADER_EN,
	GPU_PRFCNT_TILER_EN,  GPU_PRFCNT_MMU_L2_EN, GPU_COHERENCY_ENABLE, GPU_JM_CONFIG,
	GPU_SHADER_CONFIG,    GPU_TILER_CONFIG,	   GPU_L2_MMU_CONFIG,	 JOB_INT_THROTTLE,
};

/* The three blocks have the same interrupt registers, each at an own base. */
static const u32 int_base[MALI_LINES] = {
	[MALI_LINE_JOB] = JOB_INT_RAWSTAT,
	[MALI_LINE_MMU] = MMU_INT_RAWSTAT,
	[MALI_LINE_GPU] = GPU_INT_RAWSTAT,
};

const struct mali_features *mali_features_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(mali_gpus); i++)
		if (!strcmp(mali_gpus[i].name, name))
			return &mali_gpus[i];
	return NULL;
}

void mali_bad_write(struct mali_gpu *gpu, u32 offset, u32 value, const char *why)
{
	const struct mali_report report = {
		.event = MALI_EVENT_BAD_WRITE,
		.offset = offset,
		.value = value,
		.why = why,
	};

	gpu->ops->report(gpu->host, &report);
}

static void unknown_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	const struct mali_report report = {
		.event = MALI_EVENT_UNKNOWN_WRITE,
		.offset = offset,
		.value = value,
	};

	gpu->stats.unknown_writes++;
	gpu->ops->report(gpu->host, &report);
}

void mali_update_lines(struct mali_gpu *gpu)
{
	for (int line = 0; line < MALI_LINES; line++) {
		bool high = (gpu->raw[line] & gpu->mask[line]) &&
			    !(gpu->control.irq_drop & BIT(line));

		if (high == gpu->high[line])
			continue;
		gpu->high[line] = high;
		gpu->ops->line(gpu->host, line, high);
	}
}

static void raise(struct mali_gpu *gpu, u32 bits)
{
	gpu->raw[MALI_LINE_GPU] |= bits;
}

u64 mali_cycles(const struct mali_gpu *gpu)
{
	/* 500 MHz, what the clock is registered with */
	return gpu->cycles_on ? (mali_now(gpu) - gpu->cycles_start_ns) / 2 : 0;
}

/* Everything goes back to 0, the interrupt masks too; no job survives and none is reported. */
static void reset(struct mali_gpu *gpu)
{
	memset(gpu->slot, 0, sizeof(gpu->slot));
	memset(gpu->as, 0, sizeof(gpu->as));
	memset(gpu->raw, 0, sizeof(gpu->raw));
	memset(gpu->mask, 0, sizeof(gpu->mask));
	memset(gpu->inert, 0, sizeof(gpu->inert));
	gpu->shader_ready = gpu->tiler_ready = gpu->l2_ready = 0;
	gpu->js_state = 0;
	gpu->flush_id = 0;
	gpu->cycles_on = false;
}

static void gpu_command(struct mali_gpu *gpu, u32 command)
{
	switch (command) {
	case GPU_CMD_NOP:
	case GPU_CMD_PERFCNT_CLEAR:
		break;
	case GPU_CMD_SOFT_RESET:
	case GPU_CMD_HARD_RESET:
		reset(gpu);
		raise(gpu, GPU_IRQ_RESET_COMPLETED);
		gpu->stats.resets++;
		break;
	case GPU_CMD_PERFCNT_SAMPLE:
		raise(gpu, GPU_IRQ_PERFCNT_SAMPLE_COMPLETED);
		break;
	case GPU_CMD_CYCLE_COUNT_START:
		gpu->cycles_on = true;
		gpu->cycles_start_ns = mali_now(gpu);
		break;
	case GPU_CMD_CYCLE_COUNT_STOP:
		gpu->cycles_on = false;
		break;
	case GPU_CMD_CLEAN_CACHES:
	case GPU_CMD_CLEAN_INV_CACHES:
		gpu->flush_id++;
		raise(gpu, GPU_IRQ_CLEAN_CACHES_COMPLETED);
		break;
	default:
		mali_bad_write(gpu, GPU_CMD, command, "no such command");
	}
}

/* The bitmaps of one kind of core, by the offset of its set in the power registers. */
static bool power_set(struct mali_gpu *gpu, u32 kind, u64 *ret_present, u64 **ret_ready)
{
	switch (kind) {
	case PWR_SHADER:
		*ret_present = gpu->features->shader_present;
		*ret_ready = &gpu->shader_ready;
		return true;
	case PWR_TILER:
		*ret_present = gpu->features->tiler_present;
		*ret_ready = &gpu->tiler_ready;
		return true;
	case PWR_L2:
		*ret_present = gpu->features->l2_present;
		*ret_ready = &gpu->l2_ready;
		return true;
	}
	return false;
}

static bool is_power(u32 offset)
{
	return offset >= PWR_PRESENT && offset < PWR_END;
}

static u32 power_read(struct mali_gpu *gpu, u32 offset)
{
	u64 present, *ready;

	if (!power_set(gpu, offset & 0x38, &present, &ready))
		return 0;
	switch (offset & ~0x3fU) {
	case PWR_PRESENT:
		return mali_half(present, offset & 4);
	case PWR_READY:
		return mali_half(*ready, offset & 4);
	}
	/* Power changes at once, so that nothing is ever in transition. */
	return 0;
}

static bool power_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	bool on = (offset & ~0x3fU) == PWR_ON;
	u64 present, *ready, cores = 0;

	if (!on && (offset & ~0x3fU) != PWR_OFF)
		return false;
	if (!power_set(gpu, offset & 0x38, &present, &ready))
		return false;
	mali_set_half(&cores, offset & 4, value);
	cores &= present;
	*ready = on ? *ready | cores : *ready & ~cores;
	raise(gpu, GPU_IRQ_POWER_CHANGED | GPU_IRQ_POWER_CHANGED_ALL);
	return true;
}

static bool int_read(struct mali_gpu *gpu, u32 offset, u32 *ret_value)
{
	for (int line = 0; line < MALI_LINES; line++) {
		switch (offset - int_base[line]) {
		case GPU_INT_RAWSTAT - GPU_INT_RAWSTAT:
			*ret_value = gpu->raw[line];
			return true;
		case GPU_INT_MASK - GPU_INT_RAWSTAT:
			*ret_value = gpu->mask[line];
			return true;
		case GPU_INT_STAT - GPU_INT_RAWSTAT:
			*ret_value = gpu->raw[line] & gpu->mask[line];
			return true;
		}
	}
	return false;
}

/* JOB_INT_CLEAR does more than clear; job.c has it. */
static bool int_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	for (int line = 0; line < MALI_LINES; line++) {
		switch (offset - int_base[line]) {
		case GPU_INT_CLEAR - GPU_INT_RAWSTAT:
			gpu->raw[line] &= ~value;
			return true;
		case GPU_INT_MASK - GPU_INT_RAWSTAT:
			gpu->mask[line] = value;
			return true;
		}
	}
	return false;
}

static u32 *inert(struct mali_gpu *gpu, u32 offset)
{
	for (size_t i = 0; i < MALI_INERT; i++)
		if (inert_registers[i] == offset)
			return &gpu->inert[i];
	return NULL;
}

static u32 gpu_read(struct mali_gpu *gpu, u32 offset)
{
	const struct mali_features *f = gpu->features;

	switch (offset) {
	case GPU_ID:
		return f->id;
	case GPU_L2_FEATURES:
		return f->l2;
	case GPU_CORE_FEATURES:
		return f->core;
	case GPU_TILER_FEATURES:
		return f->tiler;
	case GPU_MEM_FEATURES:
		return f->mem;
	case GPU_MMU_FEATURES:
		return f->mmu;
	case GPU_AS_PRESENT:
		return BIT(MALI_AS_COUNT) - 1;
	case GPU_JS_PRESENT:
		return BIT(MALI_SLOTS) - 1;
	case GPU_LATEST_FLUSH_ID:
		return gpu->flush_id;
	case GPU_AFBC_FEATURES:
		return f->afbc;
	case GPU_CYCLE_COUNT_LO:
	case GPU_CYCLE_COUNT_HI:
		return mali_half(mali_cycles(gpu), offset == GPU_CYCLE_COUNT_HI);
	case GPU_TIMESTAMP_LO:
	case GPU_TIMESTAMP_HI:
		return mali_half(mali_now(gpu), offset == GPU_TIMESTAMP_HI);
	case GPU_THREAD_MAX_THREADS:
		return f->max_threads;
	case GPU_THREAD_MAX_WORKGROUP_SIZE:
		return f->max_workgroup;
	case GPU_THREAD_MAX_BARRIER_SIZE:
		return f->max_barrier;
	case GPU_THREAD_FEATURES:
		return f->thread;
	case GPU_COHERENCY_FEATURES:
		return f->coherency;
	}
	if (offset >= GPU_TEXTURE_FEATURES(0) && offset < GPU_TEXTURE_FEATURES(4))
		return f->texture[(offset - GPU_TEXTURE_FEATURES(0)) / 4];
	if (offset >= GPU_JS_FEATURES(0) && offset < GPU_JS_FEATURES(MALI_SLOTS))
		return f->js[(offset - GPU_JS_FEATURES(0)) / 4];
	return 0;
}

static void trace(struct mali_gpu *gpu, u32 offset, u32 value, bool write)
{
	gpu->log.trace[gpu->log.traced++ % MALI_TRACE_SIZE] = (struct mali_trace_entry){
		.ns = mali_now(gpu),
		.offset = offset,
		.value = value,
		.write = write,
	};
}

u32 mali_gpu_read(struct mali_gpu *gpu, u32 offset)
{
	u32 *plain = inert(gpu, offset);
	u32 value;

	if (plain)
		value = *plain;
	else if (is_power(offset))
		value = power_read(gpu, offset);
	else if (!int_read(gpu, offset, &value) && !mali_job_read(gpu, offset, &value) &&
		 !mali_as_read(gpu, offset, &value))
		value = gpu_read(gpu, offset);
	trace(gpu, offset, value, false);
	return value;
}

void mali_gpu_write(struct mali_gpu *gpu, u32 offset, u32 value)
{
	u32 *plain = inert(gpu, offset);

	trace(gpu, offset, value, true);
	if (plain)
		*plain = value;
	else if (offset == GPU_CMD)
		gpu_command(gpu, value);
	else if (!mali_job_write(gpu, offset, value) && !mali_as_write(gpu, offset, value) &&
		 !int_write(gpu, offset, value) && !power_write(gpu, offset, value))
		unknown_write(gpu, offset, value);
	mali_update_lines(gpu);
}

void mali_set_hold(struct mali_gpu *gpu, bool hold)
{
	gpu->control.hold = hold;
	for (unsigned int slot = 0; !hold && slot < MALI_SLOTS; slot++)
		gpu->ops->kick(gpu->host, slot);
}

void mali_set_irq_drop(struct mali_gpu *gpu, u32 lines)
{
	gpu->control.irq_drop = lines;
	mali_update_lines(gpu);
}

void mali_gpu_init(struct mali_gpu *gpu, const struct mali_features *features,
		   const struct mali_host_ops *ops, void *host, bool use_tlb)
{
	gpu->features = features;
	gpu->ops = ops;
	gpu->host = host;
	gpu->use_tlb = use_tlb;
}
