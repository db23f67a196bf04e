/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of rules from a stranger, held against a change whose lines are that file's own: never
 * crashes, never hangs, and what does not load is a problem in words.
 */
#include "policy/policy.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Change *change_of(const uint8_t *data, size_t size)
{
	Change *change = change_new("/etc/ssh/sshd_config", OP_UPDATED);
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 64);

	change->before = (FileState){.type = FILE_REGULAR, .mode = 0644};
	change->after = (FileState){.type = FILE_REGULAR, .mode = 04666, .uid = 1000};
	change->difference = STATE_CONTENT | STATE_MODE | STATE_OWNER;
	for (guint i = 0; lines[i] != NULL; i++) {
		g_ptr_array_add(i % 2 ? change->added : change->removed, g_strdup(lines[i]));
	}
	return change;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PolicySource source = {.name = (char *)"r.yml", .bytes = g_bytes_new(data, size)};
	g_autoptr(GPtrArray) sources = g_ptr_array_new();
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) told = NULL;
	g_autoptr(Policy) policy = NULL;
	g_autoptr(Change) change = change_of(data, size);

	g_ptr_array_add(sources, &source);
	policy = policy_compile(sources, &problems);
	for (guint i = 0; i < problems->len; i++) {
		g_assert_true(g_str_has_prefix(g_ptr_array_index(problems, i), "r.yml:"));
		g_assert_true(g_utf8_validate(g_ptr_array_index(problems, i), -1, NULL));
	}
	policy_judge(policy, change);
	g_assert_cmpuint(change->rules->len, <=, policy_count(policy));
	told = policy_take_problems(policy);
	g_bytes_unref(source.bytes);
	return 0;
}
