/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the configuration, as tables: name, reader, place in Config. A reader checks and
 * stores one value and complains with line, column, caret and advice.
 */
#pragma once

#include "base/yaml.h"
#include "config/config.h"

/* Puts what the document says over `config`. */
bool schema_apply(Config *config, const YamlDocument *document, GError **error);

/* Why an endpoint cannot be used, NULL if it can. `ret_advice` is static. Caller frees. */
char *schema_endpoint_problem(const char *endpoint, const char **ret_advice);
