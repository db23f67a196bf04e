/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Object files: see verify-files.h. */
#include "change/verify-files.h"

#include "base/digest.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define SHA1_BYTES 20
#define SHA1_HEX 40
#define STEP_BYTES 65536

/* Files that end with the SHA-1 of all before it. */
static const char *const sealed_suffixes[] = {".pack",   ".idx",    ".rev",
					      ".bitmap", ".mtimes", "multi-pack-index"};

static void complain(GPtrArray *problems, const char *name, const char *what)
{
	g_autofree char *shown = escape_path(name);

	g_ptr_array_add(problems, g_strdup_printf("snapshots.git/%s: %s", shown, what));
}

/* -1 with nothing said when the file has gone meanwhile. */
static int open_file(const char *folder, const char *name, GPtrArray *problems)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 && errno != ENOENT) {
		complain(problems, name, g_strerror(errno));
	}
	return fd;
}

/* The SHA-1 of the first `size` bytes, and the next 20 as they stand there. */
static bool read_sealed(int fd, goffset size, guint8 ret_made[SHA1_BYTES],
			guint8 ret_found[SHA1_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
	g_autofree guint8 *step = g_malloc(STEP_BYTES);
	gsize length = SHA1_BYTES;

	for (goffset at = 0; at < size;) {
		gsize wanted = (gsize)MIN(size - at, STEP_BYTES);

		if (!io_pread_exact(fd, step, wanted, at, NULL)) {
			return false;
		}
		g_checksum_update(checksum, step, (gssize)wanted);
		at += (goffset)wanted;
	}
	g_checksum_get_digest(checksum, ret_made, &length);
	return io_pread_exact(fd, ret_found, SHA1_BYTES, size, NULL);
}

static void verify_sealed(const char *folder, const char *name, GPtrArray *problems)
{
	auto_fd int fd = open_file(folder, name, problems);
	guint8 made[SHA1_BYTES], found[SHA1_BYTES];
	struct stat st;

	if (fd < 0) {
		return;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < SHA1_BYTES ||
	    !read_sealed(fd, st.st_size - SHA1_BYTES, made, found)) {
		complain(problems, name, "cannot be read whole");
	} else if (memcmp(made, found, SHA1_BYTES) != 0) {
		complain(problems, name, "its checksum is not that of its bytes: it was altered");
	}
}

static bool read_tail(const char *folder, const char *name, goffset before_end,
		      guint8 ret[SHA1_BYTES])
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size >= before_end &&
	       io_pread_exact(fd, ret, SHA1_BYTES, st.st_size - before_end, NULL);
}

/* An index carries the checksum of its pack: both must be there, and belong together. */
static void verify_pair(const char *folder, const char *stem, GPtrArray *problems)
{
	g_autofree char *pack = g_strconcat(stem, ".pack", NULL);
	g_autofree char *index = g_strconcat(stem, ".idx", NULL);
	guint8 of_pack[SHA1_BYTES], in_index[SHA1_BYTES];
	bool has_pack = read_tail(folder, pack, SHA1_BYTES, of_pack);
	bool has_index = read_tail(folder, index, 2 * SHA1_BYTES, in_index);

	if (has_pack && !has_index) {
		complain(problems, pack, "has no index, so nothing in it can be found");
	} else if (has_index && !has_pack) {
		complain(problems, index, "has no pack: its objects are lost");
	} else if (has_pack && memcmp(of_pack, in_index, SHA1_BYTES) != 0) {
		complain(problems, index, "is not the index of the pack beside it");
	}
}

static void verify_pack_file(const char *folder, const char *name, GPtrArray *problems)
{
	g_autofree char *path = g_build_filename("objects/pack", name, NULL);

	if (!g_str_has_prefix(name, "pack-") && strcmp(name, "multi-pack-index") != 0) {
		return; /* a writer's temporary file */
	}
	for (gsize i = 0; i < G_N_ELEMENTS(sealed_suffixes); i++) {
		if (g_str_has_suffix(name, sealed_suffixes[i])) {
			verify_sealed(folder, path, problems);
		}
	}
	if (g_str_has_suffix(name, ".pack") || g_str_has_suffix(name, ".idx")) {
		*strrchr(path, '.') = '\0';
		verify_pair(folder, path, problems);
	}
}

/*
 * Loose objects
 */

/* Inflates all of `fd` into a checksum; false when it is not one whole zlib stream. */
static bool inflate_into(int fd, GChecksum *checksum, z_stream *stream)
{
	g_autofree guint8 *in = g_malloc(STEP_BYTES);
	g_autofree guint8 *out = g_malloc(STEP_BYTES);
	int state = Z_OK;

	for (;;) {
		ssize_t got = read(fd, in, STEP_BYTES);

		if (got <= 0) {
			return got == 0 && state == Z_STREAM_END;
		}
		stream->next_in = in;
		stream->avail_in = (uInt)got;
		while (stream->avail_in > 0) {
			if (state == Z_STREAM_END) {
				return false; /* bytes behind the end */
			}
			stream->next_out = out;
			stream->avail_out = STEP_BYTES;
			state = inflate(stream, Z_NO_FLUSH);
			if (state != Z_OK && state != Z_STREAM_END) {
				return false;
			}
			g_checksum_update(checksum, out, (gssize)(STEP_BYTES - stream->avail_out));
		}
	}
}

static void verify_loose(const char *folder, const char *fan, const char *rest, GPtrArray *problems)
{
	g_autofree char *name = g_build_filename("objects", fan, rest, NULL);
	g_autofree char *id = g_strconcat(fan, rest, NULL);
	auto_fd int fd = open_file(folder, name, problems);
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
	z_stream stream = {0};

	if (fd < 0 || inflateInit(&stream) != Z_OK) {
		return;
	}
	if (!inflate_into(fd, checksum, &stream)) {
		complain(problems, name, "is not a whole loose object");
	} else if (strcmp(g_checksum_get_string(checksum), id) != 0) {
		complain(problems, name, "holds another object than its name says");
	}
	inflateEnd(&stream);
}

static bool name_is_hex(const char *name, gsize length)
{
	return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

typedef void Each(const char *folder, const char *inner, const char *name, GPtrArray *problems);

static void each_name(const char *folder, const char *inner, Each *each, GPtrArray *problems)
{
	g_autofree char *path = g_build_filename(folder, inner, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) names = g_dir_open(path, 0, &error);
	const char *name;

	if (names == NULL) {
		if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
			complain(problems, inner, "cannot be listed");
		}
		return;
	}
	while ((name = g_dir_read_name(names)) != NULL) {
		each(folder, inner, name, problems);
	}
}

static void each_pack(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	verify_pack_file(folder, name, problems);
}

static void each_loose(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	if (name_is_hex(name, SHA1_HEX - 2)) {
		verify_loose(folder, inner + strlen("objects/"), name, problems);
	}
}

static void each_fan(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	if (name_is_hex(name, 2)) {
		g_autofree char *path = g_build_filename(inner, name, NULL);

		each_name(folder, path, each_loose, problems);
	}
}

void verify_files(const char *folder, GPtrArray *problems)
{
	each_name(folder, "objects/pack", each_pack, problems);
	each_name(folder, "objects", each_fan, problems);
}
