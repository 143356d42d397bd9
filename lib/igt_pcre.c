/* SPDX-License-Identifier: MIT */
/**
 * libpcre2, where it is there. Only four functions of its stable interface, pcre2api(3), are
 * used, so its header is not needed to build.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

#include "igt_pcre.h"

bool igt_pcre_check(const char *regex, char *ret_why, size_t size)
{
	void *(*compile)(const uint8_t *pattern, size_t length, uint32_t options, int *error,
			 size_t *offset, void *context);
	int (*message)(int error, uint8_t *buffer, size_t length);
	void (*release)(void *code);
	void *library = dlopen("libpcre2-8.so.0", RTLD_NOW | RTLD_LOCAL), *code;
	uint8_t text[200] = "";
	size_t offset = 0;
	int error = 0;

	if (!library)
		return true;
	compile = dlsym(library, "pcre2_compile_8");
	message = dlsym(library, "pcre2_get_error_message_8");
	release = dlsym(library, "pcre2_code_free_8");
	if (!compile || !message || !release) {
		dlclose(library);
		return true;
	}
	code = compile((const uint8_t *)regex, SIZE_MAX /* up to the NUL */, 0, &error, &offset,
		       NULL);
	if (!code) {
		message(error, text, sizeof(text));
		snprintf(ret_why, size, "%s at offset %zu", (const char *)text, offset);
	}
	release(code);
	dlclose(library);
	return code != NULL;
}
