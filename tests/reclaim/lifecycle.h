/* SPDX-License-Identifier: MIT */
/**
 * Scenarios of devices that come and go, and of several. They open and close the device
 * themselves: for some nobody may have it open.
 */
#ifndef RECLAIM_LIFECYCLE_H
#define RECLAIM_LIFECYCLE_H

/** A device by the bit of its driver in drmtest.h, and by the name that its driver has in sysfs. */
struct lifecycle_device {
	unsigned int chipset;
	const char *driver;
};

void lifecycle_failed_probes_leave_nothing(struct lifecycle_device device);
void lifecycle_module_unloads(struct lifecycle_device device);
void lifecycle_unbind_under_mappings(struct lifecycle_device device);
void lifecycle_unbind_while_making(struct lifecycle_device device);
void lifecycle_unbind_under_users(struct lifecycle_device device);
void lifecycle_unload_beside_closing(struct lifecycle_device device);
void lifecycle_shrinker_goes_with_driver(struct lifecycle_device device);
void lifecycle_devices_are_apart(struct lifecycle_device device, struct lifecycle_device other);

#endif
