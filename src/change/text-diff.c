/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text differences: see text-diff.h. What can be shown is compared by libgit2's xdiff; the rest is
 * compared as two bags of lines, which costs no more than reading them.
 */
#include "change/text-diff.h"

#include "base/escape.h"

#include <git2.h>
#include <string.h>

/* Beyond this a "line" is no line any more; the rules see its beginning. */
#define MAX_RULE_LINE_BYTES 65536

typedef struct {
	const char *data;
	gsize size;
} Text;

static Text text_of(GBytes *bytes)
{
	Text text = {"", 0};

	if (bytes != NULL && g_bytes_get_size(bytes) > 0) {
		text.data = g_bytes_get_data(bytes, &text.size);
	}
	return text;
}

static gsize next_length(Text text)
{
	const char *lf = memchr(text.data, '\n', text.size);

	return lf == NULL ? text.size : (gsize)(lf + 1 - text.data);
}

static bool text_is_long(Text text)
{
	guint lines = 0;

	if (text.size > TEXT_DIFF_MAX_BYTES) {
		return true;
	}
	for (; text.size > 0 && lines <= TEXT_DIFF_MAX_LINES; lines++) {
		gsize length = next_length(text);

		text.data += length;
		text.size -= length;
	}
	return lines > TEXT_DIFF_MAX_LINES;
}

static bool text_is_binary(Text text)
{
	return memchr(text.data, '\0', MIN(text.size, TEXT_DIFF_MAX_BYTES)) != NULL;
}

static void take_rule_line(GPtrArray *lines, const char *line, gsize length)
{
	if (length > 0 && line[length - 1] == '\n') {
		length--;
	}
	length = MIN(length, MAX_RULE_LINE_BYTES);
	g_ptr_array_add(lines, g_utf8_make_valid(line, (gssize)length));
}

/*
 * As bags of lines
 */

typedef struct {
	Text line;
	guint count;
} Counted;

static guint counted_hash(gconstpointer key)
{
	const Counted *counted = key;
	guint hash = 5381;

	for (gsize i = 0; i < counted->line.size; i++) {
		hash = hash * 33 + (guchar)counted->line.data[i];
	}
	return hash;
}

static gboolean counted_equal(gconstpointer a, gconstpointer b)
{
	const Counted *x = a, *y = b;

	return x->line.size == y->line.size &&
	       memcmp(x->line.data, y->line.data, x->line.size) == 0;
}

static GHashTable *bag_of(Text text)
{
	GHashTable *bag = g_hash_table_new_full(counted_hash, counted_equal, g_free, NULL);

	while (text.size > 0) {
		gsize length = next_length(text);
		Counted key = {{text.data, length}, 1};
		Counted *known = g_hash_table_lookup(bag, &key);

		if (known != NULL) {
			known->count++;
		} else {
			g_hash_table_add(bag, g_memdup2(&key, sizeof(key)));
		}
		text.data += length;
		text.size -= length;
	}
	return bag;
}

/* The lines of `text` that the other text does not have, as often as it lacks them. */
static void take_lines_not_in(Text text, Text other, GPtrArray *ret)
{
	g_autoptr(GHashTable) bag = bag_of(other);

	while (text.size > 0) {
		gsize length = next_length(text);
		Counted key = {{text.data, length}, 0};
		Counted *known = g_hash_table_lookup(bag, &key);

		if (known != NULL && known->count > 0) {
			known->count--;
		} else {
			take_rule_line(ret, text.data, length);
		}
		text.data += length;
		text.size -= length;
	}
}

/*
 * As a unified diff
 */

static void append_line(GString *out, const git_diff_line *line)
{
	if (line->origin == GIT_DIFF_LINE_CONTEXT || line->origin == GIT_DIFF_LINE_ADDITION ||
	    line->origin == GIT_DIFF_LINE_DELETION) {
		g_string_append_c(out, line->origin);
	}
	/* The others are "\n\\ No newline at end of file\n". */
	g_string_append_len(out, line->content, (gssize)line->content_len);
}

static void append_hunk(git_patch *patch, gsize hunk_index, GString *out, TextDiff *ret)
{
	const git_diff_hunk *hunk;
	size_t n_lines;

	if (git_patch_get_hunk(&hunk, &n_lines, patch, hunk_index) < 0) {
		return;
	}
	g_string_append_printf(out, "@@ -%d,%d +%d,%d @@\n", hunk->old_start, hunk->old_lines,
			       hunk->new_start, hunk->new_lines);
	for (gsize i = 0; i < n_lines; i++) {
		const git_diff_line *line;

		if (git_patch_get_line_in_hunk(&line, patch, hunk_index, i) < 0) {
			continue;
		}
		append_line(out, line);
		if (line->origin == GIT_DIFF_LINE_ADDITION) {
			take_rule_line(ret->added, line->content, line->content_len);
		} else if (line->origin == GIT_DIFF_LINE_DELETION) {
			take_rule_line(ret->removed, line->content, line->content_len);
		}
	}
}

static bool make_patch(Text before, Text after, git_patch **ret)
{
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;

	options.flags = GIT_DIFF_FORCE_TEXT;
	options.context_lines = 3;
	return git_patch_from_buffers(ret, before.data, before.size, "before", after.data,
				      after.size, "after", &options) == 0;
}

static bool show_diff(Text before, Text after, gsize max_diff_bytes, TextDiff *ret)
{
	git_patch *patch = NULL;
	g_autoptr(GString) raw = g_string_new(NULL);

	if (!make_patch(before, after, &patch)) {
		return false;
	}
	for (gsize i = 0; i < git_patch_num_hunks(patch); i++) {
		append_hunk(patch, i, raw, ret);
	}
	git_patch_free(patch);
	ret->diff = escape_text(raw->str, raw->len);
	ret->presence = DIFF_PRESENT;
	if (strlen(ret->diff) > max_diff_bytes) {
		ret->presence = DIFF_TOO_LARGE;
		g_clear_pointer(&ret->diff, g_free);
	}
	return true;
}

static void compare_bags(Text before, Text after, DiffPresence presence, TextDiff *ret)
{
	ret->presence = presence;
	before.size = MIN(before.size, TEXT_DIFF_MAX_RULE_BYTES);
	after.size = MIN(after.size, TEXT_DIFF_MAX_RULE_BYTES);
	take_lines_not_in(after, before, ret->added);
	take_lines_not_in(before, after, ret->removed);
}

void text_diff(GBytes *before, GBytes *after, gsize max_diff_bytes, TextDiff *ret)
{
	Text old_text = text_of(before);
	Text new_text = text_of(after);

	*ret = (TextDiff){.presence = DIFF_NONE};
	ret->added = g_ptr_array_new_with_free_func(g_free);
	ret->removed = g_ptr_array_new_with_free_func(g_free);
	if (old_text.size == new_text.size &&
	    memcmp(old_text.data, new_text.data, old_text.size) == 0) {
		return;
	}
	if (text_is_binary(old_text) || text_is_binary(new_text)) {
		compare_bags(old_text, new_text, DIFF_BINARY, ret);
	} else if (text_is_long(old_text) || text_is_long(new_text) ||
		   !show_diff(old_text, new_text, max_diff_bytes, ret)) {
		compare_bags(old_text, new_text, DIFF_TOO_LARGE, ret);
	}
}

void text_diff_clear(TextDiff *diff)
{
	g_clear_pointer(&diff->diff, g_free);
	g_clear_pointer(&diff->added, g_ptr_array_unref);
	g_clear_pointer(&diff->removed, g_ptr_array_unref);
}
