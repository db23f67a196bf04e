/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log sources, in one table. */
#include "policy/source.h"

#include "policy/field.h"

static const struct {
	const char *category, *service; /* NULL: must not be given */
	LogSource source;
} rows[] = {
	{NULL, "reeve", SOURCE_REEVE},
	{"file_event", NULL, SOURCE_FILE_EVENT},
	{NULL, "auditd", SOURCE_AUDIT_PATH},
};

LogSource source_classify(const char *product, const char *category, const char *service,
			  const char *taxonomy)
{
	if (g_strcmp0(product, "linux") != 0 ||
	    (taxonomy != NULL && !g_str_equal(taxonomy, "sigma") &&
	     !g_str_equal(taxonomy, "reeve"))) {
		return SOURCE_OTHER;
	}
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (g_strcmp0(category, rows[i].category) == 0 &&
		    g_strcmp0(service, rows[i].service) == 0) {
			return rows[i].source;
		}
	}
	return SOURCE_OTHER;
}

guint source_fields(LogSource source)
{
	switch (source) {
	case SOURCE_REEVE:
		return FIELD_REEVE;
	case SOURCE_FILE_EVENT:
		return FIELD_SIGMA | FIELD_REEVE;
	case SOURCE_AUDIT_PATH:
		return FIELD_AUDIT;
	case SOURCE_OTHER:
		break;
	}
	return 0;
}

bool source_is_strict(LogSource source)
{
	return source == SOURCE_REEVE;
}

bool source_has(LogSource source, const Change *change)
{
	switch (source) {
	case SOURCE_REEVE:
	case SOURCE_AUDIT_PATH:
		return true;
	case SOURCE_FILE_EVENT:
		return change_file_type(change) != FILE_DIRECTORY && change->op != OP_DELETED &&
		       change->op != OP_ATTRIBUTES_MODIFIED;
	case SOURCE_OTHER:
		break;
	}
	return false;
}
