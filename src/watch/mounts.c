/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mounts: see mounts.h. */
#include "watch/mounts.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/path.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOUNTINFO_MAX_BYTES (16 * 1024 * 1024)
/* A line is: mount id, parent id, major:minor, root, mount point, options... */
#define FIELD_ID 0
#define FIELD_POINT 4

struct Mounts {
	int fd;
	char *root;
	GHashTable *now;    /* path -> id and type, both char * */
	GPtrArray *foreign; /* of char *: borrowed from `now` */
	GPtrArray *remote;  /* likewise */
};

/* Also those with a subtype: "fuse.sshfs". */
static const struct {
	const char *type;
	bool is_remote;
} foreign_types[] = {
	{"fuse", true},        {"nfs", true},      {"nfs4", true},    {"cifs", true},
	{"smb3", true},        {"ceph", true},     {"autofs", true},  {"proc", false},
	{"sysfs", false},      {"cgroup", false},  {"bpf", false},    {"cgroup2", false},
	{"securityfs", false}, {"debugfs", false}, {"devpts", false}, {"tracefs", false},
};

/* The kernel writes space, tab, newline, backslash and '#' as three octal digits. */
static char *unescape_octal(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
		    p[3] >= '0' && p[3] <= '7') {
			g_string_append_c(
				out, (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
			p += 3;
		} else {
			g_string_append_c(out, *p);
		}
	}
	return g_string_free(out, FALSE);
}

/* "/srv/root/etc" -> "/etc" for the root "/srv/root"; NULL when it lies outside. */
static char *inside_root(const char *point, const char *root)
{
	if (!path_is_canonical(point) || !path_is_beneath(point, root)) {
		return NULL;
	}
	if (root[1] == '\0') {
		return g_strdup(point);
	}
	point += strlen(root);
	return g_strdup(*point == '\0' ? "/" : point);
}

/* Behind the dash that ends the optional fields; up to the subtype. "" where there is none. */
static const char *type_of(char *line)
{
	char *type = strstr(line, " - ");

	if (type == NULL) {
		return "";
	}
	type += strlen(" - ");
	type[strcspn(type, " .")] = '\0';
	return type;
}

static void parse_line(GHashTable *table, char *line, const char *root)
{
	g_auto(GStrv) fields = g_strsplit(line, " ", FIELD_POINT + 2);
	g_autofree char *point = NULL;
	char *path;

	if (g_strv_length(fields) <= FIELD_POINT) {
		return;
	}
	point = unescape_octal(fields[FIELD_POINT]);
	path = inside_root(point, root);
	if (path != NULL) {
		g_hash_table_replace(table, path,
				     g_strconcat(fields[FIELD_ID], " ", type_of(line), NULL));
	}
}

GHashTable *mounts_parse(const char *text, gsize size, const char *root)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (gsize)(end - text));
		gsize length = (gsize)((newline == NULL ? end : newline) - text);
		g_autofree char *line = g_strndup(text, length);

		parse_line(table, line, root);
		text += length + 1;
	}
	return table;
}

/* NULL when it cannot be read: the next change is another chance. */
static GHashTable *read_table(const Mounts *mounts)
{
	g_autoptr(GBytes) bytes = NULL;
	gsize size;
	const char *text;

	if (lseek(mounts->fd, 0, SEEK_SET) < 0) {
		return NULL;
	}
	bytes = io_read_fd(mounts->fd, MOUNTINFO_MAX_BYTES, NULL);
	if (bytes == NULL) {
		return NULL;
	}
	text = g_bytes_get_data(bytes, &size);
	return mounts_parse(text, size, mounts->root);
}

static void take_foreign_one(Mounts *mounts, char *path, const char *id_and_type)
{
	const char *type = strchr(id_and_type, ' ') + 1;

	for (gsize i = 0; i < G_N_ELEMENTS(foreign_types); i++) {
		if (strcmp(type, foreign_types[i].type) == 0) {
			g_ptr_array_add(mounts->foreign, path);
			if (foreign_types[i].is_remote) {
				g_ptr_array_add(mounts->remote, path);
			}
		}
	}
}

static void take_foreign(Mounts *mounts)
{
	GHashTableIter iter;
	void *path, *id_and_type;

	g_ptr_array_set_size(mounts->foreign, 0);
	g_ptr_array_set_size(mounts->remote, 0);
	g_hash_table_iter_init(&iter, mounts->now);
	while (g_hash_table_iter_next(&iter, &path, &id_and_type)) {
		take_foreign_one(mounts, path, id_and_type);
	}
}

Mounts *mounts_open(const char *root, GError **error)
{
	g_autoptr(Mounts) mounts = g_new0(Mounts, 1);
	char *real = realpath(root, NULL);

	mounts->fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	mounts->root = g_strdup(real == NULL ? root : real);
	free(real);
	mounts->now = mounts->fd < 0 ? NULL : read_table(mounts);
	if (mounts->now == NULL) {
		error_set_errno(error, "cannot read /proc/self/mountinfo");
		return NULL;
	}
	mounts->foreign = g_ptr_array_new();
	mounts->remote = g_ptr_array_new();
	take_foreign(mounts);
	return g_steal_pointer(&mounts);
}

void mounts_close(Mounts *mounts)
{
	if (mounts == NULL) {
		return;
	}
	fd_close(&mounts->fd);
	g_clear_pointer(&mounts->now, g_hash_table_unref);
	g_clear_pointer(&mounts->foreign, g_ptr_array_unref);
	g_clear_pointer(&mounts->remote, g_ptr_array_unref);
	g_free(mounts->root);
	g_free(mounts);
}

int mounts_poll_fd(const Mounts *mounts)
{
	return mounts->fd;
}

/* Appends the paths of `a` that `b` has not, or has with another mount. */
static void append_different(GHashTable *a, GHashTable *b, bool only_missing, GPtrArray *out)
{
	GHashTableIter iter;
	void *path, *id;

	g_hash_table_iter_init(&iter, a);
	while (g_hash_table_iter_next(&iter, &path, &id)) {
		const char *other = g_hash_table_lookup(b, path);

		if (other == NULL || (!only_missing && !g_str_equal(other, id))) {
			g_ptr_array_add(out, g_strdup(path));
		}
	}
}

void mounts_compare(Mounts *mounts, GPtrArray *ret_paths)
{
	GHashTable *now = read_table(mounts);

	if (now == NULL) {
		return;
	}
	append_different(now, mounts->now, false, ret_paths);
	append_different(mounts->now, now, true, ret_paths);
	g_hash_table_unref(mounts->now);
	mounts->now = now;
	take_foreign(mounts);
}

const GPtrArray *mounts_foreign(const Mounts *mounts)
{
	return mounts->foreign;
}

const GPtrArray *mounts_remote(const Mounts *mounts)
{
	return mounts->remote;
}
