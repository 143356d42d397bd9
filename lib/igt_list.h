/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Lists whose links are members of what is listed. Names are those of IGT GPU Tools.
 *
 *	struct thing {
 *		int value;
 *		struct igt_list_head link;
 *	} *thing;
 *	IGT_LIST_HEAD(things);
 *
 *	igt_list_add_tail(&new->link, &things);
 *	igt_list_for_each_entry(thing, &things, link)
 *		use(thing->value);
 *
 * A list is a ring through its head. Nothing is allocated or freed here.
 */
#ifndef IGT_LIST_H
#define IGT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/** A list, or a link in one: both are the same. */
struct igt_list_head {
	struct igt_list_head *prev; /**< the link before; of a list its last one */
	struct igt_list_head *next; /**< the link behind; of a list its first one */
};

/** Make a list empty; what was in it is forgotten, not freed. */
void IGT_INIT_LIST_HEAD(struct igt_list_head *head);
/** Declare an empty list. */
#define IGT_LIST_HEAD(name) struct igt_list_head name = {&(name), &(name)}

/** Put @elem, which is in no list, first into that of @head. */
void igt_list_add(struct igt_list_head *elem, struct igt_list_head *head);
/** Put @elem, which is in no list, last into that of @head. */
void igt_list_add_tail(struct igt_list_head *elem, struct igt_list_head *head);

/** Take @elem out of its list. */
void igt_list_del(struct igt_list_head *elem);
/** Take @elem out of its list, and make it an empty list, so that it can be asked. */
void igt_list_del_init(struct igt_list_head *elem);

/** Take @elem out of its list and put it first into @list. */
void igt_list_move(struct igt_list_head *elem, struct igt_list_head *list);
/** Take @elem out of its list and put it last into @list. */
void igt_list_move_tail(struct igt_list_head *elem, struct igt_list_head *list);

/** Number of links in the list, which are counted. */
int igt_list_length(const struct igt_list_head *head);
/** Whether there is none. */
bool igt_list_empty(const struct igt_list_head *head);

/** What @link is the @member of. @sample: any pointer of the type of that. */
#define igt_container_of(link, sample, member)                                                 \
	((__typeof__(sample))((char *)(link) - offsetof(__typeof__(*(sample)), member)))

/** The first thing of a list that is not empty. */
#define igt_list_first_entry(head, sample, member)                                             \
	igt_container_of((head)->next, sample, member)
/** The last thing of a list that is not empty. */
#define igt_list_last_entry(head, sample, member)                                              \
	igt_container_of((head)->prev, sample, member)

/** The statement that follows runs for each thing @pos of the list, which it must not change. */
#define igt_list_for_each_entry(pos, head, member)                                             \
	for (pos = igt_container_of((head)->next, pos, member); &pos->member != (head);        \
	     pos = igt_container_of(pos->member.next, pos, member))
/** The same from the last to the first. */
#define igt_list_for_each_entry_reverse(pos, head, member)                                     \
	for (pos = igt_container_of((head)->prev, pos, member); &pos->member != (head);        \
	     pos = igt_container_of(pos->member.prev, pos, member))
/**
 * igt_list_for_each_entry() when @pos itself may go. @next_pos is a variable of @pos' type for the
 * loop's own use.
 */
#define igt_list_for_each_entry_safe(pos, next_pos, head, member)                              \
	for (pos = igt_container_of((head)->next, pos, member),                                \
	    next_pos = igt_container_of(pos->member.next, pos, member);                        \
	     &pos->member != (head);                                                           \
	     pos = next_pos, next_pos = igt_container_of(pos->member.next, pos, member))

#endif
