/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Elastic Common Schema 8.11, one object a file, with Auditbeat's words for what happened. Fields
 * of our own are below `reeve.`; every other one is in tests/e2e/ecs-fields.txt, which a test holds
 * against real output.
 */
#include "bridge/format.h"
#include "event/verdict.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *field, *path;
} mapping[] = {
	{"@timestamp", "time"},
	{"message", "summary"},
	{"event.sequence", "seq"},
	{"event.reason", "file.reasons"},
	{"host.name", "host.name"},
	{"host.hostname", "host.name"},
	{"host.id", "host.id"},
	{"host.boot.id", "host.boot"},
	{"file.path", "file.path"},
	{"file.type", "file.type"},
	{"file.target_path", "file.after.target"},
	{"file.mode", "file.after.mode"},
	{"file.owner", "file.after.owner"},
	{"file.group", "file.after.group"},
	{"file.size", "file.after.size"},
	{"file.hash.sha256", "file.after.sha256"},
	{"process.pid", "file.actor.pid"},
	{"process.executable", "file.actor.exe"},
	{"process.command_line", "file.actor.cmdline"},
	{"user.name", "file.actor.login_user"},
	{"user.effective.name", "file.actor.user"},
	{"reeve.kind", "kind"},
	{"reeve.commit.id", "commit"},
	{"reeve.commit.parent", "parent"},
	{"reeve.file.changed", "file.changed"},
	{"reeve.file.before", "file.before"},
	{"reeve.file.diff", "file.diff"},
	{"reeve.actor.confidence", "file.actor.confidence"},
	{"reeve.session.id", "file.actor.session"},
	{"reeve.ticket.id", "file.request"},
	{"reeve.rules", "file.rules"},
};

/* Numbers that ECS has as text. */
static const struct {
	const char *field, *path;
} as_text[] = {
	{"file.uid", "file.after.uid"},
	{"file.gid", "file.after.gid"},
	{"user.id", "file.actor.login_uid"},
	{"user.effective.id", "file.actor.uid"},
};

static const struct {
	const char *op, *type;
} types[] = {
	{"created", "creation"}, {"deleted", "deletion"},           {"updated", "change"},
	{"moved", "change"},     {"attributes_modified", "change"},
};

static const int scores[] = {0, 21, 47, 73, 99};
static const char *const levels[] = {"info", "notice", "warning", "error", "critical"};

/* Puts a value (taken over) where a dotted name says. */
static void put(json_t *object, const char *field, json_t *value)
{
	g_auto(GStrv) names = g_strsplit(field, ".", -1);
	guint last = g_strv_length(names) - 1;

	for (guint i = 0; i < last; i++) {
		json_t *inner = json_object_get(object, names[i]);

		if (inner == NULL) {
			inner = json_object();
			json_object_set_new(object, names[i], inner);
		}
		object = inner;
	}
	json_object_set_new(object, names[last], value);
}

static void put_mapped(const Record *record, json_t *out)
{
	for (guint i = 0; i < G_N_ELEMENTS(mapping); i++) {
		const json_t *value = record_get(record, mapping[i].path);

		if (value != NULL) {
			put(out, mapping[i].field, json_deep_copy(value));
		}
	}
	for (guint i = 0; i < G_N_ELEMENTS(as_text); i++) {
		g_autofree char *value = record_text(record, as_text[i].path);

		if (value != NULL) {
			put(out, as_text[i].field, json_string(value));
		}
	}
}

static const char *type_of(const Record *record)
{
	const char *op = record_word(record, "file.op");

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_equal(types[i].op, op)) {
			return types[i].type;
		}
	}
	return "info";
}

static void put_event(const Record *record, json_t *out)
{
	g_autofree char *id = record->file == NULL
				      ? g_strdup(record->id)
				      : g_strdup_printf("%s/%u", record->id, record->index);
	const char *op = record_word(record, "file.op");
	guint severity = record_severity(record);
	Verdict verdict;
	bool is_alert = verdict_from_word(record_verdict(record), &verdict)
				? verdict_is_alert(verdict, (Severity)severity)
				: severity >= SEVERITY_HIGH;

	put(out, "ecs.version", json_string("8.11.0"));
	put(out, "event.kind", json_string(is_alert ? "alert" : "event"));
	put(out, "event.category",
	    record->file == NULL ? json_pack("[s]", "configuration")
				 : json_pack("[s, s]", "configuration", "file"));
	put(out, "event.type", json_pack("[s]", type_of(record)));
	put(out, "event.action", json_string(*op != '\0' ? op : record_word(record, "kind")));
	put(out, "event.outcome", json_string("success"));
	put(out, "event.module", json_string("reeve"));
	put(out, "event.dataset", json_string("reeve.change"));
	put(out, "event.id", json_string(id));
	put(out, "event.severity", json_integer(scores[severity]));
	put(out, "event.risk_score", json_integer(scores[severity]));
	put(out, "log.level", json_string(levels[severity]));
	put(out, "reeve.verdict", json_string(record_verdict(record)));
	put(out, "reeve.event.id", json_string(record->id));
}

/* The parts of a path, and the worst rule. */
static void put_derived(const Record *record, json_t *out)
{
	const char *path = record_word(record, "file.path");
	const json_t *rule = json_array_get(record_get(record, "file.rules"), 0);

	if (*path != '\0') {
		g_autofree char *name = g_path_get_basename(path);
		g_autofree char *folder = g_path_get_dirname(path);

		put(out, "file.name", json_string(name));
		put(out, "file.directory", json_string(folder));
	}
	if (rule != NULL) {
		put(out, "rule.uuid", json_deep_copy(json_object_get(rule, "id")));
		put(out, "rule.name", json_deep_copy(json_object_get(rule, "title")));
	}
}

void format_ecs(const Record *record, GString *out)
{
	json_t *object = json_object();
	char *text;

	put_mapped(record, object);
	put_event(record, object);
	put_derived(record, object);
	text = json_dumps(object, JSON_COMPACT);
	g_string_append(out, text);
	free(text);
	json_decref(object);
}
