/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What files mean by the lenses of Augeas: src/lens/worker.c, src/lens/flatten.c. */
#include "change/lens-table.h"
#include "lens/worker.h"
#include "../thrift.h"

#include <string.h>

#define LENSES "/usr/share/augeas/lenses/dist"
#define BROKEN "\x01{{ ]\" <\n\x7f"

static const struct {
	const char *lens, *before, *after, *expected; /* version NULL: there is no file */
} rows[] = {
	{"Nsswitch.lns", "passwd: files\nhosts: files dns\n",
	 "passwd: files evil\nhosts: files dns\n",
	 "database passwd/service: files -> files; evil\n"},
	{"Fstab.lns", "/dev/a / ext4 ro 0 1\n", "# mine\n/dev/a  /  ext4  ro 0 1\n", "same\n"},
	{"Fstab.lns", "/dev/a / ext4 ro,nosuid 0 1\n", "/dev/a / ext4 rw 0 1\n",
	 "/dev/a/opt: ro; nosuid -> rw\n"},
	/* a new entry in front renames nothing */
	{"Hosts.lns", "127.0.0.1 localhost\n10.0.0.1 db\n",
	 "10.6.6.6 update\n127.0.0.1 localhost\n10.0.0.1 db\n",
	 "10.6.6.6/ipaddr: - -> 10.6.6.6\n10.6.6.6/canonical: - -> update\n"},
	/* another order is a difference that no setting shows */
	{"Hosts.lns", "10.0.0.1 a\n10.0.0.2 b\n", "10.0.0.2 b\n10.0.0.1 a\n", "order\n"},
	{"Hosts.lns", "10.0.0.1 a\n", "10.0.0.1\n", "stopped parsing\n"},
	{"Hosts.lns", "10.0.0.1\n", "10.0.0.1 a\n", "did not parse before\n"},
	{"Hosts.lns", "10.0.0.1\n", "10.0.0.2\n", "does not parse\n"},
	{"Hosts.lns", NULL, "10.0.0.1 a",
	 "10.0.0.1/ipaddr: - -> 10.0.0.1\n10.0.0.1/canonical: - -> a\n"},
	{"Hosts.lns", NULL, BROKEN, "does not parse\n"},
	{"Hosts.lns", BROKEN, NULL, "does not parse\n"},
	{"Hosts.lns", "10.0.0.1 a\n", "",
	 "10.0.0.1/ipaddr: 10.0.0.1 -> -\n10.0.0.1/canonical: a -> -\n"},
	{"Systemd.lns", "[Service]\nUser=a\n", "[Service]\nUser=root\n",
	 "Service/User/value: a -> root\n"},
	{"Nosuch.lns", "a\n", "b\n", "no lens\n"},
	/* two blocks made one: the names are the same, the meaning is not */
	{"Json.lns", "{\"a\": [{\"x\": 1}, {\"y\": 2}]}\n", "{\"a\": [{\"x\": 1, \"y\": 2}]}\n",
	 "order\n"},
	/* bytes that are no text are told by marks, which are all the same */
	{"Shellvars.lns", "A=\"\xfe\"\n", "A=\"\xff\"\n", "order\n"},
	{"Json.lns", "{\"hosts\": [\"unix:///a\"]}\n", "{\"hosts\": [\"tcp://0.0.0.0:2375\"]}\n",
	 "dict/entry hosts/array/string: unix:///a -> tcp://0.0.0.0:2375\n"},
};

static GBytes *bytes_of(const char *text)
{
	return text == NULL ? NULL : g_bytes_new(text, strlen(text));
}

static char *ask(Worker *worker, const char *lens, const char *before, const char *after)
{
	g_autoptr(GBytes) old_bytes = bytes_of(before), new_bytes = bytes_of(after);
	LensQuestion question = {(char *)lens, old_bytes, new_bytes};
	g_auto(LensAnswer) answer = {0};
	GString *text = g_string_new(NULL);

	worker_answer(worker, &question, &answer);
	if (answer.reading != READING_DONE) {
		g_string_append_printf(text, "%s\n", settings_reading_word(answer.reading));
	} else if (answer.is_same || answer.settings->len == 0) {
		g_string_append(text, answer.is_same ? "same\n" : "order\n");
	}
	for (guint i = 0; i < answer.settings->len; i++) {
		const Setting *s = answer.settings->pdata[i];

		g_string_append_printf(text, "%s: %s -> %s\n", s->name,
				       s->before == NULL ? "-" : s->before,
				       s->after == NULL ? "-" : s->after);
	}
	return g_string_free(text, FALSE);
}

/* However long a name is, another one is another. */
static void test_long_names(void)
{
	g_autoptr(Worker) worker = worker_new(LENSES);
	g_autofree char *key = g_strnfill(1000, 'k');
	g_autofree char *before = g_strdup_printf("{\"%sa\": {\"x\": 1}}\n", key);
	g_autofree char *after = g_strdup_printf("{\"%sb\": {\"x\": 1}}\n", key);
	g_autofree char *text = ask(worker, "Json.lns", before, after);
	g_autofree char *same = ask(worker, "Json.lns", before, before);

	g_assert_cmpstr(text, !=, "same\n");
	g_assert_cmpstr(same, ==, "same\n");
}

static void test_rows(void)
{
	g_autoptr(Worker) worker = worker_new(LENSES);

	g_assert_nonnull(worker);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = ask(worker, rows[i].lens, rows[i].before, rows[i].after);

		g_assert_cmpstr(text, ==, rows[i].expected);
	}
}

/* Each lens of the table is there, and survives what is no such file. */
static void test_table(void)
{
	g_autoptr(Worker) worker = worker_new(LENSES);

	for (guint i = 0; lens_table_nth(i) != NULL; i += thrift(1, 40)) {
		const char *lens = lens_table_nth(i);
		g_autofree char *text = NULL;

		if (i > 0 && g_str_equal(lens, lens_table_nth(i - 1))) {
			continue;
		}
		text = ask(worker, lens, "#\n", BROKEN);
		if (g_str_equal(text, "no lens\n")) {
			g_error("%s is no lens of this Augeas", lens);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/worker/rows", test_rows);
	g_test_add_func("/worker/long-names", test_long_names);
	g_test_add_func("/worker/table", test_table);
	return g_test_run();
}
