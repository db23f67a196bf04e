/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stock git: see stock-git.h. */
#include "cli/stock-git.h"

#include "cli/program.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where git says who it is and whom it trusts; nothing else is configured in a workshop. */
#define WORKSHOP_CONFIG                                       \
	"[safe]\n\tdirectory = %s\n"                          \
	"[user]\n\tname = reeve\n\temail = reeve@localhost\n" \
	"[gc]\n\tauto = 0\n"

static GStrv own_environment(void)
{
	GStrv environment = g_get_environ();
	g_auto(GStrv) names = g_listenv();

	for (guint i = 0; names[i] != NULL; i++) {
		if (g_str_has_prefix(names[i], "GIT_")) {
			environment = g_environ_unsetenv(environment, names[i]);
		}
	}
	return environment;
}

/* Git runs hooks and reads the configuration of what it touches: only root's and our own. */
static bool repository_is_safe(const char *repository, GError **error)
{
	struct stat st;

	if (stat(repository, &st) < 0) {
		return error_set_errno(error, "cannot look at %s", repository);
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s belongs to user %u, neither to root nor to you: git could run "
			    "anything of theirs as you",
			    repository, st.st_uid);
		return false;
	}
	return true;
}

static char *quote_value(const char *value)
{
	g_autofree char *escaped = g_strescape(value, NULL);

	return g_strdup_printf("\"%s\"", escaped);
}

bool stock_git_open_workshop(const char *repository, Git *ret, GError **error)
{
	g_auto(Git) git = {.environment = own_environment()};
	g_autofree char *file = NULL;
	g_autofree char *quoted = quote_value(repository == NULL ? "" : repository);
	g_autofree char *text = NULL;

	if (repository != NULL && !repository_is_safe(repository, error)) {
		return false;
	}
	git.folder = g_dir_make_tmp("reeve-XXXXXX", error);
	if (git.folder == NULL) {
		return false;
	}
	file = g_build_filename(git.folder, "gitconfig", NULL);
	text = g_strdup_printf(WORKSHOP_CONFIG, quoted);
	if (!g_file_set_contents(file, text, -1, error)) {
		return false;
	}
	git.repository = g_build_filename(git.folder, "work.git", NULL);
	git.environment = g_environ_setenv(git.environment, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
	git.environment = g_environ_setenv(git.environment, "GIT_CONFIG_GLOBAL", file, TRUE);
	git.environment = g_environ_setenv(git.environment, "GIT_TERMINAL_PROMPT", "0", TRUE);
	*ret = git;
	git = (Git){NULL};
	return stock_git_run(ret, NULL, NULL, error, "init", "-q", "--bare", "--template=", "-b",
			     "main", NULL);
}

void stock_git_open_place(const char *repository, bool in_hook, Git *ret)
{
	*ret = (Git){
		.repository = g_strdup(repository),
		.environment = in_hook ? g_get_environ() : own_environment(),
	};
}

void stock_git_close(Git *git)
{
	const char *const remove[] = {"rm", "-rf", "--", git->folder, NULL};
	const ProgramCall call = {0};

	if (git->folder != NULL) {
		program_run(remove, &call, NULL, NULL);
	}
	g_free(git->folder);
	g_free(git->repository);
	g_strfreev(git->environment);
	*git = (Git){NULL};
}

bool stock_git_run_words(const Git *git, const char *const *words, GBytes *input,
			 GBytes **ret_output, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	ProgramCall call = {.environment = git->environment, .input = input};
	bool is_init = git->folder != NULL && g_str_equal(words[0], "init");

	g_ptr_array_add(argv, (void *)"git");
	if (git->repository != NULL && !is_init) {
		g_ptr_array_add(argv, (void *)"-C");
		g_ptr_array_add(argv, git->repository);
	}
	for (; *words != NULL; words++) {
		g_ptr_array_add(argv, (void *)*words);
	}
	if (is_init) {
		g_ptr_array_add(argv, git->repository);
	}
	g_ptr_array_add(argv, NULL);
	return program_run((const char *const *)argv->pdata, &call, ret_output, error);
}

static GPtrArray *collect(va_list args)
{
	GPtrArray *words = g_ptr_array_new();
	const char *word;

	while ((word = va_arg(args, const char *)) != NULL) {
		g_ptr_array_add(words, (void *)word);
	}
	g_ptr_array_add(words, NULL);
	return words;
}

bool stock_git_run(const Git *git, GBytes *input, GBytes **ret_output, GError **error, ...)
{
	g_autoptr(GPtrArray) words = NULL;
	va_list args;

	va_start(args, error);
	words = collect(args);
	va_end(args);
	return stock_git_run_words(git, (const char *const *)words->pdata, input, ret_output,
				   error);
}

char *stock_git_ask(const Git *git, ...)
{
	g_autoptr(GPtrArray) words = NULL;
	g_autoptr(GBytes) output = NULL;
	va_list args;
	char *line;

	va_start(args, git);
	words = collect(args);
	va_end(args);
	if (!stock_git_run_words(git, (const char *const *)words->pdata, NULL, &output, NULL)) {
		return NULL;
	}
	line = g_strchomp(g_strndup(g_bytes_get_data(output, NULL), g_bytes_get_size(output)));
	if (*line == '\0') {
		g_clear_pointer(&line, g_free);
	}
	return line;
}

char *stock_git_blob_id(GBytes *bytes)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
	g_autofree char *header = g_strdup_printf("blob %" G_GSIZE_FORMAT, g_bytes_get_size(bytes));

	g_checksum_update(sum, (const guchar *)header, (gssize)strlen(header) + 1);
	g_checksum_update(sum, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
	return g_strdup(g_checksum_get_string(sum));
}

GBytes *stock_git_read_blob(const Git *git, const char *id, gsize max_bytes, GError **error)
{
	g_autofree char *size = stock_git_ask(git, "cat-file", "-s", id, NULL);
	g_autofree char *found = NULL;
	g_autoptr(GBytes) bytes = NULL;

	if (size == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND, "there is no blob %s", id);
		return NULL;
	}
	if (g_ascii_strtoull(size, NULL, 10) > max_bytes) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "blob %s is larger than %" G_GSIZE_FORMAT " bytes", id, max_bytes);
		return NULL;
	}
	if (!stock_git_run(git, NULL, &bytes, error, "cat-file", "blob", id, NULL)) {
		return NULL;
	}
	found = stock_git_blob_id(bytes);
	if (!g_str_equal(found, id)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "blob %s is not what its id says", id);
		return NULL;
	}
	return g_steal_pointer(&bytes);
}
