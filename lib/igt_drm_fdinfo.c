/* SPDX-License-Identifier: MIT */
/**
 * Parsing of DRM usage statistics.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_drm_fdinfo.h"
#include "igt_sysfs.h"

/** Names that a caller wants at an index of its own; none: as they come. */
struct map {
	const char **names;
	unsigned int count;
};

/* What follows @prefix in @key, or NULL. */
static const char *behind(const char *key, const char *prefix)
{
	const size_t length = strlen(prefix);

	return strncmp(key, prefix, length) == 0 && key[length] ? key + length : NULL;
}

/* A number with nothing behind it but one of the units there are. */
static bool number(const char *text, uint64_t *ret_value)
{
	static const struct {
		const char *name;
		unsigned int factor;
	} units[] = {{"", 1}, {"ns", 1}, {"KiB", 1u << 10}, {"MiB", 1u << 20}};
	unsigned long long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno)
		return false;
	end += strspn(end, " \t");
	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(end, units[i].name) == 0)
			return !__builtin_mul_overflow((uint64_t)value, units[i].factor, ret_value);
	return false;
}

/*
 * The index for @name: where it is already, or where the map says, or the first that is free. -1
 * when there is none. A name that is new is written down, and counted.
 */
static int index_of(const char *name, const struct map *map,
		    char (*names)[DRM_CLIENT_FDINFO_MAX_NAME], unsigned int max,
		    unsigned int *count, unsigned int *last)
{
	unsigned int index = 0;

	if (strlen(name) >= DRM_CLIENT_FDINFO_MAX_NAME)
		return -1;
	if (map->names)
		while (index < map->count && strcmp(map->names[index], name) != 0)
			index++;
	else
		while (index < max && names[index][0] && strcmp(names[index], name) != 0)
			index++;
	if (index >= max || (map->names && index >= map->count))
		return -1;
	if (!names[index][0]) {
		strcpy(names[index], name);
		++*count;
		*last = max(*last, index);
	}
	return (int)index;
}

static bool take_engine(const char *key, uint64_t value, struct drm_client_fdinfo *info,
			const struct map *map)
{
	/* A longer prefix stands before one that it begins with. */
	const struct {
		const char *prefix;
		uint64_t *values;
		unsigned int type;
	} kinds[] = {
		{"engine-capacity-", NULL, 0},
		{"engine-", info->engine_time, DRM_FDINFO_UTILIZATION_ENGINE_TIME},
		{"cycles-", info->cycles, DRM_FDINFO_UTILIZATION_CYCLES},
		{"total-cycles-", info->total_cycles, DRM_FDINFO_UTILIZATION_TOTAL_CYCLES},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *name = behind(key, kinds[i].prefix);
		int index;

		if (!name)
			continue;
		if (!kinds[i].values && (value == 0 || value > UINT32_MAX))
			return false;
		index = index_of(name, map, info->names, DRM_CLIENT_FDINFO_MAX_ENGINES,
				 &info->num_engines, &info->last_engine_index);
		if (index < 0)
			return false;
		if (kinds[i].values)
			kinds[i].values[index] = value;
		else
			info->capacity[index] = (unsigned int)value;
		info->utilization_mask |= kinds[i].type;
		return true;
	}
	return false;
}

static bool take_region(const char *key, uint64_t value, struct drm_client_fdinfo *info,
			const struct map *map)
{
	static const struct {
		const char *prefix;
		size_t offset;
	} kinds[] = {
		{"total-", offsetof(struct drm_client_meminfo, total)},
		{"shared-", offsetof(struct drm_client_meminfo, shared)},
		{"resident-", offsetof(struct drm_client_meminfo, resident)},
		/* The name that this had before there were the others. */
		{"memory-", offsetof(struct drm_client_meminfo, resident)},
		{"purgeable-", offsetof(struct drm_client_meminfo, purgeable)},
		{"active-", offsetof(struct drm_client_meminfo, active)},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *name = behind(key, kinds[i].prefix);
		int index;

		if (!name)
			continue;
		index = index_of(name, map, info->region_names, DRM_CLIENT_FDINFO_MAX_REGIONS,
				 &info->num_regions, &info->last_region_index);
		if (index < 0)
			return false;
		memcpy((char *)&info->region_mem[index] + kinds[i].offset, &value, sizeof(value));
		return true;
	}
	return false;
}

static bool take_text(const char *value, char *to, size_t size)
{
	return *value && snprintf(to, size, "%s", value) < (int)size;
}

/* @key is what follows "drm-". */
static bool take(const char *key, const char *value, struct drm_client_fdinfo *info,
		 const struct map *engines, const struct map *regions, bool *has_id)
{
	uint64_t figure;

	if (strcmp(key, "driver") == 0)
		return take_text(value, info->driver, sizeof(info->driver));
	if (strcmp(key, "pdev") == 0)
		return take_text(value, info->pdev, sizeof(info->pdev));
	if (!number(value, &figure))
		return false;
	if (strcmp(key, "client-id") == 0) {
		info->id = figure;
		*has_id = true;
		return true;
	}
	return take_engine(key, figure, info, engines) || take_region(key, figure, info, regions);
}

unsigned int igt_drm_fdinfo_parse_text(const char *text, struct drm_client_fdinfo *ret_info,
				       const char **name_map, unsigned int map_entries,
				       const char **region_map, unsigned int region_entries)
{
	const struct map engines = {name_map, map_entries}, regions = {region_map, region_entries};
	_cleanup_free_ char *copy = strdup(text);
	unsigned int taken = 0;
	bool has_id = false;
	char *save = NULL;

	memset(ret_info, 0, sizeof(*ret_info));
	for (unsigned int i = 0; i < DRM_CLIENT_FDINFO_MAX_ENGINES; i++)
		ret_info->capacity[i] = 1;
	for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *key = behind(line, "drm-");
		char *value = strchr(line, ':');

		if (!key || !value)
			continue;
		*value++ = '\0';
		value += strspn(value, " \t");
		taken += take(key, value, ret_info, &engines, &regions, &has_id);
	}
	return ret_info->driver[0] && has_id ? taken : 0;
}

unsigned int __igt_parse_drm_fdinfo(int dir, const char *fd, struct drm_client_fdinfo *info,
				    const char **name_map, unsigned int map_entries,
				    const char **region_map, unsigned int region_entries)
{
	_cleanup_free_ char *text = igt_sysfs_get(dir, fd);

	return text ? igt_drm_fdinfo_parse_text(text, info, name_map, map_entries, region_map,
						region_entries)
		    : 0;
}

unsigned int igt_parse_drm_fdinfo(int drm_fd, struct drm_client_fdinfo *info,
				  const char **name_map, unsigned int map_entries,
				  const char **region_map, unsigned int region_entries)
{
	_cleanup_close_ int dir = open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", drm_fd);
	return dir < 0 ? 0
		       : __igt_parse_drm_fdinfo(dir, fd, info, name_map, map_entries, region_map,
						region_entries);
}
