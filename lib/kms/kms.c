/* SPDX-License-Identifier: MIT */
/**
 * Commits, framebuffers, and leaving a display as it was found.
 */
#define IGT_LOG_DOMAIN "kms"
#include <drm_fourcc.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "igt_aux.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "igt_kms.h"
#include "kms/kms.h"
#include "kms/kms_screen.h"

/* libdrm has it since 2.4.116. Without, atomic users of a virtual GPU are shown no cursor plane. */
#ifndef DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT
#define DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT 6
#endif

/* What makes up a display. */
static const char *const names[] = {"CRTC_ID", "ACTIVE", "MODE_ID", "FB_ID", "SRC_X", "SRC_Y",
				    "SRC_W", "SRC_H", "CRTC_X", "CRTC_Y", "CRTC_W", "CRTC_H"};

struct kms_property {
	uint32_t object, id;
	const char *name;
	uint64_t value; /* that it had in the beginning */
};

/* The property's id, 0 without such a one; *@ret_value may be NULL. */
static uint32_t find_property(int fd, uint32_t object, const char *name, uint64_t *ret_value)
{
	drmModeObjectProperties *all = drmModeObjectGetProperties(fd, object, DRM_MODE_OBJECT_ANY);
	uint32_t id = 0;

	for (uint32_t i = 0; all && !id && i < all->count_props; i++) {
		drmModePropertyRes *found = drmModeGetProperty(fd, all->props[i]);

		if (found && strcmp(found->name, name) == 0) {
			id = all->props[i];
			if (ret_value)
				*ret_value = all->prop_values[i];
		}
		drmModeFreeProperty(found);
	}
	drmModeFreeObjectProperties(all);
	return id;
}

static void find_properties(struct kms *kms)
{
	const uint32_t objects[] = {kms->connector, kms->crtc, kms->primary, kms->cursor};
	struct kms_property *next;

	kms->properties = calloc(ARRAY_SIZE(objects) * ARRAY_SIZE(names), sizeof(*next));
	igt_assert(kms->properties);
	next = kms->properties;
	for (unsigned int i = 0; i < ARRAY_SIZE(objects) && objects[i]; i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(names); j++) {
			next->object = objects[i];
			next->name = names[j];
			next->id = find_property(kms->dev->fd, objects[i], names[j], &next->value);
			next += next->id != 0;
		}
	}
	kms->property_count = (unsigned int)(next - kms->properties);
}

static struct kms_property *property(const struct kms *kms, uint32_t object, const char *name)
{
	for (unsigned int i = 0; i < kms->property_count; i++)
		if (kms->properties[i].object == object &&
		    strcmp(kms->properties[i].name, name) == 0)
			return &kms->properties[i];
	igt_assert_f(false, "object %u of the display has no property %s\n", object, name);
	return NULL;
}

/* A mode lives as long as somebody uses it: keep it alive by a copy of our own. */
static void keep_mode(struct kms *kms)
{
	struct kms_property *mode = property(kms, kms->crtc, "MODE_ID");
	drmModePropertyBlobRes *blob = NULL;
	uint32_t copy = 0;

	if (mode->value)
		blob = drmModeGetPropertyBlob(kms->dev->fd, (uint32_t)mode->value);
	if (blob && drmModeCreatePropertyBlob(kms->dev->fd, blob->data, blob->length, &copy) == 0)
		mode->value = copy;
	drmModeFreePropertyBlob(blob);
}

static void restore(void *data)
{
	struct kms *kms = data;
	drmModeAtomicReq *request = drmModeAtomicAlloc();
	struct kms_fb *next;

	for (unsigned int i = 0; i < kms->property_count; i++)
		drmModeAtomicAddProperty(request, kms->properties[i].object, kms->properties[i].id,
					 kms->properties[i].value);
	if (drmModeAtomicCommit(kms->dev->fd, request, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL) < 0)
		igt_warn("the screen cannot be made what it was: %m\n");
	drmModeAtomicFree(request);
	for (struct kms_fb *fb = kms->fbs; fb; fb = next) {
		next = fb->next;
		free(fb);
	}
	if (kms->debugfs >= 0)
		close(kms->debugfs);
	free(kms->properties);
	free(kms);
}

/* The connector's mode that is as wide as our pictures. */
static bool find_mode(struct kms *kms, const drmModeConnector *connector)
{
	for (int i = 0; i < connector->count_modes; i++) {
		if (connector->modes[i].hdisplay == KMS_WIDTH) {
			kms->mode = connector->modes[i];
			return true;
		}
	}
	return false;
}

static void find_planes(struct kms *kms, unsigned int crtc_index)
{
	drmModePlaneRes *planes = drmModeGetPlaneResources(kms->dev->fd);

	igt_assert(planes);
	for (uint32_t i = 0; i < planes->count_planes; i++) {
		drmModePlane *plane = drmModeGetPlane(kms->dev->fd, planes->planes[i]);
		uint64_t type = DRM_PLANE_TYPE_OVERLAY;

		igt_assert(plane);
		find_property(kms->dev->fd, plane->plane_id, "type", &type);
		if (plane->possible_crtcs & 1u << crtc_index) {
			if (type == DRM_PLANE_TYPE_PRIMARY && !kms->primary)
				kms->primary = plane->plane_id;
			if (type == DRM_PLANE_TYPE_CURSOR && !kms->cursor)
				kms->cursor = plane->plane_id;
		}
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(planes);
	igt_assert_f(kms->primary, "the display has no primary plane\n");
}

static void find_display(struct kms *kms)
{
	drmModeRes *resources = drmModeGetResources(kms->dev->fd);
	drmModeConnector *connector;
	bool fits;

	errno = 0;
	igt_require_f(resources && resources->count_crtcs && resources->count_connectors,
		      "This GPU has no display\n");
	connector = drmModeGetConnector(kms->dev->fd, resources->connectors[0]);
	igt_assert(connector);
	kms->connector = connector->connector_id;
	kms->crtc = resources->crtcs[0];
	fits = connector->connection == DRM_MODE_CONNECTED && find_mode(kms, connector);
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
	errno = 0;
	igt_require_f(fits, "The GPU's first display is not connected, or has no mode of %u columns\n",
		      KMS_WIDTH);
	find_planes(kms, /* crtc_index= */ 0);
	kms->bytes = (uint64_t)kms->mode.vdisplay * KMS_ROW_BYTES;
}

struct kms *kms_open(const struct gem_device *dev)
{
	struct kms *kms = calloc(1, sizeof(*kms));
	int r;

	igt_assert(kms);
	kms->dev = gem_device_reopen(dev, /* render= */ false);
	igt_require_f(drmIsMaster(kms->dev->fd), "The screen is somebody else's: a compositor runs\n");
	r = drmSetClientCap(kms->dev->fd, DRM_CLIENT_CAP_ATOMIC, 1);
	errno = 0;
	igt_require_f(r == 0, "This driver has no atomic commits, or this GPU no display\n");
	drmSetClientCap(kms->dev->fd, DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT, 1);
	find_display(kms);
	igt_assert(drmModeCreatePropertyBlob(kms->dev->fd, &kms->mode, sizeof(kms->mode),
					     &kms->mode_blob) == 0);
	find_properties(kms);
	keep_mode(kms);
	kms->found = (uint32_t)property(kms, kms->primary, "FB_ID")->value;
	kms->blind = kms_blindness();
	kms->debugfs = igt_debugfs_dir(kms->dev->fd);
	/* After the file's closing was, so that it comes before. */
	igt_assert(igt_on_subtest_end(restore, kms));
	errno = 0;
	return kms;
}

static struct gem_bo *dumb(struct gem_device *dev, uint32_t width, uint32_t height)
{
	uint64_t size = 0;
	uint32_t handle;
	const int r = __kmstest_dumb_create(dev->fd, (int)width, (int)height, 32, NULL, &size,
					    &handle);

	errno = 0;
	igt_require_f(r != -ENOSYS && r != -EOPNOTSUPP, "This GPU has no dumb buffers\n");
	igt_assert_f(r == 0, "making a dumb buffer: %s\n", strerror(-r));
	igt_assert_eq_u64(size, (uint64_t)width * height * 4);
	return gem_bo_adopt(dev, handle, size);
}

struct gem_bo *kms_dumb(struct gem_device *dev, uint64_t bytes)
{
	return dumb(dev, KMS_WIDTH, (uint32_t)(bytes / KMS_ROW_BYTES));
}

struct gem_bo *kms_cursor_bo(struct gem_device *dev)
{
	return dumb(dev, KMS_CURSOR_SIZE, KMS_CURSOR_SIZE);
}

int __kms_fb_create(struct kms *kms, struct gem_bo *bo, struct kms_fb **ret_fb)
{
	const bool cursor = bo->bytes == KMS_CURSOR_BYTES;
	const uint32_t width = cursor ? KMS_CURSOR_SIZE : KMS_WIDTH;
	const uint32_t handles[4] = {bo->handle}, pitches[4] = {width * 4}, offsets[4] = {0};
	struct kms_fb *fb;
	uint32_t id;

	if (drmModeAddFB2(kms->dev->fd, width, (uint32_t)(bo->bytes / pitches[0]),
			  cursor ? DRM_FORMAT_ARGB8888 : DRM_FORMAT_XRGB8888, handles, pitches,
			  offsets, &id, 0) < 0)
		return -errno;
	fb = calloc(1, sizeof(*fb));
	igt_assert(fb);
	*fb = (struct kms_fb){kms, kms->fbs, bo, id};
	kms->fbs = fb;
	*ret_fb = fb;
	return 0;
}

struct kms_fb *kms_fb_create(struct kms *kms, struct gem_bo *bo)
{
	struct kms_fb *fb = NULL;
	const int r = __kms_fb_create(kms, bo, &fb);

	errno = 0;
	igt_assert_f(r == 0, "%s: making a framebuffer of it: %s\n", bo->label, strerror(-r));
	return fb;
}

void kms_fb_remove(struct kms_fb *fb)
{
	igt_assert_f(drmModeRmFB(fb->kms->dev->fd, fb->id) == 0, "removing a framebuffer: %s\n",
		     strerror(errno));
	fb->id = 0;
}

static void set(drmModeAtomicReq *request, const struct kms *kms, uint32_t object,
		const char *name, uint64_t value)
{
	igt_assert(drmModeAtomicAddProperty(request, object, property(kms, object, name)->id,
					    value) > 0);
}

static void set_plane(drmModeAtomicReq *request, const struct kms *kms, uint32_t plane,
		      const struct kms_fb *fb, uint32_t width, uint32_t height, uint32_t source_x)
{
	set(request, kms, plane, "FB_ID", fb ? fb->id : 0);
	set(request, kms, plane, "CRTC_ID", fb ? kms->crtc : 0);
	set(request, kms, plane, "SRC_X", (uint64_t)source_x << 16);
	set(request, kms, plane, "SRC_Y", 0);
	set(request, kms, plane, "SRC_W", fb ? (uint64_t)width << 16 : 0);
	set(request, kms, plane, "SRC_H", fb ? (uint64_t)height << 16 : 0);
	set(request, kms, plane, "CRTC_X", 0);
	set(request, kms, plane, "CRTC_Y", 0);
	set(request, kms, plane, "CRTC_W", fb ? width : 0);
	set(request, kms, plane, "CRTC_H", fb ? height : 0);
}

drmModeAtomicReq *kms_request(const struct kms *kms, struct kms_state state)
{
	drmModeAtomicReq *request = drmModeAtomicAlloc();

	igt_assert(request);
	set(request, kms, kms->connector, "CRTC_ID", kms->crtc);
	set(request, kms, kms->crtc, "MODE_ID", state.mode_blob ?: kms->mode_blob);
	set(request, kms, kms->crtc, "ACTIVE", !state.off);
	set_plane(request, kms, kms->primary, state.primary, KMS_WIDTH, kms->mode.vdisplay,
		  state.source_x);
	if (kms->cursor)
		set_plane(request, kms, kms->cursor, state.cursor, KMS_CURSOR_SIZE,
			  KMS_CURSOR_SIZE, 0);
	return request;
}

int __kms_commit(struct kms *kms, struct kms_state state, uint32_t flags)
{
	drmModeAtomicReq *request = kms_request(kms, state);
	const int r = drmModeAtomicCommit(kms->dev->fd, request, flags, kms) < 0 ? -errno : 0;

	drmModeAtomicFree(request);
	errno = 0;
	return r;
}

void kms_commit(struct kms *kms, struct kms_state state)
{
	const int r = __kms_commit(kms, state, DRM_MODE_ATOMIC_ALLOW_MODESET);

	igt_assert_f(r == 0, "setting the display: %s\n", strerror(-r));
}

void kms_show(const struct kms_fb *fb)
{
	kms_commit(fb->kms, (struct kms_state){.primary = fb});
}

void kms_hide(struct kms *kms)
{
	kms_commit(kms, (struct kms_state){0});
}

int kms_flip(const struct kms_fb *fb)
{
	return __kms_commit(fb->kms, (struct kms_state){.primary = fb},
			    DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT);
}

static void flip_done(int fd, unsigned int sequence, unsigned int sec, unsigned int usec,
		      unsigned int crtc, void *data)
{
	((struct kms *)data)->flips++;
}

void kms_await_flip(struct kms *kms)
{
	const uint64_t end = igt_now_ns() + UINT64_C(1000000) * KMS_FLIP_MS;
	const unsigned int before = kms->flips;
	drmEventContext context = {.version = 3, .page_flip_handler2 = flip_done};
	struct pollfd event = {.fd = kms->dev->fd, .events = POLLIN};

	while (kms->flips == before) {
		igt_assert_f(igt_now_ns() < end, "a flip is not done within %d ms\n", KMS_FLIP_MS);
		if (poll(&event, 1, 100) > 0)
			igt_assert(drmHandleEvent(kms->dev->fd, &context) == 0);
	}
	errno = 0;
}

void kms_dirty(const struct kms_fb *fb)
{
	igt_assert_f(drmModeDirtyFB(fb->kms->dev->fd, fb->id, NULL, 0) == 0,
		     "telling of new contents: %s\n", strerror(errno));
}
