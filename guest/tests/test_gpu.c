// SPDX-License-Identifier: MIT
/* Which GPU comes out on which host. QEMU and Xvfb are scripts here. */
#include "testing.h"

#include "guest_gpu.h"
#include "guest_spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A host in a directory: programs, and perhaps render nodes. */
struct host {
	char *dir;
	char *qemu, *xvfb, *nodes;
	struct guest_kernel kernel;
	struct guest_gpu gpu;
	char *why;
};

/* What the script of QEMU is told in sh: $* has the arguments, and "refuse TEXT" gives up. */
static void make_qemu(struct host *host, const char *script)
{
	g_autofree char *text = g_strdup_printf("#!/bin/sh\n"
						"refuse() { echo \"qemu: $1\" >&2; exit 1; }\n"
						"read quit\n[ \"$quit\" = quit ] || exit 9\n%s\n",
						script);

	g_free(host->qemu);
	host->qemu = testing_file(host->dir, "qemu", text, 0755);
}

static int setup(void **state)
{
	struct host *host = g_new0(struct host, 1);

	*state = host;
	if (testing_make_dir((void **)&host->dir))
		return -1;
	host->nodes = g_build_filename(host->dir, "dri", NULL);
	host->xvfb = testing_file(host->dir, "xvfb",
				  "#!/bin/bash\necho 63 >&$2\nexec sleep 60\n", 0755);
	make_qemu(host, "exit 0");
	return 0;
}

static int teardown(void **state)
{
	struct host *host = *state;

	guest_gpu_clear(&host->gpu);
	testing_remove_dir((void **)&host->dir);
	g_free(host->qemu);
	g_free(host->xvfb);
	g_free(host->nodes);
	g_free(host->why);
	g_free(host->kernel.modules);
	g_free(host);
	return 0;
}

static int choose(struct host *host, enum guest_gpu_kind kind, bool iommu)
{
	return guest_gpu_choose(&(struct guest_gpu_wish){.kind = kind,
							 .iommu = iommu,
							 .qemu = host->qemu,
							 .kernel = &host->kernel,
							 .render_nodes = host->nodes,
							 .xvfb = host->xvfb},
				&host->gpu, &host->why);
}

/* All arguments and variables that QEMU would get, each in angle brackets. */
static char *arguments(const struct host *host)
{
	_cleanup_launch_ struct guest_launch l = GUEST_LAUNCH_EMPTY;
	g_autoptr(GString) text = g_string_new(NULL);

	guest_gpu_arguments(&host->gpu, UINT64_C(1) << 30, &l);
	for (unsigned int i = 0; i < l.argv->len; i++)
		g_string_append_printf(text, "<%s>", (const char *)l.argv->pdata[i]);
	for (unsigned int i = 0; i < l.env->len; i++)
		g_string_append_printf(text, "<%s>", (const char *)l.env->pdata[i]);
	return g_strdup(text->str);
}

static void assert_arguments(const struct host *host, const char *const texts[])
{
	g_autofree char *all = arguments(host);

	for (; *texts; texts++)
		if (!strstr(all, *texts))
			fail_msg("'%s' is not in %s", *texts, all);
}

#define assert_arguments(host, ...)                                                                \
	assert_arguments(host, (const char *const[]){__VA_ARGS__, NULL})

static void names_are_both_ways(void **state)
{
	for (enum guest_gpu_kind kind = 0; kind < _GUEST_GPU_MAX; kind++)
		assert_int_equal(guest_gpu_by_name(guest_gpu_name(kind)), kind);
	assert_int_equal(guest_gpu_by_name("vga"), _GUEST_GPU_MAX);
}

static void plain_gpu_is_not_tried_out(void **state)
{
	struct host *host = *state;

	make_qemu(host, "refuse everything");
	assert_int_equal(choose(host, GUEST_GPU_2D, false), 0);
	assert_arguments(host, "<-display><none>", "<-device><virtio-gpu-pci,id=gpu,",
			 "<-m><1048576k>");
	guest_gpu_clear(&host->gpu);
	assert_int_equal(choose(host, GUEST_GPU_NONE, false), 0);
	assert_null(host->gpu.device);
}

static void virgl_is_on_a_render_node_that_works(void **state)
{
	struct host *host = *state;
	g_autofree char *node = testing_file(host->nodes, "renderD128", "", 0644);
	g_autofree char *display = g_strdup_printf("<egl-headless,rendernode=%s>", node);

	g_free(testing_file(host->nodes, "card0", "", 0644));
	assert_int_equal(choose(host, GUEST_GPU_VIRGL, false), 0);
	assert_arguments(host, display, "<virtio-gpu-gl-pci,id=gpu,");
	assert_int_equal(host->gpu.xvfb.pid, 0);
}

static void virgl_is_in_software_where_no_render_node_works(void **state)
{
	struct host *host = *state;
	pid_t xvfb;

	g_free(testing_file(host->nodes, "renderD128", "", 0644));
	make_qemu(host, "case $* in *egl-headless*) refuse 'no EGL here';; esac\n"
			"[ \"$DISPLAY\" = :63 ] || refuse 'no display'");
	assert_int_equal(choose(host, GUEST_GPU_VIRGL, false), 0);
	assert_arguments(host, "<-display><sdl,gl=on>", "<DISPLAY><:63>",
			 "<LIBGL_ALWAYS_SOFTWARE><1>");
	xvfb = host->gpu.xvfb.pid;
	assert_int_equal(kill(xvfb, 0), 0);
	guest_gpu_clear(&host->gpu);
	assert_int_equal(kill(xvfb, 0), -1);
}

static void virgl_that_cannot_be_is_told_and_leaves_no_server(void **state)
{
	struct host *host = *state;

	make_qemu(host, "echo noise >&2; refuse 'no such display'");
	assert_fails(choose(host, GUEST_GPU_VIRGL, false), EOPNOTSUPP, &host->why,
		     "--gpu virgl cannot be made on this host: qemu: no such display; ",
		     "qemu-system-gui and xvfb");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void x_server_that_fails_is_quoted(void **state)
{
	struct host *host = *state;

	g_free(host->xvfb);
	host->xvfb = g_strdup("/nonexistent/Xvfb");
	assert_fails(choose(host, GUEST_GPU_VIRGL, false), EOPNOTSUPP, &host->why,
		     "/nonexistent/Xvfb not found: install xvfb");
	g_free(host->xvfb);
	host->xvfb = testing_file(host->dir, "xvfb",
				  "#!/bin/sh\necho a >&2; echo 'no keyboard' >&2; exit 1\n", 0755);
	assert_fails(choose(host, GUEST_GPU_VIRGL, false), EOPNOTSUPP, &host->why,
		     "does not come up: no keyboard;");
}

static void blobs_are_with_virgl_where_qemu_can(void **state)
{
	struct host *host = *state;

	assert_int_equal(choose(host, GUEST_GPU_BLOB, false), 0);
	assert_arguments(host, "<virtio-gpu-gl-pci,id=gpu,blob=true,hostmem=256M,");
	assert_false(host->gpu.shared_memory);
}

static void window_of_a_qemu_that_loses_writes_is_told(void **state)
{
	static const char *const innocent[] = {
		"echo 'QEMU 10.0.2 monitor'",
		"echo 'QEMU 11.1.3 monitor'",
		"echo 'QEMU 10.0.13 monitor'; case $* in *,hostmem=*) refuse;; esac",
	};
	struct host *host = *state;

	make_qemu(host, "echo 'QEMU 10.0.13 monitor - type help'");
	assert_int_equal(choose(host, GUEST_GPU_BLOB, false), 0);
	assert_non_null(host->gpu.caveat);
	assert_non_null(strstr(host->gpu.caveat, "QEMU 10.0.13 may lose"));
	guest_gpu_clear(&host->gpu);
	assert_int_equal(choose(host, GUEST_GPU_VIRGL, true), 0);
	assert_null(host->gpu.caveat);

	for (size_t i = 0; i < G_N_ELEMENTS(innocent); i++) {
		guest_gpu_clear(&host->gpu);
		make_qemu(host, innocent[i]);
		assert_int_equal(choose(host, GUEST_GPU_BLOB, false), 0);
		assert_null(host->gpu.caveat);
	}
}

static void blobs_are_by_udmabuf_else(void **state)
{
	struct host *host = *state;

	make_qemu(host, "case $* in *,hostmem=*) refuse 'no hostmem';; esac");
	assert_int_equal(choose(host, GUEST_GPU_BLOB, true), 0);
	assert_arguments(host, "<-display><none>", "<virtio-gpu-pci,id=gpu,blob=true,",
			 "<memory-backend-memfd,id=ram,share=on,size=1073741824>",
			 "<-machine><memory-backend=ram>", "<virtio-iommu-pci>");
	assert_int_equal(host->gpu.xvfb.pid, 0);
}

static void blobs_that_cannot_be_are_told_with_both_reasons(void **state)
{
	struct host *host = *state;

	make_qemu(host, "case $* in *,hostmem=*) refuse 'no hostmem';; esac; refuse 'no udmabuf'");
	assert_fails(choose(host, GUEST_GPU_BLOB, false), EOPNOTSUPP, &host->why,
		     "--gpu blob cannot be made", "QEMU 9.2", "(qemu: no hostmem)",
		     "/dev/udmabuf (qemu: no udmabuf)");
}

static void iommu_is_one_that_the_kernel_drives(void **state)
{
	struct host *host = *state;
	g_autofree char *list = NULL;

	assert_int_equal(choose(host, GUEST_GPU_2D, true), 0);
	assert_arguments(host, "<-device><virtio-iommu-pci>",
			 "max_hostmem=1G,iommu_platform=on,disable-legacy=on,packed=on>");
	guest_gpu_clear(&host->gpu);

	host->kernel.modules = g_strdup(host->dir);
	list = testing_file(host->dir, "modules.builtin", "kernel/drivers/iommu/virtio-iommu.ko\n",
			    0644);
	assert_int_equal(choose(host, GUEST_GPU_2D, true), 0);
	assert_arguments(host, "<virtio-iommu-pci>");
	guest_gpu_clear(&host->gpu);

	g_free(testing_file(host->dir, "modules.builtin", "kernel/fs/ext4/ext4.ko\n", 0644));
	assert_int_equal(choose(host, GUEST_GPU_2D, true), 0);
	assert_arguments(host, "<intel-iommu>");
	assert_non_null(strstr(host->gpu.append, "intel_iommu=on"));
	guest_gpu_clear(&host->gpu);

	make_qemu(host, "refuse 'too old'");
	assert_fails(choose(host, GUEST_GPU_2D, true), EOPNOTSUPP, &host->why,
		     "--iommu cannot be made on this host: qemu: too old");
}

/* Also when igt_guest is killed for good, its X server goes. */
static void x_server_ends_with_its_parent(void **state)
{
	struct host *host = *state;
	int pair[2], status;
	pid_t parent, server = 0;

	/* What it leaves behind becomes ours. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(pipe(pair), 0);
	parent = fork();
	if (parent == 0) {
		struct guest_xvfb xvfb;

		if (guest_xvfb_start(host->xvfb, &xvfb, NULL) == 0 &&
		    write(pair[1], &xvfb.pid, sizeof(xvfb.pid)) == sizeof(xvfb.pid))
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(read(pair[0], &server, sizeof(server)), sizeof(server));
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_true(WIFSIGNALED(status));
	close(pair[0]);
	close(pair[1]);
}

#define on_host(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_both_ways),
		on_host(plain_gpu_is_not_tried_out),
		on_host(virgl_is_on_a_render_node_that_works),
		on_host(virgl_is_in_software_where_no_render_node_works),
		on_host(virgl_that_cannot_be_is_told_and_leaves_no_server),
		on_host(x_server_that_fails_is_quoted),
		on_host(blobs_are_with_virgl_where_qemu_can),
		on_host(window_of_a_qemu_that_loses_writes_is_told),
		on_host(blobs_are_by_udmabuf_else),
		on_host(blobs_that_cannot_be_are_told_with_both_reasons),
		on_host(iommu_is_one_that_the_kernel_drives),
		on_host(x_server_ends_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
