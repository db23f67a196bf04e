/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register's policy/ under its own control: what lies on the branch comes into force only under
 * a request that is effective by the policy before, names this file, what it replaces and what it
 * shall be. What came into force is remembered like an approval, so nothing that happens to the
 * register afterwards takes it back.
 */
#include "register/register-load.h"

#include "base/clock.h"

#include <string.h>

#define ABSENT "absent"

/* One file of policy/: what is in force (hex), and what lies on the branch. NULL: none. */
typedef struct {
	PolicyFile file;
	const char *path; /* as requests name it */
	const char *now;
	const char *found;
} Move;

/* Remembering: `note` is the file's name and its blob. */

static char *note_of(PolicyFile file, const char *blob)
{
	return g_strdup_printf("%s %s", policy_file_name(file), blob == NULL ? ABSENT : blob);
}

void register_recall_policy(Register *reg, const Approval *record)
{
	g_auto(GStrv) words = g_strsplit(record->note == NULL ? "" : record->note, " ", 3);
	guint8 raw[BLOB_BYTES];

	for (PolicyFile file = 0; g_strv_length(words) == 2 && file < POLICY_FILES; file++) {
		InForce *in_force = &reg->in_force[file];

		if (!g_str_equal(words[0], policy_file_name(file)) ||
		    record->seen_usec < in_force->since_usec) {
			continue;
		}
		g_free(in_force->blob);
		in_force->blob = hex_decode(words[1], raw, sizeof(raw)) ? g_strdup(words[1]) : NULL;
		in_force->since_usec = record->seen_usec;
		reg->policy_is_read = false;
	}
}

static bool is_used(const Register *reg, const char *request, const char *note)
{
	const GPtrArray *seen = register_seen_of(reg, request);

	for (guint i = 0; seen != NULL && i < seen->len; i++) {
		const Approval *record = seen->pdata[i];

		if (record->decision == DECISION_ADOPT && g_strcmp0(record->note, note) == 0) {
			return true;
		}
	}
	return false;
}

static void remember_adoption(Load *load, const Standing *standing, const Move *move)
{
	Approval *record = g_new0(Approval, 1);
	g_autofree char *identity = NULL;

	record->request = g_strdup(standing->id);
	record->approver = g_strdup(standing->approver);
	record->decision = DECISION_ADOPT;
	record->counts = true;
	record->note = note_of(move->file, move->found);
	record->seen_usec = load->now_usec;
	record->since_usec = load->now_usec;
	identity = g_strdup_printf("adopt %s %s", standing->id, record->note);
	digest_sha256_hex(identity, strlen(identity), record->digest);
	register_recall(load->reg, record);
	g_ptr_array_add(load->reg->news, record);
}

/* Reading */

static bool set_part(Load *load, PolicyFile file, const char *blob, Charter *charter,
		     GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *problem = NULL;
	git_oid id;

	if (blob != NULL) {
		g_assert(git_oid_fromstr(&id, blob) == 0);
		bytes = load_blob(load, &id, CHARTER_MAX_BYTES, policy_file_name(file), &problem);
		if (bytes == NULL) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "policy/%s (%s): %s",
				    policy_file_name(file), blob,
				    problem != NULL ? problem : load->broken->message);
			g_clear_error(&load->broken);
			return false;
		}
	}
	return charter_set(charter, file, bytes, error);
}

bool register_read_policy(Load *load, GError **error)
{
	Register *reg = load->reg;

	for (PolicyFile file = 0; !reg->policy_is_read && file < POLICY_FILES; file++) {
		if (!set_part(load, file, reg->in_force[file].blob, &reg->charter, error)) {
			g_prefix_error(error, "register: the policy in force cannot be read: ");
			return false;
		}
	}
	reg->policy_is_read = true;
	return true;
}

/* Weighing */

static bool pin_is(const Pin *pin, const char *blob)
{
	char hex[2 * BLOB_BYTES + 1];

	hex_encode(pin->blob, BLOB_BYTES, hex);
	return blob == NULL ? pin->is_given && pin->is_absent
			    : pin->has_blob && g_str_equal(hex, blob);
}

static const RequestChange *find_item(const Standing *standing, const Move *move)
{
	for (guint i = 0; i < standing->request->changes->len; i++) {
		const RequestChange *item = standing->request->changes->pdata[i];

		if (g_str_equal(item->path, move->path) && pin_is(&item->to, move->found)) {
			return item;
		}
	}
	return NULL;
}

static char *why_not_in_window(const Load *load, const Request *request)
{
	g_autofree char *start = clock_format(request->start_usec);
	g_autofree char *end = clock_format(request->end_usec);

	if (request->start_usec > load->now_usec) {
		load->reg->policy_waits = true;
		return g_strdup_printf("its window opens at %s", start);
	}
	return request->end_usec != 0 && request->end_usec < load->now_usec
		       ? g_strdup_printf("its window closed at %s", end)
		       : NULL;
}

/* Why a request that asks for the very content does not bring it into force; NULL: it does. */
static char *why_not(const Load *load, const Standing *standing, const Move *move)
{
	const Register *reg = load->reg;
	const RequestChange *item = find_item(standing, move);
	g_autofree char *note = note_of(move->file, move->found);
	MatchContext context = {.host = reg->host == NULL ? "" : reg->host,
				.earliest_usec = load->now_usec,
				.latest_usec = load->now_usec};
	char *not_effective = standing_why_not(standing, reg, &context, true);

	if (not_effective != NULL) {
		return not_effective;
	}
	if (standing->request->type != REQUEST_NORMAL) {
		return g_strdup("policy takes a normal request");
	}
	/* a host that is new to the register takes what it finds, under its last request */
	if (reg->in_force[move->file].since_usec != 0 && !pin_is(&item->from, move->now)) {
		return g_strdup_printf("it replaces something else than what is in force (%s)",
				       move->now == NULL ? ABSENT : move->now);
	}
	if (is_used(reg, standing->id, note)) {
		return g_strdup("it was used already; what was replaced is asked for anew");
	}
	return why_not_in_window(load, standing->request);
}

static void note_problem(Register *reg, char *problem, bool is_wild)
{
	g_ptr_array_add(reg->policy_problems, problem);
	if (is_wild) {
		reg->wild_policy = problem;
	}
}

/* Wild is what nobody asked for; what was asked for and is not approved yet merely waits. */
static const Standing *find_request(Load *load, const Move *move)
{
	Register *reg = load->reg;
	const GPtrArray *named = g_hash_table_lookup(reg->by_path, move->path);
	g_autofree char *last = NULL;

	for (guint i = 0; named != NULL && i < named->len; i++) {
		const Standing *standing = named->pdata[i];
		g_autofree char *why = NULL;

		if (find_item(standing, move) == NULL) {
			continue;
		}
		why = why_not(load, standing, move);
		if (why == NULL) {
			return standing;
		}
		g_free(last);
		last = g_strdup_printf("policy/%s is not in force yet: %s: %s",
				       policy_file_name(move->file), standing->id, why);
	}
	if (last != NULL) {
		note_problem(reg, g_steal_pointer(&last), false);
	} else {
		note_problem(
			reg,
			g_strdup_printf("policy/%s of the register was changed, and no request "
					"asks for that; the policy before stays in force",
					policy_file_name(move->file)),
			true);
	}
	return NULL;
}

static bool adopt(Load *load, const Move *move, const Standing *standing)
{
	g_autoptr(GError) error = NULL;

	if (!set_part(load, move->file, move->found, &load->reg->charter, &error)) {
		note_problem(load->reg,
			     g_strdup_printf("%s was approved, but cannot come into force: %s",
					     standing->id, error->message),
			     true);
		return false;
	}
	remember_adoption(load, standing, move);
	load->reg->policy_is_read = true;
	return true;
}

/* What comes with one push is judged by what was in force before it, all of it. */
bool register_weigh_policy(Load *load)
{
	Register *reg = load->reg;
	const Standing *requests[POLICY_FILES] = {NULL};
	Move moves[POLICY_FILES];
	char *paths[POLICY_FILES + 1] = {NULL};
	bool has_moved = false;

	g_ptr_array_set_size(reg->policy_problems, 0);
	reg->policy_waits = false;
	reg->wild_policy = NULL;
	for (PolicyFile file = 0; file < POLICY_FILES; file++) {
		paths[file] = g_strconcat(POLICY_PATH, policy_file_name(file), NULL);
		moves[file] =
			(Move){file, paths[file], reg->in_force[file].blob, load->policy[file]};
		if (g_strcmp0(moves[file].now, moves[file].found) != 0) {
			requests[file] = find_request(load, &moves[file]);
		}
	}
	for (PolicyFile file = 0; file < POLICY_FILES; file++) {
		has_moved |= requests[file] != NULL && adopt(load, &moves[file], requests[file]);
		g_free(paths[file]);
	}
	if (has_moved) {
		register_judge_again(reg);
	}
	return has_moved;
}
