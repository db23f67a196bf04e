/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notice: what people are told who may know that something happened and may not read what
 * (design 5.5). One line of JSON, reeve.notice/1, made of an event and of no chain:
 *   {"schema":"reeve.notice/1","id":"...","kind":"change","time":"...","host":{"name":"web-1"},
 *    "verdict":"unapproved","severity":"high","paths":["/etc/motd"],"count":1}
 * and, where the event has them, `commit`, `group` (its id) and `refers` (ids). No content,
 * nobody's name, no setting. At most NOTICE_PATHS paths; `count` says how many there are.
 */
#pragma once

#include "relay/message.h"

#include <stdbool.h>

#define NOTICE_PATHS 20
#define NOTICE_TOPIC "notice/1/"

typedef struct {
	char *topic; /* that of the event, with notice/1/ for ev/1/ */
	char *body;
} Notice;

void notice_clear(Notice *notice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Notice, notice_clear)

/* False: nothing to tell: it is no alert, settles none and changed
 * no file. */
bool notice_make(Notice *ret, const Message *message);
