/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One Sigma rule: what it says of itself, and its detection compiled. Keys Sigma knows must have
 * Sigma's form; keys it does not know are allowed (so says the specification) and ignored but for
 * ours: `advice`, one sentence on what to check and what to do.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "policy/condition.h"
#include "policy/correlation.h"
#include "policy/facts.h"
#include "policy/source.h"

#include <glib.h>
#include <stdbool.h>

#define RULE_MAX_SELECTIONS 256

typedef struct {
	char *file; /* as messages call it */
	guint line; /* of its title */
	char *title;
	char *id;       /* NULL: it has none */
	Severity level; /* low where the rule does not say */
	GStrv tags;     /* never NULL */
	char *advice;   /* NULL: none */
	LogSource source;
	char *inactive; /* why it can never fire here; NULL: it can */
	char *name;     /* by which correlations call it; NULL */
	bool is_silent; /* a correlation speaks for it */
	/* the detection; a correlation has none but those of its bases */
	Correlation *correlation; /* NULL: it is none */
	GPtrArray *bases;         /* of Rule, borrowed; NULL unless it is a correlation */
	GPtrArray *selections;    /* of Selection */
	Condition *condition;
} Rule;

/* Compiles one document. NULL and *error, with place and caret. */
Rule *rule_parse(const YamlDocument *document, GError **error);
void rule_free(Rule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)

/* Whether it fires. Sets facts->was_cut when a pattern was cut off on the way. */
bool rule_holds(const Rule *rule, Facts *facts);

/* What an event tells of it; owned by the caller. */
RuleHit *rule_hit(const Rule *rule);
