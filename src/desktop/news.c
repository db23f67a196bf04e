/* SPDX-License-Identifier: GPL-3.0-or-later */
/* News: see news.h. */
#include "desktop/news.h"
#include "desktop/gist.h"

#include "base/clock.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static Verdict verdict_of(const json_t *object)
{
	const char *word = text_of(object, "verdict");
	Verdict verdict;

	return word != NULL && verdict_from_word(word, &verdict) ? verdict : VERDICT_NONE;
}

static Severity severity_of(const json_t *object, const char *key)
{
	const char *word = text_of(object, key);
	Severity severity;

	return word != NULL && severity_from_word(word, &severity) ? severity
								   : SEVERITY_INFORMATIONAL;
}

static char *worst_rule(const json_t *file)
{
	const char *title = NULL;
	Severity worst = SEVERITY_INFORMATIONAL;
	size_t i;
	const json_t *rule;

	json_array_foreach (json_object_get(file, "rules"), i, rule) {
		Severity level = severity_of(rule, "level");

		if (title == NULL || level > worst) {
			title = text_of(rule, "title");
			worst = level;
		}
	}
	return g_strdup(title);
}

void news_file_free(NewsFile *file)
{
	g_free(file->path);
	g_free(file->moved_from);
	g_free(file->what);
	g_free(file->rule);
	g_free(file->who);
	g_free(file);
}

static NewsFile *read_file(const json_t *object)
{
	NewsFile *file = g_new0(NewsFile, 1);

	file->path = g_strdup(text_or(text_of(object, "path"), "?"));
	file->moved_from = g_strdup(text_of(object, "moved_from"));
	file->is_transient = g_strcmp0(text_of(object, "op"), change_op_word(OP_TRANSIENT)) == 0;
	file->verdict = verdict_of(object);
	file->severity = severity_of(object, "severity");
	file->what = gist_of_file(object);
	file->rule = worst_rule(object);
	file->who = gist_of_actor(object);
	return file;
}

bool news_file_is_alert(const NewsFile *file)
{
	return verdict_is_alert(file->verdict, file->severity);
}

static void read_lists(News *news, const json_t *event)
{
	size_t i;
	const json_t *one;

	json_array_foreach (json_object_get(event, "files"), i, one) {
		if (news->files->len == EVENT_MAX_FILES) {
			break;
		}
		g_ptr_array_add(news->files, read_file(one));
	}
	json_array_foreach (json_object_get(event, "refers"), i, one) {
		if (json_is_string(one)) {
			g_ptr_array_add(news->refers, g_strdup(json_string_value(one)));
		}
	}
}

News *news_read(const json_t *event, const char *id)
{
	const char *word = text_of(event, "kind");
	const char *time = text_of(event, "time");
	EventKind kind;
	News *news;

	if (word == NULL || !event_kind_from_word(word, &kind)) {
		return NULL;
	}
	news = g_new0(News, 1);
	news->kind = kind;
	news->id = g_strdup(id);
	news->prev = g_strdup(text_or(text_of(event, "prev"), ""));
	if (time == NULL || !clock_parse(time, &news->time_usec)) {
		news->time_usec = 0;
	}
	news->host = g_strdup(text_or(text_of(json_object_get(event, "host"), "name"), "?"));
	news->commit = g_strdup(text_of(event, "commit"));
	news->group = g_strdup(text_of(json_object_get(event, "group"), "id"));
	news->verdict = verdict_of(event);
	news->severity = severity_of(event, "severity");
	news->is_alert = event_is_alert(event);
	news->summary = g_strdup(text_or(text_of(event, "summary"), ""));
	news->files = g_ptr_array_new_with_free_func((GDestroyNotify)news_file_free);
	news->refers = g_ptr_array_new_with_free_func(g_free);
	read_lists(news, event);
	return news;
}

void news_free(News *news)
{
	if (news == NULL) {
		return;
	}
	g_free(news->id);
	g_free(news->prev);
	g_free(news->host);
	g_free(news->commit);
	g_free(news->group);
	g_free(news->summary);
	g_ptr_array_unref(news->files);
	g_ptr_array_unref(news->refers);
	g_free(news);
}
