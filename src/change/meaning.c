/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change means: see meaning.h. */
#include "change/meaning.h"

#include "change/settings.h"

/* A side that is there, and of which nothing is known, is not one that is absent. */
static bool is_known(const FileState *state, GBytes *content)
{
	return state->content == CONTENT_NONE || content != NULL;
}

/* What is no text is told with marks for its bytes: then two versions look the same that are not.
 */
static bool is_text(GBytes *content)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(content, &size);

	return size == 0 || g_utf8_validate(data, (gssize)size, NULL);
}

void meaning_add(Lens *lens, Change *change, GBytes *before, GBytes *after)
{
	const SettingsReader *reader = settings_reader(change->path);
	bool is_same = false;

	if (change_file_type(change) != FILE_REGULAR) {
		return;
	}
	if (reader != NULL) {
		is_same = settings_compare(reader, before, after, change->settings);
	} else if (lens != NULL && is_known(&change->before, before) &&
		   is_known(&change->after, after) && change->diff_presence == DIFF_PRESENT) {
		change->reading =
			lens_compare(lens, change->path, before, after, change->settings, &is_same);
		is_same = is_same && before != NULL && after != NULL;
	}
	change->is_cosmetic =
		is_same && change->difference == STATE_CONTENT && is_text(before) && is_text(after);
}
