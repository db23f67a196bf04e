/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: a change: one path before and after, derived by comparing two snapshots, and what the
 * judge said of it. A change-set is the changes of one commit.
 */
#pragma once

#include "event/actor.h"
#include "event/file-state.h"
#include "event/gap.h"
#include "event/provenance.h"
#include "event/verdict.h"

#include <glib.h>
#include <stdbool.h>

/* What happened, in the words of ECS and Auditbeat. */
typedef enum {
	OP_CREATED,
	OP_UPDATED,
	OP_DELETED,
	OP_MOVED,               /* `moved_from` says from where */
	OP_ATTRIBUTES_MODIFIED, /* mode, owner, group, xattrs, flags, but not content or type */
	OP_TRANSIENT,           /* came and went before it could be read */
	_OP_N,
} ChangeOp;

const char *change_op_word(ChangeOp op);
bool change_op_from_word(const char *word, ChangeOp *ret);

/* Why an event has no diff; DIFF_PRESENT when it has one, DIFF_NONE when there is none to have. */
typedef enum {
	DIFF_NONE,
	DIFF_PRESENT,
	DIFF_SECRET,
	DIFF_BINARY,
	DIFF_TOO_LARGE,
	DIFF_UNREADABLE,
	_DIFF_N,
} DiffPresence;

const char *diff_presence_word(DiffPresence presence); /* "secret", "binary", "too large", ... */

/* What became of the attempt to read a file's settings, in both versions. */
typedef enum {
	READING_NONE, /* nobody tried */
	READING_DONE,
	READING_NO_LENS, /* nobody knows the format */
	READING_STOPPED, /* the version before could be read, this one cannot */
	READING_BROKEN,  /* this version cannot be read, nor could the one before */
	READING_MENDED,  /* this version can be read, the one before could not */
	READING_LARGE,
	READING_SLOW, /* it took too long, and was ended */
	READING_DIED, /* the reader died of it */
	READING_MANY, /* too much at a time: this one was left out */
	READING_AWAY, /* there is no reader at the moment */
	_READING_N,
} SettingsReading;

const char *settings_reading_word(SettingsReading reading); /* "stopped parsing", ... */
bool settings_reading_from_word(const char *word, SettingsReading *ret);

/* One setting of a file, before and after; NULL: not there. */
typedef struct {
	char *name, *before, *after;
} Setting;

/* A rule that fired. */
typedef struct {
	char *id, *title;
	Severity level;
	GStrv tags;
	char *advice; /* what to check, what to do; NULL: none */
} RuleHit;

typedef struct {
	char *path;       /* raw bytes, canonical */
	char *moved_from; /* raw; NULL unless OP_MOVED */
	ChangeOp op;
	gint64 time_usec; /* of the first hint; 0 when offline */
	bool is_offline;  /* found by a rescan after a gap: time unknown, inside the gap */
	bool is_open;     /* read while a writer still had it open */
	FileState before, after;
	guint difference; /* StateDifference bits */
	DiffPresence diff_presence;
	char *diff;       /* unified, escaped for text (escape_text); NULL unless DIFF_PRESENT */
	GPtrArray *added; /* of char *: added lines, without LF, raw but UTF-8-made; for rules */
	GPtrArray *removed;
	GPtrArray *settings; /* of Setting */
	SettingsReading reading;
	bool is_cosmetic;  /* the text differs, and no setting does */
	GPtrArray *actors; /* of Actor; empty: nobody known */
	Provenance provenance;
	/* the judgement */
	Verdict verdict;
	Severity severity;
	char *request;      /* id of the request that decided; NULL */
	GPtrArray *reasons; /* of char *: what was considered and which test failed */
	GPtrArray *rules;   /* of RuleHit */
	GBytes *told; /* as an event has it: kept by event_plan_parts; NULL: not encoded yet */
} Change;

Change *change_new(const char *path, ChangeOp op);
void change_free(Change *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Change, change_free)
void setting_free(Setting *setting);
void rule_hit_free(RuleHit *hit);

/* FileType the change is about: that of `after`, or of `before` when it is gone. */
FileType change_file_type(const Change *change);

/* What the commit as a whole is (change-set.json, `kind`). */
typedef enum {
	CHANGE_SET_CHANGE,
	CHANGE_SET_BASELINE,
	CHANGE_SET_SCOPE,
	_CHANGE_SET_N,
} ChangeSetKind;

typedef struct {
	ChangeSetKind kind;
	char *commit, *parent; /* object ids in hex; parent NULL for the first */
	gint64 first_usec, last_usec, recorded_usec;
	GPtrArray *changes; /* of Change, sorted by path bytes; empty for a baseline */
	GPtrArray *gaps;    /* of Gap */
	GStrv scope_added, scope_removed; /* watched paths, CHANGE_SET_SCOPE */
	guint64 file_count;               /* entries in the snapshot (baseline, scope) */
} ChangeSet;

ChangeSet *change_set_new(void);
void change_set_free(ChangeSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChangeSet, change_set_free)
