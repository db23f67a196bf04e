/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the configuration: what is accepted holds only canonical paths, valid globs and known
 * endpoints.
 */
#include "base/glob.h"
#include "base/path.h"
#include "config/schema.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Config *config)
{
	g_auto(GStrv) live = NULL, replay = NULL;

	for (char **path = config->watch; *path != NULL; path++) {
		g_assert_true(path_is_canonical(*path));
	}
	for (char **glob = config->ignore; *glob != NULL; glob++) {
		g_assert_true(glob_is_valid(*glob));
	}
	g_assert_true(config->host == NULL || config_host_is_valid(config->host));
	config_places(config, "/state", NULL);
	config_endpoints(config, &live, &replay, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(YamlDocument) document = yaml_parse("fuzz", data, size, NULL);
	g_autoptr(Config) config = config_new();
	g_autoptr(GError) error = NULL;

	if (document == NULL) {
		return 0;
	}
	if (schema_apply(config, document, &error)) {
		check(config);
	} else {
		g_assert_true(error != NULL && g_utf8_validate(error->message, -1, NULL));
	}
	return 0;
}
