/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who the stages become. Installed: the users reeve-judge, reeve-relay and reeve-fetch (who fetches
 * a remote register, and is no reader) and the group reeve (readers). Where one does not exist and
 * we are root, a free number of 61184-65519 (the range of systemd's dynamic users, which no system
 * gives to people) stands for it and is kept in STATE/uids. An ordinary user has nobody to become:
 * all members are -1.
 *
 * The readers are a third number of their own: were it the judge's, the relay as a reader of the
 * journal would belong to the judge's group, and nothing the judge makes group-writable by mistake
 * would be safe from it.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	int judge_uid, judge_gid;
	int relay_uid, relay_gid;
	int readers_gid;
	int fetch_uid, fetch_gid;
} Users;

#define USERS_FIRST 61184
#define USERS_LAST 65519

/* Looks them up, or takes numbers and keeps them in the folder `state_fd`. */
bool users_find(Users *ret, int state_fd, GError **error);

/* The kept numbers; fetch 0: kept before there was one, and to be taken. */
typedef struct {
	int judge, relay, readers, fetch;
} UsersKept;

/* The text of STATE/uids and back; false: not such a text, or out of range. */
char *users_kept_format(const UsersKept *kept);
bool users_kept_parse(const char *text, UsersKept *ret);
