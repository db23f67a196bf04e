/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trusted keys: OpenSSH's allowed_signers format (ssh-keygen(1), ALLOWED SIGNERS). One principal or
 * a comma-separated list of literal principals a line; options namespaces, valid-after,
 * valid-before. Patterns, cert-authority and unknown options are refused with line and column:
 * a line that ssh-keygen would understand otherwise must not be half understood here.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define SIGNERS_MAX_BYTES (1024 * 1024)

typedef struct {
	GStrv principals;
	GStrv namespaces;         /* NULL: any */
	gint64 valid_after_usec;  /* 0: open */
	gint64 valid_before_usec; /* 0: open */
	char *key_type;
	GBytes *key;
	char *fingerprint; /* "SHA256:..." as ssh-keygen -l prints it */
	char *comment;
	guint line;
} Signer;

typedef struct Signers Signers;

/* `name` is what messages call the file. */
Signers *signers_parse(const char *name, const void *data, gsize size, GError **error);
void signers_free(Signers *signers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Signers, signers_free)

guint signers_count(const Signers *signers);
const Signer *signers_get(const Signers *signers, guint index);

/* Every name a key speaks for, by any line: all of them are one person. Empty when the key is not
 * there, NULL never; caller frees. */
GStrv signers_names_of(const Signers *signers, const char *fingerprint);

typedef enum {
	SIGNER_TRUSTED,
	SIGNER_UNKNOWN_KEY,
	SIGNER_OTHER_PERSON,    /* the key is trusted, but for somebody else */
	SIGNER_WRONG_NAMESPACE, /* trusted, but not for this namespace */
	SIGNER_NOT_YET_VALID,
	SIGNER_EXPIRED,
} SignerVerdict;

/*
 * Whether `key` speaks for `principal` in `name_space` at the moment `at_usec`. The best line wins;
 * `ret_signer` (may be NULL) is the line the verdict is about, or NULL.
 */
SignerVerdict signers_judge(const Signers *signers, GBytes *key, const char *principal,
			    const char *name_space, gint64 at_usec, const Signer **ret_signer);
