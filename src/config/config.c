/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: see config.h. */
#include "config/config.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/yaml.h"
#include "build-config.h"
#include "config/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST_BYTES 253
#define DROP_INS_MAX 1000

Config *config_new(void)
{
	static const char *const watch[] = {"/etc", "/root/.ssh", "/var/spool/cron", "/usr/local",
					    NULL};
	static const char *const ignore[] = {"/etc/.git/**", NULL};
	static const char *const none[] = {NULL};
	Config *config = g_new0(Config, 1);

	config->watch = g_strdupv((char **)watch);
	config->ignore = g_strdupv((char **)ignore);
	config->secrets = g_strdupv((char **)none);
	config->register_every_seconds = 60;
	config->register_branch = g_strdup("main");
	return config;
}

void config_free(Config *config)
{
	if (config == NULL) {
		return;
	}
	g_free(config->host);
	g_strfreev(config->watch);
	g_strfreev(config->ignore);
	g_strfreev(config->secrets);
	g_free(config->register_path);
	g_free(config->register_remote);
	g_free(config->register_ssh);
	g_free(config->register_branch);
	g_free(config->register_trust);
	g_free(config->register_one_person);
	g_strfreev(config->policies);
	g_strfreev(config->bus_live);
	g_strfreev(config->bus_replay);
	g_free(config->bus_notice);
	g_free(config->bus_keys);
	g_free(config->state_dir);
	g_free(config->runtime_dir);
	g_free(config);
}

bool config_host_is_valid(const char *host)
{
	gsize length = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_");

	return host[length] == '\0' && length > 0 && length <= HOST_BYTES &&
	       g_ascii_isalnum(host[0]);
}

/* Who can write the configuration of root's daemon is root. */
static bool check_owner(const char *name, const struct stat *st, GError **error)
{
	if (geteuid() == 0 && (st->st_uid != 0 || (st->st_mode & S_IWOTH) != 0)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s must belong to root and not be writable by everybody: "
			    "chown root %s; chmod o-w %s",
			    name, name, name);
		return false;
	}
	return true;
}

/* (Links are followed: a configuration may well be one.) */
static GBytes *read_file(const char *file, const char *name, GError **error)
{
	auto_fd int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	GBytes *bytes;

	if (fd < 0 || fstat(fd, &st) < 0) {
		bool missing = errno == ENOENT;

		error_set_errno(error, "cannot open %s", name);
		if (missing && error != NULL) {
			(*error)->code = REEVE_ERROR_NOT_FOUND;
		}
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s is not a regular file", name);
		return NULL;
	}
	if (!check_owner(name, &st, error)) {
		return NULL;
	}
	bytes = io_read_fd(fd, YAML_MAX_BYTES, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", name);
	}
	return bytes;
}

bool config_load(Config *config, const char *file, bool missing_ok, GError **error)
{
	g_autofree char *name = escape_path(file);
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = read_file(file, name, &problem);
	g_autoptr(YamlDocument) document = NULL;
	gsize size;
	const void *data;

	if (bytes == NULL) {
		if (missing_ok && g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
			return true;
		}
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	data = g_bytes_get_data(bytes, &size);
	document = yaml_parse(name, data, size, error);
	return document != NULL && schema_apply(config, document, error);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_drop_ins(const char *folder, GPtrArray *names, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &problem);
	const char *name;

	if (dir == NULL) {
		if (g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
			return true;
		}
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, ".yaml") && name[0] != '.') {
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
		}
		if (names->len > DROP_INS_MAX) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
				    "%s: more than %d drop-ins", folder, DROP_INS_MAX);
			return false;
		}
	}
	g_ptr_array_sort(names, compare_names);
	return true;
}

static bool load_drop_ins(Config *config, const char *file, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	gsize stem = g_str_has_suffix(file, ".yaml") ? strlen(file) - 5 : strlen(file);
	g_autofree char *folder = g_strdup_printf("%.*s.d", (int)stem, file);

	if (!list_drop_ins(folder, names, error)) {
		return false;
	}
	for (guint i = 0; i < names->len; i++) {
		if (!config_load(config, g_ptr_array_index(names, i), false, error)) {
			return false;
		}
	}
	return true;
}

static char *default_file(void)
{
	return geteuid() == 0
		       ? g_strdup(REEVE_CONFIG_FILE)
		       : g_build_filename(g_get_user_config_dir(), "reeve", "reeve.yaml", NULL);
}

bool config_read(Config *config, const char *file, GError **error)
{
	g_autofree char *chosen = file != NULL ? g_strdup(file) : default_file();

	return config_load(config, chosen, file == NULL, error) &&
	       load_drop_ins(config, chosen, error);
}
