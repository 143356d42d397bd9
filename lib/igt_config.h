/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The user's configuration file: ~/.igtrc, or what IGT_CONFIG_PATH names. It has the format of
 * GKeyFile: `[group]`, `key=value`, and `#` before comments.
 */
#ifndef IGT_CONFIG_H
#define IGT_CONFIG_H

/**
 * Read the file; without one all is as if it were empty. One that cannot be understood ends the
 * process with IGT_EXIT_INVALID and a message that names the line.
 */
void igt_config_load(void);

/** The value of @key in @group, or NULL. It stays until the process ends. */
const char *igt_config_get(const char *group, const char *key);

/**
 * Read the configuration @text, which is changed and must stay. Returns 0, or the number of the
 * line that is wrong with the reason in @ret_why, or -ENOMEM.
 */
int igt_config_parse(char *text, const char **ret_why);
/** Forget all that was parsed, so that its text may go. */
void igt_config_forget(void);

#endif
