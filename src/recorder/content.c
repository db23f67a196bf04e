/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content: see content.h. */
#include "recorder/content.h"
#include "base/clock.h"
#include "base/escape.h"
#include "recorder/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STREAM_BYTES (256 * 1024)
#define MARKER_BYTES (64 * 1024)

typedef enum {
	READ_WHOLE,
	READ_TOO_BIG,
	READ_REFUSED,
} ReadResult;

/* The system being short of something passes; everything else is how this file is. */
static bool is_shortage(int error_number)
{
	return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

/* The size of a secret is not told even then. */
static void set_unreadable(FileState *state, const struct stat *st, SecretKind kind)
{
	state->content = CONTENT_UNREADABLE;
	state->size = kind == SECRET_NO ? (guint64)st->st_size : 0;
	state->mtime_usec = clock_from_timespec(&st->st_mtim);
}

/* pread(2) through EINTR: a second attempt begins at the beginning without being told. */
static ssize_t read_some(int fd, void *buffer, gsize size, guint64 at)
{
	ssize_t got;

	do {
		got = pread(fd, buffer, size, (off_t)at);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* Reads up to the storing limit. `hint_bytes` is what stat said; the file may say otherwise. */
static ReadResult read_whole(int fd, gsize hint_bytes, GBytes **ret)
{
	gsize room = MIN(hint_bytes, PROBE_STORE_MAX_BYTES) + 1;
	g_autofree guint8 *buffer = g_malloc(room);
	gsize filled = 0;

	for (;;) {
		ssize_t got = read_some(fd, buffer + filled, room - filled, filled);

		if (got < 0) {
			return READ_REFUSED;
		}
		filled += (gsize)got;
		/* just as long as its stat says, and there was room for more: the end */
		if (got == 0 || (filled == hint_bytes && filled < room)) {
			break;
		}
		if (filled > PROBE_STORE_MAX_BYTES) {
			return READ_TOO_BIG;
		}
		if (filled == room) {
			room = MIN(2 * room + 4096, (gsize)PROBE_STORE_MAX_BYTES + 1);
			buffer = g_realloc(buffer, room);
		}
	}
	*ret = g_bytes_new_take(g_steal_pointer(&buffer), filled);
	return READ_WHOLE;
}

/* SHA-256 of everything in constant memory; also its first bytes, which show a private key. */
static ReadResult read_stream(int fd, guint8 ret_sha256[DIGEST_BYTES], guint64 *ret_size,
			      bool *ret_is_secret)
{
	g_autofree guint8 *buffer = g_malloc(STREAM_BYTES);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	ssize_t got;
	int ok = EVP_DigestInit_ex(digest, EVP_sha256(), NULL);

	*ret_size = 0;
	while ((got = read_some(fd, buffer, STREAM_BYTES, *ret_size)) > 0) {
		if (*ret_size == 0) {
			*ret_is_secret = secrets_content_is_secret(
				buffer, MIN((gsize)got, (gsize)MARKER_BYTES));
		}
		*ret_size += (guint64)got;
		ok &= EVP_DigestUpdate(digest, buffer, (gsize)got);
		if (*ret_size > PROBE_READ_MAX_BYTES) {
			break;
		}
	}
	ok &= EVP_DigestFinal_ex(digest, ret_sha256, NULL);
	EVP_MD_CTX_free(digest);
	g_assert(ok == 1);
	return got < 0 ? READ_REFUSED : got > 0 ? READ_TOO_BIG : READ_WHOLE;
}

/* A file too big to store: its digest, or if it is secret the keyed digest of its digest. */
static ReadResult take_big(int fd, SecretKind kind, const Secrets *secrets, FileState *state)
{
	bool is_secret = false;
	guint64 size;
	ReadResult result;

	result = read_stream(fd, state->sha256, &size, &is_secret);
	if (result != READ_WHOLE) {
		memset(state->sha256, 0, sizeof(state->sha256));
		return result;
	}
	if (kind != SECRET_NO || is_secret) {
		secrets_hmac(secrets, state->sha256, sizeof(state->sha256), state->hmac);
		memset(state->sha256, 0, sizeof(state->sha256));
		state->content = CONTENT_SECRET;
		return result;
	}
	state->content = CONTENT_DIGEST;
	state->size = size;
	return result;
}

static void take_small(GBytes *bytes, SecretKind kind, const Secrets *secrets, FileState *state,
		       GBytes **ret_content)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	if (kind == SECRET_FIELDS) {
		secrets_hmac(secrets, data, size, state->hmac);
		state->content = CONTENT_REDACTED;
		*ret_content = secrets_redact_fields(secrets, data, size);
	} else if (kind == SECRET_WHOLE || secrets_content_is_secret(data, size)) {
		secrets_hmac(secrets, data, size, state->hmac);
		state->content = CONTENT_SECRET;
	} else {
		digest_sha256(data, size, state->sha256);
		state->content = CONTENT_STORED;
		state->size = size;
		*ret_content = g_bytes_ref(bytes);
	}
}

static ReadResult take_content(int fd, const struct stat *st, SecretKind kind,
			       const Secrets *secrets, FileState *state, GBytes **ret_content)
{
	g_autoptr(GBytes) bytes = NULL;
	ReadResult result = READ_TOO_BIG;

	if (st->st_size > (off_t)PROBE_READ_MAX_BYTES) {
		return READ_TOO_BIG;
	}
	if (st->st_size <= (off_t)PROBE_STORE_MAX_BYTES) {
		result = read_whole(fd, (gsize)st->st_size, &bytes);
	}
	if (result == READ_WHOLE) {
		take_small(bytes, kind, secrets, state, ret_content);
	} else if (result == READ_TOO_BIG) {
		result = take_big(fd, kind, secrets, state);
	}
	return result;
}

bool content_open(int fd, const char *path, int *ret_fd, GError **error)
{
	char link[32];

	/* The reference is of a regular file for sure: opening it again has no side effects. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	*ret_fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*ret_fd < 0 && is_shortage(errno)) {
		g_autofree char *escaped = escape_path(path);

		return error_set_errno(error, "cannot read %s", escaped);
	}
	return true;
}

void content_read(int fd, const struct stat *st, const char *path, const Secrets *secrets,
		  FileState *state, GBytes **ret_content)
{
	SecretKind kind = secrets_classify_path(secrets, path);

	if (fd < 0 || take_content(fd, st, kind, secrets, state, ret_content) != READ_WHOLE) {
		set_unreadable(state, st, kind);
	}
}
