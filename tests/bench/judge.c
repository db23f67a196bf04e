/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What judging costs: loads the rules of the folders argv[3..], holds changed files against them
 * (texts compared, settings read, rules asked; without git and without the journal), asks the
 * reeve-lens at argv[1] for both versions of the file argv[2], and does the first again with rules
 * made up for it, 500 and 5,000. Prints "name value" lines: milliseconds, microseconds, KiB. The
 * rest is bench_judge.py's.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "change/meaning.h"
#include "change/store.h"
#include "change/text-diff.h"
#include "policy/policy.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 2000
#define LENS_ROUNDS 200
#define MAX_DIFF_BYTES (64 * 1024)

static gint64 now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

	return (x > y) - (x < y);
}

/* Microseconds. */
static double median(GArray *times)
{
	g_array_sort(times, compare_numbers);
	return (double)g_array_index(times, gint64, times->len / 2) / 1000;
}

static Policy *load(const char *const *folders)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sources = policy_read(folders, false, &error);
	g_autoptr(GPtrArray) problems = NULL;

	g_assert_no_error(error);
	return policy_compile(sources, &problems);
}

static Change *new_change(const char *path)
{
	Change *change = change_new(path, OP_UPDATED);

	change->before = (FileState){.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = 0644};
	change->after = change->before;
	change->difference = STATE_CONTENT;
	change->verdict = VERDICT_UNAPPROVED;
	return change;
}

static void look_at(Lens *lens, Change *change, GBytes *before, GBytes *after)
{
	TextDiff diff;

	text_diff(before, after, MAX_DIFF_BYTES, &diff);
	change->diff_presence = diff.presence;
	change->diff = diff.diff;
	g_ptr_array_unref(change->added);
	g_ptr_array_unref(change->removed);
	change->added = diff.added;
	change->removed = diff.removed;
	meaning_add(lens, change, before, after);
}

static GBytes *with_line(GBytes *text, const char *line)
{
	gsize size;
	const char *data = g_bytes_get_data(text, &size);
	g_autofree char *longer = g_strdup_printf("%.*s%s\n", (int)size, data, line);

	return g_bytes_new(longer, strlen(longer));
}

/* One file after the other, each with a line more. */
static double judge(Policy *policy, GBytes *before)
{
	static const struct {
		const char *path, *line;
	} files[] = {
		{"/etc/ssh/sshd_config", "X11Forwarding yes"},
		{"/etc/hosts", "192.0.2.7 db-1"},
		{"/etc/nginx/sites-enabled/a.conf", "listen 8080;"},
		{"/etc/app42/main.conf", "answer = 42"},
		{"/home/alice/.profile", "umask 022"},
	};
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; i < ROUNDS; i++) {
		guint which = i % G_N_ELEMENTS(files);
		g_autoptr(GBytes) after = with_line(before, files[which].line);
		g_autoptr(Change) change = new_change(files[which].path);
		gint64 start = now_nsec(), spent;

		look_at(NULL, change, before, after);
		policy_judge(policy, change);
		spent = now_nsec() - start;
		g_array_append_val(times, spent);
	}
	return median(times);
}

static Lens *start_lens(const char *program)
{
	int ends[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
	if (fork() == 0) {
		g_autofree char *number = g_strdup_printf("%d", ends[1]);

		close(ends[0]);
		execl(program, "reeve-lens", "--socket", number, NULL);
		_exit(127);
	}
	fd_close(&ends[1]);
	return lens_new(ends[0]);
}

/* Both versions of that file, of a format that only Augeas reads here. */
static double judge_with_lens(Policy *policy, const char *program, GBytes *before)
{
	g_autoptr(Lens) lens = start_lens(program);
	g_autoptr(GBytes) after = with_line(before, "Host db\n\tPort 2222");
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; i <= LENS_ROUNDS; i++) {
		g_autoptr(Change) change = new_change("/etc/ssh/ssh_config");
		gint64 start = now_nsec(), spent;

		lens_begin(lens);
		look_at(lens, change, before, after);
		policy_judge(policy, change);
		spent = now_nsec() - start;
		g_assert_cmpint(change->reading, ==, READING_DONE);
		if (i == 0) {
			printf("lens_cold %.1f\n", (double)spent / 1000);
		} else {
			g_array_append_val(times, spent);
		}
	}
	return median(times);
}

/* As sites have them: each about a file or a folder of its own. */
static Policy *make_up(guint count)
{
	g_autoptr(GPtrArray) sources =
		g_ptr_array_new_with_free_func((GDestroyNotify)policy_source_free);
	g_autoptr(GPtrArray) problems = NULL;

	for (guint i = 0; i < count; i++) {
		static const char *const forms[] = {
			"TargetFilename: /etc/app%u/main.conf",
			"TargetFilename|startswith: /etc/app%u/",
			"TargetFilename|re: '^/etc/app%u/[^/]+\\.conf$'",
			"TargetFilename: [/etc/app%u/*, /srv/app/x]",
		};
		g_autofree char *number = g_strdup_printf("%u", i);
		g_auto(GStrv) parts = g_strsplit(forms[i % 4], "%u", -1);
		g_autofree char *path = g_strjoinv(number, parts);
		PolicySource *source = g_new0(PolicySource, 1);
		char *text =
			g_strdup_printf("title: r%u\nlogsource: {product: linux, service: reeve}\n"
					"taxonomy: reeve\ndetection:\n  s:\n    %s\n"
					"    DiffAdded|contains: secret\n  condition: s\n",
					i, path);

		source->name = g_strdup_printf("r%u.yml", i);
		source->bytes = g_bytes_new_take(text, strlen(text));
		g_ptr_array_add(sources, source);
	}
	{
		Policy *policy = policy_compile(sources, &problems);

		g_assert_cmpuint(problems->len, ==, 0);
		return policy;
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) file = NULL;
	g_autoptr(Policy) policy = NULL, few = NULL, many = NULL;
	gint64 start = now_nsec();

	g_assert_cmpint(argc, >, 3);
	store_prepare();
	policy = load((const char *const *)argv + 3);
	printf("load %.1f\n", (double)(now_nsec() - start) / 1000000);
	printf("rules %u\n", policy_count(policy) + policy_count_inactive(policy));
	file = io_read_file(AT_FDCWD, argv[2], 65536, &error);
	g_assert_no_error(error);
	printf("bytes %zu\n", g_bytes_get_size(file));
	printf("judge %.1f\n", judge(policy, file));
	if (access(argv[1], X_OK) == 0) {
		printf("lens_warm %.1f\n", judge_with_lens(policy, argv[1], file));
	}
	few = make_up(500);
	many = make_up(5000);
	printf("few %.1f\n", judge(few, file));
	printf("many %.1f\n", judge(many, file));
	return 0;
}
