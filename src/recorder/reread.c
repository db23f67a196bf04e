/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reread: see reread.h. What is small is probed at once; the rest is digested bit by bit. */
#include "recorder/reread.h"
#include "base/fd.h"
#include "recorder/content.h"
#include "recorder/foreign.h"
#include "recorder/probe.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (256 * 1024)

struct Reread {
	const LookWorld *world;
	const CatalogRow *row;
	/* of a big file */
	int fd; /* -1: not begun */
	EVP_MD_CTX *digest;
};

Reread *reread_new(const LookWorld *world, const CatalogRow *row)
{
	Reread *reread = g_new0(Reread, 1);

	reread->world = world;
	reread->row = row;
	reread->fd = -1;
	return reread;
}

void reread_free(Reread *reread)
{
	if (reread == NULL) {
		return;
	}
	fd_close(&reread->fd);
	EVP_MD_CTX_free(reread->digest);
	g_free(reread);
}

/* Opens a reference if what is there is, by its stat, what the catalog says. */
static bool open_same(const Reread *reread, int *ret_fd, struct stat *ret_st)
{
	const LookWorld *world = reread->world;
	const char *path = reread->row->path;

	return !foreign_is_shut(world->mounts, world->scope, path) &&
	       !foreign_hides(world->mounts, world->scope, path) &&
	       probe_open(world->root_fd, path, ret_fd, ret_st, NULL) == PROBE_PRESENT &&
	       catalog_entry_matches(&reread->row->entry, ret_st);
}

/* Whether its stat is still the same now that it has been read: if not, there is a hint. */
static bool is_still_same(const Reread *reread)
{
	auto_fd int fd = -1;
	struct stat st;

	return open_same(reread, &fd, &st);
}

static RereadStep read_small(const Reread *reread, int fd, guint64 *bytes)
{
	g_auto(Probe) probe = {0};

	if (!probe_read(fd, reread->row->path, reread->world->secrets, &probe, NULL)) {
		return REREAD_SAME;
	}
	*bytes += probe.entry.state.type == FILE_REGULAR ? probe.entry.stat_size : 0;
	return file_state_compare(&reread->row->entry.state, &probe.entry.state) != 0 &&
			       !probe.is_unstable && is_still_same(reread)
		       ? REREAD_DIFFERS
		       : REREAD_SAME;
}

/* Only where there is a digest to compare with. */
static RereadStep begin_big(Reread *reread, int fd, const struct stat *st)
{
	ContentKind content = reread->row->entry.state.content;

	if ((content != CONTENT_DIGEST && content != CONTENT_SECRET) ||
	    st->st_size > (off_t)PROBE_READ_MAX_BYTES ||
	    !content_open(fd, reread->row->path, &reread->fd, NULL) || reread->fd < 0) {
		return REREAD_SAME;
	}
	reread->digest = EVP_MD_CTX_new();
	g_assert(EVP_DigestInit_ex(reread->digest, EVP_sha256(), NULL) == 1);
	return REREAD_MORE;
}

static RereadStep begin(Reread *reread, guint64 *bytes)
{
	auto_fd int fd = -1;
	struct stat st;

	if (!open_same(reread, &fd, &st)) {
		return REREAD_SAME;
	}
	if (S_ISREG(st.st_mode) && st.st_size > (off_t)PROBE_STORE_MAX_BYTES) {
		return begin_big(reread, fd, &st);
	}
	return read_small(reread, fd, bytes);
}

static RereadStep end_big(Reread *reread)
{
	const FileState *state = &reread->row->entry.state;
	guint8 sha256[DIGEST_BYTES], hmac[DIGEST_BYTES];
	bool is_equal;

	g_assert(EVP_DigestFinal_ex(reread->digest, sha256, NULL) == 1);
	if (state->content == CONTENT_DIGEST) {
		is_equal = memcmp(sha256, state->sha256, sizeof(sha256)) == 0;
	} else {
		secrets_hmac(reread->world->secrets, sha256, sizeof(sha256), hmac);
		is_equal = memcmp(hmac, state->hmac, sizeof(hmac)) == 0;
	}
	return !is_equal && is_still_same(reread) ? REREAD_DIFFERS : REREAD_SAME;
}

RereadStep reread_step(Reread *reread, guint64 *bytes)
{
	g_autofree guint8 *buffer = NULL;
	ssize_t got;

	if (reread->fd < 0) {
		return begin(reread, bytes);
	}
	buffer = g_malloc(CHUNK_BYTES);
	do {
		got = read(reread->fd, buffer, CHUNK_BYTES);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return REREAD_SAME;
	}
	if (got == 0) {
		return end_big(reread);
	}
	g_assert(EVP_DigestUpdate(reread->digest, buffer, (gsize)got) == 1);
	*bytes += (guint64)got;
	return REREAD_MORE;
}
