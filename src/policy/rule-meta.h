/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The form of what a rule says of itself: Sigma's schema for everything but the detection.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"

#include <stdbool.h>

/* Checks all known keys of a rule. False and *error, with place and caret, for the first that is
 * missing or has not its form, or looks like a slip of a known one. */
bool rule_meta_check(const YamlDocument *document, GError **error);
