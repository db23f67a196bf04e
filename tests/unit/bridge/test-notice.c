/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Alertmanager and people are told, and what not. */
#include "bridge/notice.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1795316645123456)

static Alert make(void)
{
	return (Alert){.id = "0123456789abcdef",
		       .host = (char *)"web-1",
		       .path = (char *)"/srv/a",
		       .kind = (char *)"change",
		       .op = (char *)"created",
		       .verdict = (char *)"unapproved",
		       .ticket = (char *)"",
		       .summary = (char *)"/srv/a created",
		       .severity = 4,
		       .time_usec = NOW + 5};
}

static void test_alertmanager(void)
{
	Alert alert = make();
	g_autofree char *labels = notice_labels(&alert, "alice");
	Parcel *parcel;
	json_t *object;

	g_assert_cmpstr(labels, ==,
			"{\"alertname\":\"ReeveAlert\",\"host\":\"web-1\",\"path\":\"/srv/a\","
			"\"severity\":\"critical\",\"page\":\"true\",\"verdict\":\"unapproved\","
			"\"change_set\":\"0123456789abcdef\",\"owner\":\"alice\"}");
	alert.labels = labels;
	parcel = notice_for_alertmanager(&alert, NOW, 0);
	object = json_loads(parcel->text, JSON_REJECT_DUPLICATES, NULL);
	/* no beginning in the future, no end while it is open */
	g_assert_cmpstr(json_string_value(json_object_get(object, "startsAt")), ==,
			"2026-11-22T03:04:05.123456Z");
	g_assert_null(json_object_get(object, "endsAt"));
	json_decref(object);
	parcel_free(parcel);
	parcel = notice_for_alertmanager(&alert, NOW, NOW);
	object = json_loads(parcel->text, JSON_REJECT_DUPLICATES, NULL);
	g_assert_nonnull(json_object_get(object, "endsAt"));
	json_decref(object);
	parcel_free(parcel);
}

static void assert_mail(const Alert *alert, GStrv confidential, bool is_named)
{
	Parcel *parcel = notice_for_mail(alert, "a@b", "bob", NOW, confidential);

	g_assert_true((strstr(parcel->text, "/srv/a") != NULL) == is_named);
	g_assert_true((strstr(parcel->title, "/srv/a") != NULL) == is_named);
	g_assert_nonnull(strstr(parcel->text, "before 2026-11-22 03:04:05 UTC, bob is asked"));
	parcel_free(parcel);
}

static void test_mail(void)
{
	char *confidential[] = {(char *)"/srv/*", NULL}, *other[] = {(char *)"/etc/*", NULL};
	Alert alert = make();

	assert_mail(&alert, NULL, true);
	assert_mail(&alert, other, true);
	assert_mail(&alert, confidential, false);
	alert.is_secret = true;
	assert_mail(&alert, NULL, false);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/notice/alertmanager", test_alertmanager);
	g_test_add_func("/notice/mail", test_mail);
	return g_test_run();
}
