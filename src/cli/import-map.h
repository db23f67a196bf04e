/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a ticket system's words mean here: a map is written once per system (man 5 reeve-register,
 * maps/) and is read strictly. It says where in an exported record each part of a request stands,
 * and what each value means; a value it does not name is an error at the import, never a guess.
 *
 *   system: servicenow
 *   records: [result]                    # JSON: under one of these keys; left out: the whole
 *   separator: ","                       # CSV
 *   times: ["%Y-%m-%d %H:%M:%S"]         # strptime(3); RFC 3339 is always read
 *   zone: UTC                            # of times that do not say theirs
 *   url: "https://example.service-now.com/change_request.do?sys_id={key}"
 *   take:                                # every one of them must say `take`
 *     - from: state.value
 *       values: {"-2": take, "-5": skip}
 *   fields:
 *     id: {from: [number.value, number]} # the first that is there and not empty
 *     type: {from: type, values: {normal: normal}, otherwise: normal}
 *     hosts: {from: cmdb_ci, split: ","}
 *     requester: {from: requested_by}    # known here, or `values`, or `anybody: true`
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define IMPORT_MAP_MAX_BYTES (256 * 1024)

typedef enum {
	FIELD_ID,
	FIELD_TITLE,
	FIELD_TYPE,
	FIELD_REQUESTER,
	FIELD_IMPLEMENTERS,
	FIELD_HOSTS,
	FIELD_START,
	FIELD_END,
	FIELD_RISK,
	FIELD_DESCRIPTION,
	FIELD_BACKOUT,
	FIELD_KEY, /* in the other system; left out: the id */
	_FIELD_N,
} ImportField;

typedef struct {
	GStrv from;         /* NULL: the map does not say it */
	char *otherwise;    /* where the record has nothing; NULL */
	GHashTable *values; /* their word -> ours; NULL: any text. Of people: those
			     * whose names are others here */
	GPtrArray *known;   /* of char *, borrowed: their words, NULL-ended, for advice */
	char *split;        /* between several in one text; NULL */
	char *prefix;       /* before each of our values; NULL */
	bool is_people;
	bool is_anybody; /* a person nobody here knows is taken by that name */
	guint line;
} ImportRule;

typedef struct {
	char *name; /* of the map, for messages */
	char *system, *url;
	GStrv records; /* NULL */
	GStrv times;   /* NULL */
	GTimeZone *zone;
	char separator;
	GPtrArray *takes; /* of ImportRule */
	ImportRule fields[_FIELD_N];
} ImportMap;

/* "requester", "window.start"...; static. */
const char *import_field_word(ImportField field);

/* `name` is what messages call it. */
ImportMap *import_map_parse(const char *name, const void *data, gsize size, GError **error);
void import_map_free(ImportMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportMap, import_map_free)
