/* SPDX-License-Identifier: MIT */
/**
 * Links of lists.
 */
#include "igt_list.h"

void IGT_INIT_LIST_HEAD(struct igt_list_head *head)
{
	head->prev = head->next = head;
}

static void insert(struct igt_list_head *elem, struct igt_list_head *prev,
		   struct igt_list_head *next)
{
	elem->prev = prev;
	elem->next = next;
	prev->next = elem;
	next->prev = elem;
}

void igt_list_add(struct igt_list_head *elem, struct igt_list_head *head)
{
	insert(elem, head, head->next);
}

void igt_list_add_tail(struct igt_list_head *elem, struct igt_list_head *head)
{
	insert(elem, head->prev, head);
}

void igt_list_del(struct igt_list_head *elem)
{
	elem->prev->next = elem->next;
	elem->next->prev = elem->prev;
	/* Who goes on to use it crashes at once. */
	elem->prev = elem->next = NULL;
}

void igt_list_del_init(struct igt_list_head *elem)
{
	igt_list_del(elem);
	IGT_INIT_LIST_HEAD(elem);
}

void igt_list_move(struct igt_list_head *elem, struct igt_list_head *list)
{
	igt_list_del(elem);
	igt_list_add(elem, list);
}

void igt_list_move_tail(struct igt_list_head *elem, struct igt_list_head *list)
{
	igt_list_del(elem);
	igt_list_add_tail(elem, list);
}

int igt_list_length(const struct igt_list_head *head)
{
	int length = 0;

	for (const struct igt_list_head *at = head->next; at != head; at = at->next)
		length++;
	return length;
}

bool igt_list_empty(const struct igt_list_head *head)
{
	return head->next == head;
}
