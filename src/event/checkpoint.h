/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: a checkpoint: the host's signed word that event number `seq` has this id. Whoever keeps
 * one is a witness: a history in which that number has another id, or which does not go so far, was
 * rewritten, whatever its own chain says. What is signed (Ed25519) is this text, LF at each end:
 *
 *   reeve-checkpoint 1
 *   host web-1
 *   seq 42
 *   id <64 hexadecimal digits>
 *   time 2026-11-22T03:04:05.123456Z
 *
 * As JSON, in heartbeats and in a witness's file:
 *   {"host":"web-1","seq":42,"id":"...","time":"...","key":"<base64>","signature":"<base64>"}
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define CHECKPOINT_KEY_BYTES 32
#define CHECKPOINT_SIGNATURE_BYTES 64

typedef struct {
	char *host;
	guint64 seq;
	char id[EVENT_ID_HEX + 1];
	char *time;
	guint8 key[CHECKPOINT_KEY_BYTES]; /* public */
	guint8 signature[CHECKPOINT_SIGNATURE_BYTES];
} Checkpoint;

void checkpoint_clear(Checkpoint *checkpoint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Checkpoint, checkpoint_clear)

/* Fills in `key` and `signature` with the secret key (32 bytes, RFC 8032). */
void checkpoint_sign(Checkpoint *checkpoint, const guint8 secret[CHECKPOINT_KEY_BYTES]);

/* Whether `key` has signed the rest. */
bool checkpoint_is_signed(const Checkpoint *checkpoint);

/* Reads an object; its signature is not looked at yet. */
bool checkpoint_from_json(Checkpoint *ret, const json_t *object);
/* Reads one line of text. */
bool checkpoint_parse(Checkpoint *ret, const char *text, gsize size);

/* One line without LF; caller frees (g_free). */
char *checkpoint_format(const Checkpoint *checkpoint);
