/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the parts of request.yaml are read: a table of keys a mapping, one small reader a key. Shared
 * by request-parse.c (the request), request-change-parse.c (its changes) and request-pin-parse.c
 * (their pins); nobody else's.
 */
#pragma once

#include "base/yaml.h"
#include "register/request.h"

#define READING_TEXT_MAX_BYTES 65536
#define READING_TITLE_MAX_BYTES 256

/* What every reader needs: the document, and what is being filled. */
typedef struct {
	const YamlDocument *document;
	const char *folder;
	Request *request;
	RequestChange *change;
	Pin *pin;
} Reading;

typedef bool (*ReadKey)(Reading *r, const YamlNode *node, GError **error);

typedef struct {
	const char *key;
	ReadKey read;
} KeyReader;

/* Reads a mapping by a table ended by {NULL}; keys that are not in it are complaints. */
bool reading_mapping(Reading *r, const YamlNode *mapping, const KeyReader *table, GError **error);
/* A string of at most `max` bytes. */
bool reading_text(Reading *r, const YamlNode *node, gsize max, char **ret, GError **error);
/* A list of strings. */
bool reading_list(Reading *r, const YamlNode *node, GStrv *ret, GError **error);
/* The value of `from` or `to`. */
bool reading_pin(Reading *r, const YamlNode *node, Pin *pin, GError **error);
/* The value of `conditions`. */
bool reading_conditions(Reading *r, const YamlNode *node, GError **error);
/* The value of `changes`. */
bool reading_changes(Reading *r, const YamlNode *node, GError **error);
