/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notary: see notary.h. */
#include "daemon/notary.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/log.h"
#include "event/checkpoint.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#define AGAIN_USEC (G_USEC_PER_SEC / 2) /* while the judge is not there yet */
#define KEY_FILE "host.key"
#define LAST_FILE "checkpoint"
#define FILE_MAX_BYTES (64 * 1024)
#define KEY_HEX (2 * CHECKPOINT_KEY_BYTES)

struct Notary {
	int state_fd;
	char *health; /* the judge's */
	char *host;
	guint8 secret[CHECKPOINT_KEY_BYTES];
	Checkpoint last; /* seq 0: none */
	char *line;
	char *problem;
	gint64 due_usec;
};

static char *read_text(int dir, const char *name, GError **error)
{
	g_autoptr(GBytes) bytes = io_read_file(dir, name, FILE_MAX_BYTES, error);

	return bytes == NULL ? NULL
			     : g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static bool make_key(Notary *notary, GError **error)
{
	char text[KEY_HEX + 2];

	if (getrandom(notary->secret, sizeof(notary->secret), 0) != sizeof(notary->secret)) {
		return error_set_errno(error, "cannot draw the host's signing key");
	}
	hex_encode(notary->secret, sizeof(notary->secret), text);
	strcat(text, "\n");
	return io_replace_file(notary->state_fd, KEY_FILE, text, strlen(text), 0600, error);
}

static bool read_key(Notary *notary, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = read_text(notary->state_fd, KEY_FILE, &problem);

	if (text == NULL && problem->code == REEVE_ERROR_NOT_FOUND) {
		return make_key(notary, error);
	}
	if (text == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (!hex_decode(g_strchomp(text), notary->secret, sizeof(notary->secret))) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "%s in the state folder is not the host's key as it was written; "
			    "remove it to have a new one, which every witness will notice",
			    KEY_FILE);
		return false;
	}
	return true;
}

/* Without the last one, or with one that is not ours, we begin anew. */
static void read_last(Notary *notary)
{
	g_autofree char *text = read_text(notary->state_fd, LAST_FILE, NULL);
	g_auto(Checkpoint) own = {.host = g_strdup(""), .time = g_strdup("")};
	Checkpoint last;

	checkpoint_sign(&own, notary->secret);
	if (text == NULL || !checkpoint_parse(&last, text, strlen(text))) {
		return;
	}
	if (!checkpoint_is_signed(&last) || memcmp(last.key, own.key, sizeof(own.key)) != 0) {
		log_warning("the last checkpoint was not signed by this host's key");
		checkpoint_clear(&last);
		return;
	}
	notary->last = last;
	notary->line = checkpoint_format(&last);
}

Notary *notary_new(int state_fd, const char *runtime_dir, const char *host, GError **error)
{
	g_autoptr(Notary) notary = g_new0(Notary, 1);

	notary->state_fd = state_fd;
	notary->health = g_build_filename(runtime_dir, "health", "judge", NULL);
	notary->host = g_strdup(host);
	if (!read_key(notary, error)) {
		return NULL;
	}
	read_last(notary);
	return g_steal_pointer(&notary);
}

void notary_free(Notary *notary)
{
	if (notary == NULL) {
		return;
	}
	memset(notary->secret, 0, sizeof(notary->secret));
	checkpoint_clear(&notary->last);
	g_free(notary->health);
	g_free(notary->host);
	g_free(notary->line);
	g_free(notary->problem);
	g_free(notary);
}

/* The head as the judge tells it; false: nothing to sign now. Read twice, because the line may be
 * written while it is read, and what is signed once is signed for good. */
static bool read_head(const Notary *notary, guint64 *ret_seq, char ret_id[EVENT_ID_HEX + 1])
{
	g_autofree char *text = read_text(AT_FDCWD, notary->health, NULL);
	g_autofree char *again = read_text(AT_FDCWD, notary->health, NULL);
	json_t *line =
		text == NULL || g_strcmp0(text, again) != 0
			? NULL
			: json_loadb(text, strcspn(text, "\n"), JSON_REJECT_DUPLICATES, NULL);
	const char *id = json_string_value(json_object_get(line, "head"));
	guint8 raw[DIGEST_BYTES];
	bool ok = id != NULL && strlen(id) == EVENT_ID_HEX && hex_decode(id, raw, sizeof(raw));

	if (ok) {
		memcpy(ret_id, id, EVENT_ID_HEX + 1);
		*ret_seq = (guint64)json_integer_value(json_object_get(line, "seq"));
	}
	json_decref(line);
	return ok && *ret_seq > 0;
}

static void set_problem(Notary *notary, char *problem)
{
	if (problem != NULL && g_strcmp0(problem, notary->problem) != 0) {
		log_error("%s", problem);
	}
	g_free(notary->problem);
	notary->problem = problem;
}

/* On disk before anybody hears of it: what was signed is never forgotten. */
static void sign(Notary *notary, guint64 seq, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *line = NULL;
	Checkpoint checkpoint = {
		.host = g_strdup(notary->host),
		.seq = seq,
		.time = clock_format(clock_wall_usec()),
	};

	g_strlcpy(checkpoint.id, id, sizeof(checkpoint.id));
	checkpoint_sign(&checkpoint, notary->secret);
	line = checkpoint_format(&checkpoint);
	if (!io_replace_file(notary->state_fd, LAST_FILE, line, strlen(line), 0640, &error)) {
		set_problem(notary,
			    g_strdup_printf("cannot keep the checkpoint: %s", error->message));
		checkpoint_clear(&checkpoint);
		return;
	}
	checkpoint_clear(&notary->last);
	notary->last = checkpoint;
	g_free(notary->line);
	notary->line = g_steal_pointer(&line);
	set_problem(notary, NULL);
}

const char *notary_tick(Notary *notary, gint64 now_usec)
{
	char id[EVENT_ID_HEX + 1];
	guint64 seq;

	if (now_usec < notary->due_usec) {
		return notary->line;
	}
	notary->due_usec = now_usec + NOTARY_EVERY_USEC;
	if (!read_head(notary, &seq, id)) {
		notary->due_usec = now_usec + AGAIN_USEC;
		return notary->line;
	}
	if (seq > notary->last.seq) {
		sign(notary, seq, id);
	} else if (seq < notary->last.seq || !g_str_equal(id, notary->last.id)) {
		set_problem(notary,
			    g_strdup_printf("no checkpoint: event %" G_GUINT64_FORMAT
					    " was signed as %.12s, and the journal now ends at "
					    "%" G_GUINT64_FORMAT " (%.12s)",
					    notary->last.seq, notary->last.id, seq, id));
	} else {
		set_problem(notary, NULL);
	}
	return notary->line;
}

const char *notary_problem(const Notary *notary)
{
	return notary->problem;
}

gint64 notary_due(const Notary *notary)
{
	return notary->due_usec;
}
