/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the kernel tells about a DRM file in /proc/PID/fdinfo/FD: time on engines, and memory
 * by region. The format is that of Documentation/gpu/drm-usage-stats.rst; names are those of IGT
 * GPU Tools.
 */
#ifndef IGT_DRM_FDINFO_H
#define IGT_DRM_FDINFO_H

#include <stdint.h>

/** Engines that there is room for. */
#define DRM_CLIENT_FDINFO_MAX_ENGINES 16
/** Regions that there is room for. */
#define DRM_CLIENT_FDINFO_MAX_REGIONS 16
/** Bytes of a name, with its NUL. */
#define DRM_CLIENT_FDINFO_MAX_NAME 256

/** Memory of a file in one region, in bytes; what the driver does not tell is 0. */
struct drm_client_meminfo {
	uint64_t total;	    /**< of all BOs, with pages or without */
	uint64_t shared;    /**< of it: BOs that other files have too */
	uint64_t resident;  /**< pages that are there */
	uint64_t purgeable; /**< pages that the kernel may take for good */
	uint64_t active;    /**< of BOs that engines work with */
};

/** Which of the figures for engines the driver tells. */
enum drm_fdinfo_utilization_type {
	DRM_FDINFO_UTILIZATION_ENGINE_TIME = 1 << 0,  /**< drm-engine-: nanoseconds of work */
	DRM_FDINFO_UTILIZATION_CYCLES = 1 << 1,	      /**< drm-cycles-: cycles of work */
	DRM_FDINFO_UTILIZATION_TOTAL_CYCLES = 1 << 2, /**< drm-total-cycles-: all that went by */
};

/** What an fdinfo file says. Of engines and regions alike, index by index. */
struct drm_client_fdinfo {
	char driver[128]; /**< its name, drm-driver */
	char pdev[128];	  /**< PCI address, or empty */
	unsigned long id; /**< of the file, drm-client-id */

	unsigned int utilization_mask; /**< enum drm_fdinfo_utilization_type */
	unsigned int num_engines;	/**< that there is a line for */
	unsigned int last_engine_index; /**< highest that is in use */
	unsigned int capacity[DRM_CLIENT_FDINFO_MAX_ENGINES]; /**< engines alike, 1 at least */
	char names[DRM_CLIENT_FDINFO_MAX_ENGINES][DRM_CLIENT_FDINFO_MAX_NAME]; /**< "": unused */
	uint64_t engine_time[DRM_CLIENT_FDINFO_MAX_ENGINES]; /**< in nanoseconds */
	uint64_t cycles[DRM_CLIENT_FDINFO_MAX_ENGINES];	      /**< of work */
	uint64_t total_cycles[DRM_CLIENT_FDINFO_MAX_ENGINES]; /**< that went by meanwhile */

	unsigned int num_regions;	/**< that there is a line for */
	unsigned int last_region_index; /**< highest that is in use */
	/** "": unused */
	char region_names[DRM_CLIENT_FDINFO_MAX_REGIONS][DRM_CLIENT_FDINFO_MAX_NAME];
	struct drm_client_meminfo region_mem[DRM_CLIENT_FDINFO_MAX_REGIONS]; /**< in each */
};

/**
 * Read the text of an fdinfo file into @ret_info. Without a map an engine or region gets the next
 * free index; with one, the index that its name has there, and what is not in it is left out.
 * Lines that are not understood, or do not fit, count for nothing. Returns the number of lines
 * understood, or 0, with @ret_info undefined, when driver or client id is missing.
 */
unsigned int igt_drm_fdinfo_parse_text(const char *text, struct drm_client_fdinfo *ret_info,
				       const char **name_map, unsigned int map_entries,
				       const char **region_map, unsigned int region_entries);

/** igt_drm_fdinfo_parse_text() for the file @drm_fd of this process. */
unsigned int igt_parse_drm_fdinfo(int drm_fd, struct drm_client_fdinfo *info,
				  const char **name_map, unsigned int map_entries,
				  const char **region_map, unsigned int region_entries);
/** igt_drm_fdinfo_parse_text() for the entry @fd of the directory @dir of a process's fdinfos. */
unsigned int __igt_parse_drm_fdinfo(int dir, const char *fd, struct drm_client_fdinfo *info,
				    const char **name_map, unsigned int map_entries,
				    const char **region_map, unsigned int region_entries);

#endif
