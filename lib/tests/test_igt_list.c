/* SPDX-License-Identifier: MIT */
#include "igt_list.h"
#include "run_tester.h"

struct thing {
	int value;
	struct igt_list_head link;
};

/* The values of a list, one digit each, both ways round. */
static void assert_values(struct igt_list_head *list, int expected)
{
	struct thing *thing;
	int forward = 0, backward = 0, factor = 1;

	igt_list_for_each_entry(thing, list, link)
		forward = forward * 10 + thing->value;
	assert_int_equal(forward, expected);
	igt_list_for_each_entry_reverse(thing, list, link) {
		backward += thing->value * factor;
		factor *= 10;
	}
	assert_int_equal(backward, expected);
}

static void adding(void **state)
{
	struct thing one = {.value = 1}, two = {.value = 2}, three = {.value = 3}, *sample = NULL;
	IGT_LIST_HEAD(list);

	assert_true(igt_list_empty(&list));
	assert_int_equal(igt_list_length(&list), 0);
	assert_values(&list, 0);
	igt_list_add_tail(&two.link, &list);
	igt_list_add_tail(&three.link, &list);
	igt_list_add(&one.link, &list);
	assert_values(&list, 123);
	assert_false(igt_list_empty(&list));
	assert_int_equal(igt_list_length(&list), 3);
	assert_ptr_equal(igt_list_first_entry(&list, sample, link), &one);
	assert_ptr_equal(igt_list_last_entry(&list, sample, link), &three);
	assert_ptr_equal(igt_container_of(&two.link, sample, link), &two);
}

static void removing(void **state)
{
	struct thing things[] = {{.value = 1}, {.value = 2}, {.value = 3}}, *thing, *next;
	struct igt_list_head list;

	IGT_INIT_LIST_HEAD(&list);
	for (int i = 0; i < 3; i++)
		igt_list_add_tail(&things[i].link, &list);
	igt_list_del(&things[1].link);
	assert_values(&list, 13);
	igt_list_del_init(&things[0].link);
	assert_true(igt_list_empty(&things[0].link));
	assert_values(&list, 3);
	igt_list_add(&things[0].link, &list);
	igt_list_for_each_entry_safe(thing, next, &list, link)
		igt_list_del(&thing->link);
	assert_true(igt_list_empty(&list));
}

static void moving(void **state)
{
	struct thing things[] = {{.value = 1}, {.value = 2}, {.value = 3}};
	IGT_LIST_HEAD(from);
	IGT_LIST_HEAD(to);

	for (int i = 0; i < 3; i++)
		igt_list_add_tail(&things[i].link, &from);
	igt_list_move(&things[1].link, &to);
	igt_list_move(&things[2].link, &to);
	igt_list_move_tail(&things[0].link, &to);
	assert_true(igt_list_empty(&from));
	assert_values(&to, 321);
	/* Within one list. */
	igt_list_move_tail(&things[2].link, &to);
	assert_values(&to, 213);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adding),
		cmocka_unit_test(removing),
		cmocka_unit_test(moving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
