/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a bridge is to do (/etc/reeve/bridge.yaml, doc/siem.md): where it listens, and a list of
 * outputs.
 *
 *   live: ipc:///run/reeve/live            # or tcp:// with server_key and key
 *   replay: ipc:///run/reeve/replay
 *   cursors: /var/lib/reeve-bridge         # its own folder: all it writes to but its outputs
 *   people: /etc/reeve/people/people.yaml  # who answers for what
 *   outputs:
 *     - {name: siem, to: "relp://192.0.2.9:2514", format: rfc5424}
 *     - {name: pager, to: "tcp://192.0.2.9:601", format: cef, topics: [ev/1/alert/],
 *        severity: high, hosts: ["web-*"], paths: [/etc/ssh/sshd_config]}
 */
#pragma once

#include "bridge/output-settings.h"

#include <glib.h>

#define OUTPUTS_MAX 64

typedef struct {
	char *live, *replay, *cursors;
	char *people;           /* people.yaml; NULL: nobody is known */
	char *server_key, *key; /* files; NULL on this machine */
	GPtrArray *outputs;     /* of OutputSettings */
} Settings;

/* NULL and *error with line, column and advice. */
Settings *settings_read(const char *file, GError **error);
/* The same of bytes, called `name` in messages. */
Settings *settings_parse(const char *name, const char *data, gsize size, GError **error);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)
