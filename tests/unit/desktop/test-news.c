/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as a desktop reads them. */
#include "desktop/news.h"

#include <glib.h>

#define START "{\"schema\":\"reeve.event/1\",\"seq\":2,\"prev\":\"p\",\"kind\":"

static News *read_news(const char *text)
{
	json_t *event = json_loads(text, 0, NULL);
	News *news;

	g_assert_nonnull(event);
	news = news_read(event, "id");
	json_decref(event);
	return news;
}

static void test_change(void)
{
	g_autoptr(News) news = read_news(
		START "\"change\",\"time\":\"2026-11-22T03:04:05Z\",\"host\":{\"name\":\"web-1\"},"
		      "\"commit\":\"c\",\"group\":{\"id\":\"g\"},\"verdict\":\"unapproved\","
		      "\"severity\":\"high\",\"summary\":\"s\",\"files\":[{\"path\":\"/a\","
		      "\"op\":\"deleted\",\"verdict\":\"mismatch\",\"severity\":\"high\","
		      "\"rules\":[{\"title\":\"small\",\"level\":\"low\"},"
		      "{\"title\":\"great\",\"level\":\"high\"}]}]}");
	const NewsFile *file = news->files->pdata[0];

	g_assert_cmpint(news->kind, ==, EVENT_CHANGE);
	g_assert_cmpstr(news->id, ==, "id");
	g_assert_cmpstr(news->prev, ==, "p");
	g_assert_cmpstr(news->host, ==, "web-1");
	g_assert_cmpstr(news->commit, ==, "c");
	g_assert_cmpstr(news->group, ==, "g");
	g_assert_cmpint(news->time_usec, ==, G_GINT64_CONSTANT(1795316645000000));
	g_assert_true(news->is_alert);
	g_assert_cmpuint(news->files->len, ==, 1);
	g_assert_cmpstr(file->path, ==, "/a");
	g_assert_cmpstr(file->what, ==, "deleted");
	g_assert_cmpstr(file->rule, ==, "great");
	g_assert_cmpint(file->verdict, ==, VERDICT_MISMATCH);
	g_assert_true(news_file_is_alert(file));
}

static void test_acknowledgement(void)
{
	g_autoptr(News) news = read_news(START "\"ack\",\"severity\":\"informational\","
					       "\"refers\":[\"a\",7,\"b\"]}");

	g_assert_cmpint(news->kind, ==, EVENT_ACK);
	g_assert_false(news->is_alert);
	g_assert_cmpuint(news->refers->len, ==, 2);
	g_assert_cmpstr(news->refers->pdata[1], ==, "b");
}

static void test_unknown(void)
{
	g_autoptr(News) odd =
		read_news(START "\"ack\",\"host\":7,\"files\":{},\"refers\":\"x\","
				"\"time\":\"noon\",\"group\":[],\"verdict\":\"fine\"}");

	g_assert_null(read_news(START "\"tomorrow\"}"));
	g_assert_null(read_news("{}"));
	g_assert_cmpstr(odd->host, ==, "?");
	g_assert_cmpuint(odd->files->len, ==, 0);
	g_assert_cmpuint(odd->refers->len, ==, 0);
	g_assert_cmpint(odd->verdict, ==, VERDICT_NONE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/news/change", test_change);
	g_test_add_func("/news/acknowledgement", test_acknowledgement);
	g_test_add_func("/news/unknown", test_unknown);
	return g_test_run();
}
