/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with a configuration and drop-ins in it. */
typedef struct {
	char *folder, *file, *drop_ins;
	Config *config;
} Place;

static void place_make(Place *place, gconstpointer data)
{
	place->folder = g_dir_make_tmp("reeve-config-XXXXXX", NULL);
	place->file = g_build_filename(place->folder, "reeve.yaml", NULL);
	place->drop_ins = g_build_filename(place->folder, "reeve.d", NULL);
	g_assert_no_errno(g_mkdir(place->drop_ins, 0755));
	place->config = config_new();
}

static void empty_folder(const char *folder)
{
	g_autoptr(GDir) list = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(list)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_remove(path);
	}
	g_rmdir(folder);
}

static void place_remove(Place *place, gconstpointer data)
{
	empty_folder(place->drop_ins);
	empty_folder(place->folder);
	g_free(place->drop_ins);
	g_free(place->file);
	g_free(place->folder);
	config_free(place->config);
}

static void put(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_no_errno(g_chmod(path, 0644));
}

/* The example of the documentation: every key. */
static void test_every_key(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	const Config *config = place->config;

	put(place->folder, "reeve.yaml",
	    "host: web-1\n"
	    "watch: [/etc, /root/.ssh]\n"
	    "ignore: [\"/etc/.git/**\", /etc/*.swp]\n"
	    "secrets: [\"/etc/ssl/private/**\"]\n"
	    "register: {path: /srv/register.git, remote: null, branch: trunk, trust: /etc/t}\n"
	    "policies: [/usr/share/reeve/policies, /etc/reeve/policies]\n"
	    "bus: {live: [ipc:///run/r/live], replay: [ipc:///run/r/replay], keys: /etc/k}\n");
	config_load(place->config, place->file, false, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(config->host, ==, "web-1");
	g_assert_cmpstr(config->watch[1], ==, "/root/.ssh");
	g_assert_null(config->watch[2]);
	g_assert_cmpstr(config->ignore[1], ==, "/etc/*.swp");
	g_assert_cmpstr(config->secrets[0], ==, "/etc/ssl/private/**");
	g_assert_cmpstr(config->register_path, ==, "/srv/register.git");
	g_assert_null(config->register_remote);
	g_assert_cmpstr(config->register_branch, ==, "trunk");
	g_assert_cmpstr(config->register_trust, ==, "/etc/t");
	g_assert_cmpstr(config->policies[1], ==, "/etc/reeve/policies");
	g_assert_cmpstr(config->bus_live[0], ==, "ipc:///run/r/live");
	g_assert_cmpstr(config->bus_replay[0], ==, "ipc:///run/r/replay");
	g_assert_cmpstr(config->bus_keys, ==, "/etc/k");
}

static void test_defaults(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	put(place->folder, "reeve.yaml", "# all as it comes\n");
	config_read(place->config, place->file, &error);
	g_assert_no_error(error);
	g_assert_null(place->config->host);
	g_assert_cmpstr(place->config->watch[0], ==, "/etc");
	g_assert_cmpstr(place->config->register_branch, ==, "main");
	g_assert_null(place->config->bus_live);
}

/* By name, each over the one before; lists replace; other files are none. */
static void test_drop_ins(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	put(place->folder, "reeve.yaml", "host: one\nwatch: [/a, /b]\n");
	put(place->drop_ins, "20-b.yaml", "host: three\n");
	put(place->drop_ins, "10-a.yaml", "host: two\nwatch: /c\n");
	put(place->drop_ins, "30-c.yaml~", "hots: four\n");
	put(place->drop_ins, ".hidden.yaml", "hots: five\n");
	config_read(place->config, place->file, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(place->config->host, ==, "three");
	g_assert_cmpstr(place->config->watch[0], ==, "/c");
	g_assert_null(place->config->watch[1]);
}

static void test_drop_in_is_named(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	put(place->folder, "reeve.yaml", "host: one\n");
	put(place->drop_ins, "10.yaml", "hots: one\n");
	g_assert_false(config_read(place->config, place->file, &error));
	g_assert_nonnull(strstr(error->message, "reeve.d/10.yaml:1:1: unknown key `hots`"));
	g_assert_nonnull(strstr(error->message, "did you mean `host`?"));
}

static void test_missing(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(config_load(place->config, place->file, true, NULL));
	g_assert_false(config_load(place->config, place->file, false, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND);
	g_clear_error(&error);
	g_assert_false(config_read(place->config, place->file, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND);
	g_clear_error(&error);
	g_assert_false(config_load(place->config, place->folder, false, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
}

/* Root's daemon is not configured by others. */
static void test_owner(Place *place, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	if (geteuid() != 0) {
		g_test_skip("needs root to be careful");
		return;
	}
	put(place->folder, "reeve.yaml", "host: one\n");
	g_assert_no_errno(chmod(place->file, 0666));
	g_assert_false(config_load(place->config, place->file, true, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_clear_error(&error);
	g_assert_no_errno(chmod(place->file, 0644));
	g_assert_no_errno(chown(place->file, 61999, 0));
	g_assert_false(config_load(place->config, place->file, true, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
}

static void test_host(void)
{
	g_autofree char *longest = g_strnfill(253, 'a');
	g_autofree char *longer = g_strnfill(254, 'a');

	g_assert_true(config_host_is_valid("web-1.example_x.org"));
	g_assert_true(config_host_is_valid(longest));
	g_assert_false(config_host_is_valid(longer));
	g_assert_false(config_host_is_valid(""));
	g_assert_false(config_host_is_valid("a/b"));
	g_assert_false(config_host_is_valid("a b"));
	g_assert_false(config_host_is_valid("-a"));
	g_assert_false(config_host_is_valid(".."));
	g_assert_false(config_host_is_valid("\xc3\xa9"));
}

#define ADD(name, function) \
	g_test_add("/config/" name, Place, NULL, place_make, function, place_remove)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("every-key", test_every_key);
	ADD("defaults", test_defaults);
	ADD("drop-ins", test_drop_ins);
	ADD("drop-in-named", test_drop_in_is_named);
	ADD("missing", test_missing);
	ADD("owner", test_owner);
	g_test_add_func("/config/host", test_host);
	return g_test_run();
}
