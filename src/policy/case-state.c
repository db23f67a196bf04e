/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of a case: a table of the keys a state may have. */
#include "policy/case-state.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <string.h>

#define MODE_FILE 0644
#define MODE_DIRECTORY 0755
#define UID_SOMEBODY 1000 /* of an owner who is not root */

typedef struct {
	const YamlDocument *document;
	FileState *state;
	char **content;
} Target;

static const char *const content_words[_CONTENT_N] = {
	[CONTENT_STORED] = "stored",         [CONTENT_DIGEST] = "large",
	[CONTENT_SECRET] = "secret",         [CONTENT_REDACTED] = "redacted",
	[CONTENT_UNREADABLE] = "unreadable",
};

void case_state_init(FileState *state)
{
	*state = (FileState){.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = MODE_FILE};
	state->owner = g_strdup("root");
	state->group = g_strdup("root");
}

static bool apply_type(Target *target, const YamlNode *node, GError **error)
{
	FileState *state = target->state;

	if (node->kind != YAML_SCALAR || !file_type_from_word(node->text, &state->type)) {
		return yaml_complain(target->document, node, "file, dir, link, fifo, ...", error,
				     "unknown type");
	}
	if (state->type != FILE_REGULAR) {
		state->content = CONTENT_NONE;
		state->mode = state->type == FILE_SYMLINK     ? 0777
			      : state->type == FILE_DIRECTORY ? MODE_DIRECTORY
							      : state->mode;
	}
	return true;
}

static bool apply_mode(Target *target, const YamlNode *node, GError **error)
{
	guint64 mode;

	if (node->kind != YAML_SCALAR || strlen(node->text) != 4 ||
	    !g_ascii_string_to_unsigned(node->text, 8, 0, 07777, &mode, NULL)) {
		return yaml_complain(target->document, node, "write it as \"0644\"", error,
				     "a mode has four octal digits");
	}
	target->state->mode = (guint32)mode;
	return true;
}

static bool apply_name(Target *target, const YamlNode *node, char **name, guint32 *id,
		       GError **error)
{
	g_clear_pointer(name, g_free);
	if (!yaml_string(target->document, node, name, error)) {
		return false;
	}
	*id = g_str_equal(*name, "root") ? 0 : UID_SOMEBODY;
	return true;
}

static bool apply_owner(Target *target, const YamlNode *node, GError **error)
{
	return apply_name(target, node, &target->state->owner, &target->state->uid, error);
}

static bool apply_group(Target *target, const YamlNode *node, GError **error)
{
	return apply_name(target, node, &target->state->group, &target->state->gid, error);
}

static bool apply_link(Target *target, const YamlNode *node, GError **error)
{
	FileState *state = target->state;

	state->type = FILE_SYMLINK;
	state->content = CONTENT_NONE;
	state->mode = 0777;
	g_clear_pointer(&state->link, g_free);
	return yaml_string(target->document, node, &state->link, error);
}

static bool apply_content(Target *target, const YamlNode *node, GError **error)
{
	if (!yaml_string(target->document, node, target->content, error)) {
		return false;
	}
	target->state->size = strlen(*target->content);
	digest_sha256(*target->content, target->state->size, target->state->sha256);
	return true;
}

/* What is known of the content: "secret" and the like. */
static bool apply_known(Target *target, const YamlNode *node, GError **error)
{
	for (guint i = 0; i < _CONTENT_N; i++) {
		if (content_words[i] != NULL && node->kind == YAML_SCALAR &&
		    g_str_equal(node->text, content_words[i])) {
			target->state->content = (ContentKind)i;
			return true;
		}
	}
	return yaml_complain(target->document, node, "stored, large, secret, redacted, unreadable",
			     error, "not what can be known of a content");
}

static bool apply_xattrs(Target *target, const YamlNode *node, GError **error)
{
	g_auto(GStrv) names = NULL;

	if (!yaml_strings(target->document, node, true, &names, error)) {
		return false;
	}
	for (guint i = 0; names[i] != NULL; i++) {
		file_state_add_xattr(target->state, names[i], "x", 1);
	}
	return true;
}

static bool apply_capabilities(Target *target, const YamlNode *node, GError **error)
{
	struct vfs_cap_data data = {.magic_etc = GUINT32_TO_LE(VFS_CAP_REVISION_2)};
	g_auto(GStrv) names = NULL;

	if (!yaml_strings(target->document, node, true, &names, error)) {
		return false;
	}
	for (guint i = 0; names[i] != NULL; i++) {
		const char *plain = g_str_has_prefix(names[i], "cap_") ? names[i] + 4 : names[i];
		int number = capng_name_to_capability(plain);

		if (number < 0) {
			return yaml_complain(target->document, node, "for example cap_net_raw",
					     error, "unknown capability `%s`", names[i]);
		}
		data.data[number / 32].permitted |= GUINT32_TO_LE(1u << (number % 32));
	}
	file_state_add_xattr(target->state, "security.capability", &data, sizeof(data));
	return true;
}

static const struct {
	const char *key;
	bool (*apply)(Target *target, const YamlNode *node, GError **error);
} rows[] = {
	/* in this order: a type sets the mode that goes with it */
	{"type", apply_type},   {"link", apply_link},     {"mode", apply_mode},
	{"owner", apply_owner}, {"group", apply_group},   {"content", apply_content},
	{"known", apply_known}, {"xattrs", apply_xattrs}, {"capabilities", apply_capabilities},
};

bool case_state_apply(const YamlDocument *document, const YamlNode *map, FileState *state,
		      char **ret_content, GError **error)
{
	Target target = {document, state, ret_content};
	const char *known[G_N_ELEMENTS(rows) + 1] = {0};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		known[i] = rows[i].key;
	}
	if (!yaml_only_keys(document, map, known, error)) {
		return false;
	}
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const YamlNode *node = yaml_get(map, rows[i].key);

		if (node != NULL && !rows[i].apply(&target, node, error)) {
			return false;
		}
	}
	return true;
}
