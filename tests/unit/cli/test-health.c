/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health lines: believed only while the process they name is there. */
#include "cli/health.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/prctl.h>
#include <unistd.h>

typedef struct {
	char *dir;
	Context context;
} World;

static void world_init(World *world)
{
	g_autofree char *health = NULL;

	world->dir = g_dir_make_tmp("reeve-health-XXXXXX", NULL);
	world->context = (Context){.config = config_new()};
	config_places(world->context.config, world->dir, world->dir);
	health = context_runtime(&world->context, "health");
	g_assert_cmpint(g_mkdir(health, 0755), ==, 0);
}

static void world_clear(World *world)
{
	g_autofree char *file = context_runtime(&world->context, "health/judge");
	g_autofree char *daemon = context_runtime(&world->context, "health/reeved");
	g_autofree char *folder = context_runtime(&world->context, "health");

	g_unlink(file);
	g_unlink(daemon);
	g_rmdir(folder);
	g_rmdir(world->dir);
	g_free(world->dir);
	context_clear(&world->context);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void write_line(const World *world, const char *stage, const char *line)
{
	g_autofree char *folder = context_runtime(&world->context, "health");
	g_autofree char *path = g_build_filename(folder, stage, NULL);

	g_assert_true(g_file_set_contents(path, line, -1, NULL));
}

static char *state_of(const World *world, const char *stage)
{
	g_auto(Health) health = {0};

	health_read(&world->context, stage, &health);
	return g_strdup(health_state(&health));
}

static void test_states(void)
{
	g_auto(World) world = {0};
	char saved[16];
	g_autofree char *ready = g_strdup_printf("{\"pid\":%d,\"state\":\"ready\"}\n", getpid());
	const struct {
		const char *line, *name, *state;
	} cases[] = {
		{ready, "reeve-judge", "ready"},
		/* The number has gone to another program since. */
		{ready, "bash", "gone"},
		{"{\"pid\":4194305,\"state\":\"ready\"}", "reeve-judge", "gone"},
		{"{\"state\":\"ready\"}", "reeve-judge", "gone"},
		{"", "reeve-judge", "absent"},
		{"[1]", "reeve-judge", "absent"},
		{"{\"pid\":", "reeve-judge", "absent"},
	};

	world_init(&world);
	prctl(PR_GET_NAME, saved);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *state = NULL;

		g_test_message("%s as %s", cases[i].line, cases[i].name);
		write_line(&world, "judge", cases[i].line);
		prctl(PR_SET_NAME, cases[i].name);
		state = state_of(&world, "judge");
		prctl(PR_SET_NAME, saved);
		g_assert_cmpstr(state, ==, cases[i].state);
	}
}

static void test_daemon(void)
{
	g_auto(World) world = {0};
	g_autofree char *line = g_strdup_printf("{\"pid\":%d}", getpid());
	char saved[16];

	world_init(&world);
	g_assert_false(health_daemon_runs(&world.context));
	write_line(&world, "reeved", line);
	prctl(PR_GET_NAME, saved);
	prctl(PR_SET_NAME, "reeved");
	g_assert_true(health_daemon_runs(&world.context));
	prctl(PR_SET_NAME, "sleep");
	g_assert_false(health_daemon_runs(&world.context));
	prctl(PR_SET_NAME, saved);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/health/states", test_states);
	g_test_add_func("/health/daemon", test_daemon);
	return g_test_run();
}
