/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pattern is cut at its stars into segments. The first and the last are tied to the ends of the
 * value unless that end is open; those between are looked for from left to right, which is enough:
 * the leftmost place for one leaves the most room for the next, so there is no backtracking.
 */
#include "policy/wildcard.h"

#include <string.h>

typedef enum {
	ELEMENT_BYTE,
	ELEMENT_ONE,  /* one character, of however many bytes */
	ELEMENT_DASH, /* '-', '/', or one of the three dashes word processors make of them */
} ElementKind;

typedef struct {
	ElementKind kind;
	char byte;
} Element;

struct Wildcard {
	GPtrArray *segments; /* of GArray of Element; none is empty */
	bool open_start, open_end, is_cased;
};

static void segment_free(void *segment)
{
	g_array_unref(segment);
}

/* Whether the option dash at `at` begins a word: " -x", "/x", but not "a-x" or "--". */
static bool begins_option(const char *text, const char *at)
{
	bool before = at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '_');
	bool behind = g_ascii_isalnum(at[1]) || at[1] == '_';

	return (*at == '-' || *at == '/') && !before && behind;
}

static Element next_element(const char *text, const char **at, guint flags)
{
	const char *c = *at;

	*at = c + 1;
	if ((flags & WILDCARD_DASHES) && begins_option(text, c)) {
		return (Element){ELEMENT_DASH, *c};
	}
	if (!(flags & WILDCARD_LITERAL)) {
		if (*c == '?') {
			return (Element){ELEMENT_ONE, *c};
		}
		if (*c == '\\' && c[1] != '\0' && strchr("\\*?", c[1]) != NULL) {
			*at = c + 2;
			c++;
		}
	}
	return (Element){ELEMENT_BYTE, (flags & WILDCARD_CASED) ? *c : g_ascii_tolower(*c)};
}

static void end_segment(Wildcard *wildcard, GArray **segment)
{
	if ((*segment)->len > 0) {
		g_ptr_array_add(wildcard->segments, g_steal_pointer(segment));
		*segment = g_array_new(FALSE, FALSE, sizeof(Element));
	}
}

Wildcard *wildcard_new(const char *text, guint flags)
{
	Wildcard *wildcard = g_new0(Wildcard, 1);
	g_autoptr(GArray) segment = g_array_new(FALSE, FALSE, sizeof(Element));
	const char *at = text;

	wildcard->segments = g_ptr_array_new_with_free_func(segment_free);
	wildcard->open_start = flags & WILDCARD_OPEN_START;
	wildcard->open_end = flags & WILDCARD_OPEN_END;
	wildcard->is_cased = flags & WILDCARD_CASED;
	while (*at != '\0') {
		if (*at == '*' && !(flags & WILDCARD_LITERAL)) {
			wildcard->open_start |= at == text;
			wildcard->open_end |= at[1] == '\0';
			end_segment(wildcard, &segment);
			at++;
		} else {
			Element element = next_element(text, &at, flags);

			g_array_append_val(segment, element);
		}
	}
	end_segment(wildcard, &segment);
	return wildcard;
}

void wildcard_free(Wildcard *wildcard)
{
	if (wildcard != NULL) {
		g_ptr_array_unref(wildcard->segments);
		g_free(wildcard);
	}
}

char *wildcard_prefix(const Wildcard *wildcard, bool *ret_whole)
{
	const GArray *first = wildcard->open_start || wildcard->segments->len == 0
				      ? NULL
				      : wildcard->segments->pdata[0];
	GString *text = g_string_new(NULL);
	guint i = 0;

	for (; first != NULL && i < first->len; i++) {
		const Element *element = &g_array_index(first, Element, i);

		if (element->kind != ELEMENT_BYTE) {
			break;
		}
		g_string_append_c(text, element->byte);
	}
	*ret_whole = first != NULL && i == first->len && wildcard->segments->len == 1 &&
		     !wildcard->open_end;
	return g_string_free(text, FALSE);
}

/* The bytes one character takes; a byte that is not UTF-8 counts as one. */
static gsize character_bytes(const char *value, const char *end)
{
	gunichar c = g_utf8_get_char_validated(value, end - value);

	return c >= (gunichar)-2 ? 1 : (gsize)g_unichar_to_utf8(c, NULL);
}

static gsize dash_bytes(const char *value, const char *end)
{
	static const char *const dashes[] = {"-", "/", "\u2013", "\u2014", "\u2015"};

	for (guint i = 0; i < G_N_ELEMENTS(dashes); i++) {
		gsize size = strlen(dashes[i]);

		if ((gsize)(end - value) >= size && memcmp(value, dashes[i], size) == 0) {
			return size;
		}
	}
	return 0;
}

/* Where the match of a segment that begins at `value` ends; NULL: it does not match there. */
static const char *match_here(const Wildcard *wildcard, const GArray *segment, const char *value,
			      const char *end)
{
	for (guint i = 0; i < segment->len; i++) {
		const Element *element = &g_array_index(segment, Element, i);
		gsize size = 1;

		if (value == end) {
			return NULL;
		}
		switch (element->kind) {
		case ELEMENT_BYTE:
			if ((wildcard->is_cased ? *value : g_ascii_tolower(*value)) !=
			    element->byte) {
				return NULL;
			}
			break;
		case ELEMENT_ONE:
			size = character_bytes(value, end);
			break;
		case ELEMENT_DASH:
			size = dash_bytes(value, end);
			break;
		}
		if (size == 0) {
			return NULL;
		}
		value += size;
	}
	return value;
}

/* The next place at or behind `value` where the segment may begin: its first byte decides. */
static const char *skip_to(const Wildcard *wildcard, const GArray *segment, const char *value,
			   const char *end)
{
	const Element *first = &g_array_index(segment, Element, 0);
	const char *lower, *upper;

	if (first->kind != ELEMENT_BYTE || value == end) {
		return value;
	}
	lower = memchr(value, first->byte, (gsize)(end - value));
	if (wildcard->is_cased || !g_ascii_islower(first->byte)) {
		return lower;
	}
	upper = memchr(value, g_ascii_toupper(first->byte),
		       (gsize)((lower != NULL ? lower : end) - value));
	return upper != NULL ? upper : lower;
}

/* The end of the leftmost match at or behind `value`, which must end at `end` when `to_end`. */
static const char *match_later(const Wildcard *wildcard, const GArray *segment, const char *value,
			       const char *end, bool to_end)
{
	for (; (gsize)(end - value) >= segment->len; value++) {
		const char *after;

		value = skip_to(wildcard, segment, value, end);
		if (value == NULL) {
			return NULL;
		}
		after = match_here(wildcard, segment, value, end);
		if (after != NULL && (!to_end || after == end)) {
			return after;
		}
	}
	return NULL;
}

bool wildcard_matches(const Wildcard *wildcard, const char *value, gsize size)
{
	const char *end = value + size;
	guint n = wildcard->segments->len;

	if (n == 0) {
		return size == 0 || wildcard->open_start || wildcard->open_end;
	}
	for (guint i = 0; i < n; i++) {
		const GArray *segment = g_ptr_array_index(wildcard->segments, i);
		bool to_end = i == n - 1 && !wildcard->open_end;

		if (i == 0 && !wildcard->open_start) {
			value = match_here(wildcard, segment, value, end);
			if (to_end && value != end) {
				return false;
			}
		} else {
			value = match_later(wildcard, segment, value, end, to_end);
		}
		if (value == NULL) {
			return false;
		}
	}
	return true;
}
