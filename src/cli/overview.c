/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How things stand: see overview.h. */
#include "cli/overview.h"

#include "base/clock.h"
#include "base/fd.h"
#include "cli/drift-list.h"
#include "cli/health.h"
#include "cli/history.h"
#include "cli/pick.h"
#include "journal/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define DRIFT_SHOWN_MAX 100
#define DEPTH_MAX 16

/* What a file or a folder takes on disk; what cannot be read counts nothing. */
static guint64 disk_bytes(int dir_fd, const char *name, guint depth)
{
	auto_fd int fd = -1;
	struct stat st;
	guint64 total;
	DIR *dir;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		return 0;
	}
	total = (guint64)st.st_blocks * 512;
	if (!S_ISDIR(st.st_mode) || depth == 0) {
		return total;
	}
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		return total;
	}
	fd_steal(&fd);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			total += disk_bytes(dirfd(dir), entry->d_name, depth - 1);
		}
	}
	closedir(dir);
	return total;
}

static guint64 store_bytes(const Context *context, const char *name)
{
	g_autofree char *path = context_state(context, name);

	return disk_bytes(AT_FDCWD, path, DEPTH_MAX);
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value != NULL ? value : json_null());
}

static void set_copy(json_t *object, const char *key, const json_t *from)
{
	const json_t *value = json_object_get(from, key);

	set(object, key, value == NULL ? NULL : json_incref((json_t *)value));
}

static void add_trouble(json_t *overview, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_trouble(json_t *overview, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	json_array_append_new(json_object_get(overview, "trouble"), json_string(text));
}

static json_t *stage_of(const Health *health)
{
	json_t *stage = json_object();

	set(stage, "state", json_string(health_state(health)));
	if (pick_text(health->line, "text") != NULL) {
		set_copy(stage, "text", health->line);
	}
	if (health->is_alive) {
		set(stage, "pid", json_integer(health->pid));
	}
	return stage;
}

/* The supervisor is there or not; a stage must be ready or busy with its work. */
static bool stage_is_well(const char *name, const Health *health)
{
	const char *state = health_state(health);

	return health->is_alive && (strcmp(name, "reeved") == 0 || strcmp(state, "ready") == 0 ||
				    strcmp(state, "busy") == 0);
}

static void set_recorder(json_t *overview, const json_t *line)
{
	static const char *const members[] = {"backend",  "actors",    "roots",   "directories",
					      "entries",  "uncovered", "pending", "gaps_open",
					      "baseline", "scrub"};
	gint64 uncovered = pick_number(line, "uncovered", 0);

	for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
		if (json_object_get(line, members[i]) != NULL) {
			set_copy(overview, members[i], line);
		}
	}
	if (uncovered > 0) {
		add_trouble(overview,
			    "%" G_GINT64_FORMAT " directories have no watch and are scanned every "
			    "minute; `reeve doctor` says what to do",
			    uncovered);
	}
}

static void set_rules(json_t *overview, const json_t *judge)
{
	json_t *rules = json_object();
	const json_t *problems = pick_array(judge, "problems");
	const json_t *requests = pick_array(judge, "requests");

	set(rules, "count", json_integer(pick_number(judge, "rules", 0)));
	set_copy(rules, "policy", judge);
	set(rules, "problems", problems == NULL ? json_array() : json_incref((json_t *)problems));
	set(overview, "rules", rules);
	if (json_array_size(requests) > 0) {
		set(overview, "requests", json_pack("{s:O}", "problems", requests));
	}
	if (pick_number(judge, "behind", 0) > 0) {
		set_copy(overview, "behind", judge);
	}
	if (pick_object(judge, "waiting") != NULL) {
		set_copy(overview, "waiting", judge);
	}
}

/* What the supervisor complains about. */
static void add_problems(json_t *overview, const json_t *daemon)
{
	size_t i;
	const json_t *problem;

	json_array_foreach ((json_t *)pick_array(daemon, "problems"), i, problem) {
		if (json_is_string(problem)) {
			add_trouble(overview, "%s", json_string_value(problem));
		}
	}
}

/* One that is elsewhere: when it was fetched last, and what is in the way. */
static void set_register(json_t *overview, const json_t *told)
{
	const char *problem = pick_text(told, "problem");

	if (told != NULL) {
		set(overview, "register", json_incref((json_t *)told));
	}
	if (problem != NULL) {
		add_trouble(overview, "%s", problem);
	}
}

static void set_stages(const Context *context, json_t *overview)
{
	json_t *stages = json_object();
	bool is_ready = true;
	bool runs = health_daemon_runs(context);

	for (gsize i = 0; health_stages[i] != NULL; i++) {
		g_auto(Health) health = {0};

		health_read(context, health_stages[i], &health);
		set(stages, health_stages[i], stage_of(&health));
		if (!stage_is_well(health_stages[i], &health)) {
			is_ready = false;
			if (runs) {
				const char *text = pick_text(health.line, "text");

				add_trouble(overview, "%s is %s%s%s", health_stages[i],
					    health_state(&health), text != NULL ? ": " : "",
					    text != NULL ? text : "");
			}
		}
		/* What a stage that is gone has said last is no news. */
		if (health.is_alive && strcmp(health_stages[i], "recorder") == 0) {
			set_recorder(overview, health.line);
		} else if (health.is_alive && strcmp(health_stages[i], "judge") == 0) {
			set_rules(overview, health.line);
		} else if (health.is_alive && strcmp(health_stages[i], "reeved") == 0) {
			add_problems(overview, health.line);
			set_register(overview, pick_object(health.line, "register"));
		}
	}
	if (!runs) {
		add_trouble(overview, "no daemon runs on %s: nothing is being watched",
			    context->config->runtime_dir);
	}
	set(overview, "ready", json_boolean(is_ready));
	set(overview, "stages", stages);
}

static json_t *drift_json(const Drift *drift)
{
	g_autofree char *since = clock_format(drift->since_usec);

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "path", drift->path, "verdict",
			 verdict_word(drift->verdict), "severity", severity_word(drift->severity),
			 "since", since, "event", drift->event);
}

static gint compare_drift(gconstpointer a, gconstpointer b)
{
	const Drift *x = *(const Drift *const *)a, *y = *(const Drift *const *)b;

	return x->severity != y->severity ? (gint)y->severity - (gint)x->severity
					  : g_strcmp0(x->path, y->path);
}

static bool set_drift(json_t *overview, History *history, GError **error)
{
	static char *const everything[] = {NULL};
	g_autoptr(GPtrArray) all = drift_list(history, everything, error);
	json_t *drift, *paths;

	if (all == NULL) {
		return false;
	}
	g_ptr_array_sort(all, compare_drift);
	drift = json_object();
	paths = json_array();
	for (guint i = 0; i < MIN(all->len, DRIFT_SHOWN_MAX); i++) {
		json_array_append_new(paths, drift_json(g_ptr_array_index(all, i)));
	}
	set(drift, "count", json_integer(all->len));
	set(drift, "paths", paths);
	set(overview, "drift", drift);
	return true;
}

static bool set_journal(const Context *context, json_t *overview, History *history, GError **error)
{
	IndexTotals totals = {0};
	json_t *journal;

	if (!index_totals(history_index(history), &totals, error)) {
		return false;
	}
	journal = json_object();
	set(journal, "events", json_integer((json_int_t)totals.events));
	set(journal, "alerts", json_integer((json_int_t)totals.alerts));
	set(journal, "gaps", json_integer((json_int_t)totals.gaps));
	set(journal, "seq", json_integer((json_int_t)totals.head_seq));
	set(journal, "head", *totals.head_id == '\0' ? NULL : json_string(totals.head_id));
	if (totals.first_usec > 0) {
		g_autofree char *since = clock_format(totals.first_usec);

		set(journal, "since", json_string(since));
	}
	set(journal, "bytes", json_integer((json_int_t)store_bytes(context, "journal")));
	set(overview, "journal", journal);
	return true;
}

/* Before the baseline there are no snapshots; a damaged store is trouble, not the end. */
static void set_snapshots(const Context *context, json_t *overview)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(context->config->state_dir, &error);
	g_autofree char *head = store == NULL ? NULL : store_head(store, &error);
	json_t *snapshots = json_object();

	if (error != NULL && !g_error_matches(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		add_trouble(overview, "%s", error->message);
	}
	set(snapshots, "commit", head == NULL ? NULL : json_string(head));
	set(snapshots, "bytes", json_integer((json_int_t)store_bytes(context, "snapshots.git")));
	set(overview, "snapshots", snapshots);
	set(overview, "catalog",
	    json_pack("{s:I}", "bytes", (json_int_t)store_bytes(context, "catalog.sqlite")));
}

json_t *overview_gather(const Context *context, GError **error)
{
	g_autoptr(History) history = history_open(context, error);
	json_t *overview;

	if (history == NULL) {
		return NULL;
	}
	overview = json_pack("{s:b, s:[]}", "ready", 0, "trouble");
	set_stages(context, overview);
	set_snapshots(context, overview);
	if (!set_drift(overview, history, error) ||
	    !set_journal(context, overview, history, error)) {
		json_decref(overview);
		return NULL;
	}
	return overview;
}
