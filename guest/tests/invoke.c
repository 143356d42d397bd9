// SPDX-License-Identifier: MIT
#include "invoke.h"

#include "testing.h"

#include "guest_util.h"

#include <string.h>

#define LIMIT_MS 120000

void invoke(const char *const args[], struct invocation *ret)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int64_t start = guest_now_ms();
	int r;

	g_ptr_array_add(argv, (char *)IGT_GUEST);
	for (const char *const *arg = args; *arg; arg++)
		g_ptr_array_add(argv, (char *)*arg);
	g_ptr_array_add(argv, NULL);
	r = guest_spawn_run(&(struct guest_spawn){.argv = (const char *const *)argv->pdata,
						  .timeout_ms = LIMIT_MS},
			    &ret->done);
	if (r < 0)
		fail_msg("igt_guest did not end: %s", strerror(-r));
	ret->ms = guest_now_ms() - start;
}

void invocation_assert(const struct invocation *run, int code, const char *err)
{
	if (run->done.status == code && strstr(run->done.err->str, err))
		return;
	fail_msg("exit %d, expected %d and '%s'\n--- stdout\n%s--- stderr\n%s", run->done.status,
		 code, err, run->done.out->str, run->done.err->str);
}

void invocation_clear(struct invocation *run)
{
	guest_spawned_clear(&run->done);
}
