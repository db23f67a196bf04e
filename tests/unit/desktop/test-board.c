/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which cards are open behind which events. */
#include "desktop/board.h"

#include <string.h>

#define MAX_STEPS 6

/* An event in few words; its id is its number in the table, from 1. */
typedef struct {
	bool is; /* false ends the steps */
	EventKind kind;
	Verdict verdict; /* of the event and each file */
	Severity severity;
	const char *paths; /* with spaces between; NULL: none */
	int ms;            /* when, since the event before */
	const char *refers;
	const char *from;  /* moved_from of its only file */
	const char *group; /* id of its group */
	bool is_transient;
} Step;

#define BAD(list)                                                                                  \
	.is = true, .kind = EVENT_CHANGE, .verdict = VERDICT_UNAPPROVED, .severity = SEVERITY_LOW, \
	.paths = (list)
#define GOOD(list) .is = true, .kind = EVENT_CHANGE, .verdict = VERDICT_RESTORED, .paths = (list)

/* What is to be seen: of each card the key and the ids, and the cursor. */
typedef struct {
	const char *name;
	Step steps[MAX_STEPS];
	const char *cards, *cursor;
} Case;

static const Case cases[] = {
	{"nothing", {{0}}, "", NULL},
	{"an alert", {{BAD("/a")}}, "1=1", ""},
	{"what is no alert", {{GOOD("/a")}}, "", "1"},
	{"put back", {{BAD("/a")}, {GOOD("/a")}}, "", "2"},
	{"another is put back", {{BAD("/a")}, {GOOD("/b")}}, "1=1", ""},
	{"one of two is put back", {{BAD("/a /b")}, {GOOD("/a")}}, "1=1", ""},
	{"both are put back", {{BAD("/a /b")}, {GOOD("/a")}, {GOOD("/b")}}, "", "3"},
	{"two apart", {{BAD("/a")}, {BAD("/b"), .ms = 1000}}, "1=1 2=2", ""},
	{"two within a second", {{BAD("/a")}, {BAD("/b"), .ms = 999}}, "1=1,2", ""},
	{"the older of two is put back", {{BAD("/a")}, {BAD("/b")}, {GOOD("/a")}}, "1=2", "1"},
	{"the same path again", {{BAD("/a")}, {BAD("/a"), .ms = 5000}}, "1=2", "1"},
	{"the same path among others",
	 {{BAD("/a")}, {BAD("/b"), .ms = 5000}, {BAD("/a /c"), .ms = 5000}},
	 "2=2 1=3",
	 "1"},
	{"three apart",
	 {{BAD("/a")}, {BAD("/b"), .ms = 2000}, {BAD("/c"), .ms = 2000}},
	 "1=1 2=2 3=3",
	 ""},
	{"four apart are one",
	 {{BAD("/a")}, {BAD("/b"), .ms = 2000}, {BAD("/c"), .ms = 2000}, {BAD("/d"), .ms = 2000}},
	 "host h=1,2,3,4",
	 ""},
	{"and stay one as they get fewer",
	 {{BAD("/a")},
	  {BAD("/b"), .ms = 2000},
	  {BAD("/c"), .ms = 2000},
	  {BAD("/d"), .ms = 2000},
	  {GOOD("/a /b /c")}},
	 "host h=4",
	 "3"},
	{"until none is left",
	 {{BAD("/a")},
	  {BAD("/b"), .ms = 2000},
	  {BAD("/c"), .ms = 2000},
	  {BAD("/d"), .ms = 2000},
	  {GOOD("/a /b /c /d")},
	  {BAD("/e"), .ms = 2000}},
	 "6=6",
	 "5"},
	{"acknowledged",
	 {{BAD("/a")}, {BAD("/b"), .ms = 2000}, {.is = true, .kind = EVENT_ACK, .refers = "1"}},
	 "2=2",
	 "1"},
	{"acknowledged, another",
	 {{BAD("/a")}, {.is = true, .kind = EVENT_ACK, .refers = "7"}},
	 "1=1",
	 ""},
	{"approved late",
	 {{BAD("/a /b")},
	  {.is = true, .kind = EVENT_RESOLVED, .verdict = VERDICT_APPROVED, .paths = "/a"}},
	 "1=1",
	 ""},
	{"resolved without saying what",
	 {{BAD("/a /b")}, {.is = true, .kind = EVENT_RESOLVED, .refers = "1"}},
	 "",
	 "2"},
	{"approved, and risky",
	 {{BAD("/a")},
	  {.is = true,
	   .kind = EVENT_CHANGE,
	   .verdict = VERDICT_APPROVED,
	   .severity = SEVERITY_HIGH,
	   .paths = "/a",
	   .ms = 2000}},
	 "1=2",
	 "1"},
	{"a new baseline", {{BAD("/a")}, {.is = true, .kind = EVENT_BASELINE}}, "", "2"},
	{"a gap closes nothing", {{BAD("/a")}, {.is = true, .kind = EVENT_GAP}}, "1=1", ""},
	{"moved back", {{BAD("/b"), .from = "/a"}, {GOOD("/a"), .from = "/b"}}, "", "2"},
	{"a group",
	 {{BAD("/a"), .group = "g"}, {BAD("/b"), .ms = 9000, .group = "g"}},
	 "group g=1,2",
	 ""},
	{"came and went", {{BAD("/a"), .is_transient = true}}, "1=1", ""},
	{"came and went where something was open",
	 {{BAD("/a")}, {BAD("/a"), .is_transient = true, .ms = 2000}, {GOOD("/a")}},
	 "1=2",
	 "1"},
	{"an alert without files",
	 {{.is = true, .kind = EVENT_HEALTH, .severity = SEVERITY_HIGH},
	  {.is = true, .kind = EVENT_ACK, .refers = "1"}},
	 "",
	 "2"},
};

static void add_files(News *news, const Step *step)
{
	g_auto(GStrv) paths = g_strsplit(step->paths != NULL ? step->paths : "", " ", -1);

	for (char **path = paths; *path != NULL; path++) {
		NewsFile *file = g_new0(NewsFile, 1);

		file->path = g_strdup(*path);
		file->moved_from = g_strdup(step->from);
		file->is_transient = step->is_transient;
		file->verdict = step->verdict;
		file->severity = step->severity;
		file->what = g_strdup("changed");
		g_ptr_array_add(news->files, file);
	}
}

static News *make_news(const Step *step, guint number, gint64 *now)
{
	News *news = g_new0(News, 1);

	*now += step->ms * G_GINT64_CONSTANT(1000);
	news->kind = step->kind;
	news->id = g_strdup_printf("%u", number);
	news->prev = number == 1 ? g_strdup("") : g_strdup_printf("%u", number - 1);
	news->time_usec = *now;
	news->host = g_strdup("h");
	news->group = g_strdup(step->group);
	news->verdict = step->verdict;
	news->severity = step->severity;
	news->is_alert = verdict_is_alert(step->verdict, step->severity);
	news->summary = g_strdup("summary");
	news->files = g_ptr_array_new_with_free_func((GDestroyNotify)news_file_free);
	news->refers = g_ptr_array_new_with_free_func(g_free);
	add_files(news, step);
	if (step->refers != NULL) {
		g_ptr_array_add(news->refers, g_strdup(step->refers));
	}
	return news;
}

static Board *play(const Step *steps)
{
	Board *board = board_new();
	gint64 now = G_USEC_PER_SEC;

	for (guint i = 0; i < MAX_STEPS && steps[i].is; i++) {
		board_take(board, make_news(&steps[i], i + 1, &now));
	}
	return board;
}

static char *describe(const Board *board)
{
	g_autoptr(GPtrArray) cards = board_cards(board);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < cards->len; i++) {
		const Card *card = cards->pdata[i];

		g_string_append_printf(out, "%s%s=", i > 0 ? " " : "", card->key);
		for (guint j = 0; j < card->ids->len; j++) {
			g_string_append_printf(out, "%s%s", j > 0 ? "," : "",
					       (const char *)card->ids->pdata[j]);
		}
	}
	return g_string_free(out, FALSE);
}

static void test_case(gconstpointer data)
{
	const Case *one = data;
	g_autoptr(Board) board = play(one->steps);
	g_autofree char *cards = describe(board);

	g_assert_cmpstr(cards, ==, one->cards);
	g_assert_cmpstr(board_cursor(board), ==, one->cursor);
}

static void test_same_event_twice(void)
{
	const Step step = {BAD("/a")};
	g_autoptr(Board) board = board_new();
	g_autofree char *cards = NULL;
	gint64 now = G_USEC_PER_SEC;

	board_take(board, make_news(&step, 1, &now));
	board_take(board, make_news(&step, 1, &now));
	cards = describe(board);
	g_assert_cmpstr(cards, ==, "1=1");
}

/* The person closes what was shown; what came since stays. */
static void test_dismissal(void)
{
	const Step steps[MAX_STEPS] = {{BAD("/a")}, {BAD("/b")}};
	const Step later = {BAD("/c")};
	g_autoptr(Board) board = play(steps);
	g_autoptr(GPtrArray) cards = board_cards(board);
	g_autofree char *rest = NULL;
	gint64 now = G_USEC_PER_SEC;

	board_take(board, make_news(&later, 3, &now));
	board_dismiss(board, ((const Card *)cards->pdata[0])->ids);
	rest = describe(board);
	g_assert_cmpstr(rest, ==, "1=3");
	g_assert_cmpstr(board_cursor(board), ==, "2");
}

static void test_beginning(void)
{
	g_autoptr(Board) board = board_new();

	board_start(board, "head");
	g_assert_cmpstr(board_cursor(board), ==, "head");
	board_start(board, "another");
	g_assert_cmpstr(board_cursor(board), ==, "head");
}

static void test_hosts_apart(void)
{
	const Step step = {BAD("/a")};
	g_autoptr(Board) board = board_new();
	gint64 now = G_USEC_PER_SEC;
	News *news = make_news(&step, 1, &now);
	g_autofree char *cards = NULL;

	board_take(board, news);
	news = make_news(&step, 2, &now);
	g_free(news->host);
	news->host = g_strdup("other");
	board_take(board, news);
	cards = describe(board);
	g_assert_cmpstr(cards, ==, "1=1 2=2");
}

/* However many there are: bounded, and the count says that there are more. */
static void test_too_many(void)
{
	g_autoptr(Board) board = board_new();
	g_autoptr(GPtrArray) cards = NULL;
	gint64 now = G_USEC_PER_SEC;
	const Card *card;

	for (guint i = 1; i <= BOARD_MAX_CHANGES + 8; i++) {
		g_autofree char *path = g_strdup_printf("/%u", i);
		const Step step = {BAD(path)};

		board_take(board, make_news(&step, i, &now));
	}
	cards = board_cards(board);
	g_assert_cmpuint(cards->len, ==, 1);
	card = cards->pdata[0];
	g_assert_cmpuint(card->ids->len, ==, BOARD_MAX_CHANGES);
	g_assert_cmpstr(card->title, ==, "More than 8200 unapproved changes on h");
	g_assert_cmpstr(board_cursor(board), ==, "8");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strconcat("/board/", cases[i].name, NULL);

		g_test_add_data_func(name, &cases[i], test_case);
	}
	g_test_add_func("/board/same event twice", test_same_event_twice);
	g_test_add_func("/board/dismissal", test_dismissal);
	g_test_add_func("/board/beginning", test_beginning);
	g_test_add_func("/board/hosts apart", test_hosts_apart);
	g_test_add_func("/board/too many", test_too_many);
	return g_test_run();
}
