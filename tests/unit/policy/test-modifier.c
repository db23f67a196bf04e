/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands behind a field's name: what goes together, and what is refused by name. */
#include "policy/modifier.h"

#include <string.h>

static void test_accepted(void)
{
	static const struct {
		const char *key, *field;
		guint modifiers;
	} rows[] = {
		{"Field", "Field", 0},
		{"", "", 0},
		{"|all", "", MODIFIER_ALL},
		{"F|contains", "F", MODIFIER_CONTAINS},
		{"F|contains|all", "F", MODIFIER_CONTAINS | MODIFIER_ALL},
		{"F|all|contains", "F", MODIFIER_CONTAINS | MODIFIER_ALL},
		{"F|startswith|cased", "F", MODIFIER_STARTSWITH | MODIFIER_CASED},
		{"F|endswith|neq", "F", MODIFIER_ENDSWITH | MODIFIER_NEQ},
		{"F|windash|contains|all", "F",
		 MODIFIER_WINDASH | MODIFIER_CONTAINS | MODIFIER_ALL},
		{"F|re", "F", MODIFIER_RE},
		{"F|re|i|m|s", "F", MODIFIER_RE | MODIFIER_RE_I | MODIFIER_RE_M | MODIFIER_RE_S},
		{"F|re|ignorecase|all", "F", MODIFIER_RE | MODIFIER_RE_I | MODIFIER_ALL},
		{"F|cidr", "F", MODIFIER_CIDR},
		{"F|gte", "F", MODIFIER_GTE},
		{"F|exists", "F", MODIFIER_EXISTS},
		{"F|fieldref|endswith", "F", MODIFIER_FIELDREF | MODIFIER_ENDSWITH},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *field = NULL;
		guint modifiers;

		g_assert_true(modifier_parse(rows[i].key, &field, &modifiers, &error));
		g_assert_no_error(error);
		g_assert_cmpstr(field, ==, rows[i].field);
		g_assert_cmpuint(modifiers, ==, rows[i].modifiers);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *key, *says;
	} rows[] = {
		{"F|contain", "unknown modifier `contain`"},
		{"F|", "unknown modifier ``"},
		{"F|expand", "`expand` is not supported"},
		{"F|base64offset|contains", "`base64offset` is not supported"},
		{"F|hour", "`hour` is not supported"},
		{"F|i", "`i` must stand behind `re`"},
		{"F|contains|re", "`re` does not go with"},
		{"F|re|contains", "`contains` does not go with"},
		{"F|re|cased", "`cased` does not go with"},
		{"F|cased|re", "`re` does not go with"},
		{"F|fieldref|cidr", "`cidr` does not go with"},
		{"F|startswith|endswith", "`endswith` does not go with"},
		{"F|gt|all", "`all` does not go with"},
		{"F|contains|gt", "`gt` does not go with"},
		{"F|all|all", "`all` does not go with"},
		{"F|exists|neq", "`neq` does not go with"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *field = NULL;
		guint modifiers;

		g_assert_false(modifier_parse(rows[i].key, &field, &modifiers, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		g_assert_nonnull(strstr(error->message, rows[i].says));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/modifier/accepted", test_accepted);
	g_test_add_func("/modifier/refused", test_refused);
	return g_test_run();
}
