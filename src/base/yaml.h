/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A strict YAML reader over libyaml's event API: one document, UTF-8 without control characters;
 * depth, size and node count capped; duplicate keys, aliases, anchors, tags, merge keys and
 * multiple documents refused. Scalars are kept as text: what a scalar means is the schema's
 * business, so `no` stays "no" and 0644 stays "0644"; a plain (unquoted) empty, `~` or `null`
 * scalar is NULL-like (`is_null`).
 *
 * Every node knows its line and column, so that the reader of a schema can complain with
 * yaml_complain(), which shows file, line, column, the line itself, a caret, and what to do:
 *
 *   reeve.yaml:4:3: unknown key `wach`
 *      4 |   wach: [/etc]
 *        |   ^~~~ did you mean `watch`?
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define YAML_MAX_BYTES (1024 * 1024)
#define YAML_MAX_DEPTH 64
#define YAML_MAX_NODES 200000

typedef enum {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING
} YamlKind;

typedef struct YamlNode YamlNode;

struct YamlNode {
	YamlKind kind;
	guint line, column; /* of its first character, from 1 */
	guint width;        /* characters to underline, at least 1 */
	/* scalar */
	char *text;    /* never NULL for a scalar; no NUL bytes inside */
	bool is_plain; /* written without quotes */
	bool is_null;  /* plain and empty, `~` or `null` */
	/* sequence: items; mapping: values in the order of the file, each with its key */
	GPtrArray *items; /* of YamlNode */
	GPtrArray *keys;  /* of YamlNode (scalars), mapping only, parallel to items */
};

/* A document: the tree, the name it is called in messages, and its bytes (for the caret). */
typedef struct YamlDocument YamlDocument;

/*
 * Reads a document from bytes. `name` is what messages call it (escaped by the caller if foreign).
 * An empty document gives a root that is a null scalar. NULL and *error: REEVE_ERROR_SYNTAX or
 * REEVE_ERROR_LIMIT, message as above.
 */
YamlDocument *yaml_parse(const char *name, const void *data, gsize size, GError **error);
/* As yaml_parse, but the file may hold several documents (Sigma collections): an array of
 * YamlDocument, at most `max`. */
GPtrArray *yaml_parse_all(const char *name, const void *data, gsize size, guint max,
			  GError **error);
void yaml_document_free(YamlDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlDocument, yaml_document_free)

/* The root node; owned by the document. */
const YamlNode *yaml_root(const YamlDocument *document);
/* The name given to yaml_parse. */
const char *yaml_name(const YamlDocument *document);

/* The value of a key of a mapping, or NULL. */
const YamlNode *yaml_get(const YamlNode *mapping, const char *key);

/*
 * Sets *error (REEVE_ERROR_SYNTAX) to a complaint about `node`: `problem` says what is wrong,
 * `advice` (may be NULL) what to do, and is printed behind the caret. Returns false.
 */
bool yaml_complain(const YamlDocument *document, const YamlNode *node, const char *advice,
		   GError **error, const char *problem_format, ...) G_GNUC_PRINTF(5, 6);

/*
 * Checks that every key of a mapping is in `known` (NULL-ended); complains about the first that is
 * not, with the nearest known key as advice.
 */
bool yaml_only_keys(const YamlDocument *document, const YamlNode *mapping, const char *const *known,
		    GError **error);

/* Typed reads; each complains and returns false when the node is not such a value. */
bool yaml_string(const YamlDocument *document, const YamlNode *node, char **ret, GError **error);
bool yaml_bool(const YamlDocument *document, const YamlNode *node, bool *ret, GError **error);
bool yaml_int(const YamlDocument *document, const YamlNode *node, gint64 min, gint64 max,
	      gint64 *ret, GError **error);
/* A length of time: 45s, 15m, 4h, 2d; more than nothing, at most 1000 days. */
bool yaml_length(const YamlDocument *document, const YamlNode *node, gint64 *ret_usec,
		 GError **error);
/* A sequence of strings, or (when `or_single`) one string. */
bool yaml_strings(const YamlDocument *document, const YamlNode *node, bool or_single, GStrv *ret,
		  GError **error);
