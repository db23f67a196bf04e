/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of an output: see output-settings.h. */
#include "bridge/output-settings.h"
#include "base/glob.h"
#include "bridge/mail.h"
#include "event/verdict.h"

#include <string.h>

#define NAME_MAX_CHARS 64
#define REPEAT_USEC (60 * G_USEC_PER_SEC)

void output_settings_free(OutputSettings *output)
{
	if (output == NULL) {
		return;
	}
	g_free(output->name);
	g_free(output->to);
	g_free(output->from);
	g_strfreev(output->recipients);
	g_strfreev(output->confidential);
	peer_clear(&output->peer);
	filter_clear(&output->filter);
	g_free(output);
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

static bool read_text(const YamlDocument *document, const YamlNode *mapping, const char *key,
		      char **ret, GError **error)
{
	const YamlNode *node = yaml_get(mapping, key);

	return node == NULL || yaml_string(document, node, ret, error);
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
	bool is_webhook = output->to != NULL && g_str_has_prefix(output->to, "http");

	output->format = format_find(is_webhook ? "native" : "rfc5424");
	if (format != NULL) {
		output->format = format->kind == YAML_SCALAR ? format_find(format->text) : NULL;
	}
	return output->format != NULL ||
	       yaml_complain(document, format, "rfc5424, ecs, cef, hec or native", error,
			     "no format of that name");
}

static bool read_filter(OutputSettings *output, const YamlDocument *document, const YamlNode *node,
			GError **error)
{
	const YamlNode *severity = yaml_get(node, "severity");
	Severity least = SEVERITY_INFORMATIONAL;

	if (severity != NULL &&
	    (severity->kind != YAML_SCALAR || !severity_from_word(severity->text, &least))) {
		return yaml_complain(document, severity,
				     "informational, low, medium, high or critical", error,
				     "no severity of that name");
	}
	output->filter.severity = (guint)least;
	return read_list(document, node, "topics", &output->filter.topics, error) &&
	       read_list(document, node, "hosts", &output->filter.hosts, error) &&
	       read_list(document, node, "paths", &output->filter.paths, error) &&
	       read_list(document, node, "owners", &output->filter.owners, error);
}

/* To this very machine: no cable between. */
static bool is_near(const OutputSettings *output)
{
	const char *host = strstr(output->to, "://");
	const char *where = output->peer.at != NULL ? output->peer.at
			    : host == NULL          ? ""
						    : host + strlen("://");

	return g_str_has_prefix(where, "127.") || g_str_has_prefix(where, "[::1]") ||
	       g_str_equal(where, "::1");
}

static bool read_safety(OutputSettings *output, const YamlDocument *document, const YamlNode *node,
			GError **error)
{
	const YamlNode *starttls = yaml_get(node, "starttls");
	bool is_smtp = g_str_has_prefix(output->to, "smtp:");
	bool is_clear;

	output->has_tls = !(is_smtp && is_near(output));
	if (starttls != NULL && !yaml_bool(document, starttls, &output->has_tls, error)) {
		return false;
	}
	is_clear = is_smtp ? !output->has_tls : !sink_is_by_tls(output->to);
	return !is_clear || is_near(output) ||
	       (output->peer.user == NULL && output->peer.files[PEER_HEADERS] == NULL) ||
	       yaml_complain(document, node, "use https, smtps or STARTTLS", error,
			     "a password would go over the network for all to read");
}

static bool check_addresses(const OutputSettings *output, const YamlDocument *document,
			    const YamlNode *node, GError **error)
{
	if (output->from == NULL || output->recipients == NULL || *output->recipients == NULL) {
		return yaml_complain(document, node, "who gets what nobody else answers for", error,
				     "mail needs `from` and `recipients`");
	}
	for (char **to = output->recipients; *to != NULL; to++) {
		if (!mail_address_is_valid(*to)) {
			return yaml_complain(document, node, "like admins@example.org", error,
					     "`%s` is no mail address", *to);
		}
	}
	return mail_address_is_valid(output->from) ||
	       yaml_complain(document, node, "like reeve@example.org", error,
			     "`%s` is no mail address", output->from);
}

static bool read_telling(OutputSettings *output, const YamlDocument *document, const YamlNode *node,
			 GError **error)
{
	const YamlNode *repeat = yaml_get(node, "repeat");

	output->repeat_usec = REPEAT_USEC;
	if ((repeat != NULL && !yaml_length(document, repeat, &output->repeat_usec, error)) ||
	    !read_text(document, node, "from", &output->from, error) ||
	    !read_list(document, node, "recipients", &output->recipients, error) ||
	    !read_list(document, node, "confidential", &output->confidential, error)) {
		return false;
	}
	for (char **one = output->confidential; one != NULL && *one != NULL; one++) {
		if (!glob_is_valid(*one)) {
			return yaml_complain(document, node, "like /srv/**", error,
					     "`%s` is no pattern of paths", *one);
		}
	}
	return sink_ops(output->to)->subject != SINK_MAIL ||
	       check_addresses(output, document, node, error);
}

static bool check_output(const OutputSettings *output, const YamlDocument *document,
			 const YamlNode *node, GError **error)
{
	if (output->name == NULL || !name_is_valid(output->name)) {
		return yaml_complain(document, node, "letters, digits, `-` and `_`", error,
				     "an output needs a `name`");
	}
	if (output->to == NULL || !sink_place_is_valid(output->to, &output->peer)) {
		return yaml_complain(
			document, node,
			"file:///PATH, stdout:, syslog:///dev/log, tcp://NUMBERS:PORT, "
			"tls://, relp://, https://, alertmanager+http://, smtp://; a "
			"name needs `at: NUMBERS`, for nothing is looked up",
			error, "an output needs an address in `to`");
	}
	return true;
}

/* What would do nothing where it stands, and be thought to do something. */
static bool check_sense(const OutputSettings *output, const YamlDocument *document,
			const YamlNode *node, GError **error)
{
	static const struct {
		const char *key, *schemes[8];
	} only[] = {
		{"starttls", {"smtp:"}},
		{"hmac_key", {"http:", "https:"}},
		{"headers", {"http:", "https:", "alertmanager+"}},
		{"user", {"http:", "https:", "alertmanager+", "smtp:", "smtps:"}},
		{"certificate", {"tls:", "https:", "alertmanager+https:", "smtp:", "smtps:"}},
		{"ca", {"tls:", "https:", "alertmanager+https:", "smtp:", "smtps:"}},
		{"owners", {"file:", "stdout:", "syslog:", "tcp:", "tls:", "relp:", "http"}},
	};

	for (guint i = 0; i < G_N_ELEMENTS(only); i++) {
		const YamlNode *value = yaml_get(node, only[i].key);
		bool fits = value == NULL;

		for (const char *const *one = only[i].schemes; !fits && *one != NULL; one++) {
			fits = g_str_has_prefix(output->to, *one);
		}
		if (!fits) {
			return yaml_complain(document, value, "leave it out", error,
					     "`%s` does nothing for %s", only[i].key, output->to);
		}
	}
	return true;
}

static bool check_keys(const YamlDocument *document, const YamlNode *node, GError **error)
{
	static const char *const own[] = {
		"name",   "to",     "format", "topics",     "severity",     "hosts",   "paths",
		"owners", "repeat", "from",   "recipients", "confidential", "starttls"};
	const char *all[G_N_ELEMENTS(own) + 16] = {NULL};
	guint n = 0;

	for (; n < G_N_ELEMENTS(own); n++) {
		all[n] = own[n];
	}
	for (const char *const *key = peer_keys; *key != NULL; key++) {
		g_assert(n + 1 < G_N_ELEMENTS(all));
		all[n++] = *key;
	}
	return yaml_only_keys(document, node, all, error);
}

OutputSettings *output_settings_read(const YamlDocument *document, const YamlNode *node,
				     GError **error)
{
	g_autoptr(OutputSettings) output = g_new0(OutputSettings, 1);

	if (!check_keys(document, node, error) ||
	    !read_text(document, node, "name", &output->name, error) ||
	    !read_text(document, node, "to", &output->to, error) ||
	    !peer_read(&output->peer, document, node, error) ||
	    !check_output(output, document, node, error) ||
	    !check_sense(output, document, node, error) ||
	    !read_format(output, document, node, error) ||
	    !read_filter(output, document, node, error) ||
	    !read_safety(output, document, node, error) ||
	    !read_telling(output, document, node, error)) {
		return NULL;
	}
	return g_steal_pointer(&output);
}
