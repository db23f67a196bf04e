/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests in an editor: see request-edit.h. */
#include "cli/request-edit.h"

#include "cli/editor.h"

#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HEAD                                                                                    \
	"# A change request. Lines that begin with # are not part of it; man 5 reeve-register " \
	"says\n"                                                                                \
	"# what everything means. Left as it is, nothing is asked for.\n\n"

/* What can stand there, where it does not. */
static const struct {
	const char *key, *hint;
} hints[] = {
	{"title", "title:   # what and why, in one line\n"},
	{"implementers", "# implementers: [carol]          # else anybody but the approvers\n"},
	{"hosts", "# hosts: [\"web-*\"]                # else everywhere\n"},
	{"window", "# window: {start: \"2026-11-22T20:00:00Z\", end: \"2026-11-22T22:00:00Z\"}\n"},
	{"risk", "# risk: low                      # or medium, high\n"},
	{"description", "# description: more words\n"},
	{"backout", "# backout: how to undo it\n"},
};

static const char changes_hint[] =
	"# changes:                       # `reeve digest PATH` prints pins\n"
	"#   - path: /etc/motd\n"
	"#     to: {sha256: \"...\", mode: \"0644\", owner: root, group: root}\n"
	"#   - path: /etc/old.conf\n"
	"#     to: {absent: true}\n"
	"#   - path: /etc/conf.d/*.conf\n"
	"#     content: any               # weaker, and needs a window that ends\n";

static bool has_member(const char *yaml, const char *key)
{
	g_autofree char *line = g_strdup_printf("\n%s:", key);

	return strstr(yaml, line) != NULL;
}

char *request_template(const Request *request)
{
	g_autofree char *yaml = request_format(request);
	GString *text = g_string_new(HEAD);

	g_string_append(text, yaml);
	for (gsize i = 0; i < G_N_ELEMENTS(hints); i++) {
		if (!has_member(yaml, hints[i].key)) {
			g_string_append(text, hints[i].hint);
		}
	}
	if (request->changes->len == 0) {
		g_string_append(text, changes_hint);
	}
	return g_string_free(text, FALSE);
}

static Request *read_back(const char *file, const Request *request, const char *before,
			  GError **error)
{
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, file, REQUEST_MAX_BYTES, error);
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, NULL);
	gsize size = bytes == NULL ? 0 : g_bytes_get_size(bytes);

	if (bytes != NULL && size == strlen(before) && memcmp(data, before, size) == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "left as it was: nothing is asked for");
		return NULL;
	}
	return bytes == NULL ? NULL : request_parse(file, request->id, data, size, error);
}

Request *request_edit(const Request *request, GError **error)
{
	g_autofree char *text = request_template(request);
	g_autofree char *folder = g_dir_make_tmp("reeve-XXXXXX", error);
	g_autofree char *file =
		folder == NULL ? NULL : g_build_filename(folder, "request.yaml", NULL);
	g_autoptr(GError) problem = NULL;
	Request *edited = NULL;

	if (folder == NULL) {
		return NULL;
	}
	if (g_file_set_contents(file, text, -1, &problem) && editor_run(file, &problem)) {
		edited = read_back(file, request, text, &problem);
	}
	if (edited == NULL && g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_SYNTAX)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s\nwhat you wrote is kept there; mend it and run `reeve request "
			    "submit` on it",
			    problem->message);
		return NULL;
	}
	unlink(file);
	rmdir(folder);
	if (edited == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
	}
	return edited;
}
