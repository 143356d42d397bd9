/* SPDX-License-Identifier: MIT */
/**
 * Hooks: which there are, and how they are run.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_hook.h"
#include "igt_internal.h"

static const struct {
	const char *name;
	const char *when;
} events[] = {
	[IGT_HOOK_PRE_TEST] = {"pre-test", "before the test starts"},
	[IGT_HOOK_PRE_SUBTEST] = {"pre-subtest", "before a subtest starts"},
	[IGT_HOOK_PRE_DYN_SUBTEST] = {"pre-dyn-subtest", "before a dynamic subtest starts"},
	[IGT_HOOK_POST_DYN_SUBTEST] = {"post-dyn-subtest", "after a dynamic subtest has ended"},
	[IGT_HOOK_POST_SUBTEST] = {"post-subtest", "after a subtest has ended"},
	[IGT_HOOK_POST_TEST] = {"post-test", "after the test has ended"},
	[IGT_HOOK_POST_KMOD_UNBIND] = {"post-kmod-unbind",
				       "after a driver was unbound, to unload its module"},
};

static struct {
	unsigned int events; /* as bits */
	const char *command;
} *hooks;
static unsigned int hook_count;

static int event_by_name(const char *name, size_t length)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		if (strlen(events[i].name) == length && strncmp(events[i].name, name, length) == 0)
			return (int)i;
	return -1;
}

/* Read the events of @list, up to its @end, into the bits *@ret_events. */
static int parse_events(const char *list, const char *end, unsigned int *ret_events, char **ret_why)
{
	unsigned int bits = 0;

	for (const char *at = list;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const size_t length = (size_t)((comma ?: end) - at);
		const int event = event_by_name(at, length);

		if (length == 1 && *at == '*') {
			bits |= (1u << ARRAY_SIZE(events)) - 1;
		} else if (event < 0) {
			return asprintf(ret_why, "there is no event '%.*s'", (int)length, at) < 0 ?
				       -ENOMEM :
				       -EINVAL;
		} else {
			bits |= 1u << event;
		}
		if (!comma)
			break;
		at = comma + 1;
	}
	*ret_events = bits;
	return 0;
}

int igt_hook_add(const char *descriptor, char **ret_why)
{
	const char *colon = strchr(descriptor, ':');
	const char *command = colon ? colon + 1 : descriptor;
	unsigned int bits = (1u << ARRAY_SIZE(events)) - 1;
	void *grown;
	int r;

	if (colon && (r = parse_events(descriptor, colon, &bits, ret_why)) < 0)
		return r;
	if (!command[strspn(command, " \t")]) {
		*ret_why = strdup("there is no command");
		return *ret_why ? -EINVAL : -ENOMEM;
	}
	grown = reallocarray(hooks, hook_count + 1, sizeof(*hooks));
	if (!grown)
		return -ENOMEM;
	hooks = grown;
	hooks[hook_count].events = bits;
	hooks[hook_count].command = command;
	hook_count++;
	return 0;
}

/* Tell the commands to come what they are called for. */
static void set_environment(enum igt_hook_event event, const char *what)
{
	const bool unbind = event == IGT_HOOK_POST_KMOD_UNBIND;
	const char *subtest = igt_subtest_name() ?: "", *dynamic = igt_dynamic_subtest_name() ?: "";
	char name[3 * IGT_NAME_MAX + 8];

	snprintf(name, sizeof(name), "igt@%s%s%s%s%s", igt_test_name(), *subtest ? "@" : "",
		 subtest, *dynamic ? "@" : "", dynamic);
	setenv("IGT_HOOK_EVENT", events[event].name, 1);
	setenv("IGT_HOOK_TEST_FULLNAME", name, 1);
	setenv("IGT_HOOK_TEST", igt_test_name(), 1);
	setenv("IGT_HOOK_SUBTEST", subtest, 1);
	setenv("IGT_HOOK_DYN_SUBTEST", dynamic, 1);
	setenv("IGT_HOOK_RESULT", what && !unbind ? what : "", 1);
	setenv("IGT_HOOK_KMOD_UNBIND_MODULE_NAME", what && unbind ? what : "", 1);
}

void igt_hook_event(enum igt_hook_event event, const char *what)
{
	bool told = false;

	for (unsigned int i = 0; i < hook_count; i++) {
		if (!(hooks[i].events & 1u << event))
			continue;
		if (!told) {
			set_environment(event, what);
			fflush(stdout);
			fflush(stderr);
			told = true;
		}
		if (system(hooks[i].command) < 0)
			igt_info("hook not run: %m\n");
	}
}

void igt_hook_help(FILE *out)
{
	fprintf(out,
		"--hook '[EVENT[,EVENT...]:]COMMAND' has a shell command run at events of the\n"
		"test. It can be given several times. Without an event, or with '*', the command\n"
		"runs at each. The events:\n\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		fprintf(out, "  %-18s%s\n", events[i].name, events[i].when);
	fprintf(out, "\nThe command finds in its environment, empty where it does not apply:\n\n"
		     "  IGT_HOOK_EVENT          name of the event\n"
		     "  IGT_HOOK_TEST_FULLNAME  igt@TEST[@SUBTEST[@DYNAMIC_SUBTEST]]\n"
		     "  IGT_HOOK_TEST           name of the test\n"
		     "  IGT_HOOK_SUBTEST        name of the subtest\n"
		     "  IGT_HOOK_DYN_SUBTEST    name of the dynamic subtest\n"
		     "  IGT_HOOK_RESULT         SUCCESS, SKIP, FAIL or CRASH, after an end\n"
		     "  IGT_HOOK_KMOD_UNBIND_MODULE_NAME\n"
		     "                          name of the module whose driver was unbound\n");
}
