/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields a rule may name: one table, and for each field how it is read from a Change. */
#include "policy/field.h"

#include "base/nearest.h"
#include "policy/gain.h"

#include <string.h>

/* What a field tells of. A field of one side is absent when nothing is at the path there. */
typedef enum {
	SIDE_NONE, /* of the change as a whole */
	SIDE_AFTER,
	SIDE_BEFORE,
} Side;

typedef struct {
	const char *name;
	guint sets;
	/* Adds the values; `state` is that of the side (NULL for SIDE_NONE). NULL: Reeve cannot
	 * tell, always absent. */
	void (*collect)(const Change *change, const FileState *state, GPtrArray *values);
	Side side;
	bool is_searched;
	bool is_costly;
} FieldRow;

static void add(GPtrArray *values, const char *value)
{
	if (value != NULL) {
		g_ptr_array_add(values, g_strdup(value));
	}
}

static void add_number(GPtrArray *values, guint64 number)
{
	g_ptr_array_add(values, g_strdup_printf("%" G_GUINT64_FORMAT, number));
}

static void add_words(GPtrArray *values, GStrv words)
{
	for (guint i = 0; words[i] != NULL; i++) {
		g_ptr_array_add(values, words[i]);
	}
	g_free(words);
}

/* Each line once: what holds of one holds of all that read the same, and there may be thousands. */
static void add_lines(GPtrArray *values, const GPtrArray *lines)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < lines->len; i++) {
		if (g_hash_table_add(seen, g_ptr_array_index(lines, i))) {
			g_ptr_array_add(values, g_strdup(g_ptr_array_index(lines, i)));
		}
	}
}

/* The change as a whole. */

static void collect_path(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change->path);
}

static void collect_moved_from(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change->moved_from);
}

static void collect_operation(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change_op_word(change->op));
}

static void collect_changed(const Change *change, const FileState *state, GPtrArray *values)
{
	add_words(values, state_difference_words(change->difference));
}

static void collect_type(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, file_type_word(change_file_type(change)));
}

static void collect_verdict(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, verdict_word(change->verdict));
}

static void collect_cosmetic(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change->is_cosmetic ? "true" : "false");
}

static void collect_reading(const Change *change, const FileState *state, GPtrArray *values)
{
	if (change->reading != READING_NONE) {
		add(values, settings_reading_word(change->reading));
	}
}

/* "PermitRootLogin=yes": what is there now. */
static void collect_settings(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->settings->len; i++) {
		const Setting *setting = change->settings->pdata[i];

		if (setting->after != NULL) {
			g_ptr_array_add(values,
					g_strdup_printf("%s=%s", setting->name, setting->after));
		}
	}
}

static void collect_run(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, package_run_word(change->provenance.run));
}

static void collect_evidence(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, evidence_word(change->provenance.evidence));
}

static void collect_package(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change->provenance.package);
}

static void collect_offline(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, change->is_offline ? "true" : "false");
}

static void collect_added(const Change *change, const FileState *state, GPtrArray *values)
{
	add_lines(values, change->added);
}

static void collect_removed(const Change *change, const FileState *state, GPtrArray *values)
{
	add_lines(values, change->removed);
}

static void collect_mode_added(const Change *change, const FileState *state, GPtrArray *values)
{
	add_words(values, gain_mode_words(&change->before, &change->after));
}

static void collect_mode_removed(const Change *change, const FileState *state, GPtrArray *values)
{
	add_words(values, gain_mode_words(&change->after, &change->before));
}

static void collect_capability(const Change *change, const FileState *state, GPtrArray *values)
{
	add_words(values, gain_capabilities(&change->before, &change->after));
}

static void collect_xattr(const Change *change, const FileState *state, GPtrArray *values)
{
	add_words(values, gain_xattrs(&change->before, &change->after));
}

static const char *const content_words[_CONTENT_N] = {
	[CONTENT_STORED] = "stored",         [CONTENT_DIGEST] = "large",
	[CONTENT_SECRET] = "secret",         [CONTENT_REDACTED] = "redacted",
	[CONTENT_UNREADABLE] = "unreadable",
};

/* What may be known of the content at all, and what stands in the way. */
static void collect_content(const Change *change, const FileState *state, GPtrArray *values)
{
	const FileState *now = change->after.type == FILE_ABSENT ? &change->before : &change->after;

	add(values, content_words[now->content]);
	if (change->diff_presence == DIFF_BINARY) {
		add(values, "binary");
	}
	if (change->diff_presence == DIFF_TOO_LARGE) {
		add(values, "no-diff");
	}
	for (guint i = 0; i < change->added->len; i++) {
		if (strlen(g_ptr_array_index(change->added, i)) > FIELD_LINE_BYTES) {
			add(values, "long-line");
			break;
		}
	}
}

/* One side of it. */

static void collect_state_type(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, file_type_word(state->type));
}

static void collect_known(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, content_words[state->content]);
}

static void collect_mode(const Change *change, const FileState *state, GPtrArray *values)
{
	g_ptr_array_add(values, g_strdup_printf("%04o", state->mode));
}

static void collect_owner(const Change *change, const FileState *state, GPtrArray *values)
{
	if (state->owner != NULL) {
		add(values, state->owner);
	} else {
		add_number(values, state->uid);
	}
}

static void collect_group(const Change *change, const FileState *state, GPtrArray *values)
{
	if (state->group != NULL) {
		add(values, state->group);
	} else {
		add_number(values, state->gid);
	}
}

static void collect_uid(const Change *change, const FileState *state, GPtrArray *values)
{
	add_number(values, state->uid);
}

static void collect_gid(const Change *change, const FileState *state, GPtrArray *values)
{
	add_number(values, state->gid);
}

static void collect_size(const Change *change, const FileState *state, GPtrArray *values)
{
	if (state->content == CONTENT_STORED || state->content == CONTENT_DIGEST) {
		add_number(values, state->size);
	}
}

static void collect_link(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, state->link);
}

static void collect_hashes(const Change *change, const FileState *state, GPtrArray *values)
{
	char hex[DIGEST_HEX + 1];

	if (state->content == CONTENT_STORED || state->content == CONTENT_DIGEST) {
		hex_encode(state->sha256, DIGEST_BYTES, hex);
		g_ptr_array_add(values, g_strconcat("SHA256=", hex, NULL));
	}
}

/* Who did it. */

static void collect_image(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		add(values, ((const Actor *)g_ptr_array_index(change->actors, i))->exe);
	}
}

static void collect_command(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		add(values, ((const Actor *)g_ptr_array_index(change->actors, i))->cmdline);
	}
}

static const ActorParent *parent_of(const Change *change, guint i)
{
	const Actor *actor = g_ptr_array_index(change->actors, i);

	return actor->parents == NULL ? NULL : g_ptr_array_index(actor->parents, 0);
}

static void collect_parent_image(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		const ActorParent *parent = parent_of(change, i);

		add(values, parent == NULL ? NULL : parent->exe);
	}
}

static void collect_parent_command(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		const ActorParent *parent = parent_of(change, i);

		add(values, parent == NULL ? NULL : parent->cmdline);
	}
}

static void collect_user(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		const Actor *actor = g_ptr_array_index(change->actors, i);

		add(values, actor->login_user ? actor->login_user : actor->user);
	}
}

static void collect_pid(const Change *change, const FileState *state, GPtrArray *values)
{
	for (guint i = 0; i < change->actors->len; i++) {
		const Actor *actor = g_ptr_array_index(change->actors, i);

		if (actor->pid > 0) {
			add_number(values, (guint64)actor->pid);
		}
	}
}

/* As auditd would have put it. */

static void collect_audit_type(const Change *change, const FileState *state, GPtrArray *values)
{
	add(values, "PATH");
}

static void collect_nametype(const Change *change, const FileState *state, GPtrArray *values)
{
	static const char *const words[_OP_N] = {
		[OP_CREATED] = "CREATE",
		[OP_UPDATED] = "NORMAL",
		[OP_DELETED] = "DELETE",
		[OP_MOVED] = "CREATE",
		[OP_ATTRIBUTES_MODIFIED] = "NORMAL",
		[OP_TRANSIENT] = "CREATE",
	};

	add(values, words[change->op]);
}

#define BOTH (FIELD_SIGMA | FIELD_REEVE)

static const FieldRow rows[] = {
	{"TargetFilename", BOTH, collect_path, .is_searched = true},
	{"Image", BOTH, collect_image, .is_searched = true},
	{"CommandLine", BOTH, collect_command, .is_searched = true},
	{"User", BOTH, collect_user, .is_searched = true},
	{"ProcessId", BOTH, collect_pid},
	{"Hashes", BOTH, collect_hashes, SIDE_AFTER},
	{"ParentImage", BOTH, collect_parent_image},
	{"ParentCommandLine", BOTH, collect_parent_command},
	{"Computer", BOTH, NULL},
	{"Hostname", BOTH, NULL},
	{"Operation", FIELD_REEVE, collect_operation},
	{"MovedFrom", FIELD_REEVE, collect_moved_from, .is_searched = true},
	{"Changed", FIELD_REEVE, collect_changed},
	{"FileType", FIELD_REEVE, collect_type},
	{"OldFileType", FIELD_REEVE, collect_state_type, SIDE_BEFORE},
	{"NewMode", FIELD_REEVE, collect_mode, SIDE_AFTER},
	{"OldMode", FIELD_REEVE, collect_mode, SIDE_BEFORE},
	{"ModeAdded", FIELD_REEVE, collect_mode_added},
	{"ModeRemoved", FIELD_REEVE, collect_mode_removed},
	{"Owner", FIELD_REEVE, collect_owner, SIDE_AFTER},
	{"OldOwner", FIELD_REEVE, collect_owner, SIDE_BEFORE},
	{"OwnerUid", FIELD_REEVE, collect_uid, SIDE_AFTER},
	{"OldOwnerUid", FIELD_REEVE, collect_uid, SIDE_BEFORE},
	{"Group", FIELD_REEVE, collect_group, SIDE_AFTER},
	{"OldGroup", FIELD_REEVE, collect_group, SIDE_BEFORE},
	{"GroupGid", FIELD_REEVE, collect_gid, SIDE_AFTER},
	{"OldGroupGid", FIELD_REEVE, collect_gid, SIDE_BEFORE},
	{"Size", FIELD_REEVE, collect_size, SIDE_AFTER},
	{"OldSize", FIELD_REEVE, collect_size, SIDE_BEFORE},
	{"LinkTarget", FIELD_REEVE, collect_link, SIDE_AFTER, .is_searched = true},
	{"OldLinkTarget", FIELD_REEVE, collect_link, SIDE_BEFORE, .is_searched = true},
	{"XattrAdded", FIELD_REEVE, collect_xattr},
	{"CapabilityAdded", FIELD_REEVE, collect_capability},
	{"Content", FIELD_REEVE, collect_content},
	{"OldContent", FIELD_REEVE, collect_known, SIDE_BEFORE},
	{"Offline", FIELD_REEVE, collect_offline},
	{"Verdict", FIELD_REEVE, collect_verdict},
	{"Setting", FIELD_REEVE, collect_settings},
	{"Cosmetic", FIELD_REEVE, collect_cosmetic},
	{"SettingsReading", FIELD_REEVE, collect_reading},
	{"PackageRun", FIELD_REEVE, collect_run},
	{"PackageEvidence", FIELD_REEVE, collect_evidence},
	{"Package", FIELD_REEVE, collect_package},
	{"DiffAdded", FIELD_REEVE, collect_added, .is_searched = true, .is_costly = true},
	{"DiffRemoved", FIELD_REEVE, collect_removed, .is_searched = true, .is_costly = true},
	{"type", FIELD_AUDIT, collect_audit_type},
	{"name", FIELD_AUDIT, collect_path},
	{"nametype", FIELD_AUDIT, collect_nametype},
};

guint field_count(void)
{
	return G_N_ELEMENTS(rows);
}

const char *field_name(guint field)
{
	return rows[field].name;
}

int field_find(const char *name, guint sets)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if ((rows[i].sets & sets) && g_str_equal(rows[i].name, name)) {
			return (int)i;
		}
	}
	return -1;
}

const char *field_nearest(const char *name, guint sets)
{
	const char *known[G_N_ELEMENTS(rows) + 1] = {0};
	guint n = 0;

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].sets & sets) {
			known[n++] = rows[i].name;
		}
	}
	return nearest_word(name, known);
}

bool field_is_searched(guint field)
{
	return rows[field].is_searched;
}

bool field_is_costly(guint field)
{
	return rows[field].is_costly;
}

bool field_is_path(guint field)
{
	return rows[field].collect == collect_path;
}

GPtrArray *field_collect(guint field, const Change *change)
{
	const FieldRow *row = &rows[field];
	const FileState *const states[] = {
		[SIDE_NONE] = NULL,
		[SIDE_AFTER] = &change->after,
		[SIDE_BEFORE] = &change->before,
	};
	const FileState *state = states[row->side];
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);

	if (row->collect != NULL && (state == NULL || state->type != FILE_ABSENT)) {
		row->collect(change, state, values);
	}
	return values;
}
