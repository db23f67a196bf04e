/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: see settings.h. */
#include "bridge/settings.h"
#include "base/io.h"
#include "base/yaml.h"
#include "bridge/wire.h"
#include "event/verdict.h"

#include <fcntl.h>
#include <string.h>

#define LIVE "ipc:///run/reeve/live"
#define REPLAY "ipc:///run/reeve/replay"
#define CURSORS "/var/lib/reeve-bridge"
#define NAME_MAX_CHARS 64

static void output_free(OutputSettings *output)
{
	g_free(output->name);
	g_free(output->to);
	filter_clear(&output->filter);
	g_free(output);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputSettings, output_free)

void settings_free(Settings *settings)
{
	if (settings == NULL) {
		return;
	}
	g_free(settings->live);
	g_free(settings->replay);
	g_free(settings->cursors);
	g_free(settings->server_key);
	g_free(settings->key);
	g_clear_pointer(&settings->outputs, g_ptr_array_unref);
	g_free(settings);
}

static bool name_is_valid(const char *name)
{
	gsize size = strlen(name);

	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isalnum(name[i]) && strchr("-_", name[i]) == NULL) {
			return false;
		}
	}
	return size > 0 && size <= NAME_MAX_CHARS;
}

static bool address_is_valid(const char *to)
{
	const SinkOps *ops = sink_ops(to);
	const char *rest = ops == NULL ? NULL : to + strlen(ops->scheme);

	if (rest == NULL) {
		return false;
	}
	if (ops == &sink_stdout) {
		return *rest == '\0';
	}
	return ops == &sink_file || ops == &sink_local ? *rest == '/' : wire_address_is_valid(rest);
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

static bool read_list(const YamlDocument *document, const YamlNode *mapping, const char *key,
		      GStrv *ret, GError **error)
{
	const YamlNode *node = yaml_get(mapping, key);

	return node == NULL || yaml_strings(document, node, true, ret, error);
}

static bool read_format(OutputSettings *output, const YamlDocument *document, const YamlNode *node,
			GError **error)
{
	const YamlNode *format = yaml_get(node, "format");
	const YamlNode *severity = yaml_get(node, "severity");
	Severity least;

	output->format = format_find("rfc5424");
	if (format != NULL) {
		output->format = format->kind == YAML_SCALAR ? format_find(format->text) : NULL;
	}
	if (output->format == NULL) {
		return yaml_complain(document, format, "rfc5424, ecs, cef or native", error,
				     "no format of that name");
	}
	if (severity != NULL &&
	    (severity->kind != YAML_SCALAR || !severity_from_word(severity->text, &least))) {
		return yaml_complain(document, severity,
				     "informational, low, medium, high or critical", error,
				     "no severity of that name");
	}
	output->filter.severity = severity == NULL ? 0 : (guint)least;
	return true;
}

static bool check_output(const OutputSettings *output, const YamlDocument *document,
			 const YamlNode *node, GError **error)
{
	if (output->name == NULL || !name_is_valid(output->name)) {
		return yaml_complain(document, node, "letters, digits, `-` and `_`", error,
				     "an output needs a `name`");
	}
	if (output->to == NULL || !address_is_valid(output->to)) {
		return yaml_complain(document, node,
				     "file:///PATH, stdout:, syslog:///dev/log, tcp://NUMBERS:PORT "
				     "or relp://NUMBERS:PORT",
				     error, "an output needs an address in `to`");
	}
	return true;
}

static bool read_output(Settings *settings, const YamlDocument *document, const YamlNode *node,
			GError **error)
{
	static const char *const keys[] = {"name",     "to",    "format", "topics",
					   "severity", "hosts", "paths",  NULL};
	g_autoptr(OutputSettings) output = g_new0(OutputSettings, 1);

	if (!yaml_only_keys(document, node, keys, error) ||
	    !read_text(document, node, "name", &output->name, error) ||
	    !read_text(document, node, "to", &output->to, error) ||
	    !read_format(output, document, node, error) ||
	    !read_list(document, node, "topics", &output->filter.topics, error) ||
	    !read_list(document, node, "hosts", &output->filter.hosts, error) ||
	    !read_list(document, node, "paths", &output->filter.paths, error) ||
	    !check_output(output, document, node, error)) {
		return false;
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
	static const char *const keys[] = {"live",       "replay", "cursors", "outputs",
					   "server_key", "key",    NULL};
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
		.outputs = g_ptr_array_new_with_free_func((GDestroyNotify)output_free),
	};
	if (!yaml_only_keys(document, root, keys, error) ||
	    !read_text(document, root, "live", &settings->live, error) ||
	    !read_text(document, root, "replay", &settings->replay, error) ||
	    !read_text(document, root, "cursors", &settings->cursors, error) ||
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
