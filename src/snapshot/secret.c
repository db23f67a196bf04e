/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets: see secret.h. A path is held against some two hundred globs at every look, so each glob
 * is first held against the fixed bytes of its ends, which rejects nearly all of them.
 */
#include "snapshot/secret.h"

#include "base/fd.h"
#include "base/glob.h"
#include "base/io.h"
#include "snapshot/secret-table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define KEY_NAME "hmac.key"
#define KEY_BYTES 32
#define FIELD_HMAC_BYTES 16
/* How far behind an armour's first line its text must begin; header lines stand between. */
#define ARMOUR_REACH_BYTES 512

typedef struct {
	const char *glob;
	gsize head, tail; /* bytes before the first and behind the last wildcard */
	gsize size;
	SecretKind kind;
} Pattern;

struct Secrets {
	guint8 key[KEY_BYTES];
	GStrv globs;
	GArray *patterns; /* of Pattern: the configuration's first, they may not be overruled */
};

/*
 * The key
 */

static bool make_key(int state_fd, guint8 *key, GError **error)
{
	if (getrandom(key, KEY_BYTES, 0) != KEY_BYTES) {
		return error_set_errno(error, "cannot draw a key");
	}
	return io_replace_file(state_fd, KEY_NAME, key, KEY_BYTES, 0600, error);
}

static bool check_key(int state_fd, GError **error)
{
	struct stat st;

	if (fstatat(state_fd, KEY_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		return error_set_errno(error, "cannot look at %s", KEY_NAME);
	}
	if ((st.st_mode & 077) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s can be read by others: it proves nothing any more; remove it (all "
			    "secret files will be reported once) or chmod 600 it",
			    KEY_NAME);
		return false;
	}
	return true;
}

static bool load_key(Secrets *secrets, const char *state_dir, GError **error)
{
	auto_fd int fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) mistake = NULL;

	if (fd < 0) {
		return error_set_errno(error, "cannot open %s", state_dir);
	}
	bytes = io_read_file(fd, KEY_NAME, KEY_BYTES, &mistake);
	if (g_error_matches(mistake, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return make_key(fd, secrets->key, error);
	}
	if (bytes == NULL && !g_error_matches(mistake, REEVE_ERROR, REEVE_ERROR_LIMIT)) {
		g_propagate_error(error, g_steal_pointer(&mistake));
		return false;
	}
	if (bytes == NULL || g_bytes_get_size(bytes) != KEY_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "%s/%s is not a key of ours (%d bytes): restore it, or remove it (all "
			    "secret files will be reported once)",
			    state_dir, KEY_NAME, KEY_BYTES);
		return false;
	}
	memcpy(secrets->key, g_bytes_get_data(bytes, NULL), KEY_BYTES);
	return check_key(fd, error);
}

/*
 * Paths
 */

static void add_pattern(Secrets *secrets, const char *glob, SecretKind kind)
{
	const char *last = strrchr(glob, '*');
	const char *question = strrchr(glob, '?');
	Pattern pattern = {.glob = glob, .size = strlen(glob), .kind = kind};

	pattern.head = strcspn(glob, "*?");
	last = MAX(last, question);
	pattern.tail = last == NULL ? 0 : strlen(last + 1);
	g_array_append_val(secrets->patterns, pattern);
}

Secrets *secrets_open(const char *state_dir, const char *const *globs, GError **error)
{
	g_autoptr(Secrets) secrets = g_new0(Secrets, 1);

	secrets->globs = g_strdupv((char **)globs);
	secrets->patterns = g_array_new(FALSE, FALSE, sizeof(Pattern));
	for (char **glob = secrets->globs; glob != NULL && *glob != NULL; glob++) {
		add_pattern(secrets, *glob, SECRET_WHOLE);
	}
	for (const SecretPath *line = secret_paths; line->glob != NULL; line++) {
		add_pattern(secrets, line->glob, line->kind);
	}
	return load_key(secrets, state_dir, error) ? g_steal_pointer(&secrets) : NULL;
}

void secrets_free(Secrets *secrets)
{
	if (secrets == NULL) {
		return;
	}
	explicit_bzero(secrets->key, sizeof(secrets->key));
	g_strfreev(secrets->globs);
	g_array_unref(secrets->patterns);
	g_free(secrets);
}

static bool pattern_matches(const Pattern *pattern, const char *path, gsize size)
{
	return size >= pattern->head + pattern->tail &&
	       memcmp(path, pattern->glob, pattern->head) == 0 &&
	       memcmp(path + size - pattern->tail, pattern->glob + pattern->size - pattern->tail,
		      pattern->tail) == 0 &&
	       glob_match(pattern->glob, path);
}

SecretKind secrets_classify_path(const Secrets *secrets, const char *path)
{
	gsize size = strlen(path);

	for (guint i = 0; i < secrets->patterns->len; i++) {
		const Pattern *pattern = &g_array_index(secrets->patterns, Pattern, i);

		if (pattern_matches(pattern, path, size)) {
			return pattern->kind;
		}
	}
	return SECRET_NO;
}

SecretKind secret_kind_of_path(const char *const *globs, const char *path)
{
	for (; globs != NULL && *globs != NULL; globs++) {
		if (glob_match(*globs, path)) {
			return SECRET_WHOLE;
		}
	}
	for (const SecretPath *line = secret_paths; line->glob != NULL; line++) {
		if (glob_match(line->glob, path)) {
			return line->kind;
		}
	}
	return SECRET_NO;
}

/*
 * Content
 */

static bool run_has(const char *run, char c)
{
	for (const char *r = run; *r != '\0'; r++) {
		if (r[1] == '-' && r[2] != '\0') {
			if (c >= r[0] && c <= r[2]) {
				return true;
			}
			r += 2;
		} else if (c == *r) {
			return true;
		}
	}
	return false;
}

/* The longest run of the mark's characters that begins in [p, end), `from` on its way. */
static bool run_is_long_enough(const SecretMark *mark, const char *p, const char *end)
{
	guint length = 0;

	while (p < end && length < mark->least && run_has(mark->run, *p)) {
		length++;
		p++;
	}
	return length == mark->least;
}

static bool armour_follows(const SecretMark *mark, const char *p, const char *end)
{
	const char *reach = MIN(end, p + ARMOUR_REACH_BYTES);

	for (; p < reach; p++) {
		if (run_is_long_enough(mark, p, end)) {
			return true;
		}
	}
	return false;
}

static bool begins_line(const char *data, const char *at)
{
	while (at > data && (at[-1] == ' ' || at[-1] == '\t')) {
		at--;
	}
	return at == data || at[-1] == '\n' || at[-1] == '\r';
}

static bool mark_is_meant(const SecretMark *mark, const char *data, const char *at, const char *end)
{
	const char *behind = at + strlen(mark->text);
	const char *value = behind;

	switch (mark->place) {
	case MARK_ARMOUR:
		return armour_follows(mark, behind, end);
	case MARK_LINE:
		if (!begins_line(data, at)) {
			return false;
		}
		break;
	case MARK_ANYWHERE:
		if (at > data && (g_ascii_isalnum(at[-1]) || at[-1] == '_')) {
			return false;
		}
		break;
	}
	while (value < end && *value != '\0' && strchr(mark->skip, *value) != NULL) {
		value++;
	}
	/* A keyword must end where its value's separator begins. */
	return (mark->skip[0] == '\0' || value > behind) && run_is_long_enough(mark, value, end);
}

/*
 * Which two bytes a mark may begin with, one bit each. Content is walked once; only where this
 * says so are the marks looked at, which is nowhere in nearly all files.
 */
static guint8 mark_starts[G_MAXUINT16 / 8 + 1];

static guint start_of(const char *text)
{
	return (guint)(guchar)text[0] << 8 | (guchar)text[1];
}

static void note_starts(void)
{
	static gsize noted;

	if (g_once_init_enter(&noted)) {
		for (const SecretMark *mark = secret_marks; mark->text != NULL; mark++) {
			guint start = start_of(mark->text);

			mark_starts[start / 8] |= (guint8)(1 << start % 8);
		}
		g_once_init_leave(&noted, 1);
	}
}

static bool mark_is_at(const char *data, const char *at, const char *end)
{
	guint start = start_of(at);

	for (const SecretMark *mark = secret_marks; mark->text != NULL; mark++) {
		gsize size;

		if (start_of(mark->text) != start) {
			continue;
		}
		size = strlen(mark->text);
		if ((gsize)(end - at) >= size && memcmp(at, mark->text, size) == 0 &&
		    mark_is_meant(mark, data, at, end)) {
			return true;
		}
	}
	return false;
}

bool secrets_content_is_secret(const void *data, gsize size)
{
	const char *begin = data;
	const char *end = begin + size;

	note_starts();
	for (const char *at = begin; end - at >= 2; at++) {
		guint start = start_of(at);

		if ((mark_starts[start / 8] >> start % 8 & 1) != 0 && mark_is_at(begin, at, end)) {
			return true;
		}
	}
	return false;
}

/*
 * Digests
 */

void secrets_hmac(const Secrets *secrets, const void *data, gsize size, guint8 ret[DIGEST_BYTES])
{
	digest_hmac(secrets->key, KEY_BYTES, data, size, ret);
}

static void append_hmac(const Secrets *secrets, GString *out, const char *data, gsize size)
{
	guint8 digest[DIGEST_BYTES];
	char hex[2 * FIELD_HMAC_BYTES + 1];

	secrets_hmac(secrets, data, size, digest);
	hex_encode(digest, FIELD_HMAC_BYTES, hex);
	g_string_append(out, "hmac:");
	g_string_append(out, hex);
}

/* A locked or absent password says no secret: nothing, '*' or 'x' behind any number of '!'. */
static void append_field(const Secrets *secrets, GString *out, const char *field, gsize size)
{
	gsize locks = 0;

	while (locks < size && field[locks] == '!') {
		locks++;
	}
	g_string_append_len(out, field, (gssize)locks);
	field += locks;
	size -= locks;
	if (size == 0 || (size == 1 && (*field == '*' || *field == 'x'))) {
		g_string_append_len(out, field, (gssize)size);
	} else {
		append_hmac(secrets, out, field, size);
	}
}

static void append_line(const Secrets *secrets, GString *out, const char *line, gsize size)
{
	const char *end = line + size;
	const char *field = memchr(line, ':', size);
	const char *behind;

	if (field == NULL) {
		/* Not a line of such a file: nobody knows what it holds. */
		if (size > 0) {
			append_hmac(secrets, out, line, size);
		}
		return;
	}
	field++;
	behind = memchr(field, ':', (gsize)(end - field));
	behind = behind == NULL ? end : behind;
	g_string_append_len(out, line, field - line);
	append_field(secrets, out, field, (gsize)(behind - field));
	g_string_append_len(out, behind, end - behind);
}

GBytes *secrets_redact_fields(const Secrets *secrets, const void *data, gsize size)
{
	g_autoptr(GString) out = g_string_sized_new(size);
	const char *line = data;
	const char *end = line + size;

	while (line < end) {
		const char *stop = memchr(line, '\n', (gsize)(end - line));

		append_line(secrets, out, line, (gsize)((stop == NULL ? end : stop) - line));
		if (stop != NULL) {
			g_string_append_c(out, '\n');
		}
		line = stop == NULL ? end : stop + 1;
	}
	return g_string_free_to_bytes(g_steal_pointer(&out));
}
