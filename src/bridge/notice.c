/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices: see notice.h. */
#include "bridge/notice.h"
#include "base/clock.h"
#include "base/glob.h"
#include "event/verdict.h"

#include <stdlib.h>
#include <string.h>

#define SHORT_ID 12

/* Alertmanager */

static const char *const manager_severities[] = {"none", "info", "warning", "critical", "critical"};

static char *dump(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	char *copy = g_strdup(text);

	free(text);
	json_decref(object);
	return copy;
}

/* (One with an empty value would be none.) */
static void set_label(json_t *labels, const char *name, const char *value)
{
	if (value != NULL && *value != '\0') {
		json_object_set_new(labels, name, json_string(value));
	}
}

char *notice_labels(const Alert *alert, const char *owner)
{
	json_t *labels = json_object();

	set_label(labels, "alertname", "ReeveAlert");
	set_label(labels, "host", alert->host);
	set_label(labels, "path", alert->path);
	set_label(labels, "severity", manager_severities[alert->severity]);
	set_label(labels, "page", alert->severity == SEVERITY_CRITICAL ? "true" : NULL);
	set_label(labels, "verdict", alert->verdict);
	set_label(labels, "ticket", alert->ticket);
	set_label(labels, "change_set", alert->id);
	set_label(labels, "owner", owner);
	return dump(labels);
}

static char *make_annotations(const Alert *alert)
{
	g_autofree char *how =
		g_strdup_printf("On %s: `reeve show %.*s` for what changed, `reeve ack %.*s` when "
				"you have seen it.",
				alert->host, SHORT_ID, alert->id, SHORT_ID, alert->id);

	return dump(json_pack("{s:s, s:s}", "summary", alert->summary, "description", how));
}

Parcel *notice_for_alertmanager(const Alert *alert, gint64 now_usec, gint64 ends_usec)
{
	/* a beginning in the future is refused */
	g_autofree char *starts =
		clock_format(alert->time_usec == 0 ? now_usec : MIN(alert->time_usec, now_usec));
	g_autofree char *annotations = make_annotations(alert);
	g_autofree char *ends = ends_usec == 0 ? NULL : clock_format(ends_usec);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "{\"labels\":%s,\"annotations\":%s,\"startsAt\":\"%s\"",
			       alert->labels, annotations, starts);
	if (ends != NULL) {
		g_string_append_printf(text, ",\"endsAt\":\"%s\"", ends);
	}
	g_string_append_c(text, '}');
	return parcel_new(text, alert->id);
}

/* Mail */

static const struct {
	const char *op, *words;
} operations[] = {
	{"created", "was created"},
	{"updated", "was changed"},
	{"deleted", "was deleted"},
	{"moved", "was moved here"},
	{"attributes_modified", "has another owner, mode or attribute"},
	{"transient", "came and went"},
};

static const struct {
	const char *verdict, *words;
} verdicts[] = {
	{"unapproved", "Nobody has approved that."},
	{"mismatch", "A request names it, but that is not what was approved."},
	{"emergency", "It was done under an emergency request, and has to be reviewed."},
	{"unverifiable", "Whether it was approved cannot be checked."},
};

static const char *operation_words(const char *op)
{
	for (guint i = 0; i < G_N_ELEMENTS(operations); i++) {
		if (g_str_equal(operations[i].op, op)) {
			return operations[i].words;
		}
	}
	return "is not as it was";
}

static const char *verdict_words(const char *verdict)
{
	for (guint i = 0; i < G_N_ELEMENTS(verdicts); i++) {
		if (g_str_equal(verdicts[i].verdict, verdict)) {
			return verdicts[i].words;
		}
	}
	return "";
}

static bool is_confidential(const Alert *alert, GStrv confidential)
{
	for (; confidential != NULL && *confidential != NULL; confidential++) {
		if (glob_match(*confidential, alert->path)) {
			return true;
		}
	}
	return alert->is_secret;
}

static char *what_happened(const Alert *alert, GStrv confidential)
{
	if (alert->path == NULL) {
		return g_strdup(alert->summary);
	}
	return g_strdup_printf("%s %s",
			       is_confidential(alert, confidential)
				       ? "a confidential file (not named here)"
				       : alert->path,
			       operation_words(alert->op));
}

/* "2026-11-22 03:04:05 UTC" */
static char *moment(gint64 usec)
{
	g_autofree char *text = clock_format(usec);

	return g_strdup_printf("%.10s %.8s UTC", text, text + strlen("2026-11-22T"));
}

static void append_line(GString *text, const char *name, const char *value)
{
	if (*value != '\0') {
		g_string_append_printf(text, "  %-9s %s\n", name, value);
	}
}

Parcel *notice_for_mail(const Alert *alert, const char *to, const char *next, gint64 next_usec,
			GStrv confidential)
{
	g_autofree char *happened = what_happened(alert, confidential);
	g_autofree char *when = moment(alert->time_usec);
	const char *severity = severity_word((Severity)alert->severity);
	g_autofree char *loud = g_ascii_strup(severity, -1);
	GString *text = g_string_new(NULL);
	Parcel *parcel;

	g_string_printf(text, "%s: %s on %s.\n%s\n\n", loud, happened, alert->host,
			verdict_words(alert->verdict));
	append_line(text, "when", when);
	append_line(text, "request", alert->ticket);
	append_line(text, "event", alert->id);
	g_string_append_printf(
		text,
		"\nOn %s:\n  reeve show %.*s             what changed, and who did it\n"
		"  reeve ack %.*s --note ...   I have seen it, I take care of it\n",
		alert->host, SHORT_ID, alert->id, SHORT_ID, alert->id);
	if (next != NULL) {
		g_autofree char *until = moment(next_usec);

		g_string_append_printf(text, "If nobody acknowledges it before %s, %s is asked.\n",
				       until, next);
	}
	parcel = parcel_new(text, alert->id);
	parcel->to = g_strdup(to);
	parcel->title = g_strdup_printf("%s on %s: %s", loud, alert->host, happened);
	parcel->severity = alert->severity;
	return parcel;
}
