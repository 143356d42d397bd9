/* SPDX-License-Identifier: MIT */
/**
 * Reading of what debugfs tells of framebuffers.
 */
#define IGT_LOG_DOMAIN "kms_fbinfo"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_sysfs.h"
#include "kms/kms_fbinfo.h"

#define HEAD "framebuffer["

/* The clean-up of a commit that was not waited for, on a machine that has other things to do. */
#define SETTLE_MS 5000

/* The number behind "@key=" in a line of its own, before @end. */
static int number(const char *text, const char *end, const char *key)
{
	const char *at = text;
	const size_t length = strlen(key);
	char *rest;
	long value;

	while ((at = strstr(at, key)) && at < end) {
		if (at[-1] == '\t' && at[length] == '=') {
			value = strtol(at + length + 1, &rest, 10);
			return rest > at + length + 1 && (*rest == '\n' || *rest == '\0') &&
			       value > INT_MIN && value <= INT_MAX ? (int)value : KMS_UNKNOWN;
		}
		at += length;
	}
	return KMS_UNKNOWN;
}

/* No address is "(null)" or zeros, depending on the kernel; others may be made unreadable. */
static bool is_address(const char *text)
{
	return strncmp(text, "(null)", 6) != 0 && !strchr("\n", text[strspn(text, "0")]);
}

static const char *find_fb(const char *text, uint32_t id)
{
	for (const char *at = text; (at = strstr(at, HEAD)); at += strlen(HEAD)) {
		unsigned int found;
		char close;

		if (sscanf(at, HEAD "%u%c", &found, &close) == 2 && found == id && close == ']')
			return at;
	}
	return NULL;
}

int kms_fb_info_parse(const char *text, uint32_t id, struct kms_fb_info *ret_info)
{
	const char *start = find_fb(text, id), *end, *vaddr;

	if (!start)
		return -ENOENT;
	start += strlen(HEAD);
	end = strstr(start, HEAD) ?: start + strlen(start);
	vaddr = strstr(start, "vaddr=");
	*ret_info = (struct kms_fb_info){
		.users = number(start, end, "pages_use_count"),
		.pins = number(start, end, "pages_pin_count"),
		.evicted = number(start, end, "evicted"),
		.madv = number(start, end, "madv"),
		.vmaps = number(start, end, "vmap_use_count"),
		.vaddr = vaddr && vaddr < end && is_address(vaddr + strlen("vaddr=")),
	};
	return 0;
}

struct kms_fb_info kms_fb_info(const struct kms *kms, uint32_t id)
{
	struct kms_fb_info info;
	_cleanup_free_ char *text = NULL;

	errno = 0;
	igt_require_f(kms->debugfs >= 0, "What the kernel tells of framebuffers cannot be read: debugfs has "
		      "nothing of this GPU\n");
	text = igt_sysfs_get(kms->debugfs, "framebuffer");
	errno = 0;
	igt_require_f(text, "What the kernel tells of framebuffers cannot be read: no file "
		      "framebuffer in debugfs\n");
	igt_assert_f(kms_fb_info_parse(text, id, &info) == 0, "debugfs has no framebuffer %u\n", id);
	return info;
}

void kms_require_pins(const struct kms_fb *fb)
{
	igt_require_f(kms_fb_info(fb->kms, fb->id).pins != KMS_UNKNOWN,
		      "This kernel does not tell in debugfs whether a framebuffer is pinned\n");
}

void kms_assert_pins(const struct kms_fb *fb, int pins, const char *claim)
{
	int found = KMS_UNKNOWN;

	igt_assert_f(igt_wait((found = kms_fb_info(fb->kms, fb->id).pins) == pins ||
			      found == KMS_UNKNOWN, SETTLE_MS, 1),
		     "%s: %s has %d pins, expected %d\n", claim, fb->bo->label, found, pins);
}
