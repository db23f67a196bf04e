/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standing requests of the rules: see standing.h. */
#include "judge/standing.h"

#include <string.h>

#define TAG "reeve.standing."

/* The name of the request; NULL: the rule stands for none. Borrowed. */
static const char *name_of(const RuleHit *hit)
{
	for (guint i = 0; hit->tags != NULL && hit->tags[i] != NULL; i++) {
		if (g_str_has_prefix(hit->tags[i], TAG) && hit->tags[i][strlen(TAG)] != '\0') {
			return hit->tags[i] + strlen(TAG);
		}
	}
	return NULL;
}

static bool wants_one(Verdict verdict)
{
	switch (verdict) {
	case VERDICT_UNAPPROVED:
	case VERDICT_UNVERIFIABLE:
	case VERDICT_MISMATCH:
		return true;
	case VERDICT_NONE:
	case VERDICT_APPROVED:
	case VERDICT_STANDARD:
	case VERDICT_RESTORED:
	case VERDICT_EMERGENCY:
		return false;
	case _VERDICT_N:
		break;
	}
	g_assert_not_reached();
}

static char *what_package_says(const Provenance *provenance)
{
	const char *version = provenance->version == NULL ? "" : provenance->version;

	switch (provenance->evidence) {
	case EVIDENCE_CONTENT:
		return g_strdup_printf("its content is what %s %s ships", provenance->package,
				       version);
	case EVIDENCE_LISTED:
		return g_strdup_printf("%s %s ships it; there is no digest of it",
				       provenance->package, version);
	case EVIDENCE_REMOVED:
		return g_strdup_printf("it was of %s %s, and nobody owns it any more",
				       provenance->package, version);
	case EVIDENCE_OTHER:
		return g_strdup_printf("%s %s ships something else, or other content",
				       provenance->package, version);
	case EVIDENCE_NONE:
		return g_strdup("no package owns it");
	case _EVIDENCE_N:
		break;
	}
	g_assert_not_reached();
}

/* Also where nothing stands: it is what the run did beyond its packages. */
static void explain(Change *change)
{
	const Provenance *provenance = &change->provenance;
	g_autofree char *writer = NULL;

	switch (provenance->run) {
	case PACKAGE_RUN_NONE:
		return;
	case PACKAGE_RUN_TIME:
		writer = g_strdup("a package run was going on; nobody knows who wrote it");
		break;
	case PACKAGE_RUN_WRITER:
		writer = g_strdup_printf("written in a run of %s", provenance->manager);
		break;
	case _PACKAGE_RUN_N:
		g_assert_not_reached();
	}
	g_ptr_array_add(change->reasons, g_steal_pointer(&writer));
	if (provenance->evidence != EVIDENCE_OTHER || provenance->package != NULL) {
		g_ptr_array_add(change->reasons, what_package_says(provenance));
	}
}

void standing_apply(Change *change)
{
	bool may_stand = wants_one(change->verdict);

	for (guint i = 0; may_stand && i < change->rules->len; i++) {
		const RuleHit *hit = change->rules->pdata[i];
		const char *name = name_of(hit);

		if (name != NULL) {
			change->verdict = VERDICT_STANDARD;
			g_free(change->request);
			change->request = g_strdup(name);
			g_ptr_array_set_size(change->reasons, 0);
			g_ptr_array_add(
				change->reasons,
				g_strdup_printf("the rule \"%s\" stands for it", hit->title));
			break;
		}
	}
	explain(change);
}
