/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge's end of reeve-lens: see lens.h. */
#include "change/lens.h"

#include "base/clock.h"
#include "base/fd.h"
#include "change/lens-frame.h"
#include "change/lens-table.h"

#include <fcntl.h>

/* The keeper ends what takes too long long before: this is for a keeper that is gone or stopped. */
#define PATIENCE_USEC (30 * G_USEC_PER_SEC)
/* Of one commit. */
#define MAX_FILES 256
#define MAX_USEC (10 * G_USEC_PER_SEC)

struct Lens {
	int socket; /* -1: nobody is there any more */
	guint asked;
	gint64 spent_usec;
	GHashTable *feared; /* lenses that cost the worker its life; static names */
};

Lens *lens_new(int socket)
{
	Lens *lens = g_new0(Lens, 1);

	lens->socket = socket;
	lens->feared = g_hash_table_new(g_str_hash, g_str_equal);
	if (socket >= 0) {
		fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
	}
	return lens;
}

void lens_free(Lens *lens)
{
	if (lens != NULL) {
		fd_close(&lens->socket);
		g_hash_table_unref(lens->feared);
		g_free(lens);
	}
}

void lens_begin(Lens *lens)
{
	lens->asked = 0;
	lens->spent_usec = 0;
	g_hash_table_remove_all(lens->feared);
}

bool lens_is_there(const Lens *lens)
{
	return lens->socket >= 0;
}

static bool is_large(GBytes *version)
{
	return version != NULL && g_bytes_get_size(version) > LENS_MAX_BYTES;
}

/* What is said by a worker out of step is not for us: then there is none any more. */
static bool ask(Lens *lens, const LensQuestion *question, LensAnswer *ret)
{
	gint64 until_usec = clock_mono_usec() + PATIENCE_USEC;
	g_autoptr(GBytes) frame = lens_frame_question(question);
	g_autoptr(GBytes) body = NULL;

	return lens_frame_send(lens->socket, frame, until_usec) == LENS_WIRE_OK &&
	       lens_frame_receive(lens->socket, LENS_MAX_ANSWER, until_usec, &body) ==
		       LENS_WIRE_OK &&
	       lens_frame_parse_answer(body, ret);
}

static void take_settings(LensAnswer *answer, GPtrArray *ret)
{
	for (guint i = 0; i < answer->settings->len; i++) {
		g_ptr_array_add(ret, g_steal_pointer(&answer->settings->pdata[i]));
	}
	g_ptr_array_set_size(answer->settings, 0);
}

SettingsReading lens_compare(Lens *lens, const char *path, GBytes *before, GBytes *after,
			     GPtrArray *ret, bool *ret_same)
{
	const char *name = lens_table_find(path);
	LensQuestion question = {(char *)name, before, after};
	g_auto(LensAnswer) answer = {0};
	gint64 begin_usec = clock_mono_usec();

	*ret_same = false;
	if (name == NULL) {
		return READING_NO_LENS;
	}
	if (lens->socket < 0) {
		return READING_AWAY;
	}
	if (is_large(before) || is_large(after)) {
		return READING_LARGE;
	}
	if (lens->asked >= MAX_FILES || lens->spent_usec > MAX_USEC ||
	    g_hash_table_contains(lens->feared, name)) {
		return READING_MANY;
	}
	lens->asked++;
	if (!ask(lens, &question, &answer)) {
		fd_close(&lens->socket);
		return READING_AWAY;
	}
	lens->spent_usec += clock_mono_usec() - begin_usec;
	if (answer.reading == READING_SLOW || answer.reading == READING_DIED) {
		g_hash_table_add(lens->feared, (gpointer)name);
	}
	*ret_same = answer.is_same;
	take_settings(&answer, ret);
	return answer.reading;
}
