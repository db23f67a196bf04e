/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether those who decided are enough: see approvers.h. People are counted, not signatures: one by
 * one in the order they were seen, until every rule is met.
 */
#include "register/approvers.h"
#include "register/path-class.h"

#include "base/glob.h"

#include <string.h>

/* Who is counted for one need. */
typedef struct {
	GPtrArray *people; /* of const Approval */
	GPtrArray *seats;  /* of const char */
} Count;

static bool host_is_one_of(GStrv hosts, const char *host)
{
	g_autofree char *as_path = g_strconcat("/", host == NULL ? "" : host, NULL);

	for (char **pattern = hosts; *pattern != NULL; pattern++) {
		g_autofree char *as_pattern = g_strconcat("/", *pattern, NULL);

		if (glob_match(as_pattern, as_path)) {
			return true;
		}
	}
	return false;
}

static guint risk_bit(const Request *request)
{
	for (guint i = 0; request->risk != NULL && request_risks[i] != NULL; i++) {
		if (g_str_equal(request->risk, request_risks[i])) {
			return 1U << i;
		}
	}
	return ~0U; /* not said: it may be any */
}

static bool rule_is_for(const Rule *rule, const Quorum *q)
{
	return (rule->types == 0 || (rule->types & 1U << q->request->type) != 0) &&
	       (rule->risks == 0 || (rule->risks & risk_bit(q->request)) != 0) &&
	       (rule->hosts == NULL || host_is_one_of(rule->hosts, q->host));
}

static bool rule_speaks_of(const Rule *rule, const char *path,
			   bool (*how)(const char *pattern, const char *path))
{
	for (char **pattern = rule->paths; pattern != NULL && *pattern != NULL; pattern++) {
		if (how(*pattern, path)) {
			return true;
		}
	}
	return rule->paths == NULL;
}

/* The first path of the request that the rule may speak of; NULL: none. */
static const char *path_of_rule(const Rule *rule, const Request *request)
{
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *item = request->changes->pdata[i];

		if (rule_speaks_of(rule, item->path, path_class_may_meet)) {
			return item->path;
		}
	}
	return NULL;
}

/* Counting */

static bool is_same_person(const Quorum *q, const Approval *a, const Approval *b)
{
	if (people_are_one(q->people, a->approver, b->approver) ||
	    g_strcmp0(a->fingerprint, b->fingerprint) == 0) {
		return true;
	}
	for (guint i = 0; a->also != NULL && a->also[i] != NULL; i++) {
		if (g_ascii_strcasecmp(a->also[i], b->approver) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_seat(const Count *count, const Quorum *q, const char *seat)
{
	for (guint i = 0; i < count->seats->len; i++) {
		if (people_are_one(q->people, count->seats->pdata[i], seat)) {
			return true;
		}
	}
	return false;
}

/* The seat of a role somebody may sit in that is not taken yet; NULL: none. */
static const char *find_seat(const Quorum *q, const Role *role, const Approval *approval,
			     const Count *count)
{
	for (char **member = role->people; *member != NULL; member++) {
		if (people_are_one(q->people, *member, approval->approver)) {
			return has_seat(count, q, *member) ? NULL : *member;
		}
	}
	for (guint i = 0; i < q->approvers->deputies->len; i++) {
		const Deputy *deputy = q->approvers->deputies->pdata[i];

		if (!people_are_one(q->people, deputy->is, approval->approver) ||
		    approval->seen_usec < deputy->from_usec ||
		    approval->seen_usec >= deputy->until_usec) {
			continue;
		}
		for (char **member = role->people; *member != NULL; member++) {
			if (people_are_one(q->people, *member, deputy->of) &&
			    !has_seat(count, q, *member)) {
				return *member;
			}
		}
	}
	return NULL;
}

static bool is_counted(const Count *count, const Quorum *q, const Approval *approval)
{
	for (guint i = 0; i < count->people->len; i++) {
		if (is_same_person(q, count->people->pdata[i], approval)) {
			return true;
		}
	}
	return false;
}

static const char *role_of(const Approval *approval)
{
	return approval->role == NULL ? APPROVERS_ROLE : approval->role;
}

/* Why somebody's decision does not count for this need; NULL: it does. */
static char *why_not_for(const Quorum *q, const Need *need, guint require, const Approval *approval,
			 Count *count)
{
	const Role *role = approvers_role(q->approvers, need->role);
	const char *seat;

	if (!g_str_equal(role_of(approval), need->role)) {
		return g_strdup_printf("%s decided as %s", approval->approver, role_of(approval));
	}
	if ((require & ~approval->presence) != 0) {
		return g_strdup_printf("%s signed without %s", approval->approver,
				       (require & PRESENCE_PIN) != 0 &&
						       (approval->presence & PRESENCE_TOUCH) != 0
					       ? "the PIN of a hardware key"
					       : "touching a hardware key");
	}
	if (is_counted(count, q, approval)) {
		return g_strdup_printf("%s is counted already", approval->approver);
	}
	seat = find_seat(q, role, approval, count);
	if (seat == NULL) {
		return g_strdup_printf("%s is not in role %s", approval->approver, need->role);
	}
	g_ptr_array_add(count->seats, (gpointer)seat);
	return NULL;
}

/* Counts as many as are needed, and no more. NULL: enough. */
static char *need_missing(const Quorum *q, const Need *need, guint require, gint64 *since)
{
	g_autoptr(GPtrArray) people = g_ptr_array_new();
	g_autoptr(GPtrArray) seats = g_ptr_array_new();
	g_autoptr(GString) others = g_string_new(NULL);
	Count count = {people, seats};

	for (guint i = 0; i < q->approvals->len && people->len < need->count; i++) {
		Approval *approval = q->approvals->pdata[i];
		g_autofree char *why = why_not_for(q, need, require, approval, &count);

		if (why != NULL) {
			g_string_append_printf(others, "; %s", why);
			continue;
		}
		g_ptr_array_add(people, approval);
		*since = MAX(*since, approval->since_usec);
	}
	if (people->len >= need->count) {
		return NULL;
	}
	return g_strdup_printf("%u of role %s%s needed, %u %s decided%s", need->count, need->role,
			       need->count == 1 ? " is" : " are", people->len,
			       people->len == 1 ? "has" : "have", others->str);
}

static char *needs_missing(const Quorum *q, const GPtrArray *needs, guint require, gint64 *since)
{
	for (guint i = 0; i < needs->len; i++) {
		char *missing = need_missing(q, needs->pdata[i], require, since);

		if (missing != NULL) {
			return missing;
		}
	}
	return NULL;
}

/* Where nothing is said of roles: anybody whose decision counts. */
static char *anybody_missing(const Quorum *q, const char *what, gint64 *since)
{
	const Approval *first = q->approvals->len == 0 ? NULL : q->approvals->pdata[0];

	*since = first == NULL ? 0 : first->since_usec;
	return first != NULL ? NULL : g_strdup_printf("nobody has %s it yet", what);
}

/* Rules */

static char *rules_missing(const Quorum *q, gint64 *since)
{
	for (guint i = 0; i < q->approvers->rules->len; i++) {
		const Rule *rule = q->approvers->rules->pdata[i];
		const char *path = rule_is_for(rule, q) ? path_of_rule(rule, q->request) : NULL;
		g_autofree char *missing =
			path == NULL ? NULL : needs_missing(q, rule->needs, rule->require, since);

		if (missing != NULL) {
			return g_strdup_printf("for %s %s (policy/approvers.yaml:%u)", path,
					       missing, rule->line);
		}
	}
	return NULL;
}

/* What no rule surely speaks of nobody can approve. */
static char *unruled(const Quorum *q)
{
	for (guint i = 0; i < q->request->changes->len; i++) {
		const RequestChange *item = q->request->changes->pdata[i];
		bool is_ruled = false;

		for (guint k = 0; k < q->approvers->rules->len; k++) {
			const Rule *rule = q->approvers->rules->pdata[k];

			is_ruled =
				is_ruled || (rule_is_for(rule, q) &&
					     rule_speaks_of(rule, item->path, path_class_covers));
		}
		if (!is_ruled) {
			return g_strdup_printf("no rule of policy/approvers.yaml says who may "
					       "approve %s for this host, type and risk",
					       item->path);
		}
	}
	return NULL;
}

char *quorum_missing(const Quorum *q, gint64 *ret_since)
{
	char *missing;

	*ret_since = 0;
	if (q->request->type == REQUEST_EMERGENCY) {
		return q->approvers->need->len == 0
			       ? anybody_missing(q, "approved", ret_since)
			       : needs_missing(q, q->approvers->need, 0, ret_since);
	}
	if (q->approvers->rules->len == 0) {
		return anybody_missing(q, "approved", ret_since);
	}
	missing = unruled(q);
	return missing != NULL ? missing : rules_missing(q, ret_since);
}

char *quorum_missing_reviews(const Quorum *q, gint64 *ret_since)
{
	*ret_since = 0;
	return q->approvers->review->len == 0
		       ? anybody_missing(q, "reviewed", ret_since)
		       : needs_missing(q, q->approvers->review, 0, ret_since);
}
