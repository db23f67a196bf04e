/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/health.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	StageProcess stages[2];
	HealthFacts facts;
} World;

static void world_make(World *world, gconstpointer data)
{
	stage_process_init(&world->stages[0], "recorder", NULL, NULL);
	stage_process_init(&world->stages[1], "judge", NULL, NULL);
	world->stages[0].state = STAGE_READY;
	world->stages[1].state = STAGE_READY;
	world->stages[0].pid = 17;
	world->facts = (HealthFacts){world->stages, 2, NULL, false};
}

static void world_clear(World *world, gconstpointer data)
{
	stage_process_clear(&world->stages[0]);
	stage_process_clear(&world->stages[1]);
}

static void expect(const World *world, const char *state, const char *text)
{
	g_autofree char *have = health_text(&world->facts);

	g_assert_cmpstr(health_state(&world->facts), ==, state);
	g_assert_cmpstr(have, ==, text);
}

static void test_states(World *world, gconstpointer data)
{
	expect(world, "ready", "all stages are ready");
	world->stages[1].state = STAGE_STARTING;
	expect(world, "starting", "stages are starting");
	world->stages[1].problem = g_strdup("reeve-judge (pid 3) exited with code 2");
	expect(world, "degraded", "reeve-judge (pid 3) exited with code 2");
	g_clear_pointer(&world->stages[1].problem, g_free);
	world->stages[1].state = STAGE_READY;
	expect(world, "ready", "all stages are ready");
	world->facts.reload_problem = "r.yaml:1:1: unknown key\n    1 | x\n";
	expect(world, "degraded", "r.yaml:1:1: unknown key");
	world->facts.is_ending = true;
	expect(world, "degraded", "ending");
}

static void test_line(World *world, gconstpointer data)
{
	char *line;
	json_t *object;
	const char *stage, *version, *state;
	int pid, restarts;
	json_t *problems;

	world->stages[1].problem = g_strdup("bad \x1b[31m\xff");
	world->stages[1].restarts = 4;
	line = health_line(&world->facts);
	g_assert_null(strchr(line, '\n'));
	object = json_loads(line, 0, NULL);
	g_assert_nonnull(object);
	g_assert_cmpint(json_unpack(object, "{s:s,s:s,s:{s:{s:i,s:s},s:{s:i}},s:o}", "stage",
				    &stage, "version", &version, "stages", "recorder", "pid", &pid,
				    "state", &state, "judge", "restarts", &restarts, "problems",
				    &problems),
			==, 0);
	g_assert_cmpstr(stage, ==, "reeved");
	g_assert_cmpint(pid, ==, 17);
	g_assert_cmpstr(state, ==, "ready");
	g_assert_cmpint(restarts, ==, 4);
	g_assert_cmpstr(json_string_value(json_array_get(problems, 0)), ==, "bad \\x1b[31m\\xff");
	json_decref(object);
	free(line);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/health/states", World, NULL, world_make, test_states, world_clear);
	g_test_add("/health/line", World, NULL, world_make, test_line, world_clear);
	return g_test_run();
}
