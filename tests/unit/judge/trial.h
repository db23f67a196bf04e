/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A judge with a register, both written by hand.
 */
#pragma once

#include "../register/register-rig.h"
#include "court.h"

#define HOSTS "/etc/hosts"
#define CHANGES "changes:\n  - path: /etc/hosts\n    content: any\n"
#define EVIL "127.0.0.1 evil\n"

typedef struct {
	Rig *rig;
	Court *court;
} Case;

static inline void start(Case *c)
{
	g_autofree char *allowed = read_text("allowed");
	TrustSource trust = {.file = g_strdup("allowed"),
			     .bytes = g_bytes_new(allowed, strlen(allowed))};

	c->court->approvals = approvals_new(&trust, c->rig->bare, "main");
	trust_clear(&trust);
	seat(c->court);
	judge_all(c->court);
	judge_all(c->court); /* the first look came before the snapshots were open */
}

static inline void stop(Case *c)
{
	unseat(c->court);
	g_clear_pointer(&c->court->approvals, approvals_free);
}

static inline Case case_open(void)
{
	Case c = {rig_open(), court_open()};

	unseat(c.court);
	past_put(&c.court->past, "/etc", FILE_DIRECTORY, 0755);
	past_file(&c.court->past, HOSTS, "127.0.0.1 localhost\n");
	past_commit_kind(&c.court->past, CHANGE_SET_BASELINE);
	start(&c);
	return c;
}

static inline void case_close(Case *c)
{
	court_close(c->court);
	rig_close(c->rig);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_close)

static inline void push(Case *c)
{
	rig_push(c->rig);
	judge_all(c->court);
}

/* Changes it now: the past has its own clock, so it is told when. */
static inline void change_hosts(Case *c, const char *text)
{
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_CHANGE);

	past_file(&c->court->past, HOSTS, text);
	notes->first_usec = notes->last_usec = notes->recorded_usec = clock_wall_usec();
	past_commit(&c->court->past, notes);
	judge_all(c->court);
}

static inline const char *last_verdict(Case *c)
{
	return text_of(last_event(c->court), "verdict");
}
