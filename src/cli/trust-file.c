/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing the trusted keys: see trust-file.h. */
#include "cli/trust-file.h"

#include "cli/health.h"
#include "cli/register-view.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/io.h"
#include "register/ssh-key.h"
#include "register/sshsig.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC_KEY_MAX_BYTES (64 * 1024)
#define RELOAD_USEC (10 * G_USEC_PER_SEC)
#define LOOK_USEC 20000

bool principal_is_valid(const char *principal)
{
	gsize length = strlen(principal);

	return length > 0 && length <= 128 && g_utf8_validate(principal, -1, NULL) &&
	       !escape_is_needed(principal, length) &&
	       strpbrk(principal, " ,\"'/*?!#<>\\") == NULL && strchr("-.", *principal) == NULL &&
	       !g_str_has_suffix(principal, ".sig");
}

/* The line of the file as ssh-keygen writes it: type, base64, comment. */
static char *read_public_line(const char *file, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *text = NULL;
	auto_fd int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		error_set_errno(error, "cannot open %s", file);
		return NULL;
	}
	bytes = io_read_fd(fd, PUBLIC_KEY_MAX_BYTES, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", file);
		return NULL;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	if (strstr(text, "PRIVATE KEY") != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s is a private key, which nobody else should ever see; give %s.pub",
			    file, file);
		return NULL;
	}
	g_strchug(text);
	text[strcspn(text, "\r\n")] = '\0';
	return g_steal_pointer(&text);
}

static bool check_principal(const char *principal, GError **error)
{
	if (!principal_is_valid(principal)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`%s` cannot be a principal; use a word like alice@example.org",
			    principal);
		return false;
	}
	return true;
}

Signers *public_key_read(const char *principal, const char *file, GError **error)
{
	g_autofree char *key = NULL;
	g_autofree char *line = NULL;
	g_autoptr(Signers) signers = NULL;

	if (!check_principal(principal, error)) {
		return NULL;
	}
	key = read_public_line(file, error);
	if (key == NULL) {
		return NULL;
	}
	line = g_strdup_printf("%s %s\n", principal, key);
	signers = signers_parse(file, line, strlen(line), error);
	if (signers != NULL && signers_count(signers) != 1) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s holds no public key", file);
		return NULL;
	}
	return g_steal_pointer(&signers);
}

/* Reading and putting in place */

static bool read_text(const char *file, GString *ret, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, file, SIGNERS_MAX_BYTES, &problem);

	if (bytes != NULL) {
		g_string_append_len(ret, g_bytes_get_data(bytes, NULL),
				    (gssize)g_bytes_get_size(bytes));
	} else if (!g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		g_propagate_prefixed_error(error, g_steal_pointer(&problem), "%s: ", file);
		return false;
	}
	if (ret->len > 0 && ret->str[ret->len - 1] != '\n') {
		g_string_append_c(ret, '\n');
	}
	return true;
}

static bool write_text(const char *file, const GString *text, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(file);
	g_autofree char *name = g_path_get_basename(file);
	g_autoptr(Signers) checked = signers_parse(file, text->str, text->len, error);
	auto_fd int fd = -1;

	if (checked == NULL) {
		return false;
	}
	g_mkdir_with_parents(folder, 0755);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return error_set_errno(error, "cannot open %s", folder);
	}
	if (!io_replace_file(fd, name, text->str, text->len, 0644, error)) {
		g_prefix_error(error, "%s: ", file);
		return false;
	}
	return true;
}

static bool is_there_already(const Signers *signers, const Signer *added, const char *file,
			     GError **error)
{
	for (guint i = 0; i < signers_count(signers); i++) {
		const Signer *signer = signers_get(signers, i);

		if (g_bytes_equal(signer->key, added->key) &&
		    g_strv_contains((const char *const *)signer->principals,
				    added->principals[0])) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "%s:%u: that key speaks for %s already", file, signer->line,
				    added->principals[0]);
			return true;
		}
	}
	return false;
}

bool trust_allow(const Context *context, const char *principal, const char *public_file,
		 const char *valid_before, GError **error)
{
	const char *file = context->config->register_trust;
	g_autoptr(Signers) added = public_key_read(principal, public_file, error);
	g_autoptr(Signers) present = added == NULL ? NULL : trusted_signers(context, error);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *base64 = NULL;
	const Signer *signer;

	if (present == NULL || !read_text(file, text, error)) {
		return false;
	}
	signer = signers_get(added, 0);
	if (is_there_already(present, signer, file, error)) {
		return false;
	}
	base64 =
		g_base64_encode(g_bytes_get_data(signer->key, NULL), g_bytes_get_size(signer->key));
	g_string_append_printf(text, "%s namespaces=\"" SSHSIG_NAMESPACE "\"", principal);
	if (valid_before != NULL) {
		g_string_append_printf(text, ",valid-before=\"%s\"", valid_before);
	}
	g_string_append_printf(text, " %s %s\n", signer->key_type, base64);
	return write_text(file, text, error);
}

static bool is_meant(const Signer *signer, const char *word)
{
	g_autofree char *fingerprint = ssh_key_fingerprint(signer->key);

	return g_str_equal(fingerprint, word) ||
	       g_strv_contains((const char *const *)signer->principals, word);
}

/* The line without one of its principals, which stand first in it (allowed_signers). */
static char *line_without(const char *line, const Signer *signer, const char *word)
{
	const char *names = line + strspn(line, " \t");
	const char *rest = names + strcspn(names, " \t");
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	g_autofree char *joined = NULL;

	for (char **principal = signer->principals; *principal != NULL; principal++) {
		if (!g_str_equal(*principal, word)) {
			g_ptr_array_add(kept, *principal);
		}
	}
	g_ptr_array_add(kept, NULL);
	joined = g_strjoinv(",", (char **)kept->pdata);
	return *joined == '\0' ? g_strdup("") : g_strconcat(joined, rest, NULL);
}

/* An emptied line keeps its place, so that the numbers of the others stay right. */
static void take_out(GStrv lines, const Signer *signer, const char *word)
{
	char **line = &lines[signer->line - 1];
	bool is_principal = g_strv_contains((const char *const *)signer->principals, word);
	char *left = is_principal ? line_without(*line, signer, word) : g_strdup("");

	g_free(*line);
	*line = left;
}

bool trust_revoke(const Context *context, const char *word, guint *ret_count, GError **error)
{
	const char *file = context->config->register_trust;
	g_autoptr(Signers) signers = trusted_signers(context, error);
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	*ret_count = 0;
	if (signers == NULL || !read_text(file, text, error)) {
		return false;
	}
	lines = g_strsplit(text->str, "\n", -1);
	for (guint i = 0; i < signers_count(signers); i++) {
		const Signer *signer = signers_get(signers, i);

		if (is_meant(signer, word)) {
			take_out(lines, signer, word);
			(*ret_count)++;
		}
	}
	if (*ret_count == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "%s: no key of `%s`; `reeve keys list` shows all", file, word);
		return false;
	}
	g_string_truncate(text, 0);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_string_append(text, lines[i]);
		g_string_append(text, *lines[i] != '\0' ? "\n" : "");
	}
	return write_text(file, text, error);
}

/* The daemon */

static gint64 ready_judge(const Context *context)
{
	g_auto(Health) judge = {0};

	health_read(context, "judge", &judge);
	return judge.is_alive && !g_str_equal(health_state(&judge), "starting") ? judge.pid : 0;
}

bool trust_tell_daemon(const Context *context)
{
	g_auto(Health) daemon = {0};
	gint64 before = ready_judge(context);
	gint64 deadline = clock_mono_usec() + RELOAD_USEC;

	health_read(context, "reeved", &daemon);
	if (!daemon.is_alive || kill((pid_t)daemon.pid, SIGHUP) != 0) {
		return false;
	}
	while (clock_mono_usec() < deadline) {
		gint64 now = ready_judge(context);

		if (now != 0 && now != before) {
			return true;
		}
		g_usleep(LOOK_USEC);
	}
	return false;
}
