/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The health line: see health.h. */
#include "judge/health.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/stage.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPEAT_AFTER_USEC (2 * G_USEC_PER_SEC)
/* What a reader must be able to hold. */
#define MAX_PROBLEMS_TOLD 50

static const char *state_word(HealthState state)
{
	switch (state) {
	case HEALTH_STARTING:
		return "starting";
	case HEALTH_BUSY:
		return "busy";
	case HEALTH_READY:
		return "ready";
	case HEALTH_DEGRADED:
		return "degraded";
	}
	g_assert_not_reached();
}

static json_t *safe_text(const char *text)
{
	g_autofree char *escaped = text == NULL ? NULL : escape_text(text, strlen(text));

	return escaped == NULL ? json_null() : json_string(escaped);
}

static json_t *problems_json(const GPtrArray *problems)
{
	json_t *array = json_array();

	for (guint i = 0; problems != NULL && i < MIN(problems->len, MAX_PROBLEMS_TOLD); i++) {
		json_array_append_new(array, safe_text(problems->pdata[i]));
	}
	return array;
}

static json_t *waiting_json(const Health *health)
{
	g_autofree char *since = clock_format(health->waiting_since);

	return json_pack("{s:I, s:s, s:o}", "count", (json_int_t)health->waiting, "since", since,
			 "for", safe_text(health->waits_for));
}

static json_t *health_json(const Health *health)
{
	json_t *object = json_object();

	json_object_set_new(object, "stage", json_string("judge"));
	json_object_set_new(object, "pid", json_integer(getpid()));
	json_object_set_new(object, "state", json_string(state_word(health->state)));
	json_object_set_new(object, "text", safe_text(health->text));
	json_object_set_new(object, "judged", safe_text(health->judged));
	json_object_set_new(object, "behind", json_integer((json_int_t)health->behind));
	json_object_set_new(object, "seq", json_integer((json_int_t)health->seq));
	json_object_set_new(object, "head", safe_text(health->head));
	json_object_set_new(object, "rules", json_integer(health->rules));
	json_object_set_new(object, "policy", safe_text(health->policy));
	json_object_set_new(object, "problems", problems_json(health->problems));
	json_object_set_new(object, "requests", problems_json(health->requests));
	json_object_set_new(object, "drift", json_integer((json_int_t)health->drift));
	if (health->waiting > 0) {
		json_object_set_new(object, "waiting", waiting_json(health));
	}
	return object;
}

void health_line_tell(HealthLine *line, const Health *health)
{
	json_t *object = health_json(health);
	char *dump = json_dumps(object, JSON_COMPACT);
	gint64 now = clock_mono_usec();

	if (g_strcmp0(dump, line->last) != 0 || now - line->written_usec >= REPEAT_AFTER_USEC) {
		g_autofree char *time = clock_format(clock_wall_usec());
		char *full;

		json_object_set_new(object, "time", json_string(time));
		full = json_dumps(object, JSON_COMPACT);
		stage_health_write(line->fd, full);
		free(full);
		g_free(line->last);
		line->last = g_strdup(dump);
		line->written_usec = now;
	}
	free(dump);
	json_decref(object);
}

void health_line_clear(HealthLine *line)
{
	g_clear_pointer(&line->last, g_free);
}
