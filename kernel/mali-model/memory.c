// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory by physical address. Without an IOMMU that is also what the
 * driver's DMA addresses are.
 */
#include "host.h"

#include <linux/highmem.h>
#include <linux/mm.h>

static struct page *page_at(u64 pa)
{
	unsigned long pfn = pa >> PAGE_SHIFT;
	struct page *page;

	if (!pfn_valid(pfn))
		return NULL;
	page = pfn_to_page(pfn);
	/* Holes between memory have a struct page too, but nothing behind it. */
	return PageReserved(page) ? NULL : page;
}

int mali_memory_read(void *host, u64 pa, void *buf, size_t len)
{
	struct page *page = page_at(pa);
	void *p;

	if (!page)
		return -EFAULT;
	p = kmap_local_page(page);
	memcpy(buf, p + offset_in_page(pa), len);
	kunmap_local(p);
	return 0;
}

int mali_memory_write(void *host, u64 pa, const void *buf, size_t len)
{
	struct page *page = page_at(pa);
	void *p;

	if (!page)
		return -EFAULT;
	p = kmap_local_page(page);
	memcpy(p + offset_in_page(pa), buf, len);
	kunmap_local(p);
	return 0;
}

/*
 * Pages of a BO are held by its driver, so while they are its own they cannot
 * migrate, be split or leave their file, and nothing here changes.
 */
bool mali_memory_owner(void *host, u64 pa, struct mali_owner *ret_owner)
{
	struct page *page = page_at(pa);
	struct folio *folio;

	*ret_owner = (struct mali_owner){};
	/* Not memory, so nobody's; that is a bus error and another matter. */
	if (!page)
		return true;
	folio = page_folio(page);
	if (!folio_ref_count(folio))
		return false;
	ret_owner->file = (unsigned long)READ_ONCE(folio->mapping);
	ret_owner->index = READ_ONCE(folio->index);
	return true;
}
