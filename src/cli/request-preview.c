/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request would do: see request-preview.h. */
#include "cli/request-preview.h"

#include "cli/file-block.h"
#include "cli/proposal.h"
#include "cli/request-verbs.h"

#include "base/escape.h"
#include "change/change-set.h"
#include "change/store.h"
#include "change/text-diff.h"
#include "event/event.h"
#include "register/policy-path.h"

#include <string.h>

#define DIFF_MAX_BYTES (128 * 1024)

typedef struct {
	const Paint *paint;
	const RegisterView *view;
	Store *store; /* NULL: nothing is recorded */
	char *head;
	GString *out;
} Preview;

static void say(Preview *preview, Style style, const char *text)
{
	request_put_line(preview->paint, preview->out, "note", style, text);
}

/* The number stays what it was: only its name is shown, and compared, by what was asked for. */
static void replace_owner(char **name, guint32 *number, const char *wanted)
{
	g_autofree char *decimal = g_strdup_printf("%u", *number);

	if (wanted == NULL || g_strcmp0(*name, wanted) == 0 || g_str_equal(decimal, wanted)) {
		return;
	}
	g_free(*name);
	*name = g_strdup(wanted);
	*number = G_MAXUINT32; /* some other number than now */
}

/* The state the pins make of the present one. */
static void apply_pins(const RequestChange *change, FileState *state)
{
	const Pin *to = &change->to;

	if (to->is_absent) {
		file_state_clear(state);
		*state = (FileState){.type = FILE_ABSENT};
		return;
	}
	if (to->target != NULL) {
		state->type = FILE_SYMLINK;
		state->content = CONTENT_NONE;
		g_free(state->link);
		state->link = g_strdup(to->target);
	}
	if (to->has_blob) {
		bool is_so = state->content == CONTENT_STORED &&
			     memcmp(state->blob, to->blob, BLOB_BYTES) == 0;

		state->type = FILE_REGULAR;
		state->content = CONTENT_STORED;
		memcpy(state->blob, to->blob, BLOB_BYTES);
		/* one that is not pinned is the same for the same bytes */
		if (to->has_sha256 || !is_so) {
			memcpy(state->sha256, to->sha256, DIGEST_BYTES);
		}
	}
	state->mode = to->has_mode ? to->mode : state->mode;
	replace_owner(&state->owner, &state->uid, to->owner);
	replace_owner(&state->group, &state->gid, to->group);
}

/* The bytes a pin names, out of the register. NULL: they were not sent along, or are not they. */
static GBytes *proposed_content(const Preview *preview, const Pin *to)
{
	char id[2 * BLOB_BYTES + 1];

	hex_encode(to->blob, BLOB_BYTES, id);
	return register_view_blob(preview->view, id, PROPOSAL_CONTENT_MAX_BYTES, NULL);
}

static void add_text(Preview *preview, const RequestChange *item, Change *change)
{
	g_autoptr(GBytes) before = NULL, after = NULL;
	TextDiff diff;

	if ((change->difference & (STATE_CONTENT | STATE_TYPE)) == 0) {
		return;
	}
	before = preview->store == NULL ? NULL
					: store_content(preview->store, &change->before,
							PROPOSAL_CONTENT_MAX_BYTES, NULL);
	after = item->to.has_blob ? proposed_content(preview, &item->to) : NULL;
	if (item->to.has_blob && after == NULL) {
		say(preview, STYLE_MEDIUM,
		    "the content it pins was not sent along: compare its digest with what you "
		    "were given");
		return;
	}
	if (after != NULL) {
		change->after.size = g_bytes_get_size(after);
		digest_sha256(g_bytes_get_data(after, NULL), g_bytes_get_size(after),
			      change->after.sha256);
	}
	text_diff(before, after, DIFF_MAX_BYTES, &diff);
	change->diff_presence = diff.presence;
	change->diff = g_steal_pointer(&diff.diff);
	text_diff_clear(&diff);
}

static void put_change(Preview *preview, Change *change)
{
	g_autoptr(Event) event = event_new(EVENT_CHANGE);
	FileBlockRoom room = {.is_full = true};
	g_autoptr(GBytes) body = NULL;
	json_t *parsed;
	gsize size;
	const char *data;

	g_ptr_array_add(event->files, change);
	body = event_encode(event);
	g_ptr_array_set_size(event->files, 0);
	data = g_bytes_get_data(body, &size);
	parsed = json_loadb(data, size, 0, NULL);
	file_block_put(preview->paint, preview->out,
		       json_array_get(json_object_get(parsed, "files"), 0), &room);
	json_decref(parsed);
}

static bool pin_holds(const Pin *from, const FileState *now)
{
	if (from->is_absent != (now->type == FILE_ABSENT)) {
		return false;
	}
	if (from->has_blob &&
	    (now->content != CONTENT_STORED || memcmp(from->blob, now->blob, BLOB_BYTES) != 0)) {
		return false;
	}
	if (from->has_mode && from->mode != now->mode) {
		return false;
	}
	return from->target == NULL || g_strcmp0(from->target, now->link) == 0;
}

/* Attributes are not compared with those of now: the pin itself is told. */
static void say_attributes(Preview *preview, const Pin *to)
{
	for (guint i = 0; to->xattrs != NULL && i < to->xattrs->len; i++) {
		const PinXattr *xattr = g_ptr_array_index(to->xattrs, i);
		g_autofree char *name = escape_path(xattr->name);
		g_autofree char *text =
			g_strdup_printf("its attribute %s shall be %s (base64)", name,
					*xattr->value == '\0' ? "empty" : xattr->value);

		say(preview, STYLE_PLAIN, text);
	}
	if (to->xattrs != NULL && to->xattrs->len == 0) {
		say(preview, STYLE_PLAIN, "it shall have no attributes");
	}
	if (to->acl != NULL) {
		g_autofree char *text = g_strdup_printf("its access list shall be %s", to->acl);

		say(preview, STYLE_PLAIN, text);
	}
}

static void preview_item(Preview *preview, const RequestChange *item, const FileState *now)
{
	g_auto(FileState) after = {0};
	g_autoptr(Change) change = NULL;

	file_state_copy(now, &after);
	apply_pins(item, &after);
	change = change_between(item->path, now, &after);
	if (change == NULL) {
		g_autofree char *path = escape_path(item->path);

		request_put_line(preview->paint, preview->out, "path", STYLE_BOLD, path);
		if (item->to.xattrs == NULL && item->to.acl == NULL) {
			say(preview, STYLE_MEDIUM, "it is so already");
		}
		say_attributes(preview, &item->to);
		return;
	}
	add_text(preview, item, change);
	put_change(preview, change);
	if (now->type == FILE_ABSENT && item->to.owner == NULL) {
		say(preview, STYLE_PLAIN, "who will own it is left open");
	}
	say_attributes(preview, &item->to);
	if (item->from.is_given && preview->store != NULL && !pin_holds(&item->from, now)) {
		say(preview, STYLE_HIGH,
		    "the machine has moved on: this path is not what it was when the request was "
		    "written, so the change would be a mismatch");
	}
}

/* Nothing of the machine: what replaces what in the register itself. */
static void preview_policy(Preview *preview, const RequestChange *item)
{
	g_autoptr(GBytes) before =
		item->from.has_blob ? proposed_content(preview, &item->from) : NULL;
	g_autoptr(GBytes) after = item->to.has_blob ? proposed_content(preview, &item->to) : NULL;
	TextDiff diff;

	request_put_line(preview->paint, preview->out, "path", STYLE_BOLD, item->path);
	if (item->to.has_blob && after == NULL) {
		say(preview, STYLE_HIGH, "what it pins is not in the register");
		return;
	}
	text_diff(before, after, DIFF_MAX_BYTES, &diff);
	if (diff.presence == DIFF_PRESENT) {
		g_string_append(preview->out, diff.diff);
	}
	text_diff_clear(&diff);
}

static bool preview_one(Preview *preview, const RequestChange *item, GError **error)
{
	g_auto(FileState) now = {.type = FILE_ABSENT};

	if (g_str_has_prefix(item->path, POLICY_PATH)) {
		preview_policy(preview, item);
		return true;
	}
	if (item->is_glob || (item->content_any && !item->to.has_blob)) {
		g_autofree char *path = escape_path(item->path);

		request_put_line(preview->paint, preview->out, "path", STYLE_BOLD, path);
		say(preview, STYLE_MEDIUM, "any content: nobody can tell you what it will be");
		return true;
	}
	if (preview->store != NULL &&
	    !store_state(preview->store, preview->head, item->path, &now, error)) {
		return false;
	}
	preview_item(preview, item, &now);
	return true;
}

bool request_preview(const Context *context, const Paint *paint, const RegisterView *view,
		     const Request *request, GString *out, GError **error)
{
	g_autoptr(Store) store = store_open(context->config->state_dir, NULL);
	g_autofree char *head = store == NULL ? NULL : store_head(store, NULL);
	Preview preview = {paint, view, head == NULL ? NULL : store, head, out};

	if (preview.store == NULL) {
		say(&preview, STYLE_MEDIUM,
		    "nothing is recorded here: everything below is shown as new");
	}
	for (guint i = 0; i < request->changes->len; i++) {
		if (!preview_one(&preview, g_ptr_array_index(request->changes, i), error)) {
			return false;
		}
	}
	return true;
}
