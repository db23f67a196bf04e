/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The health line of reeved: see health.h. */
#include "daemon/health.h"
#include "base/clock.h"
#include "base/escape.h"
#include "build-config.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

static bool all_ready(const HealthFacts *facts)
{
	for (guint i = 0; i < facts->n_stages; i++) {
		if (facts->stages[i].state != STAGE_READY) {
			return false;
		}
	}
	return true;
}

static const char *first_problem(const HealthFacts *facts)
{
	for (guint i = 0; i < facts->n_stages; i++) {
		if (facts->stages[i].problem != NULL) {
			return facts->stages[i].problem;
		}
	}
	return facts->reload_problem;
}

const char *health_state(const HealthFacts *facts)
{
	if (first_problem(facts) != NULL) {
		return "degraded";
	}
	return all_ready(facts) && !facts->is_ending ? "ready" : "starting";
}

char *health_text(const HealthFacts *facts)
{
	const char *problem = first_problem(facts);

	if (facts->is_ending) {
		return g_strdup("ending");
	}
	if (problem != NULL) {
		return g_strndup(problem, strcspn(problem, "\n"));
	}
	return g_strdup(all_ready(facts) ? "all stages are ready" : "stages are starting");
}

static json_t *safe_string(const char *text)
{
	g_autofree char *safe = escape_text(text, strlen(text));

	return json_string(safe);
}

static json_t *describe_stages(const HealthFacts *facts)
{
	json_t *stages = json_object();

	for (guint i = 0; i < facts->n_stages; i++) {
		const StageProcess *stage = &facts->stages[i];
		json_t *entry = json_object();

		if (stage->pid != 0) {
			json_object_set_new(entry, "pid", json_integer(stage->pid));
		}
		json_object_set_new(entry, "restarts", json_integer(stage->restarts));
		json_object_set_new(entry, "state", json_string(stage_process_word(stage)));
		json_object_set_new(stages, stage->name, entry);
	}
	return stages;
}

static json_t *list_problems(const HealthFacts *facts)
{
	json_t *problems = json_array();

	for (guint i = 0; i < facts->n_stages; i++) {
		if (facts->stages[i].problem != NULL) {
			json_array_append_new(problems, safe_string(facts->stages[i].problem));
		}
	}
	if (facts->reload_problem != NULL) {
		json_array_append_new(problems, safe_string(facts->reload_problem));
	}
	return problems;
}

static json_t *time_or_null(gint64 usec)
{
	g_autofree char *text = clock_format(usec);

	return usec == 0 ? json_null() : json_string(text);
}

/* What is known of a register that is elsewhere. */
static json_t *describe_register(const Fetcher *fetcher)
{
	g_autofree char *shown = fetch_shown(fetcher->plan.remote);
	g_autofree char *problem = fetcher_problem(fetcher);
	json_t *entry = json_object();

	json_object_set_new(entry, "remote", safe_string(shown));
	json_object_set_new(entry, "fetched", time_or_null(fetcher->fetched_usec));
	json_object_set_new(entry, "problem", problem == NULL ? json_null() : safe_string(problem));
	return entry;
}

char *health_line(const HealthFacts *facts)
{
	g_autofree char *time = clock_format(clock_wall_usec());
	g_autofree char *text = health_text(facts);
	json_t *line = json_object();
	char *dumped;

	json_object_set_new(line, "stage", json_string("reeved"));
	json_object_set_new(line, "pid", json_integer(getpid()));
	json_object_set_new(line, "time", json_string(time));
	json_object_set_new(line, "state", json_string(health_state(facts)));
	json_object_set_new(line, "text", safe_string(text));
	json_object_set_new(line, "version", json_string(REEVE_VERSION));
	json_object_set_new(line, "stages", describe_stages(facts));
	json_object_set_new(line, "problems", list_problems(facts));
	if (facts->fetcher != NULL && facts->fetcher->plan.remote != NULL) {
		json_object_set_new(line, "register", describe_register(facts->fetcher));
	}
	dumped = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	return dumped;
}
