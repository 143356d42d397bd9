// SPDX-License-Identifier: GPL-2.0-only
/*
 * User Mode Linux asks its modules what device memory holds, so panfrost needs
 * no redirection there and may be the kernel's own.
 */
#include "host.h"

#include <linux/ioport.h>
#include <linux/logic_iomem.h>
#include <linux/module.h>

static struct mali_host *uml_host;

static unsigned long uml_read(void *priv, unsigned int offset, int size)
{
	return size == sizeof(u32) ? mali_register_read(uml_host, offset) : 0;
}

static void uml_write(void *priv, unsigned int offset, int size, unsigned long value)
{
	if (size == sizeof(u32))
		mali_register_write(uml_host, offset, value);
}

static const struct logic_iomem_ops uml_ops = {
	.read = uml_read,
	.write = uml_write,
};

static long uml_map(unsigned long offset, size_t size, const struct logic_iomem_ops **ops,
		    void **priv)
{
	*ops = &uml_ops;
	return offset;
}

static const struct logic_iomem_region_ops uml_region_ops = {.map = uml_map};

static struct resource uml_region = {
	.name = "mali_model",
	.start = MALI_WINDOW_START,
	.end = MALI_WINDOW_START + MALI_WINDOW_SIZE - 1,
	.flags = IORESOURCE_MEM,
};

int mali_uml_init(struct mali_host *host)
{
	int err;

	uml_host = host;
	err = logic_iomem_add_region(&uml_region, &uml_region_ops);
	if (err)
		return err;
	/* A region cannot be taken back, so neither can the module. */
	__module_get(THIS_MODULE);
	return 0;
}
