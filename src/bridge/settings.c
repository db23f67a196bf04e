/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: see settings.h. */
#include "bridge/settings.h"
#include "base/io.h"
#include "base/yaml.h"

#include <fcntl.h>

#define LIVE "ipc:///run/reeve/live"
#define REPLAY "ipc:///run/reeve/replay"
#define CURSORS "/var/lib/reeve-bridge"

void settings_free(Settings *settings)
{
	if (settings == NULL) {
		return;
	}
	g_free(settings->live);
	g_free(settings->replay);
	g_free(settings->cursors);
	g_free(settings->people);
	g_free(settings->server_key);
	g_free(settings->key);
	g_clear_pointer(&settings->outputs, g_ptr_array_unref);
	g_free(settings);
}

/* The text of a key; one that is missing is left as it is. */
static bool read_text(const YamlDocument *document, const YamlNode *mapping, const char *key,
		      char **ret, GError **error)
{
	const YamlNode *node = yaml_get(mapping, key);
	char *text;

	if (node == NULL) {
		return true;
	}
	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	g_free(*ret);
	*ret = text;
	return true;
}

static bool read_output(Settings *settings, const YamlDocument *document, const YamlNode *node,
			GError **error)
{
	g_autoptr(OutputSettings) output = output_settings_read(document, node, error);

	if (output == NULL) {
		return false;
	}
	if (output->filter.owners != NULL && settings->people == NULL) {
		return yaml_complain(document, node, "people: /etc/reeve/people/people.yaml", error,
				     "`owners` are of a file that is not named");
	}
	for (guint i = 0; i < settings->outputs->len; i++) {
		const OutputSettings *other = g_ptr_array_index(settings->outputs, i);

		if (g_str_equal(other->name, output->name)) {
			return yaml_complain(document, node, "each has a cursor of its own", error,
					     "two outputs of one name");
		}
	}
	g_ptr_array_add(settings->outputs, g_steal_pointer(&output));
	return true;
}

static bool read_outputs(Settings *settings, const YamlDocument *document, GError **error)
{
	const YamlNode *root = yaml_root(document);
	const YamlNode *outputs = yaml_get(root, "outputs");

	if (outputs == NULL || outputs->kind != YAML_SEQUENCE || outputs->items->len == 0 ||
	    outputs->items->len > OUTPUTS_MAX) {
		return yaml_complain(document, outputs == NULL ? root : outputs,
				     "outputs: [{name: siem, to: \"relp://192.0.2.9:2514\"}]",
				     error, "a bridge needs a list of outputs, at most %d",
				     OUTPUTS_MAX);
	}
	for (guint i = 0; i < outputs->items->len; i++) {
		if (!read_output(settings, document, g_ptr_array_index(outputs->items, i), error)) {
			return false;
		}
	}
	return true;
}

Settings *settings_parse(const char *name, const char *data, gsize size, GError **error)
{
	static const char *const keys[] = {"live",   "replay",     "cursors", "outputs",
					   "people", "server_key", "key",     NULL};
	g_autoptr(YamlDocument) document = yaml_parse(name, data, size, error);
	g_autoptr(Settings) settings = g_new0(Settings, 1);
	const YamlNode *root;

	if (document == NULL) {
		return NULL;
	}
	root = yaml_root(document);
	*settings = (Settings){
		.live = g_strdup(LIVE),
		.replay = g_strdup(REPLAY),
		.cursors = g_strdup(CURSORS),
		.outputs = g_ptr_array_new_with_free_func((GDestroyNotify)output_settings_free),
	};
	if (!yaml_only_keys(document, root, keys, error) ||
	    !read_text(document, root, "live", &settings->live, error) ||
	    !read_text(document, root, "replay", &settings->replay, error) ||
	    !read_text(document, root, "cursors", &settings->cursors, error) ||
	    !read_text(document, root, "people", &settings->people, error) ||
	    !read_text(document, root, "server_key", &settings->server_key, error) ||
	    !read_text(document, root, "key", &settings->key, error) ||
	    !read_outputs(settings, document, error)) {
		return NULL;
	}
	return g_steal_pointer(&settings);
}

Settings *settings_read(const char *file, GError **error)
{
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, file, YAML_MAX_BYTES, error);
	gsize size = 0;
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);

	return bytes == NULL ? NULL : settings_parse(file, data == NULL ? "" : data, size, error);
}
