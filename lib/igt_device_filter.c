/* SPDX-License-Identifier: MIT */
/**
 * Parsing of device filters, and those of this process.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_device_filter.h"

static struct {
	struct igt_device_filter *filters;
	unsigned int count;
} chosen;

/* A key of a filter and its value, neither with a NUL behind. */
struct pair {
	const char *key;
	size_t key_length;
	const char *value;
	size_t value_length;
};

static bool key_is(const struct pair *pair, const char *key)
{
	return strlen(key) == pair->key_length && strncmp(pair->key, key, pair->key_length) == 0;
}

/* Copy a value into @to. Returns false if it is empty or does not fit. */
static bool copy_value(const struct pair *pair, char *to, size_t size)
{
	if (!pair->value_length || pair->value_length >= size)
		return false;
	memcpy(to, pair->value, pair->value_length);
	to[pair->value_length] = '\0';
	return true;
}

/* A number from 0 on, in @base, and nothing else. */
static bool take_number(const struct pair *pair, int base, unsigned int most, unsigned int *ret)
{
	char text[16], *end;
	unsigned long number;

	if (!copy_value(pair, text, sizeof(text)) || strchr("+- \t\n", *text))
		return false;
	number = strtoul(text, &end, base);
	if (*end || end == text || number > most)
		return false;
	*ret = (unsigned int)number;
	return true;
}

static bool take_index(const struct pair *pair, int *ret_index)
{
	unsigned int number;

	if (!take_number(pair, 10, 1 << 16, &number))
		return false;
	*ret_index = (int)number;
	return true;
}

static bool take_vendor(const struct pair *pair, unsigned int *ret_vendor)
{
	static const struct {
		const char *name;
		unsigned int id;
	} vendors[] = {{"intel", 0x8086}, {"amd", 0x1002}, {"nvidia", 0x10de}, {"virtio", 0x1af4}};

	for (unsigned int i = 0; i < ARRAY_SIZE(vendors); i++)
		if (strlen(vendors[i].name) == pair->value_length &&
		    strncasecmp(vendors[i].name, pair->value, pair->value_length) == 0) {
			*ret_vendor = vendors[i].id;
			return true;
		}
	return take_number(pair, 16, 0xffff, ret_vendor);
}

static bool take_pci(struct igt_device_filter *filter, const struct pair *pair,
		     const char **ret_why)
{
	if (key_is(pair, "vendor")) {
		*ret_why = "vendor= takes a PCI id in hexadecimal, intel, amd, nvidia or virtio";
		return take_vendor(pair, &filter->pci_vendor);
	}
	if (key_is(pair, "device")) {
		*ret_why = "device= takes a PCI id in hexadecimal";
		return take_number(pair, 16, 0xffff, &filter->pci_device);
	}
	if (key_is(pair, "slot") && filter->kind == IGT_FILTER_PCI) {
		*ret_why = "slot= takes a PCI address, as in 0000:00:02.0";
		return copy_value(pair, filter->slot, sizeof(filter->slot)) &&
		       strspn(filter->slot, "0123456789abcdefABCDEF:.") == pair->value_length;
	}
	if (key_is(pair, "pf") && filter->kind == IGT_FILTER_SRIOV) {
		*ret_why = "pf= takes a number from 0";
		return take_index(pair, &filter->card);
	}
	if (key_is(pair, "vf") && filter->kind == IGT_FILTER_SRIOV) {
		*ret_why = "vf= takes a number from 0";
		return take_index(pair, &filter->vf);
	}
	*ret_why = filter->kind == IGT_FILTER_PCI ?
			   "pci: takes slot=, vendor=, device= and card=" :
			   "sriov: takes vendor=, device=, card=, pf= and vf=";
	return false;
}

static bool take_device(struct igt_device_filter *filter, const struct pair *pair,
			const char **ret_why)
{
	*ret_why = "driver=, subsystem= and device= take a name";
	if (key_is(pair, "driver"))
		return copy_value(pair, filter->driver, sizeof(filter->driver));
	if (key_is(pair, "subsystem"))
		return copy_value(pair, filter->subsystem, sizeof(filter->subsystem));
	if (key_is(pair, "device"))
		return copy_value(pair, filter->name, sizeof(filter->name));
	*ret_why = "device: takes driver=, subsystem=, device= and card=";
	return false;
}

static bool take_pair(struct igt_device_filter *filter, const struct pair *pair,
		      const char **ret_why)
{
	if (key_is(pair, "card")) {
		*ret_why = "card= takes a number from 0, or all";
		if (pair->value_length == 3 && strncmp(pair->value, "all", 3) == 0) {
			filter->card = IGT_FILTER_ALL;
			return true;
		}
		return take_index(pair, &filter->card);
	}
	return filter->kind == IGT_FILTER_DEVICE ? take_device(filter, pair, ret_why) :
						   take_pci(filter, pair, ret_why);
}

static int parse_pairs(struct igt_device_filter *filter, const char *at, const char **ret_why)
{
	while (*at) {
		const size_t length = strcspn(at, ",");
		const char *equals = memchr(at, '=', length);
		struct pair pair;

		if (!equals) {
			*ret_why = "key=value must follow the colon, and each comma";
			return -EINVAL;
		}
		pair.key = at;
		pair.key_length = (size_t)(equals - at);
		pair.value = equals + 1;
		pair.value_length = length - pair.key_length - 1;
		if (!take_pair(filter, &pair, ret_why))
			return -EINVAL;
		at += length;
		at += *at == ',';
	}
	*ret_why = NULL;
	return 0;
}

int igt_device_filter_parse(const char *text, struct igt_device_filter *ret_filter,
			    const char **ret_why)
{
	static const char *const kinds[] = {
		[IGT_FILTER_DRM] = "drm:",     [IGT_FILTER_SYS] = "sys:",
		[IGT_FILTER_PCI] = "pci:",     [IGT_FILTER_SRIOV] = "sriov:",
		[IGT_FILTER_DEVICE] = "device:",
	};
	struct igt_device_filter filter = {.vf = -1};
	const char *rest = NULL;
	int r;

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0) {
			filter.kind = i;
			rest = text + strlen(kinds[i]);
		}
	if (!rest) {
		*ret_why = "a filter starts with drm:, sys:, pci:, sriov: or device:";
		return -EINVAL;
	}
	if (filter.kind == IGT_FILTER_DRM || filter.kind == IGT_FILTER_SYS) {
		filter.path = rest;
		if (*rest != '/') {
			*ret_why = "an absolute path must follow the colon";
			return -EINVAL;
		}
	} else {
		r = parse_pairs(&filter, rest, ret_why);
		if (r < 0)
			return r;
	}
	*ret_filter = filter;
	return 0;
}

/* Filters with a path keep pointing into the copy of @list, which stays for them. */
int igt_device_filter_add(const char *list, const char **ret_why)
{
	_cleanup_free_ char *copy = strdup(list);
	_cleanup_free_ struct igt_device_filter *grown = NULL;
	char *save = NULL;
	unsigned int count = chosen.count;
	bool pointed_to = false;

	/* One filter more than there are separators, at most. */
	grown = calloc(count + strlen(list) / 2 + 1, sizeof(*grown));
	if (!copy || !grown) {
		*ret_why = "out of memory";
		return -ENOMEM;
	}
	if (count)
		memcpy(grown, chosen.filters, count * sizeof(*grown));
	for (char *one = strtok_r(copy, ";", &save); one; one = strtok_r(NULL, ";", &save)) {
		int r = igt_device_filter_parse(one, &grown[count], ret_why);

		if (r < 0)
			return r;
		pointed_to |= grown[count].path != NULL;
		count++;
	}
	if (count == chosen.count) {
		*ret_why = "it is empty";
		return -EINVAL;
	}
	free(chosen.filters);
	chosen.filters = igt_steal(grown);
	chosen.count = count;
	if (pointed_to)
		(void)igt_steal(copy);
	return 0;
}

const struct igt_device_filter *igt_device_filter_get(unsigned int index)
{
	return index < chosen.count ? &chosen.filters[index] : NULL;
}

int igt_device_filter_find_index(const char *sysfs, unsigned int index, bool render,
				 char **ret_node)
{
	for (unsigned int i = 0; i < chosen.count; i++) {
		const struct igt_device_filter *filter = &chosen.filters[i];
		int r = 0;

		for (unsigned int nth = 0; filter->card == IGT_FILTER_ALL && r == 0; nth++) {
			char *node = NULL;

			r = igt_device_filter_find(sysfs, filter, nth, render, &node);
			if (r == 0 && index-- == 0) {
				*ret_node = node;
				return 0;
			}
			free(node);
		}
		if (r == -ENOMEM)
			return r;
		if (filter->card != IGT_FILTER_ALL && index-- == 0)
			return igt_device_filter_find(sysfs, filter, 0, render, ret_node);
	}
	return -ENODEV;
}
