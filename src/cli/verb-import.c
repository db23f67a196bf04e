/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve import: drafts of requests from the export of a ticket system, all of them in one commit,
 * or none: whatever is not understood is told, with its place and what to do.
 */
#include "cli/import-request.h"
#include "cli/request-verbs.h"
#include "cli/submission.h"

#include "base/escape.h"
#include "base/io.h"

#include <stdio.h>
#include <string.h>

#define ERRORS_MAX 20

typedef enum {
	RESULT_MADE,
	RESULT_RENEWED,
	RESULT_SAME,
	RESULT_KEPT, /* it is no draft any more */
	RESULT_SKIPPED,
	_RESULT_N,
} Result;

static const char *const result_words[_RESULT_N] = {
	[RESULT_MADE] = "made", [RESULT_RENEWED] = "renewed", [RESULT_SAME] = "same",
	[RESULT_KEPT] = "kept", [RESULT_SKIPPED] = "skipped",
};

static const char *const result_sentences[_RESULT_N] = {
	[RESULT_MADE] = "new draft",
	[RESULT_RENEWED] = "draft, changed since",
	[RESULT_SAME] = "is there already, as it is",
	[RESULT_KEPT] = "is no draft any more: kept as it is",
};

typedef struct {
	const Context *context;
	ImportMap *map;
	RegisterView view;
	Submission *submission;
	GHashTable *ids; /* of this export -> place */
	guint counts[_RESULT_N], problems;
	bool is_dry_run;
	GString *told; /* printed when all of it was good */
} Importing;

static void importing_clear(Importing *i)
{
	g_clear_pointer(&i->map, import_map_free);
	g_clear_pointer(&i->submission, submission_free);
	g_clear_pointer(&i->ids, g_hash_table_unref);
	register_view_close(&i->view);
	if (i->told != NULL) {
		g_string_free(i->told, TRUE);
	}
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Importing, importing_clear)

/* A word is a map that was shipped, anything else a file. */
static char *find_map(const char *word)
{
	g_autofree char *folder = config_maps_folder();
	g_autofree char *name = g_strconcat(word, ".yaml", NULL);

	return strpbrk(word, "/.") != NULL ? g_strdup(word) : g_build_filename(folder, name, NULL);
}

static ImportMap *read_map(const char *word, GError **error)
{
	g_autofree char *file = find_map(word);
	g_autofree char *shown = escape_path(file);
	g_autoptr(GBytes) bytes = io_read_argument(file, IMPORT_MAP_MAX_BYTES, error);

	return bytes == NULL ? NULL
			     : import_map_parse(shown, g_bytes_get_data(bytes, NULL),
						g_bytes_get_size(bytes), error);
}

static void tell(Importing *i, const char *id, Result result, const char *text)
{
	i->counts[result]++;
	if (i->context->is_json) {
		json_t *line = json_pack("{s:s?, s:s, s:s}", "id", id, "result",
					 result_words[result], "text", text);
		char *dumped = json_dumps(line, JSON_COMPACT);

		g_string_append_printf(i->told, "%s\n", dumped);
		free(dumped);
		json_decref(line);
	} else if (id != NULL) {
		g_string_append_printf(i->told, "%s  %s: %s\n", id, result_sentences[result], text);
	} else {
		g_string_append_printf(i->told, "%s\n", text);
	}
}

/* What becomes of the request that has this id already. False: it is somebody else's. */
static bool compare(const Importing *i, const Request *request, const char *blob, Result *ret,
		    GError **error)
{
	const Standing *standing = register_find(i->view.reg, request->id);
	const Request *was = standing == NULL ? NULL : standing->request;

	*ret = RESULT_MADE;
	if (standing == NULL) {
		return true;
	}
	if (was == NULL || g_strcmp0(was->external_system, request->external_system) != 0 ||
	    g_strcmp0(was->external_key, request->external_key) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "the register has another request %s, which is not from %s; give "
			    "those of the export a `prefix`",
			    request->id, request->external_system);
		return false;
	}
	*ret = g_strcmp0(standing->blob, blob) == 0                   ? RESULT_SAME
	       : was->changes->len > 0 || !standing_is_open(standing) ? RESULT_KEPT
								      : RESULT_RENEWED;
	return true;
}

static bool take(Importing *i, const ImportRecord *record, const Request *request, GError **error)
{
	char *yaml = request_format(request);
	g_autoptr(GBytes) bytes = g_bytes_new_take(yaml, strlen(yaml));
	g_autofree char *blob = stock_git_blob_id(bytes);
	g_autofree char *file = g_strdup_printf("requests/%s/request.yaml", request->id);
	const char *before = g_hash_table_lookup(i->ids, request->id);
	Result result;

	if (before != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: the id %s is that of %s as well", record->place, request->id,
			    before);
		return false;
	}
	g_hash_table_insert(i->ids, g_strdup(request->id), record->place);
	if (!compare(i, request, blob, &result, error)) {
		g_prefix_error(error, "%s: ", record->place);
		return false;
	}
	if (result == RESULT_MADE || result == RESULT_RENEWED) {
		submission_add(i->submission, file, bytes);
	}
	if (i->is_dry_run && !i->context->is_json) {
		g_string_append_printf(i->told, "---\n%s", yaml);
		i->counts[result]++;
	} else {
		tell(i, request->id, result, request->title);
	}
	return true;
}

/* One record. What is wrong with it is told at once, and the others are looked at all the same:
 * whoever mends a map wants to know all of it. */
static void import_one(Importing *i, const ImportRecord *record)
{
	const Import import = {i->map, register_people(i->view.reg), i->view.signers};
	g_autoptr(Request) request = NULL;
	g_autofree char *why = NULL;
	g_autoptr(GError) error = NULL;

	switch (import_request(&import, record, &request, &why, &error)) {
	case IMPORT_TAKEN:
		take(i, record, request, &error);
		break;
	case IMPORT_SKIPPED:
		if (!i->is_dry_run || i->context->is_json) {
			tell(i, NULL, RESULT_SKIPPED, why);
		}
		break;
	case IMPORT_REFUSED:
		break;
	}
	if (error != NULL && i->problems++ < ERRORS_MAX) {
		g_printerr("reeve: %s\n", error->message);
	}
}

static bool submit(Importing *i, GError **error)
{
	bool has_new = i->counts[RESULT_MADE] + i->counts[RESULT_RENEWED] > 0;

	return i->is_dry_run || !has_new || submission_push(i->submission, i->context, error);
}

static bool import_file(Importing *i, const char *file, const char *map, GError **error)
{
	g_autofree char *name = escape_path(file);
	g_autofree char *who = request_usual_person();
	g_autofree char *message = g_strdup_printf("import: %s", name);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GPtrArray) records = NULL;

	i->map = read_map(map, error);
	bytes = i->map == NULL ? NULL : io_read_argument(file, IMPORT_MAX_BYTES, error);
	records = bytes == NULL ? NULL
				: import_records(i->map, name, g_bytes_get_data(bytes, NULL),
						 g_bytes_get_size(bytes), error);
	if (records == NULL || !register_view_open(i->context, &i->view, error)) {
		return false;
	}
	i->submission = submission_new(who, message);
	for (guint at = 0; at < records->len; at++) {
		import_one(i, g_ptr_array_index(records, at));
	}
	if (i->problems > 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%u of %u records cannot be understood; nothing was imported",
			    i->problems, records->len);
		return false;
	}
	return submit(i, error);
}

static void print_summary(const Importing *i)
{
	const guint *counts = i->counts;

	fputs(i->told->str, stdout);
	if (i->context->is_json) {
		return;
	}
	g_printerr("reeve: %u new, %u changed, %u as before, %u left out%s\n", counts[RESULT_MADE],
		   counts[RESULT_RENEWED], counts[RESULT_SAME] + counts[RESULT_KEPT],
		   counts[RESULT_SKIPPED], i->is_dry_run ? "; nothing was written" : "");
	if (!i->is_dry_run && counts[RESULT_MADE] > 0) {
		g_printerr("reeve: drafts allow nothing: `reeve request new --draft ID ...` pins "
			   "what shall be, and others approve that\n");
	}
}

int verb_import(const Context *context, int argc, char **argv)
{
	g_autofree char *map = NULL;
	gboolean is_dry_run = FALSE;
	const GOptionEntry entries[] = {
		{"map", 'm', 0, G_OPTION_ARG_FILENAME, &map,
		 "what the export means: servicenow, jira, itop, glpi, or a file", "MAP"},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry_run,
		 "print the requests and do nothing", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(Importing) importing = {.context = context};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2 || map == NULL) {
		return verb_usage("import",
				  "import what? Give one export (-: standard input) and --map");
	}
	importing.is_dry_run = is_dry_run;
	importing.told = g_string_new(NULL);
	importing.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!import_file(&importing, argv[1], map, &error)) {
		return verb_fail(error);
	}
	print_summary(&importing);
	return CLI_OK;
}
