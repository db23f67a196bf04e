/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling drafts: see proposal-draft.h. */
#include "cli/proposal-draft.h"

#include "cli/request-verbs.h"

bool standing_is_draft(const Standing *standing)
{
	return standing->request != NULL && standing->request->changes->len == 0 &&
	       standing_is_open(standing);
}

static bool refuse(const Standing *standing, GError **error)
{
	Style style;

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
		    standing->request != NULL && standing->request->changes->len > 0
			    ? "%s names its paths already (it is %s); ask anew, or edit its "
			      "request.yaml and `request submit` it"
			    : "%s is no draft (it is %s)",
		    standing->id, standing_word(standing, &style));
	return false;
}

bool proposal_take_draft(Proposal *proposal, const RegisterView *view, const char *word,
			 GError **error)
{
	const Standing *standing = register_view_find(view, word, error);
	g_autoptr(GBytes) bytes = NULL;
	Request *draft;

	if (standing == NULL) {
		return false;
	}
	if (!standing_is_draft(standing)) {
		return refuse(standing, error);
	}
	bytes = register_view_blob(view, standing->blob, REQUEST_MAX_BYTES, error);
	draft = bytes == NULL
			? NULL
			: request_parse("request.yaml", standing->id, g_bytes_get_data(bytes, NULL),
					g_bytes_get_size(bytes), error);
	if (draft == NULL) {
		return false;
	}
	request_free(proposal->request);
	proposal->request = draft;
	return true;
}
