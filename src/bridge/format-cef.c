/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ArcSight's CEF:0, one line a file. Keys and their limits as receivers know them. */
#include "bridge/format.h"
#include "build-config.h"

#include <string.h>

static const struct {
	const char *key, *path;
	gsize max;
} mapping[] = {
	{"dvchost", "host.name", 100},
	{"deviceExternalId", "host.id", 255},
	{"cn1", "seq", 20},
	{"act", "file.op", 63},
	{"filePath", "file.path", 1023},
	{"fileType", "file.type", 1023},
	{"filePermission", "file.after.mode", 1023},
	{"fileHash", "file.after.sha256", 255},
	{"fsize", "file.after.size", 20},
	{"oldFilePermission", "file.before.mode", 1023},
	{"oldFileHash", "file.before.sha256", 255},
	{"oldFileSize", "file.before.size", 20},
	{"spid", "file.actor.pid", 20},
	{"sproc", "file.actor.exe", 1023},
	{"suid", "file.actor.login_uid", 1023},
	{"suser", "file.actor.login_user", 1023},
	{"duid", "file.actor.uid", 1023},
	{"duser", "file.actor.user", 1023},
	{"reason", "file.reasons", 1023},
	{"cs2", "file.request", 4000},
	{"cs3", "file.rules", 4000},
	{"cs5", "commit", 4000},
	{"cs6", "parent", 4000},
};

static const struct {
	const char *key, *label;
} labels[] = {
	{"cn1Label", "seq"}, {"cs1Label", "verdict"}, {"cs2Label", "ticket"}, {"cs3Label", "rules"},
	{"cs4Label", "id"},  {"cs5Label", "commit"},  {"cs6Label", "parent"},
};

static const guint severities[] = {1, 3, 6, 8, 10};

static void append_pair(GString *out, const char *key, const char *value, gsize max)
{
	g_string_append_printf(out, " %s=", key);
	format_append(out, value, max, "=\\");
}

static void append_extension(const Record *record, GString *out)
{
	g_string_append(out, "cat=/Configuration/File");
	for (guint i = 0; i < G_N_ELEMENTS(mapping); i++) {
		g_autofree char *value = record_text(record, mapping[i].path);

		if (value != NULL && *value != '\0') {
			append_pair(out, mapping[i].key, value, mapping[i].max);
		}
	}
	append_pair(out, "cs1", record_verdict(record), 4000);
	append_pair(out, "cs4", record->id, 4000);
	for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
		append_pair(out, labels[i].key, labels[i].label, 1023);
	}
}

void format_cef(const Record *record, GString *out)
{
	g_autofree char *summary = record_summary(record);

	g_string_append(out, "CEF:0|Reeve|reeve|" REEVE_VERSION "|");
	format_append(out, record_verdict(record), 1023, "|\\");
	g_string_append_c(out, '|');
	format_append(out, summary, 512, "|\\");
	g_string_append_printf(out, "|%u|", severities[record_severity(record)]);
	append_extension(record, out);
}
