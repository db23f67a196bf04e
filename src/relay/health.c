/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health: see health.h. */
#include "relay/health.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#define LINE_MAX_BYTES (64 * 1024)
#define FILE_MODE 0640

/* From best to worst; a word that is not here counts as unknown. */
static const char *const states[] = {"ready", "busy", "starting", "unknown", "degraded"};
#define STATE_READY 0
#define STATE_STARTING 2
#define STATE_UNKNOWN 3
#define STATE_DEGRADED 4

static const char *const others[] = {"reeved", "recorder", "judge"};

struct Health {
	int own;
	int theirs[G_N_ELEMENTS(others)];
	bool is_ready;
	char *damage, *trouble;
};

/* A stage that starts later finds the file made and takes it over (stage_health_open). */
static int open_other(const StageOptions *options, const char *stage, GError **error)
{
	g_autofree char *path = g_build_filename(options->runtime_dir, "health", stage, NULL);
	int fd = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (fd < 0) {
		error_set_errno(error, "cannot open %s", path);
	}
	return fd;
}

Health *health_open(const StageOptions *options, GError **error)
{
	g_autoptr(Health) health = g_new0(Health, 1);

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		health->theirs[i] = -1;
	}
	health->own = stage_health_open(options, "relay", error);
	if (health->own < 0) {
		return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		health->theirs[i] = open_other(options, others[i], error);
		if (health->theirs[i] < 0) {
			return NULL;
		}
	}
	return g_steal_pointer(&health);
}

void health_close(Health *health)
{
	if (health == NULL) {
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		fd_close(&health->theirs[i]);
	}
	fd_close(&health->own);
	g_free(health->damage);
	g_free(health->trouble);
	g_free(health);
}

bool health_set_damage(Health *health, const char *text)
{
	if (health->damage != NULL) {
		return false;
	}
	log_error("%s", text);
	health->damage = g_strdup(text);
	return true;
}

bool health_set_trouble(Health *health, const char *text)
{
	if (g_strcmp0(health->trouble, text) == 0) {
		return false;
	}
	if (text != NULL) {
		log_error("%s", text);
	} else {
		log_info("works again");
	}
	g_free(health->trouble);
	health->trouble = g_strdup(text);
	return true;
}

void health_set_ready(Health *health)
{
	health->is_ready = true;
}

static guint own_state(const Health *health)
{
	if (health->damage != NULL || health->trouble != NULL) {
		return STATE_DEGRADED;
	}
	return health->is_ready ? STATE_READY : STATE_STARTING;
}

static const char *own_text(const Health *health)
{
	if (health->damage != NULL) {
		return health->damage;
	}
	if (health->trouble != NULL) {
		return health->trouble;
	}
	return health->is_ready ? "telling whoever asks" : "reading the journal";
}

void health_write(Health *health, const json_t *members)
{
	g_autofree char *now = clock_format(clock_wall_usec());
	json_t *line = json_pack("{s:s, s:i, s:s, s:s, s:s}", "stage", "relay", "pid",
				 (int)getpid(), "time", now, "state", states[own_state(health)],
				 "text", own_text(health));
	char *text;

	json_object_update(line, (json_t *)members);
	text = json_dumps(line, JSON_COMPACT);
	if (text != NULL) {
		stage_health_write(health->own, text);
	}
	free(text);
	json_decref(line);
}

/* The line of another stage; NULL when there is none, or not a whole one at this moment. */
static json_t *read_line(int fd)
{
	g_autofree char *text = g_malloc(LINE_MAX_BYTES);
	ssize_t got = pread(fd, text, LINE_MAX_BYTES, 0);

	return got <= 0 ? NULL : json_loadb(text, (size_t)got, JSON_DISABLE_EOF_CHECK, NULL);
}

static guint state_of(const json_t *line)
{
	const char *word = json_string_value(json_object_get(line, "state"));

	for (guint i = 0; word != NULL && i < G_N_ELEMENTS(states); i++) {
		if (g_str_equal(word, states[i])) {
			return i;
		}
	}
	return STATE_UNKNOWN;
}

static void add_stage(json_t *summary, const char *stage, guint state, const char *text)
{
	json_object_set_new(json_object_get(summary, "stages"), stage, json_string(states[state]));
	if (state == STATE_DEGRADED) {
		json_array_append_new(json_object_get(summary, "degraded"),
				      json_sprintf("%s: %s", stage, text == NULL ? "" : text));
	}
}

json_t *health_summary(Health *health)
{
	json_t *summary = json_pack("{s:s, s:[], s:{}}", "health", "", "degraded", "stages");
	guint worst = own_state(health);

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		json_t *line = read_line(health->theirs[i]);
		guint state = state_of(line);

		add_stage(summary, others[i], state,
			  json_string_value(json_object_get(line, "text")));
		worst = MAX(worst, state);
		json_decref(line);
	}
	add_stage(summary, "relay", own_state(health), own_text(health));
	json_object_set_new(summary, "health", json_string(states[worst]));
	return summary;
}
