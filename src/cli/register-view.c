/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register as seen here: see register-view.h. */
#include "cli/register-view.h"

#include "cli/history.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "journal/recall.h"

#include <fcntl.h>
#include <string.h>

char *register_place(const Context *context)
{
	return context->config->register_path != NULL ? g_strdup(context->config->register_path)
						      : context_state(context, "register.git");
}

Signers *trusted_signers(const Context *context, GError **error)
{
	const char *file = context->config->register_trust;
	g_autoptr(GError) missing = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, file, SIGNERS_MAX_BYTES, &missing);

	if (bytes == NULL && !g_error_matches(missing, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		g_propagate_prefixed_error(error, g_steal_pointer(&missing), "%s: ", file);
		return NULL;
	}
	return bytes == NULL ? signers_parse(file, "", 0, error)
			     : signers_parse(file, g_bytes_get_data(bytes, NULL),
					     g_bytes_get_size(bytes), error);
}

/* Without a journal nothing was ever seen here; that is no reason not to show the register. */
static bool recall(const Context *context, Register *reg, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(History) history = history_open(context, &problem);
	g_autofree char *folder = context_state(context, "journal");
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GPtrArray) told = NULL;

	if (history == NULL && g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return true;
	}
	if (history == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	told = recall_approvals(history_index(history), fd, error);
	for (guint i = 0; told != NULL && i < told->len; i++) {
		register_recall(reg, g_ptr_array_index(told, i));
	}
	return told != NULL;
}

static bool load(RegisterView *view, GError **error)
{
	g_autoptr(GPtrArray) news = NULL;

	if (register_load(view->reg, clock_wall_usec(), 0, error) == REGISTER_ERROR) {
		return false;
	}
	news = register_take_news(view->reg);
	for (guint i = 0; i < news->len; i++) {
		g_hash_table_add(view->unseen,
				 g_strdup(((Approval *)g_ptr_array_index(news, i))->digest));
	}
	return true;
}

static bool register_is_there(const char *place, GError **error)
{
	g_autofree char *head = g_build_filename(place, "HEAD", NULL);

	if (g_file_test(head, G_FILE_TEST_EXISTS)) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
		    "there is no register at %s yet (or you may not read it); `reeve register init "
		    "PRINCIPAL KEY.pub` makes one",
		    place);
	return false;
}

bool register_view_open(const Context *context, RegisterView *ret, GError **error)
{
	g_auto(RegisterView) view = {.place = register_place(context)};

	if (!register_is_there(view.place, error)) {
		return false;
	}
	view.signers = trusted_signers(context, error);
	if (view.signers == NULL || !stock_git_open_workshop(view.place, &view.git, error)) {
		return false;
	}
	view.reg = register_new(view.place, context->config->register_branch, view.signers);
	register_set_host(
		view.reg, context->config->host != NULL ? context->config->host : g_get_host_name(),
		context->config->register_self_approval ? context->config->register_one_person
							: NULL);
	view.unseen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!recall(context, view.reg, error) || !load(&view, error)) {
		return false;
	}
	*ret = view;
	view = (RegisterView){NULL};
	return true;
}

void register_view_close(RegisterView *view)
{
	g_clear_pointer(&view->reg, register_free);
	g_clear_pointer(&view->signers, signers_free);
	g_clear_pointer(&view->unseen, g_hash_table_unref);
	g_clear_pointer(&view->place, g_free);
	stock_git_close(&view->git);
}

/* People copy whole ids and type their ends: `k7qa` is enough where it is the only one. */
const Standing *register_view_find(const RegisterView *view, const char *word, GError **error)
{
	g_autoptr(GPtrArray) all = register_requests(view->reg);
	const Standing *exact = register_find(view->reg, word), *found = NULL;
	guint count = 0;

	for (guint i = 0; exact == NULL && i < all->len; i++) {
		const Standing *standing = g_ptr_array_index(all, i);

		if (g_str_has_prefix(standing->id, word) || g_str_has_suffix(standing->id, word)) {
			found = standing;
			count++;
		}
	}
	if (exact != NULL) {
		return exact;
	}
	if (found == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "there is no request `%s`; `reeve request list --all` shows them",
			    word);
	} else if (count > 1) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`%s` fits %u requests; give more of the id", word, count);
		found = NULL;
	}
	return found;
}

GBytes *register_view_blob(const RegisterView *view, const char *id, gsize max_bytes,
			   GError **error)
{
	Git git = view->git;

	git.repository = view->place;
	return stock_git_read_blob(&git, id, max_bytes, error);
}
