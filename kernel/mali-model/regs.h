/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the model knows of a Job Manager Mali: register offsets and values,
 * status codes, page-table bits, job descriptors. An own list, because that of
 * panfrost differs from kernel to kernel and has no descriptors; the names are
 * those the drivers and Mesa use.
 */
#ifndef MALI_REGS_H
#define MALI_REGS_H

#define MALI_WINDOW_SIZE		0x4000

/* GPU control */
#define GPU_ID				0x000
#define GPU_L2_FEATURES			0x004
#define GPU_CORE_FEATURES		0x008
#define GPU_TILER_FEATURES		0x00c
#define GPU_MEM_FEATURES		0x010
#define GPU_MMU_FEATURES		0x014	/* 7:0 bits of a VA, 15:8 bits of a PA */
#define GPU_AS_PRESENT			0x018
#define GPU_JS_PRESENT			0x01c
#define GPU_INT_RAWSTAT			0x020
#define GPU_INT_CLEAR			0x024
#define GPU_INT_MASK			0x028
#define GPU_INT_STAT			0x02c
#define   GPU_IRQ_RESET_COMPLETED	BIT(8)
#define   GPU_IRQ_POWER_CHANGED		BIT(9)
#define   GPU_IRQ_POWER_CHANGED_ALL	BIT(10)
#define   GPU_IRQ_PERFCNT_SAMPLE_COMPLETED BIT(16)
#define   GPU_IRQ_CLEAN_CACHES_COMPLETED BIT(17)
#define GPU_CMD				0x030
#define   GPU_CMD_NOP			0
#define   GPU_CMD_SOFT_RESET		1
#define   GPU_CMD_HARD_RESET		2
#define   GPU_CMD_PERFCNT_CLEAR		3
#define   GPU_CMD_PERFCNT_SAMPLE	4
#define   GPU_CMD_CYCLE_COUNT_START	5
#define   GPU_CMD_CYCLE_COUNT_STOP	6
#define   GPU_CMD_CLEAN_CACHES		7
#define   GPU_CMD_CLEAN_INV_CACHES	8
#define GPU_STATUS			0x034
#define GPU_LATEST_FLUSH_ID		0x038
#define GPU_AFBC_FEATURES		0x04c
#define GPU_PWR_KEY			0x050
#define GPU_PWR_OVERRIDE0		0x054
#define GPU_PWR_OVERRIDE1		0x058
#define GPU_PERFCNT_BASE_LO		0x060
#define GPU_PERFCNT_BASE_HI		0x064
#define GPU_PERFCNT_CFG			0x068
#define GPU_PRFCNT_JM_EN		0x06c
#define GPU_PRFCNT_SHADER_EN		0x070
#define GPU_PRFCNT_TILER_EN		0x074
#define GPU_PRFCNT_MMU_L2_EN		0x07c
#define GPU_CYCLE_COUNT_LO		0x090
#define GPU_CYCLE_COUNT_HI		0x094
#define GPU_TIMESTAMP_LO		0x098
#define GPU_TIMESTAMP_HI		0x09c
#define GPU_THREAD_MAX_THREADS		0x0a0
#define GPU_THREAD_MAX_WORKGROUP_SIZE	0x0a4
#define GPU_THREAD_MAX_BARRIER_SIZE	0x0a8
#define GPU_THREAD_FEATURES		0x0ac
#define GPU_TEXTURE_FEATURES(n)		(0x0b0 + (n) * 4)
#define GPU_JS_FEATURES(n)		(0x0c0 + (n) * 4)
#define GPU_COHERENCY_FEATURES		0x300
#define GPU_COHERENCY_ENABLE		0x304
#define GPU_JM_CONFIG			0xf00
#define GPU_SHADER_CONFIG		0xf04
#define GPU_TILER_CONFIG		0xf08
#define GPU_L2_MMU_CONFIG		0xf0c

/*
 * Power: each kind of core has the same set of bitmaps, 64 bits wide, at an
 * offset of its own. Stacks have their set at the end of the block.
 */
#define PWR_SHADER			0x00
#define PWR_TILER			0x10
#define PWR_L2				0x20
#define PWR_PRESENT			0x100
#define PWR_READY			0x140
#define PWR_ON				0x180
#define PWR_OFF				0x1c0
#define PWR_TRANS			0x200
#define PWR_ACTIVE			0x240
#define PWR_END				0x280
#define STACK_PRESENT			0xe00
#define STACK_READY			0xe10
#define STACK_ON			0xe20
#define STACK_OFF			0xe30
#define STACK_TRANS			0xe40

/* Job control. In the interrupt registers bit n is DONE of slot n, bit n + 16 a failure of it. */
#define JOB_INT_RAWSTAT			0x1000
#define JOB_INT_CLEAR			0x1004
#define JOB_INT_MASK			0x1008
#define JOB_INT_STAT			0x100c
#define JOB_INT_JS_STATE		0x1010
#define JOB_INT_THROTTLE		0x1014

#define JS_BASE				0x1800
#define JS_STRIDE			0x80
#define JS_HEAD_LO			0x00
#define JS_HEAD_HI			0x04
#define JS_TAIL_LO			0x08
#define JS_TAIL_HI			0x0c
#define JS_AFFINITY_LO			0x10
#define JS_AFFINITY_HI			0x14
#define JS_CONFIG			0x18
#define   JS_CONFIG_AS(config)		((config) & 0xf)
#define   JS_CONFIG_CHAIN_FLAG		BIT(11)
#define   JS_CONFIG_NO_WRITE_BACK	BIT(15)	/* leaves the descriptor as it is */
#define JS_XAFFINITY			0x1c
#define JS_COMMAND			0x20
#define   JS_COMMAND_NOP		0
#define   JS_COMMAND_START		1
#define   JS_COMMAND_SOFT_STOP		2
#define   JS_COMMAND_HARD_STOP		3
#define   JS_COMMAND_SOFT_STOP_0	4	/* only a chain with its flag clear */
#define   JS_COMMAND_HARD_STOP_0	5
#define   JS_COMMAND_SOFT_STOP_1	6	/* only a chain with its flag set */
#define   JS_COMMAND_HARD_STOP_1	7
#define JS_STATUS			0x24
#define JS_HEAD_NEXT_LO			0x40
#define JS_HEAD_NEXT_HI			0x44
#define JS_AFFINITY_NEXT_LO		0x50
#define JS_AFFINITY_NEXT_HI		0x54
#define JS_CONFIG_NEXT			0x58
#define JS_XAFFINITY_NEXT		0x5c
#define JS_COMMAND_NEXT			0x60
#define JS_FLUSH_ID_NEXT		0x70

/* What JS_STATUS and the first word of a descriptor say */
#define MALI_STATUS_DONE		0x01
#define MALI_STATUS_STOPPED		0x03
#define MALI_STATUS_TERMINATED		0x04
#define MALI_STATUS_ACTIVE		0x08
#define MALI_STATUS_JOB_CONFIG_FAULT	0x40
#define MALI_STATUS_JOB_POWER_FAULT	0x41
#define MALI_STATUS_JOB_READ_FAULT	0x42
#define MALI_STATUS_JOB_WRITE_FAULT	0x43
#define MALI_STATUS_JOB_BUS_FAULT	0x48
#define MALI_STATUS_DATA_INVALID_FAULT	0x58

/* MMU. In the interrupt registers bit n is a page fault of address space n, bit n + 16 a bus error. */
#define MMU_INT_RAWSTAT			0x2000
#define MMU_INT_CLEAR			0x2004
#define MMU_INT_MASK			0x2008
#define MMU_INT_STAT			0x200c

#define AS_BASE				0x2400
#define AS_STRIDE			0x40
#define AS_TRANSTAB_LO			0x00
#define AS_TRANSTAB_HI			0x04
#define   AS_TRANSTAB_MODE		0x3
#define   AS_TRANSTAB_MODE_TABLE	0x3
#define AS_MEMATTR_LO			0x08
#define AS_MEMATTR_HI			0x0c
#define AS_LOCKADDR_LO			0x10
#define AS_LOCKADDR_HI			0x14
#define   AS_LOCKADDR_WIDTH		0x3f	/* log2 of the region's size, less one */
#define AS_COMMAND			0x18
#define   AS_COMMAND_NOP		0
#define   AS_COMMAND_UPDATE		1
#define   AS_COMMAND_LOCK		2
#define   AS_COMMAND_UNLOCK		3
#define   AS_COMMAND_FLUSH_PT		4
#define   AS_COMMAND_FLUSH_MEM		5
#define AS_FAULTSTATUS			0x1c
#define   AS_FAULT_TRANSLATION		0xc0	/* plus the level, 0 to 3 */
#define   AS_FAULT_PERMISSION		0xc8
#define   AS_FAULT_READ			(2 << 8)
#define   AS_FAULT_WRITE		(3 << 8)
#define AS_FAULTADDRESS_LO		0x20
#define AS_FAULTADDRESS_HI		0x24
#define AS_STATUS			0x28
#define AS_TRANSCFG_LO			0x30
#define AS_TRANSCFG_HI			0x34
#define   AS_TRANSCFG_MODE		0xf
#define   AS_TRANSCFG_MODE_LEGACY	0	/* TRANSTAB says how */
#define AS_FAULTEXTRA_LO		0x38
#define AS_FAULTEXTRA_HI		0x3c

/*
 * Mali LPAE: four levels of 512 entries, whatever the size of a VA. A leaf has
 * type 1 on every level, also on the last.
 */
#define LPAE_VA_BITS			48
#define LPAE_TYPE			0x3
#define LPAE_TYPE_LEAF			0x1
#define LPAE_TYPE_TABLE			0x3
#define LPAE_READ			BIT(6)
#define LPAE_WRITE			BIT(7)
#define LPAE_ADDRESS			0x0000fffffffff000ULL

/* Job descriptors: a header of 32 bytes, then what the type wants */
#define JOB_EXCEPTION_STATUS		0	/* u32 */
#define JOB_FIRST_INCOMPLETE_TASK	4	/* u32 */
#define JOB_FAULT_POINTER		8	/* u64 */
#define JOB_WRITE_BACK_SIZE		16	/* the three above */
#define JOB_CONTROL			16	/* u32 */
#define   JOB_CONTROL_64BIT		BIT(0)	/* width of JOB_NEXT */
#define   JOB_CONTROL_TYPE(control)	(((control) >> 1) & 0x7f)
#define JOB_NEXT			24	/* u64 or u32 */
#define JOB_HEADER_SIZE			32

#define JOB_TYPE_NULL			1
#define JOB_TYPE_WRITE_VALUE		2
#define JOB_TYPE_CACHE_FLUSH		3
#define JOB_TYPE_COMPUTE		4
#define JOB_TYPE_VERTEX			5
#define JOB_TYPE_GEOMETRY		6
#define JOB_TYPE_TILER			7
#define JOB_TYPE_FUSED			8
#define JOB_TYPE_FRAGMENT		9
#define JOB_TYPE_INDEXED_VERTEX		10

#define WRITE_VALUE_ADDRESS		32	/* u64 */
#define WRITE_VALUE_KIND		40	/* u32 */
#define   WRITE_VALUE_CYCLE_COUNTER	1
#define   WRITE_VALUE_TIMESTAMP		2
#define   WRITE_VALUE_ZERO		3
#define   WRITE_VALUE_8			4
#define   WRITE_VALUE_16		5
#define   WRITE_VALUE_32		6
#define   WRITE_VALUE_64		7
#define WRITE_VALUE_IMMEDIATE		48	/* u64 */
#define WRITE_VALUE_SIZE		56

#endif
