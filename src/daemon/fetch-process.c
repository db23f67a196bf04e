/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One fetch: see fetch-process.h. */
#include "daemon/fetch-process.h"

#include "base/escape.h"
#include "base/fd.h"
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define SAID_MAX_BYTES 4096
#define SHOWN_MAX_BYTES 300
/* A register of a hundred thousand requests is some tens of megabytes. */
#define FILE_MAX_BYTES (G_GINT64_CONSTANT(1024) * 1024 * 1024)
#define SETTINGS_FD 3
#define ASIDE_FD 64
/* Nobody works here; and a branch that HEAD names could not be moved without a lock on HEAD. */
#define NO_HEAD "ref: refs/heads/none\n"

/* Of whoever runs it there is no configuration; the system's (proxies, credentials) counts. */
#define SETTINGS                                                                         \
	"[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n[gc]\n\tauto = 0\n"   \
	"[protocol]\n\tallow = never\n[protocol \"file\"]\n\tallow = always\n"           \
	"[protocol \"ssh\"]\n\tallow = always\n[protocol \"https\"]\n\tallow = always\n" \
	"[fetch]\n\tfsckObjects = true\n\tunpackLimit = 1\n"

void fetch_plan_clear(FetchPlan *plan)
{
	g_free(plan->remote);
	g_free(plan->branch);
	g_free(plan->place);
	g_free(plan->ssh);
	*plan = (FetchPlan){NULL};
}

/* The mirror */

/* The folder itself, HEAD and config stay ours: git runs what a config says, and whoever reads the
 * mirror must not run what the fetcher wrote. */
static bool give(const FetchPlan *plan, bool is_theirs, int fd, const char *name, mode_t mode,
		 GError **error)
{
	uid_t owner = is_theirs ? (uid_t)plan->uid : geteuid();

	if ((plan->uid != -1 && fchown(fd, owner, (gid_t)plan->readers_gid) < 0) ||
	    fchmod(fd, mode) < 0) {
		return error_set_errno(error, "cannot prepare %s of the register", name);
	}
	return true;
}

static bool make_folder(const FetchPlan *plan, int mirror, const char *name, GError **error)
{
	auto_fd int fd = -1;

	if (mkdirat(mirror, name, 0700) < 0 && errno != EEXIST) {
		return error_set_errno(error, "cannot make %s of the register", name);
	}
	fd = openat(mirror, name, FOLDER_FLAGS);
	return fd < 0 ? error_set_errno(error, "cannot open %s of the register", name)
		      : give(plan, true, fd, name, 02750, error);
}

static bool make_file(const FetchPlan *plan, int mirror, const char *name, const char *text,
		      GError **error)
{
	auto_fd int fd =
		openat(mirror, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		return error_set_errno(error, "cannot make %s of the register", name);
	}
	return io_write_all(fd, text, strlen(text), error) &&
	       give(plan, false, fd, name, 0644, error);
}

/* Like `git init --bare`; HEAD comes last and says that all of it is there. */
static bool make_mirror(const FetchPlan *plan, int mirror, GError **error)
{
	static const char *const folders[] = {"objects", "objects/info", "objects/pack", "refs",
					      "refs/heads"};

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		if (!make_folder(plan, mirror, folders[i], error)) {
			return false;
		}
	}
	unlinkat(mirror, "config", 0);
	return make_file(plan, mirror, "config",
			 "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", error) &&
	       make_file(plan, mirror, "HEAD", NO_HEAD, error) &&
	       give(plan, false, mirror, "the folder", plan->uid == -1 ? 0700 : 02755, error);
}

/* Walking is not reading: what is in STATE has modes of its own. */
static bool open_the_way(const FetchPlan *plan, int state_fd, GError **error)
{
	struct stat st;

	if (!plan->is_in_state || plan->uid == -1) {
		return true;
	}
	if (fstat(state_fd, &st) < 0 || fchmod(state_fd, (st.st_mode & 07777) | S_IXOTH) < 0) {
		return error_set_errno(error, "cannot let the fetcher walk to the register");
	}
	return true;
}

bool fetch_prepare(const FetchPlan *plan, int state_fd, GError **error)
{
	auto_fd int mirror = -1;

	if (g_mkdir_with_parents(plan->place, 0700) < 0 ||
	    (mirror = open(plan->place, FOLDER_FLAGS)) < 0) {
		return error_set_errno(error, "cannot open the register %s", plan->place);
	}
	return (faccessat(mirror, "HEAD", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		make_mirror(plan, mirror, error)) &&
	       open_the_way(plan, state_fd, error);
}

/* The process */

static GStrv command_line(const FetchPlan *plan)
{
	g_autofree char *place = g_strconcat("--git-dir=", plan->place, NULL);
	const char *const words[] = {"git",
				     place,
				     "fetch",
				     "--quiet",
				     "--no-tags",
				     "--no-recurse-submodules",
				     "--no-write-fetch-head",
				     "--end-of-options",
				     plan->remote};
	g_autoptr(GStrvBuilder) line = g_strv_builder_new();
	/* forced: what was taken back or rewritten is found out by the judge, and told */
	g_autofree char *refspec =
		g_strdup_printf("+refs/heads/%s:refs/heads/%s", plan->branch, plan->branch);

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		g_strv_builder_add(line, words[i]);
	}
	g_strv_builder_add(line, refspec);
	return g_strv_builder_end(line);
}

static GStrv environment(const FetchPlan *plan)
{
	static const char *const fixed[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
					    "HOME=/nonexistent",
					    "LC_ALL=C",
					    "GIT_TERMINAL_PROMPT=0",
					    "GIT_ASKPASS=/bin/false",
					    "SSH_ASKPASS=/bin/false",
					    "GIT_CONFIG_GLOBAL=/proc/self/fd/3"};
	static const char *const passed[] = {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"};
	g_autoptr(GStrvBuilder) variables = g_strv_builder_new();
	g_autofree char *ssh = g_strconcat(
		"GIT_SSH_COMMAND=", plan->ssh != NULL ? plan->ssh : "ssh -o BatchMode=yes", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
		g_strv_builder_add(variables, fixed[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(passed); i++) {
		const char *value = g_getenv(passed[i]);
		g_autofree char *variable =
			g_strconcat(passed[i], "=", value == NULL ? "" : value, NULL);

		if (value != NULL) {
			g_strv_builder_add(variables, variable);
		}
	}
	g_strv_builder_add(variables, ssh);
	return g_strv_builder_end(variables);
}

/* In the child: three descriptors and the settings, nothing of ours. */
static bool place_descriptors(int settings, int said)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int aside[] = {
		fcntl(null, F_DUPFD_CLOEXEC, ASIDE_FD), fcntl(said, F_DUPFD_CLOEXEC, ASIDE_FD),
		fcntl(said, F_DUPFD_CLOEXEC, ASIDE_FD), fcntl(settings, F_DUPFD_CLOEXEC, ASIDE_FD)};

	for (int i = 0; i < (int)G_N_ELEMENTS(aside); i++) {
		if (aside[i] < 0 || dup2(aside[i], i) < 0) {
			return false;
		}
	}
	return syscall(SYS_close_range, SETTINGS_FD + 1, ~0U, 0) == 0;
}

static bool become_nobody(const FetchPlan *plan)
{
	const struct rlimit file = {FILE_MAX_BYTES, FILE_MAX_BYTES}, core = {0, 0};

	if (setrlimit(RLIMIT_FSIZE, &file) < 0 || setrlimit(RLIMIT_CORE, &core) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		return false;
	}
	return plan->uid == -1 ||
	       (setgroups(0, NULL) == 0 &&
		setresgid((gid_t)plan->gid, (gid_t)plan->gid, (gid_t)plan->gid) == 0 &&
		setresuid((uid_t)plan->uid, (uid_t)plan->uid, (uid_t)plan->uid) == 0);
}

static _Noreturn void become_git(const FetchPlan *plan, GStrv line, GStrv variables, int settings,
				 int said)
{
	static const char failed[] = "git could not be started\n";
	ssize_t put;
	sigset_t none;

	setsid();
	for (int number = 1; number < NSIG; number++) {
		signal(number, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(027);
	if (chdir("/") == 0 && place_descriptors(settings, said) && become_nobody(plan)) {
		execvpe(line[0], line, variables);
	}
	put = write(STDERR_FILENO, failed, sizeof(failed) - 1);
	(void)put;
	_exit(127);
}

static int make_settings(GError **error)
{
	auto_fd int fd = memfd_create("settings", MFD_CLOEXEC);

	if (fd < 0) {
		error_set_errno(error, "cannot make a file in memory");
		return -1;
	}
	/* (opened anew by its name: it must be anybody's to read) */
	return io_write_all(fd, SETTINGS, strlen(SETTINGS), error) && fchmod(fd, 0444) == 0
		       ? fd_steal(&fd)
		       : -1;
}

/* Begun packs of fetches that were ended: git never takes them away, and a server that is slow or
 * means harm would fill the disk with them. */
static void sweep(const FetchPlan *plan)
{
	auto_fd int mirror = open(plan->place, FOLDER_FLAGS);
	auto_fd int objects = mirror < 0 ? -1 : openat(mirror, "objects", FOLDER_FLAGS);
	int packs = objects < 0 ? -1 : openat(objects, "pack", FOLDER_FLAGS);
	DIR *stream = packs < 0 ? NULL : fdopendir(packs);
	const struct dirent *entry;

	if (stream == NULL) {
		fd_close(&packs);
		return;
	}
	while ((entry = readdir(stream)) != NULL) {
		if (g_str_has_prefix(entry->d_name, "tmp_")) {
			unlinkat(packs, entry->d_name, 0);
		}
	}
	closedir(stream);
}

bool fetch_start(const FetchPlan *plan, pid_t *ret_pid, int *ret_said, GError **error)
{
	g_auto(GStrv) line = command_line(plan), variables = environment(plan);
	auto_fd int settings = make_settings(error);
	auto_fd int said = settings < 0 ? -1 : memfd_create("said", MFD_CLOEXEC);
	pid_t pid;

	sweep(plan);
	if (said < 0) {
		return (error != NULL && *error != NULL) ||
		       error_set_errno(error, "cannot make a file in memory");
	}
	pid = fork();
	if (pid < 0) {
		return error_set_errno(error, "cannot fork");
	}
	if (pid == 0) {
		become_git(plan, line, variables, settings, said);
	}
	*ret_pid = pid;
	*ret_said = fd_steal(&said);
	return true;
}

/* Words */

char *fetch_shown(const char *remote)
{
	const char *host = strstr(remote, "://");
	const char *end = host == NULL ? NULL : host + 3 + strcspn(host + 3, "/");
	const char *at = end == NULL ? NULL : g_strrstr_len(host + 3, end - host - 3, "@");
	g_autofree char *bare =
		at == NULL ? g_strdup(remote)
			   : g_strdup_printf("%.*s%s", (int)(host + 3 - remote), remote, at + 1);

	return escape_path(bare);
}

char *fetch_said(int said)
{
	char text[SAID_MAX_BYTES + 1] = "";
	ssize_t got = pread(said, text, SAID_MAX_BYTES, 0);
	g_auto(GStrv) lines = NULL;
	const char *told = "it said nothing";
	g_autofree char *safe = NULL;

	text[got < 0 ? 0 : got] = '\0';
	lines = g_strsplit(text, "\n", -1);
	/* git's last words are advice; the first that begin so say what it was */
	for (guint i = 0; lines[i] != NULL; i++) {
		g_strstrip(lines[i]);
		if (g_str_has_prefix(lines[i], "fatal:")) {
			told = lines[i];
			break;
		}
		if (i == 0 && *lines[i] != '\0') {
			told = lines[i];
		}
	}
	safe = fetch_shown(told);
	return g_strndup(safe, SHOWN_MAX_BYTES);
}
