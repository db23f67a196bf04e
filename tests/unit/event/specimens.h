/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events of every kind, with every member somewhere set: what test-event encodes and test-schema
 * holds against doc/event-schema.json.
 */
#pragma once

#include "event/event.h"

#include <string.h>

#define SPECIMEN_TIME G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05.123456Z */
#define SPECIMEN_OID "0123456789abcdef0123456789abcdef01234567"
#define SPECIMEN_ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static inline Event *specimen_event(EventKind kind)
{
	Event *event = event_new(kind);

	event->seq = 42;
	event->prev = g_strdup(SPECIMEN_ID);
	event->time_usec = SPECIMEN_TIME;
	event->host = (EventHost){(char *)"web-1", (char *)"m1", (char *)"b1"};
	event->commit = g_strdup(SPECIMEN_OID);
	event->parent = g_strdup(SPECIMEN_OID);
	event->severity = SEVERITY_LOW;
	event->summary = g_strdup("something happened");
	g_ptr_array_set_free_func(event->files, (GDestroyNotify)change_free);
	return event;
}

static inline Change *specimen_change(Event *event, const char *path, ChangeOp op)
{
	Change *change = change_new(path, op);

	change->time_usec = SPECIMEN_TIME;
	change->verdict = VERDICT_UNAPPROVED;
	change->severity = SEVERITY_LOW;
	g_ptr_array_add(change->reasons, g_strdup("no request names this path"));
	event->verdict = VERDICT_UNAPPROVED;
	g_ptr_array_add(event->files, change);
	return change;
}

static inline void specimen_file(FileState *state, guint8 content)
{
	*state = (FileState){.type = FILE_REGULAR,
			     .content = CONTENT_STORED,
			     .mode = 0644,
			     .size = 3254,
			     .owner = g_strdup("root"),
			     .group = g_strdup("root")};
	memset(state->sha256, content, DIGEST_BYTES);
	memset(state->blob, content, BLOB_BYTES);
}

static inline void specimen_actor(Change *change)
{
	Actor *actor = actor_new();

	actor->confidence = CONFIDENCE_EXACT;
	actor->pid = 4242;
	actor->uid = 0;
	actor->login_uid = 1000;
	actor->session = 7;
	actor->exe = g_strdup("/usr/bin/sed");
	actor->cmdline = g_strdup("sed -i s/no/yes/ \n\t\x1b[31m /etc/ssh/sshd_config");
	actor->user = g_strdup("root");
	actor->login_user = g_strdup("alice");
	actor->tty = g_strdup("pts/3");
	actor->how = g_strdup("fanotify");
	actor->remote = g_strdup("192.0.2.7");
	actor->unit = g_strdup("session-7.scope");
	actor->container = g_strdup("web");
	actor->transaction = g_strdup("apt-get[17]");
	actor->is_own = true;
	actor_add_parent(actor, 4241, "/usr/bin/sudo", "sudo sed");
	actor_add_parent(actor, 4000, "/bin/\xff", NULL);
	g_ptr_array_add(change->actors, actor);
}

static inline void specimen_rule(Change *change)
{
	static const char *const tags[] = {"attack.t1021.004", NULL};
	RuleHit *hit = g_new0(RuleHit, 1);

	hit->id = g_strdup("aa000000-0000-4000-8000-000000000001");
	hit->title = g_strdup("sshd: root login enabled");
	hit->level = SEVERITY_CRITICAL;
	hit->tags = g_strdupv((char **)tags);
	hit->advice = g_strdup("Ask who needs it; else take it back.");
	g_ptr_array_add(change->rules, hit);
}

static inline void specimen_setting(Change *change, const char *before, const char *after)
{
	Setting *setting = g_new0(Setting, 1);

	setting->name = g_strdup("PermitRootLogin");
	setting->before = g_strdup(before);
	setting->after = g_strdup(after);
	g_ptr_array_add(change->settings, setting);
}

/* The event of design 5.4, as far as there is a member for everything. */
static inline Event *specimen_sshd(void)
{
	Event *event = specimen_event(EVENT_CHANGE);
	Change *change = specimen_change(event, "/etc/ssh/sshd_config", OP_UPDATED);

	event->part_n = 1;
	event->part_of = 1;
	event->policy = g_strdup(SPECIMEN_ID);
	event->severity = SEVERITY_CRITICAL;
	specimen_file(&change->before, 0xaa);
	specimen_file(&change->after, 0xbb);
	change->difference = STATE_CONTENT;
	change->diff_presence = DIFF_PRESENT;
	change->diff = g_strdup("-PermitRootLogin no\n+PermitRootLogin yes\n");
	change->severity = SEVERITY_CRITICAL;
	specimen_setting(change, "no", "yes");
	specimen_actor(change);
	specimen_rule(change);
	return event;
}

/* A file of every content, every type, every name. */
static inline Event *specimen_zoo(void)
{
	static const ContentKind contents[] = {CONTENT_DIGEST, CONTENT_SECRET, CONTENT_REDACTED,
					       CONTENT_UNREADABLE};
	Event *event = specimen_event(EVENT_CHANGE);

	for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
		Change *change = specimen_change(event, "/etc/\xff\n\\\xe2\x80\xae", OP_CREATED);

		specimen_file(&change->after, 0x5a);
		change->after.content = contents[i];
		change->after.size = contents[i] == CONTENT_SECRET ? 0 : G_MAXUINT64;
		change->after.mtime_usec = contents[i] == CONTENT_UNREADABLE ? -5 : 0;
		change->after.flags = 0x10 | 0x20 | 0x100;
		file_state_add_xattr(&change->after, "security.capability", "\0\1", 2);
		change->difference = STATE_TYPE;
		change->diff_presence = (DiffPresence)(DIFF_SECRET + i);
		change->is_offline = true;
	}
	for (guint type = FILE_DIRECTORY; type < _FILE_TYPE_N; type++) {
		Change *change = specimen_change(event, "/dev/x", OP_DELETED);

		change->before = (FileState){.type = (FileType)type, .mode = 01777};
		change->before.device = type >= FILE_CHARACTER ? 0x801 : 0;
		change->before.link = type == FILE_SYMLINK ? g_strdup("\x01") : NULL;
		change->is_open = true;
		change->verdict = VERDICT_NONE;
	}
	specimen_setting(g_ptr_array_index(event->files, 0), NULL, "yes");
	specimen_actor(g_ptr_array_index(event->files, 0));
	specimen_actor(g_ptr_array_index(event->files, 0));
	g_ptr_array_add(((Change *)g_ptr_array_index(event->files, 0))->actors, actor_new());
	specimen_change(event, "/etc/new", OP_MOVED)->moved_from = g_strdup("/etc/old\t");
	specimen_change(event, "/etc/4913", OP_TRANSIENT);
	return event;
}

static inline Approval *specimen_approval(void)
{
	Approval *approval = g_new0(Approval, 1);

	approval->request = g_strdup("CHG-20261122-k7qa");
	approval->approver = g_strdup("alice@example.org");
	approval->counts = true;
	approval->fingerprint = g_strdup("SHA256:abc");
	memset(approval->digest, 'a', DIGEST_HEX);
	memset(approval->pinned, 'b', DIGEST_HEX);
	approval->date_usec = SPECIMEN_TIME;
	approval->seen_usec = SPECIMEN_TIME + 1;
	approval->since_usec = SPECIMEN_TIME;
	return approval;
}

static inline Event *specimen_of_kind(EventKind kind)
{
	static const char *const paths[] = {"/root/.ssh", "/a\nb", NULL};
	Event *event;

	if (kind == EVENT_CHANGE || kind == EVENT_RESOLVED) {
		event = specimen_sshd();
		event->kind = kind;
		event->is_late = kind == EVENT_RESOLVED;
		return event;
	}
	event = specimen_event(kind);
	if (kind == EVENT_GAP) {
		event->gap = gap_new("overflow", "/etc/\x01", SPECIMEN_TIME, SPECIMEN_TIME + 1);
		event->gap->closed_usec = SPECIMEN_TIME + 2;
	} else if (kind == EVENT_BASELINE) {
		g_clear_pointer(&event->parent, g_free);
		g_clear_pointer(&event->prev, g_free);
		event->seq = 1;
		event->count = 1234;
	} else if (kind == EVENT_SCOPE) {
		event->count = 99;
		event->scope_added = g_strdupv((char **)paths);
	} else if (kind == EVENT_REQUEST) {
		event->approval = specimen_approval();
	} else if (kind == EVENT_HEALTH) {
		event->note = g_strdup("reeve.yml:1:1: no\n  1 | x\n    | ^");
	} else if (kind == EVENT_ACK || kind == EVENT_REVIEW) {
		g_ptr_array_add(event->refers, g_strdup(SPECIMEN_ID));
		event->who = g_strdup("alice");
		event->note = g_strdup("seen,\nall is well");
		g_clear_pointer(&event->commit, g_free);
	}
	return event;
}
