/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health: what is told of the others, and of the relay itself. */
#include "relay/health.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
	StageOptions options;
	char *health_dir;
	Health *health;
} Scene;

static Scene scene_begin(void)
{
	Scene scene = {.options = {.reader_group = -1}};
	g_autoptr(GError) error = NULL;

	scene.options.runtime_dir = g_dir_make_tmp("reeve-health-XXXXXX", NULL);
	scene.health_dir = g_build_filename(scene.options.runtime_dir, "health", NULL);
	g_mkdir(scene.health_dir, 0700);
	scene.health = health_open(&scene.options, &error);
	g_assert_no_error(error);
	return scene;
}

static void scene_end(Scene *scene)
{
	static const char *const stages[] = {"relay", "judge", "recorder", "reeved"};

	health_close(scene->health);
	for (guint i = 0; i < G_N_ELEMENTS(stages); i++) {
		g_autofree char *path = g_build_filename(scene->health_dir, stages[i], NULL);

		g_unlink(path);
	}
	g_rmdir(scene->health_dir);
	g_rmdir(scene->options.runtime_dir);
	g_free(scene->health_dir);
	g_free(scene->options.runtime_dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_end)

/* Another stage writes its line the way stages do: in place. */
static void scene_say(Scene *scene, const char *stage, const char *line)
{
	int fd = stage_health_open(&scene->options, stage, NULL);

	g_assert_cmpint(fd, >=, 0);
	stage_health_write(fd, line);
	g_close(fd, NULL);
}

static void say_all_ready(Scene *scene)
{
	scene_say(scene, "reeved", "{\"state\":\"ready\"}");
	scene_say(scene, "recorder", "{\"state\":\"ready\"}");
	scene_say(scene, "judge", "{\"state\":\"ready\"}");
	health_set_ready(scene->health);
}

static void expect(Scene *scene, const char *health, const char *degraded)
{
	json_t *summary = health_summary(scene->health);
	g_autofree char *why = json_dumps(json_object_get(summary, "degraded"), JSON_COMPACT);

	g_assert_cmpstr(json_string_value(json_object_get(summary, "health")), ==, health);
	g_assert_cmpstr(why, ==, degraded);
	json_decref(summary);
}

static void test_worst_counts(void)
{
	g_auto(Scene) scene = scene_begin();

	expect(&scene, "unknown", "[]");
	say_all_ready(&scene);
	expect(&scene, "ready", "[]");
	scene_say(&scene, "recorder", "{\"state\":\"busy\"}");
	expect(&scene, "busy", "[]");
	scene_say(&scene, "judge", "{\"state\":\"starting\"}");
	expect(&scene, "starting", "[]");
	scene_say(&scene, "judge", "{\"state\":\"degraded\",\"text\":\"disk full\"}");
	expect(&scene, "degraded", "[\"judge: disk full\"]");
	scene_say(&scene, "recorder", "{\"state\":\"degraded\"}");
	expect(&scene, "degraded", "[\"recorder: \",\"judge: disk full\"]");
	say_all_ready(&scene);
	expect(&scene, "ready", "[]");
}

static void test_nonsense_is_unknown(void)
{
	static const char *const lines[] = {"", "{", "[]", "{\"state\":1}", "{\"state\":\"?\"}"};
	g_auto(Scene) scene = scene_begin();

	say_all_ready(&scene);
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		scene_say(&scene, "judge", lines[i]);
		expect(&scene, "unknown", "[]");
	}
}

/* What follows a shorter line in the file for a moment is not part of it. */
static void test_old_bytes_behind_the_line(void)
{
	g_auto(Scene) scene = scene_begin();

	say_all_ready(&scene);
	scene_say(&scene, "judge", "{\"state\":\"busy\"}\nold\"}");
	expect(&scene, "busy", "[]");
}

static void test_own_state(void)
{
	g_auto(Scene) scene = scene_begin();

	say_all_ready(&scene);
	g_assert_true(health_set_trouble(scene.health, "no disk"));
	g_assert_false(health_set_trouble(scene.health, "no disk"));
	expect(&scene, "degraded", "[\"relay: no disk\"]");
	g_assert_true(health_set_trouble(scene.health, NULL));
	expect(&scene, "ready", "[]");
	g_assert_true(health_set_damage(scene.health, "cut"));
	g_assert_false(health_set_damage(scene.health, "broken"));
	g_assert_true(health_set_trouble(scene.health, "no disk"));
	g_assert_true(health_set_trouble(scene.health, NULL));
	expect(&scene, "degraded", "[\"relay: cut\"]");
}

static void test_writes_its_line(void)
{
	g_auto(Scene) scene = scene_begin();
	g_autofree char *path = g_build_filename(scene.health_dir, "relay", NULL);
	json_t *members = json_pack("{s:i}", "seq", 7);
	g_autofree char *text = NULL;
	json_t *line;

	health_set_ready(scene.health);
	health_write(scene.health, members);
	json_decref(members);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_true(g_str_has_suffix(text, "}\n"));
	line = json_loads(text, 0, NULL);
	g_assert_cmpstr(json_string_value(json_object_get(line, "stage")), ==, "relay");
	g_assert_cmpstr(json_string_value(json_object_get(line, "state")), ==, "ready");
	g_assert_cmpint(json_integer_value(json_object_get(line, "seq")), ==, 7);
	json_decref(line);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/health/worst", test_worst_counts);
	g_test_add_func("/relay/health/nonsense", test_nonsense_is_unknown);
	g_test_add_func("/relay/health/old-bytes", test_old_bytes_behind_the_line);
	g_test_add_func("/relay/health/own", test_own_state);
	g_test_add_func("/relay/health/line", test_writes_its_line);
	return g_test_run();
}
