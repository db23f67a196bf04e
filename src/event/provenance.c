/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a change has to do with packages: see provenance.h. */
#include "event/provenance.h"

static const char *const run_words[_PACKAGE_RUN_N] = {
	[PACKAGE_RUN_TIME] = "time",
	[PACKAGE_RUN_WRITER] = "writer",
};

static const char *const evidence_words[_EVIDENCE_N] = {
	[EVIDENCE_CONTENT] = "content",
	[EVIDENCE_LISTED] = "listed",
	[EVIDENCE_REMOVED] = "removed",
	[EVIDENCE_OTHER] = "other",
};

void provenance_clear(Provenance *provenance)
{
	g_free(provenance->manager);
	g_free(provenance->package);
	g_free(provenance->version);
	*provenance = (Provenance){0};
}

const char *package_run_word(PackageRun run)
{
	g_assert(run < _PACKAGE_RUN_N);
	return run_words[run];
}

const char *evidence_word(Evidence evidence)
{
	g_assert(evidence < _EVIDENCE_N);
	return evidence_words[evidence];
}

bool package_run_from_word(const char *word, PackageRun *ret)
{
	for (guint i = 0; i < _PACKAGE_RUN_N; i++) {
		if (g_strcmp0(run_words[i], word) == 0) {
			*ret = (PackageRun)i;
			return true;
		}
	}
	return false;
}

bool evidence_from_word(const char *word, Evidence *ret)
{
	for (guint i = 0; i < _EVIDENCE_N; i++) {
		if (g_strcmp0(evidence_words[i], word) == 0) {
			*ret = (Evidence)i;
			return true;
		}
	}
	return false;
}

bool evidence_is_sound(Evidence evidence)
{
	switch (evidence) {
	case EVIDENCE_CONTENT:
	case EVIDENCE_LISTED:
	case EVIDENCE_REMOVED:
		return true;
	case EVIDENCE_NONE:
	case EVIDENCE_OTHER:
		return false;
	case _EVIDENCE_N:
		break;
	}
	g_assert_not_reached();
}
