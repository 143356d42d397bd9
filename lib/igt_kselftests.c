/* SPDX-License-Identifier: MIT */
/**
 * Self-tests of kernel modules.
 */
#define IGT_LOG_DOMAIN "igt_kmod"
#include <ctype.h>
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igt_aux.h"
#include "igt_cleanup.h"
#include "igt_core.h"
#include "igt_kmod.h"
#include "igt_kmod_context.h"
#include "igt_kselftests.h"
#include "igt_taints.h"
#include "reclaim/igt_files.h"

struct igt_kselftest *igt_kselftest_parse(const char *parm, const char *filter)
{
	static const char prefix[] = "igt__";
	const size_t length = strcspn(parm, ":");
	struct igt_kselftest *test;
	unsigned long long number;
	char *end;

	if (strncmp(parm, prefix, strlen(prefix)) != 0 ||
	    !isdigit((unsigned char)parm[strlen(prefix)]))
		return NULL;
	/* What is too large for it is too large for an unsigned int, whatever a long holds. */
	number = strtoull(parm + strlen(prefix), &end, 10);
	if (number > UINT32_MAX || strncmp(end, "__", 2) != 0 || end + 2 >= parm + length)
		return NULL;
	if (filter && (strncmp(end + 2, filter, strlen(filter)) != 0 ||
		       end[2 + strlen(filter)] != '_'))
		return NULL;
	test = malloc(sizeof(*test) + length + 1);
	if (!test)
		return NULL;
	IGT_INIT_LIST_HEAD(&test->link);
	test->number = (unsigned int)number;
	memcpy(test->param, parm, length);
	test->param[length] = '\0';
	test->name = test->param + (end + 2 - parm);
	return test;
}

bool igt_kselftest_insert(struct igt_list_head *tests, struct igt_kselftest *test)
{
	struct igt_kselftest *other;

	igt_list_for_each_entry(other, tests, link)
		if (strcmp(other->param, test->param) == 0)
			return false;
	/* Before the first with a higher number: at the end of those that are left of it. */
	igt_list_for_each_entry(other, tests, link)
		if (other->number > test->number)
			break;
	igt_list_add_tail(&test->link, &other->link);
	return true;
}

static int find_tests(const char *module_name, const char *filter, struct igt_list_head *tests)
{
	_cleanup_kmod_ struct kmod_ctx *context = igt_kmod_context();
	struct kmod_list *info = NULL, *item;
	struct kmod_module *module;
	int r;

	if (!context)
		return -ENOPKG;
	r = kmod_module_new_from_name(context, module_name, &module);
	if (r < 0)
		return r;
	r = kmod_module_get_info(module, &info);
	kmod_list_foreach(item, info) {
		const char *key = kmod_module_info_get_key(item);
		struct igt_kselftest *test = NULL;

		if (strcmp(key, "parm") == 0 || strcmp(key, "parmtype") == 0)
			test = igt_kselftest_parse(kmod_module_info_get_value(item), filter);
		if (test && !igt_kselftest_insert(tests, test))
			free(test);
	}
	kmod_module_info_free_list(info);
	kmod_module_unref(module);
	return r < 0 ? r : 0;
}

/* The module's own word about the test it ran, where it does not speak by failing to load. */
static int told_result(const char *module_name, const char *result)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	if (asprintf(&path, "/sys/module/%s/parameters/%s", module_name, result) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = igt_file_read(path, &text);
	return r < 0 ? r : atoi(text);
}

/* What is left of the name when the subtest has the filter's. */
static const char *short_name(const struct igt_kselftest *test, const char *filter)
{
	return filter ? test->name + strlen(filter) + 1 : test->name;
}

/** What igt_kselftests() is asked for. */
struct request {
	const char *module_name, *options, *result, *filter;
};

static void run(const struct request *request, const struct igt_kselftest *test)
{
	const char *module_name = request->module_name, *options = request->options;
	_cleanup_free_ char *parameters = NULL;
	unsigned long taints, bad_before = igt_kernel_tainted(&taints), bad;
	int r;

	igt_skip_on_f(bad_before, "the kernel is damaged already: %s\n",
		      igt_explain_taints(&taints));
	igt_assert(asprintf(&parameters, "%s=1%s%s", test->param, options ? " " : "",
			    options ?: "") > 0);
	r = igt_kmod_unload(module_name);
	igt_assert_f(r == 0, "unloading %s: %s\n", module_name, strerror(-r));
	r = igt_kmod_load(module_name, parameters);
	if (r == 0 && request->result)
		r = told_result(module_name, request->result);
	igt_kmod_unload(module_name);
	errno = 0;
	igt_skip_on_f(r == -ENOTTY || r == -ENODEV, "%s does not do it on this machine\n",
		      module_name);
	igt_assert_f(r == 0, "%s %s: %s\n", module_name, parameters, strerror(abs(r)));
	bad = igt_kernel_tainted(&taints);
	igt_assert_f(!bad, "it damaged the kernel: %s\n", igt_explain_taints(&taints));
}

/* A function of its own for each: what a jump leads back to has no loop variable. */
static void make_dynamic(const struct request *request, const struct igt_kselftest *test)
{
	igt_dynamic_f("%s", short_name(test, request->filter))
		run(request, test);
}

void igt_kselftests(const char *module_name, const char *options, const char *result,
		    const char *filter)
{
	const struct request request = {module_name, options, result, filter};
	static struct igt_list_head tests;
	struct igt_kselftest *test, *next;

	IGT_INIT_LIST_HEAD(&tests);
	igt_subtest_with_dynamic(filter ?: "all-tests") {
		int r = find_tests(module_name, filter, &tests);

		igt_require_f(r == 0, "module %s: %s\n", module_name, strerror(-r));
		igt_require_f(!igt_list_empty(&tests), "module %s has no such self-test\n",
			      module_name);
		igt_list_for_each_entry(test, &tests, link)
			make_dynamic(&request, test);
	}
	igt_list_for_each_entry_safe(test, next, &tests, link)
		free(test);
}
