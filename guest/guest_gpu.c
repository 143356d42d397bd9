// SPDX-License-Identifier: MIT
#include "guest_gpu.h"

#include "guest_spawn.h"
#include "guest_util.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRY_MS 60000 /* a machine that may be busy, and OpenGL compiled in software */
#define TRY_MEM_BYTES (UINT64_C(128) << 20)

/* The default of 256 MiB for images is less than what the tests hold at a time. */
#define HOST_IMAGES ",max_hostmem=1G"
#define HOST_WINDOW ",hostmem=256M"

/*
 * With packed rings, whose elements are aligned to their size. The used ring of a split one has
 * elements that go over the end of a page, if it has more pages than one: with 1024 elements, as in
 * QEMU 10, not with 256 or 64, as in 7.2. What of them is behind the end QEMU 10.0 writes to the
 * page of the guest's memory that comes next, where the IOMMU has another.
 */
#define BEHIND_IOMMU ",iommu_platform=on,disable-legacy=on,packed=on"

static const char *const names[_GUEST_GPU_MAX] = {
	[GUEST_GPU_NONE] = "none",
	[GUEST_GPU_2D] = "2d",
	[GUEST_GPU_VIRGL] = "virgl",
	[GUEST_GPU_BLOB] = "blob",
};

const char *guest_gpu_name(enum guest_gpu_kind kind)
{
	return names[kind];
}

enum guest_gpu_kind guest_gpu_by_name(const char *name)
{
	enum guest_gpu_kind kind = GUEST_GPU_NONE;

	while (kind < _GUEST_GPU_MAX && strcmp(names[kind], name))
		kind++;
	return kind;
}

void guest_gpu_clear(struct guest_gpu *gpu)
{
	guest_xvfb_stop(&gpu->xvfb);
	g_clear_pointer(&gpu->display, g_free);
	g_clear_pointer(&gpu->device, g_free);
	g_clear_pointer(&gpu->caveat, g_free);
}

void guest_gpu_arguments(const struct guest_gpu *gpu, uint64_t mem_bytes, struct guest_launch *l)
{
	/* Each name with its value. */
	static const char *const on_xvfb[] = {"SDL_VIDEODRIVER", "x11", "LIBGL_ALWAYS_SOFTWARE",
					      "1"};

	guest_launch_arg(l, "-display");
	guest_launch_arg(l, "%s", gpu->display);
	guest_launch_arg(l, "-m");
	guest_launch_arg(l, "%" PRIu64 "k", mem_bytes / 1024);
	if (gpu->shared_memory) {
		guest_launch_arg(l, "-object");
		guest_launch_arg(l, "memory-backend-memfd,id=ram,share=on,size=%" PRIu64,
				 mem_bytes);
		guest_launch_arg(l, "-machine");
		guest_launch_arg(l, "memory-backend=ram");
	}
	if (gpu->iommu) {
		guest_launch_arg(l, "-device");
		guest_launch_arg(l, "%s", gpu->iommu);
	}
	if (gpu->device) {
		guest_launch_arg(l, "-device");
		guest_launch_arg(l, "%s%s", gpu->device, gpu->iommu ? BEHIND_IOMMU : "");
	}
	if (!gpu->xvfb.display)
		return;
	g_ptr_array_add(l->env, g_strdup("DISPLAY"));
	g_ptr_array_add(l->env, g_strdup(gpu->xvfb.display));
	for (size_t i = 0; i < G_N_ELEMENTS(on_xvfb); i++)
		g_ptr_array_add(l->env, g_strdup(on_xvfb[i]));
}

/* Why QEMU gave up: the last line that it printed; owned. */
static char *last_line(const char *text)
{
	g_autofree char *copy = g_strchomp(g_strdup(text));
	char *line = strrchr(copy, '\n');

	return g_strdup(line ? line + 1 : *copy ? copy : "QEMU ends without a word");
}

/*
 * What is wrong with a window on the host's memory in the QEMU whose monitor greets so, or NULL;
 * owned. Without KVM one after 10.0.2 and before 11 (10.0.6, 10.0.13 and 10.2.2 were read) has a
 * number for each device's registers, and others as soon as a blob comes into the window or leaves
 * it; until the CPU hears of that it takes the old for the new (iotlb_to_section() in
 * system/physmem.c). Writes that went elsewhere left guests without a timer, and waiting for their
 * IOMMU for good.
 */
static char *caveat_of_window(const char *greeting)
{
	const char *version = strstr(greeting, "QEMU ");
	unsigned int major, minor, micro;

	if (!version || sscanf(version, "QEMU %u.%u.%u", &major, &minor, &micro) != 3 ||
	    major != 10 || (minor == 0 && micro < 3))
		return NULL;
	return g_strdup_printf("without KVM QEMU %u.%u.%u may lose what the guest writes to a "
			       "device while blobs are mapped, and the guest hangs; QEMU 11 does not",
			       major, minor, micro);
}

/* Does QEMU make this GPU? It is to end before the guest's first instruction. */
static bool works(const char *qemu, struct guest_gpu *gpu, char **ret_reason)
{
	static const char *const fixed[] = {"-nodefaults", "-no-user-config", "-machine", "q35",
					    "-accel",	   "tcg",	      "-S",	  "-monitor",
					    "stdio"};
	_cleanup_launch_ struct guest_launch l = GUEST_LAUNCH_EMPTY;
	_cleanup_spawned_ struct guest_spawned done = {0};
	int r;

	guest_launch_arg(&l, "%s", qemu);
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		guest_launch_arg(&l, "%s", fixed[i]);
	guest_gpu_arguments(gpu, TRY_MEM_BYTES, &l);
	g_ptr_array_add(l.argv, NULL);
	r = guest_spawn_run(
		&(struct guest_spawn){
			.argv = (const char *const *)l.argv->pdata,
			.env = l.env,
			.input = "quit\n",
			.timeout_ms = TRY_MS,
		},
		&done);
	if (r == 0 && done.status == 0) {
		if (gpu->kind == GUEST_GPU_BLOB && !gpu->shared_memory)
			gpu->caveat = caveat_of_window(done.out->str);
		return true;
	}
	g_free(*ret_reason);
	*ret_reason = r < 0 ? g_strdup(strerror(-r)) : last_line(done.err->str);
	return false;
}

/* OpenGL on a render node of the host, the first that QEMU can use. */
static bool find_render_node(const struct guest_gpu_wish *wish, struct guest_gpu *gpu)
{
	const char *where = wish->render_nodes ?: "/dev/dri";
	g_autoptr(GDir) dir = g_dir_open(where, 0, NULL);
	g_autofree char *reason = NULL;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		if (!g_str_has_prefix(name, "renderD"))
			continue;
		g_free(gpu->display);
		gpu->display =
			g_strdup_printf("egl-headless,rendernode=%s/%s", where, name);
		if (works(wish->qemu, gpu, &reason))
			return true;
		fprintf(stderr, "igt_guest: OpenGL not on the host's %s: %s\n", name, reason);
	}
	return false;
}

/* A GPU whose device has gpu->device, with OpenGL on whatever there is. */
static bool find_opengl(const struct guest_gpu_wish *wish, struct guest_gpu *gpu,
			char **ret_reason)
{
	if (find_render_node(wish, gpu))
		return true;
	if (!gpu->xvfb.pid) {
		g_clear_pointer(ret_reason, g_free);
		if (guest_xvfb_start(wish->xvfb ?: "Xvfb", &gpu->xvfb, ret_reason) < 0)
			return false;
	}
	g_free(gpu->display);
	gpu->display = g_strdup("sdl,gl=on");
	return works(wish->qemu, gpu, ret_reason);
}

static int choose_virgl(const struct guest_gpu_wish *wish, struct guest_gpu *gpu, char **ret_why)
{
	g_autofree char *reason = NULL;

	gpu->device = g_strdup("virtio-gpu-gl-pci,id=" GUEST_GPU_ID HOST_IMAGES);
	if (find_opengl(wish, gpu, &reason))
		return 0;
	return guest_fail(ret_why, EOPNOTSUPP,
			  "--gpu virgl cannot be made on this host: %s; it takes the packages "
			  "qemu-system-gui and xvfb, and on Debian 13 qemu-system-modules-opengl",
			  reason);
}

/* Blobs of the host need a renderer that makes them; those of the guest can also do with a
 * device that renders nothing, if the host's kernel lets QEMU gather their pages. */
static int choose_blob(const struct guest_gpu_wish *wish, struct guest_gpu *gpu, char **ret_why)
{
	g_autofree char *virgl = NULL, *udmabuf = NULL;

	gpu->device = g_strdup("virtio-gpu-gl-pci,id=" GUEST_GPU_ID ",blob=true" HOST_WINDOW HOST_IMAGES);
	if (find_opengl(wish, gpu, &virgl))
		return 0;
	guest_gpu_clear(gpu);
	gpu->display = g_strdup("none");
	gpu->device = g_strdup("virtio-gpu-pci,id=" GUEST_GPU_ID ",blob=true" HOST_IMAGES);
	gpu->shared_memory = true;
	if (works(wish->qemu, gpu, &udmabuf))
		return 0;
	return guest_fail(ret_why, EOPNOTSUPP,
			  "--gpu blob cannot be made on this host: it takes QEMU 9.2 with "
			  "virglrenderer 1.0 as in Debian 13 (%s), or /dev/udmabuf (%s)",
			  virgl, udmabuf);
}

/* The kernel says of virtio-iommu that it is built in, but not so of VT-d, which is no module;
 * the guest checks which came of it. Mappings end when they are unmapped and no later. */
static void choose_iommu(const struct guest_gpu_wish *wish, struct guest_gpu *gpu)
{
	g_autofree char *list = wish->kernel->modules ? g_build_filename(wish->kernel->modules,
									 "modules.builtin", NULL)
						      : NULL;
	g_autofree char *builtin = NULL;

	if (list && g_file_get_contents(list, &builtin, NULL, NULL) &&
	    !strstr(builtin, "/virtio-iommu.ko")) {
		gpu->iommu = "intel-iommu";
		gpu->append = "iommu.strict=1 intel_iommu=on";
	} else {
		gpu->iommu = "virtio-iommu-pci";
		gpu->append = "iommu.strict=1";
	}
}

int guest_gpu_choose(const struct guest_gpu_wish *wish, struct guest_gpu *ret, char **ret_why)
{
	_cleanup_gpu_ struct guest_gpu gpu = {.kind = wish->kind};
	g_autofree char *reason = NULL;
	int r = 0;

	if (wish->iommu)
		choose_iommu(wish, &gpu);
	if (wish->kind == GUEST_GPU_VIRGL) {
		r = choose_virgl(wish, &gpu, ret_why);
	} else if (wish->kind == GUEST_GPU_BLOB) {
		r = choose_blob(wish, &gpu, ret_why);
	} else {
		gpu.display = g_strdup("none");
		if (wish->kind == GUEST_GPU_2D)
			gpu.device = g_strdup("virtio-gpu-pci,id=" GUEST_GPU_ID HOST_IMAGES);
		/* What every QEMU has needs no trying. */
		if (wish->iommu && !works(wish->qemu, &gpu, &reason))
			r = guest_fail(ret_why, EOPNOTSUPP,
				       "--iommu cannot be made on this host: %s", reason);
	}
	if (r < 0)
		return r;
	*ret = gpu;
	gpu = (struct guest_gpu){0};
	return 0;
}
