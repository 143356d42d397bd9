/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * To be included before any file of panfrost, with gcc -include: what its
 * sources say is device memory then is mali_model. The headers come first, so
 * that they keep their own meaning of these words.
 */
#ifndef MALI_REDIRECT_H
#define MALI_REDIRECT_H

#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/platform_device.h>

u32 mali_model_readl(const volatile void __iomem *addr);
void mali_model_writel(u32 value, volatile void __iomem *addr);
void __iomem *mali_model_ioremap(struct platform_device *pdev, unsigned int index);

#undef readl
#undef readl_relaxed
#undef writel
#undef writel_relaxed
#define readl(addr) mali_model_readl(addr)
#define readl_relaxed(addr) mali_model_readl(addr)
#define writel(value, addr) mali_model_writel(value, addr)
#define writel_relaxed(value, addr) mali_model_writel(value, addr)

#undef devm_platform_ioremap_resource
#define devm_platform_ioremap_resource(pdev, index) mali_model_ioremap(pdev, index)

#endif
