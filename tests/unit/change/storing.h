/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots written by hand, and the store that reads them. */
#pragma once

#include "change/store.h"

#include "past.h"

static inline Store *open_store(const Past *past)
{
	g_autoptr(GError) error = NULL;
	Store *store = store_open(past->dir, &error);

	g_assert_no_error(error);
	return store;
}

static inline ChangeSet *change_set(Store *store, const Past *past)
{
	g_autoptr(GError) error = NULL;
	ChangeSet *set = store_change_set(store, past->head, 65536, &error);

	g_assert_no_error(error);
	return set;
}

static const Change *only_change(const ChangeSet *set, const char *path)
{
	g_assert_cmpuint(set->changes->len, ==, 1);
	g_assert_cmpstr(((Change *)set->changes->pdata[0])->path, ==, path);
	return set->changes->pdata[0];
}

/* What most tests begin with. */
static inline void make_baseline(Past *past)
{
	past_put(past, "/etc", FILE_DIRECTORY, 0755);
	past_put(past, "/etc/ssh", FILE_DIRECTORY, 0755);
	past_file(past, "/etc/ssh/sshd_config", "Port 22\nPermitRootLogin no\n");
	past_file(past, "/etc/hosts", "127.0.0.1 localhost\n");
	past_file(past, "/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n");
	past_file(past, "/etc/group", "root:x:0:\nstaff:x:50:alice\n");
	past_link(past, "/etc/localtime", "/usr/share/zoneinfo/UTC");
	past_commit_kind(past, CHANGE_SET_BASELINE);
}
