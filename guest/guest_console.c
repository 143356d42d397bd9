// SPDX-License-Identifier: MIT
#include "guest_console.h"

#include <string.h>

#define PANIC "Kernel panic - not syncing: "
#define INIT_SAYS "igt_guest_init: "

/* Texts that open a kernel's report of trouble, on any architecture we boot. */
static const char *const signs[] = {
	PANIC,
	"BUG: ",
	"kernel BUG at",
	"Oops: ",
	"general protection fault",
	"Internal error: ",
	"Unable to handle kernel",
	"double fault: ",
	/* The first of the traces that igt_guest itself asks a hanging kernel for. */
	"sysrq: Show Blocked State",
};

/* Where the message starts: behind "<4>", "[   12.345678]" and "[ T12]", if there are any. */
static const char *message(const char *line)
{
	while (*line == ' ' || *line == '[' || *line == '<') {
		const char *end;

		if (*line == ' ') {
			line++;
			continue;
		}
		end = strchr(line, *line == '[' ? ']' : '>');
		if (!end)
			break;
		line = end + 1;
	}
	return line;
}

static bool is_trouble(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (g_str_has_prefix(text, signs[i]))
			return true;
	return false;
}

static void append(GPtrArray **lines, const char *line)
{
	if (!*lines)
		*lines = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(*lines, g_strdup(line));
}

void guest_console_line(const char *line, void *data)
{
	struct guest_console *console = data;
	const char *text = message(line);
	bool panic = g_str_has_prefix(text, PANIC), first = panic && !console->panicked;

	if (!*text)
		return;
	if (first) {
		console->panicked = true;
		console->panic_text = g_strdup(text + strlen(PANIC));
	}
	if (g_str_has_prefix(text, INIT_SAYS)) {
		g_free(console->init_error);
		console->init_error = g_strdup(text + strlen(INIT_SAYS));
	}

	append(&console->last, line);
	if (console->last->len > GUEST_CONSOLE_KEPT)
		g_ptr_array_remove_index(console->last, 0);

	if (console->trouble ? console->trouble->len < GUEST_CONSOLE_KEPT || first
			     : is_trouble(text))
		append(&console->trouble, line);
}

const GPtrArray *guest_console_excerpt(const struct guest_console *console)
{
	return console->trouble ?: console->last;
}

void guest_console_clear(struct guest_console *console)
{
	g_clear_pointer(&console->trouble, g_ptr_array_unref);
	g_clear_pointer(&console->last, g_ptr_array_unref);
	g_clear_pointer(&console->init_error, g_free);
	g_clear_pointer(&console->panic_text, g_free);
	console->panicked = false;
}
