/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a duty of a person (people.yaml, `answers`): for which paths on which hosts, how soon,
 * and who is next in line.
 *
 *   answers:
 *     - {paths: [/etc/fstab], hosts: ["web-*"], within: 15m, next: [bob, carol]}
 *
 * Without `paths` it is every path, and the host itself; without `hosts` every host.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"

#include <glib.h>
#include <stdbool.h>

#define DUTIES_MAX 100
#define DUTY_WITHIN_USEC (15 * 60 * G_USEC_PER_SEC) /* where nothing is said */

typedef struct {
	GStrv paths, hosts; /* NULL: all */
	gint64 within_usec; /* to acknowledge; then the next is told */
	GStrv next;         /* names of people; empty: nobody */
} Duty;

void duty_free(Duty *duty);

/* Reads a list of them; NULL and *error. */
GPtrArray *duties_read(const YamlDocument *document, const YamlNode *list, GError **error);

/* `path` NULL: the host itself. */
bool duty_covers(const Duty *duty, const char *host, const char *path);
