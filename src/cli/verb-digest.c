/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve digest: what a change request would pin of a path as it is now: the git blob id (as `git
 * hash-object --no-filters` gives it), SHA-256, mode, owner, group, attributes and access list.
 * Needs no daemon.
 */
#include "cli/paint.h"
#include "cli/verb.h"

#include "base/escape.h"
#include "base/fd.h"
#include "base/path.h"
#include "event/file-state.h"
#include "register/acl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)

/* Both digests in one reading. A file that changes its size meanwhile has no blob id to pin. */
static bool digest_content(int fd, const struct stat *st, json_t *pin, GError **error)
{
	g_autoptr(GChecksum) blob = g_checksum_new(G_CHECKSUM_SHA1);
	g_autoptr(GChecksum) sha256 = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *header = g_strdup_printf("blob %" G_GOFFSET_FORMAT, (goffset)st->st_size);
	g_autofree guchar *chunk = g_malloc(CHUNK_BYTES);
	goffset total = 0;
	ssize_t got;

	g_checksum_update(blob, (const guchar *)header, (gssize)strlen(header) + 1);
	while ((got = read(fd, chunk, CHUNK_BYTES)) != 0) {
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return error_set_errno(error, "cannot read it");
		}
		g_checksum_update(blob, chunk, got);
		g_checksum_update(sha256, chunk, got);
		total += got;
	}
	if (total != st->st_size) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO,
			    "it is being written at this moment; try again");
		return false;
	}
	json_object_set_new(pin, "blob", json_string(g_checksum_get_string(blob)));
	json_object_set_new(pin, "sha256", json_string(g_checksum_get_string(sha256)));
	json_object_set_new(pin, "size", json_integer(total));
	return true;
}

static void set_owner(json_t *pin, const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);
	const struct group *group = getgrgid(st->st_gid);
	char mode[8];

	g_snprintf(mode, sizeof(mode), "%04o", st->st_mode & 07777);
	json_object_set_new(pin, "mode", json_string(mode));
	json_object_set_new(pin, "uid", json_integer(st->st_uid));
	if (user != NULL) {
		json_object_set_new(pin, "owner", json_string(user->pw_name));
	}
	json_object_set_new(pin, "gid", json_integer(st->st_gid));
	if (group != NULL) {
		json_object_set_new(pin, "group", json_string(group->gr_name));
	}
}

static bool set_target(int fd, json_t *pin, GError **error)
{
	char target[PATH_MAX + 1];
	ssize_t size = readlinkat(fd, "", target, sizeof(target) - 1);
	g_autofree char *escaped = NULL;

	if (size < 0) {
		return error_set_errno(error, "cannot read the link");
	}
	escaped = escape_bytes(target, (gsize)size);
	json_object_set_new(pin, "target", json_string(escaped));
	return true;
}

/* By the reference alone: a FIFO has attributes, too, and is not opened. */
static void read_attributes(int fd, FileState *state)
{
	static char names[XATTR_LIST_MAX], value[XATTR_SIZE_MAX];
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
	ssize_t size = listxattr(link, names, sizeof(names));

	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t got = getxattr(link, names + at, value, sizeof(value));

		if (got >= 0) {
			file_state_add_xattr(state, names + at, value, (gsize)got);
		}
	}
}

static void set_attributes(int fd, json_t *pin)
{
	g_auto(FileState) state = {.type = FILE_REGULAR};
	g_autofree char *acl = NULL;
	json_t *xattrs = json_object();

	read_attributes(fd, &state);
	for (guint i = 0; state.xattrs != NULL && i < state.xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state.xattrs, i);
		g_autofree char *name = escape_path(xattr->name);
		g_autofree char *value = g_base64_encode(g_bytes_get_data(xattr->value, NULL),
							 g_bytes_get_size(xattr->value));

		if (!acl_is_name(xattr->name)) {
			json_object_set_new(xattrs, name, json_string(value));
		}
	}
	acl = acl_of_state(&state);
	if (json_object_size(xattrs) > 0) {
		json_object_set(pin, "xattrs", xattrs);
	}
	if (!g_str_equal(acl, ACL_NONE)) {
		json_object_set_new(pin, "acl", json_string(acl));
	}
	json_decref(xattrs);
}

/* A name may be a FIFO or a device: look before opening for reading. */
static bool digest_path(const char *path, json_t *pin, GError **error)
{
	auto_fd int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	auto_fd int content = -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		return error_set_errno(error, "cannot look at it");
	}
	json_object_set_new(pin, "type",
			    json_string(file_type_word(file_type_from_mode(st.st_mode))));
	set_owner(pin, &st);
	set_attributes(fd, pin);
	if (S_ISLNK(st.st_mode)) {
		return set_target(fd, pin, error);
	}
	if (!S_ISREG(st.st_mode)) {
		return true;
	}
	content = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (content < 0 || fstat(content, &st) != 0) {
		return error_set_errno(error, "cannot read it");
	}
	return digest_content(content, &st, pin, error);
}

static void print_pin(const Context *context, const char *path, const json_t *pin)
{
	Paint paint = paint_of(context);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *escaped = escape_path(path);
	const char *key;
	json_t *value;

	paint_put(&paint, out, STYLE_BOLD, escaped);
	g_string_append_c(out, '\n');
	json_object_foreach ((json_t *)pin, key, value) {
		paint_format(&paint, out, STYLE_DIM, "  %-7s", key);
		if (json_is_integer(value)) {
			g_string_append_printf(out, "%" JSON_INTEGER_FORMAT "\n",
					       json_integer_value(value));
		} else if (json_is_string(value)) {
			g_string_append_printf(out, "%s\n", json_string_value(value));
		} else {
			char *text = json_dumps(value, 0);

			g_string_append_printf(out, "%s\n", text);
			free(text);
		}
	}
	fputs(out->str, stdout);
}

static void print_json(const char *path, json_t *pin)
{
	g_autofree char *escaped = escape_path(path);
	json_t *object = json_pack("{s:s}", "path", escaped);
	char *text;

	json_object_update(object, pin);
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static int digest_one(const Context *context, const char *typed)
{
	GError *error = NULL;
	g_autofree char *path = verb_path(typed, &error);
	json_t *pin = json_object();
	int status = CLI_OK;

	if (path == NULL || !digest_path(path, pin, &error)) {
		g_autofree char *escaped = escape_path(typed);

		g_prefix_error(&error, "%s: ", escaped);
		status = verb_fail(error);
	} else if (context->is_json) {
		print_json(path, pin);
	} else {
		print_pin(context, path, pin);
	}
	json_decref(pin);
	return status;
}

int verb_digest(const Context *context, int argc, char **argv)
{
	int status, worst = CLI_OK;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2) {
		return verb_usage("digest", "of which path?");
	}
	for (int i = 1; i < argc; i++) {
		status = digest_one(context, argv[i]);
		worst = MAX(worst, status);
	}
	return worst;
}
