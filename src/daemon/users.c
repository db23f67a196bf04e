/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users: see users.h. */
#include "daemon/users.h"
#include "base/io.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEPT_FILE "uids"
#define KEPT_BYTES 256
#define TRIES 1000

char *users_kept_format(const UsersKept *kept)
{
	g_autofree char *fetch =
		kept->fetch == 0 ? g_strdup("") : g_strdup_printf("fetch %d\n", kept->fetch);

	return g_strdup_printf("judge %d\nrelay %d\nreaders %d\n%s", kept->judge, kept->relay,
			       kept->readers, fetch);
}

/* Ours, and all different. */
static bool ids_are_ours(const UsersKept *kept)
{
	const int ids[] = {kept->judge, kept->relay, kept->readers, kept->fetch};
	guint count = kept->fetch == 0 ? 3 : 4;

	for (guint i = 0; i < count; i++) {
		if (ids[i] < USERS_FIRST || ids[i] > USERS_LAST) {
			return false;
		}
		for (guint k = 0; k < i; k++) {
			if (ids[i] == ids[k]) {
				return false;
			}
		}
	}
	return true;
}

bool users_kept_parse(const char *text, UsersKept *ret)
{
	UsersKept kept = {0};
	g_autofree char *again = NULL;

	if (sscanf(text, "judge %d\nrelay %d\nreaders %d\nfetch %d\n", &kept.judge, &kept.relay,
		   &kept.readers, &kept.fetch) < 3) {
		return false;
	}
	again = users_kept_format(&kept);
	if (!g_str_equal(text, again) || !ids_are_ours(&kept)) {
		return false;
	}
	*ret = kept;
	return true;
}

/* Somebody may have been given one of the numbers since. */
static bool id_has_a_name(int id)
{
	return getpwuid((uid_t)id) != NULL || getgrgid((gid_t)id) != NULL;
}

static void note_ids(const char *status, const char *field, GHashTable *ids)
{
	const char *line = strstr(status, field);
	int id[4];

	if (line != NULL &&
	    sscanf(line + strlen(field), "%d %d %d %d", &id[0], &id[1], &id[2], &id[3]) == 4) {
		for (int i = 0; i < 4; i++) {
			g_hash_table_add(ids, GINT_TO_POINTER(id[i]));
		}
	}
}

/* Numbers that processes run under although no one has a name for them. */
static GHashTable *ids_of_processes(void)
{
	GHashTable *ids = g_hash_table_new(NULL, NULL);
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	const char *name;

	while (proc != NULL && (name = g_dir_read_name(proc)) != NULL) {
		g_autofree char *path = g_build_filename("/proc", name, "status", NULL);
		g_autofree char *status = NULL;

		if (g_ascii_isdigit(name[0]) && g_file_get_contents(path, &status, NULL, NULL)) {
			note_ids(status, "\nUid:", ids);
			note_ids(status, "\nGid:", ids);
		}
	}
	return ids;
}

static bool take_free_id(GHashTable *taken, int *ret, GError **error)
{
	for (int i = 0; i < TRIES; i++) {
		int id = g_random_int_range(USERS_FIRST, USERS_LAST + 1);

		if (!g_hash_table_contains(taken, GINT_TO_POINTER(id)) && !id_has_a_name(id)) {
			g_hash_table_add(taken, GINT_TO_POINTER(id));
			*ret = id;
			return true;
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
		    "no free user number from %d to %d: make the users reeve-judge, "
		    "reeve-relay and reeve-fetch and the group reeve",
		    USERS_FIRST, USERS_LAST);
	return false;
}

static bool load_kept(int state_fd, UsersKept *ret)
{
	g_autoptr(GBytes) bytes = io_read_file(state_fd, KEPT_FILE, KEPT_BYTES, NULL);
	g_autofree char *text = NULL;

	if (bytes == NULL) {
		return false;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	return users_kept_parse(text, ret) && !id_has_a_name(ret->judge) &&
	       !id_has_a_name(ret->relay) && !id_has_a_name(ret->readers) &&
	       (ret->fetch == 0 || !id_has_a_name(ret->fetch));
}

static void note_kept(GHashTable *taken, const UsersKept *kept)
{
	g_hash_table_add(taken, GINT_TO_POINTER(kept->judge));
	g_hash_table_add(taken, GINT_TO_POINTER(kept->relay));
	g_hash_table_add(taken, GINT_TO_POINTER(kept->readers));
}

static bool keep_numbers(int state_fd, UsersKept *ret, GError **error)
{
	bool is_kept = load_kept(state_fd, ret);
	g_autoptr(GHashTable) taken = NULL;
	g_autofree char *text = NULL;

	if (is_kept && ret->fetch != 0) {
		return true;
	}
	taken = ids_of_processes();
	if (is_kept) {
		note_kept(taken, ret);
	} else if (!take_free_id(taken, &ret->judge, error) ||
		   !take_free_id(taken, &ret->relay, error) ||
		   !take_free_id(taken, &ret->readers, error)) {
		return false;
	}
	if (!take_free_id(taken, &ret->fetch, error)) {
		return false;
	}
	text = users_kept_format(ret);
	return io_replace_file(state_fd, KEPT_FILE, text, strlen(text), 0640, error);
}

static void find_user(const char *name, int *ret_uid, int *ret_gid)
{
	const struct passwd *entry = getpwnam(name);

	*ret_uid = entry != NULL ? (int)entry->pw_uid : -1;
	*ret_gid = entry != NULL ? (int)entry->pw_gid : -1;
}

bool users_find(Users *ret, int state_fd, GError **error)
{
	const struct group *readers;
	UsersKept kept;

	*ret = (Users){-1, -1, -1, -1, -1, -1, -1};
	if (geteuid() != 0) {
		return true;
	}
	find_user("reeve-judge", &ret->judge_uid, &ret->judge_gid);
	find_user("reeve-relay", &ret->relay_uid, &ret->relay_gid);
	find_user("reeve-fetch", &ret->fetch_uid, &ret->fetch_gid);
	readers = getgrnam("reeve");
	ret->readers_gid = readers != NULL ? (int)readers->gr_gid : -1;
	if (ret->judge_uid != -1 && ret->relay_uid != -1 && ret->readers_gid != -1 &&
	    ret->fetch_uid != -1) {
		return true;
	}
	if (!keep_numbers(state_fd, &kept, error)) {
		g_prefix_error(error, "cannot find users for the stages: ");
		return false;
	}
	if (ret->judge_uid == -1) {
		ret->judge_uid = ret->judge_gid = kept.judge;
	}
	if (ret->relay_uid == -1) {
		ret->relay_uid = ret->relay_gid = kept.relay;
	}
	if (ret->readers_gid == -1) {
		ret->readers_gid = kept.readers;
	}
	if (ret->fetch_uid == -1) {
		ret->fetch_uid = ret->fetch_gid = kept.fetch;
	}
	return true;
}
