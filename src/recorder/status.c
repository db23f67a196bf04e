/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The health line: see status.h. */
#include "recorder/status.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/stage.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static const char *state_word(StatusState state)
{
	switch (state) {
	case STATUS_STARTING:
		return "starting";
	case STATUS_READY:
		return "ready";
	case STATUS_DEGRADED:
		return "degraded";
	}
	g_assert_not_reached();
}

void status_clear(Status *status)
{
	g_clear_pointer(&status->text, g_free);
	g_clear_pointer(&status->last_commit, g_free);
}

void status_set_text(Status *status, const char *format, ...)
{
	va_list args;

	g_free(status->text);
	va_start(args, format);
	status->text = g_strdup_vprintf(format, args);
	va_end(args);
}

static json_t *roots_to_json(const char *const *roots)
{
	json_t *array = json_array();

	for (; roots != NULL && *roots != NULL; roots++) {
		g_autofree char *escaped = escape_path(*roots);

		json_array_append_new(array, json_string(escaped));
	}
	return array;
}

static void add_number(json_t *line, const char *name, guint64 value)
{
	json_object_set_new(line, name, json_integer((json_int_t)value));
}

static json_t *time_or_null(gint64 wall_usec)
{
	g_autofree char *text = wall_usec == 0 ? NULL : clock_format(wall_usec);

	return text == NULL ? json_null() : json_string(text);
}

static json_t *scrub_to_json(const ScrubFacts *facts)
{
	json_t *scrub = json_object();

	add_number(scrub, "sweeps", facts->sweeps);
	json_object_set_new(scrub, "swept", time_or_null(facts->swept_usec));
	add_number(scrub, "sweep_ms", (guint64)facts->sweep_usec / 1000);
	add_number(scrub, "rotations", facts->rotations);
	json_object_set_new(scrub, "rotated", time_or_null(facts->rotated_usec));
	add_number(scrub, "reread", facts->reread);
	add_number(scrub, "to_reread", facts->to_reread);
	add_number(scrub, "doubts", facts->doubts);
	return scrub;
}

/* Who can be told, how surely, and what stands in the way of better. */
static json_t *witness_to_json(Witness *witness)
{
	json_t *actors = json_object();
	json_t *why = json_array();

	json_object_set_new(actors, "source", json_string(witness_source(witness)));
	json_object_set_new(actors, "reach", json_string(confidence_word(witness_reach(witness))));
	json_object_set_new(actors, "limits", json_string(witness_limits(witness)));
	for (guint i = 0; i < witness_passed_over(witness)->len; i++) {
		json_array_append_new(why, json_string(witness_passed_over(witness)->pdata[i]));
	}
	json_object_set_new(actors, "passed_over", why);
	add_number(actors, "processes", witness_count(witness));
	add_number(actors, "lost", witness_lost(witness));
	json_object_set_new(actors, "blind", json_boolean(witness_is_blind(witness)));
	return actors;
}

char *status_format(const Status *status, gint64 now_wall_usec)
{
	json_t *line = json_object();
	g_autofree char *time = clock_format(now_wall_usec);
	char *text;

	json_object_set_new(line, "stage", json_string("recorder"));
	add_number(line, "pid", (guint64)getpid());
	json_object_set_new(line, "time", json_string(time));
	json_object_set_new(line, "state", json_string(state_word(status->state)));
	json_object_set_new(line, "text", json_string(status->text == NULL ? "" : status->text));
	json_object_set_new(line, "backend", json_string(status->backend));
	if (status->witness != NULL) {
		json_object_set_new(line, "actors", witness_to_json(status->witness));
	}
	json_object_set_new(line, "roots", roots_to_json(status->roots));
	if (status->canary != NULL) {
		g_autofree char *escaped = escape_path(status->canary);

		json_object_set_new(line, "canary", json_string(escaped));
	}
	add_number(line, "directories", status->directories);
	add_number(line, "uncovered", status->uncovered);
	add_number(line, "entries", status->entries);
	if (status->state == STATUS_STARTING) {
		json_object_set_new(
			line, "baseline",
			json_pack("{s:I,s:n}", "done", (json_int_t)status->baseline_done, "total"));
	}
	add_number(line, "pending", status->pending);
	json_object_set_new(line, "last_commit",
			    status->last_commit == NULL ? json_null()
							: json_string(status->last_commit));
	add_number(line, "gaps_open", status->gaps_open);
	if (status->state != STATUS_STARTING) {
		json_object_set_new(line, "scrub", scrub_to_json(&status->scrub));
	}
	text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(line);
	return text;
}

void status_write(const Status *status)
{
	char *line = status_format(status, clock_wall_usec());

	stage_health_write(status->fd, line);
	free(line);
}
