/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a change request (design 5.2) as read from request.yaml.
 */
#pragma once

#include "base/error.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

#define REQUEST_MAX_BYTES (256 * 1024)
#define REQUEST_MAX_CHANGES 10000

typedef enum {
	REQUEST_STANDARD,
	REQUEST_NORMAL,
	REQUEST_EMERGENCY
} RequestType;

/* One extended attribute, as events tell it: its value in base64. */
typedef struct {
	char *name, *value;
} PinXattr;

/* What a path is to be, or was. Members that are not given are not tested. */
typedef struct {
	bool is_given;
	bool is_absent;
	bool has_blob, has_sha256, has_hmac, has_mode;
	guint8 blob[BLOB_BYTES];
	guint8 sha256[DIGEST_BYTES];
	guint8 hmac[DIGEST_BYTES];
	guint32 mode;
	char *owner, *group; /* name or decimal id; NULL: not tested */
	char *target;        /* of a link; NULL: not tested */
	/* of PinXattr, sorted by name: all attributes but access lists; NULL: not tested */
	GPtrArray *xattrs;
	char *acl; /* in acl.h's order, "none": there is none; NULL: not tested */
} Pin;

/* Whether it says what is in the path: bytes, a target, or nothing at all. */
bool pin_has_content(const Pin *pin);

typedef struct {
	char *path; /* canonical path or glob (base/glob.h) */
	bool is_glob;
	bool has_op;
	ChangeOp op;
	Pin from, to;
	bool content_any; /* `content: any`: weaker, path, owner, mode and window only */
	guint line;       /* in request.yaml */
} RequestChange;

/* When a standing request covers a change: all of them. */
typedef struct {
	GStrv programs;       /* globs: the actor's program, or one above it; NULL: any */
	bool package_matches; /* what is there is what a package brought (`package: matches`) */
	GStrv lines;          /* every line added or removed is like one of these; NULL: any */
} Conditions;

typedef struct {
	char *id;
	RequestType type;
	char *title;
	char *requester;
	GStrv implementers;          /* empty: anyone but the approvers */
	GStrv hosts;                 /* globs without '/'; empty: every host */
	gint64 start_usec, end_usec; /* 0: open */
	char *risk;                  /* "low" "medium" "high"; NULL */
	GPtrArray *changes;          /* of RequestChange; empty: a draft */
	Conditions conditions;       /* standard requests only */
	char *backout, *description;
	char *external_system, *external_key, *external_url;
	char *author; /* of the pinned commit, when made from one; NULL */
} Request;

Request *request_new(void);
void request_free(Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_free)

/*
 * Reads request.yaml. `folder` is the name of the folder it lies in: the id must equal it; NULL:
 * in none yet. Errors carry file, line, column, caret and advice.
 */
Request *request_parse(const char *name, const char *folder, const void *data, gsize size,
		       GError **error);

/* Writes what request_parse reads: the same request, every foreign text quoted. Caller frees. */
char *request_format(const Request *request);

/* An empty list for Pin.xattrs: no attribute at all. */
GPtrArray *pin_new_xattrs(void);
/* Adds an attribute at its place; false: one of that name is there already. */
bool pin_add_xattr(Pin *pin, const char *name, const char *value);

/* A change that says nothing yet, added to the request; owned by it. */
RequestChange *request_add_change(Request *request, const char *path);

/* CHG-<date>-<4 base32>, or an imported id: letters, digits, '.', '_', '-'; 3 to 64 long. */
bool request_id_is_valid(const char *id);
/* A new id for a date ("20261122"); caller frees. */
char *request_id_make(gint64 now_usec);

const char *request_type_word(RequestType type);

/* "low", "medium", "high"; NULL at the end. */
extern const char *const request_risks[];
