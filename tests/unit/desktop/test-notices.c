/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices as news. */
#include "desktop/notices.h"

#include <string.h>
#include <unistd.h>

static void test_a_notice_is_news(void)
{
	static const char body[] =
		"{\"schema\":\"reeve.notice/1\",\"id\":\"abcd\",\"kind\":\"change\","
		"\"time\":\"2026-11-22T03:04:05.000000Z\",\"verdict\":\"unapproved\","
		"\"severity\":\"high\",\"host\":{\"name\":\"web-1\"},\"group\":\"g1\","
		"\"paths\":[\"/etc/a\",\"/etc/b\"],\"count\":2}";
	g_autoptr(News) news = notices_read(body, strlen(body));
	const NewsFile *file;

	g_assert_nonnull(news);
	g_assert_cmpstr(news->id, ==, "abcd");
	g_assert_cmpstr(news->host, ==, "web-1");
	g_assert_cmpstr(news->group, ==, "g1");
	g_assert_true(news->is_alert);
	g_assert_cmpuint(news->files->len, ==, 2);
	file = news->files->pdata[1];
	g_assert_cmpstr(file->path, ==, "/etc/b");
	g_assert_true(news_file_is_alert(file));
}

static void test_what_is_none(void)
{
	static const char *const bodies[] = {
		"",
		"[]",
		"{}",
		"{\"schema\":\"reeve.event/1\",\"id\":\"abcd\",\"kind\":\"change\"}",
		"{\"schema\":\"reeve.notice/1\",\"kind\":\"change\"}",
		"{\"schema\":\"reeve.notice/1\",\"id\":\"abcd\",\"kind\":\"never heard of\"}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_test_message("body %u", i);
		g_assert_null(notices_read(bodies[i], strlen(bodies[i])));
	}
}

static void test_silence(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-notices-XXXXXX", NULL);
	g_autofree char *url = g_strdup_printf("ipc://%s/notice", dir);
	g_autoptr(Notices) notices = notices_open(url, 30, NULL);
	News *news;

	g_assert_cmpint(notices_next(notices, 60000, &news), ==, NOTICES_SILENT);
	g_assert_cmpint(notices_next(notices, 40, &news), ==, NOTICES_NOTHING);
	g_assert_null(notices_open("nonsense", 30, NULL));
	rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/desktop/notices/news", test_a_notice_is_news);
	g_test_add_func("/desktop/notices/none", test_what_is_none);
	g_test_add_func("/desktop/notices/silence", test_silence);
	return g_test_run();
}
