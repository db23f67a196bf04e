/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a judge begins: what the journal says of where it was, and what is to be told of that. */
#include "judge/judge-inside.h"

#include "base/io.h"

#include <string.h>

/* Which rules' problems were told as an event already. */
#define TOLD_POLICY_FILE "policy-told"

static void tell_opened(Judge *judge, const JournalOpened *opened)
{
	if (opened->lost_events > 0) {
		g_autofree char *text = g_strdup_printf(
			"the journal was removed: %" G_GUINT64_FORMAT
			" events are lost, up to %s; what was recorded is judged again",
			opened->lost_events, journal_head(judge->journal));

		judge_add_health(judge, SEVERITY_CRITICAL, text);
	} else if (opened->damage != NULL) {
		g_autofree char *text =
			g_strdup_printf("the journal is damaged: %s", opened->damage);

		judge_add_health(judge, SEVERITY_CRITICAL, text);
	}
	if (opened->cursor_was_lost) {
		judge_add_health(judge, SEVERITY_MEDIUM,
				 "the journal's cursor was lost and has been made anew");
	}
	if (opened->cut_bytes > 0) {
		g_autofree char *text =
			g_strdup_printf("an unfinished line of %" G_GUINT64_FORMAT
					" bytes, told to nobody, was cut off the journal's end",
					opened->cut_bytes);

		judge_add_health(judge, SEVERITY_LOW, text);
	}
}

static bool policy_was_told(const Judge *judge, const char *digest)
{
	g_autoptr(GBytes) told =
		io_read_file(judge->places.journal_fd, TOLD_POLICY_FILE, DIGEST_HEX, NULL);

	return told != NULL && g_bytes_get_size(told) == strlen(digest) &&
	       memcmp(g_bytes_get_data(told, NULL), digest, strlen(digest)) == 0;
}

/* Once for each set of rules, not at every start. */
static void tell_rules(Judge *judge)
{
	const char *digest = policy_digest(judge->rules->policy);
	GPtrArray *problems = judge->rules->problems;
	g_autofree char *all = NULL;
	g_autofree char *text = NULL;

	if (problems->len == 0 || policy_was_told(judge, digest)) {
		return;
	}
	g_ptr_array_add(problems, NULL);
	all = g_strjoinv("\n", (char **)problems->pdata);
	g_ptr_array_remove_index(problems, problems->len - 1);
	text = g_strdup_printf("%u of the rule files cannot be used as they are; the other rules "
			       "work\n%s",
			       problems->len, all);
	judge_add_health(judge, SEVERITY_MEDIUM, text);
	io_replace_file(judge->places.journal_fd, TOLD_POLICY_FILE, digest, strlen(digest), 0640,
			NULL);
}

static void take_position(Judge *judge)
{
	const JournalPosition *position = journal_position(judge->journal);
	bool is_unfinished = position->commit != NULL && position->part_n < position->part_of;

	judge->replay_since = g_strdup(position->run_since);
	judge->replay_until = g_strdup(position->commit);
	judge->is_ending = is_unfinished && position->is_run_end;
	judge->docket = docket_new(judge->places.state_dir, position->commit,
				   is_unfinished && !judge->is_ending);
	docket_set_people(judge->docket, judge->places.people);
	docket_set_lens(judge->docket, judge->places.lens);
	if (!is_unfinished) {
		return;
	}
	judge->unfinished = judge->is_ending ? NULL : g_strdup(position->commit);
	judge->told.parts = position->part_n;
	judge->told.paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; position->files != NULL && i < position->files->len; i++) {
		g_hash_table_add(judge->told.paths, g_strdup(position->files->pdata[i]));
	}
}

void judge_begin(Judge *judge, const JournalOpened *opened)
{
	take_position(judge);
	tell_opened(judge, opened);
	tell_rules(judge);
}
