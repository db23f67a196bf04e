/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading dpkg's database: see dpkg.h. */
#include "change/dpkg.h"

#include <string.h>

struct DpkgStatus {
	GPtrArray *all;        /* of DpkgPackage, also those that were replaced */
	GHashTable *packages;  /* name:architecture -> DpkgPackage */
	GHashTable *plain;     /* name -> DpkgPackage: the latest of that name */
	GHashTable *conffiles; /* path -> DpkgConffile */
};

/* A piece of the bytes; no string. */
typedef struct {
	const char *text;
	gsize size;
} Piece;

/* A stanza while it is being read. */
typedef struct {
	Piece name, version, status, architecture, multi;
	GArray *conffiles; /* of Piece: whole lines */
	bool in_conffiles;
} Stanza;

static void package_free(DpkgPackage *package)
{
	g_free(package->name);
	g_free(package->version);
	g_free(package->status);
	g_free(package);
}

DpkgStatus *dpkg_status_new(void)
{
	DpkgStatus *status = g_new0(DpkgStatus, 1);

	status->all = g_ptr_array_new_with_free_func((GDestroyNotify)package_free);
	status->packages = g_hash_table_new(g_str_hash, g_str_equal);
	status->plain = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	status->conffiles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return status;
}

void dpkg_status_free(DpkgStatus *status)
{
	if (status != NULL) {
		g_hash_table_unref(status->conffiles);
		g_hash_table_unref(status->plain);
		g_hash_table_unref(status->packages);
		g_ptr_array_unref(status->all);
		g_free(status);
	}
}

const DpkgPackage *dpkg_status_package(const DpkgStatus *status, const char *name)
{
	const DpkgPackage *package = g_hash_table_lookup(status->packages, name);
	g_autofree char *plain = NULL;

	if (package == NULL) {
		plain = g_strndup(name, strcspn(name, ":"));
		package = g_hash_table_lookup(status->plain, plain);
	}
	return package;
}

GHashTable *dpkg_status_packages(const DpkgStatus *status)
{
	return status->packages;
}

const DpkgConffile *dpkg_status_conffile(const DpkgStatus *status, const char *path)
{
	const DpkgConffile *conffile = g_hash_table_lookup(status->conffiles, path);

	return conffile == NULL || conffile->package->is_replaced ? NULL : conffile;
}

static bool is_md5(const char *text, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isdigit(text[i]) && (text[i] < 'a' || text[i] > 'f')) {
			return false;
		}
	}
	return size == MD5_HEX;
}

static bool next_line(const char *data, gsize size, gsize *at, Piece *ret)
{
	const char *lf;

	if (*at >= size) {
		return false;
	}
	ret->text = data + *at;
	lf = memchr(ret->text, '\n', size - *at);
	ret->size = lf == NULL ? size - *at : (gsize)(lf - ret->text);
	*at += ret->size + 1;
	return true;
}

/* The last word of a piece; what is before it stays in the piece. */
static Piece take_last_word(Piece *piece)
{
	gsize begin = piece->size;
	Piece word;

	while (begin > 0 && piece->text[begin - 1] != ' ') {
		begin--;
	}
	word = (Piece){piece->text + begin, piece->size - begin};
	piece->size = begin;
	while (piece->size > 0 && piece->text[piece->size - 1] == ' ') {
		piece->size--;
	}
	return word;
}

/* " /etc/a file 0123... obsolete": the path may have blanks in it. */
static void take_conffile(DpkgStatus *status, Piece line, const DpkgPackage *package)
{
	Piece word = take_last_word(&line);
	DpkgConffile *conffile;

	while (!is_md5(word.text, word.size)) {
		if (line.size == 0) {
			return; /* "newconffile", or no sense at all */
		}
		word = take_last_word(&line);
	}
	while (line.size > 0 && line.text[0] == ' ') {
		line = (Piece){line.text + 1, line.size - 1};
	}
	if (line.size == 0 || line.text[0] != '/' || memchr(line.text, '\0', line.size) != NULL) {
		return;
	}
	conffile = g_new0(DpkgConffile, 1);
	conffile->package = package;
	memcpy(conffile->md5, word.text, MD5_HEX);
	g_hash_table_insert(status->conffiles, g_strndup(line.text, line.size), conffile);
}

static char *piece_text(Piece piece)
{
	return piece.size == 0 ? NULL : g_strndup(piece.text, piece.size);
}

/* info/ names a package with its architecture only when it is of Multi-Arch: same. */
static char *name_of(const Stanza *stanza)
{
	bool is_same = stanza->multi.size == 4 && memcmp(stanza->multi.text, "same", 4) == 0;
	g_autofree char *name = piece_text(stanza->name);
	g_autofree char *architecture = is_same ? piece_text(stanza->architecture) : NULL;

	return architecture == NULL ? g_steal_pointer(&name)
				    : g_strconcat(name, ":", architecture, NULL);
}

/* What an earlier stanza said of a package, its conffiles included, does not count any more. */
static void add_package(DpkgStatus *status, const Stanza *stanza)
{
	DpkgPackage *package = g_new0(DpkgPackage, 1);
	DpkgPackage *old;

	package->name = name_of(stanza);
	package->version = piece_text(stanza->version);
	package->status = piece_text(stanza->status);
	g_ptr_array_add(status->all, package);
	old = g_hash_table_lookup(status->packages, package->name);
	if (old != NULL) {
		old->is_replaced = true;
	}
	g_hash_table_replace(status->packages, package->name, package);
	g_hash_table_insert(status->plain, piece_text(stanza->name), package);
	for (guint i = 0; i < stanza->conffiles->len; i++) {
		take_conffile(status, g_array_index(stanza->conffiles, Piece, i), package);
	}
}

static bool end_stanza(DpkgStatus *status, Stanza *stanza, GError **error)
{
	if (stanza->name.size > 0) {
		add_package(status, stanza);
	}
	g_array_set_size(stanza->conffiles, 0);
	*stanza = (Stanza){.conffiles = stanza->conffiles};
	if (status->all->len > DPKG_MAX_PACKAGES ||
	    g_hash_table_size(status->conffiles) > DPKG_MAX_CONFFILES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "the package database is too big to be one");
		return false;
	}
	return true;
}

/* The value of "Key: value" when the line has this key. */
static bool take_field(Piece line, const char *key, Piece *ret)
{
	gsize size = strlen(key);

	if (line.size < size || memcmp(line.text, key, size) != 0) {
		return false;
	}
	line = (Piece){line.text + size, line.size - size};
	while (line.size > 0 && line.text[0] == ' ') {
		line = (Piece){line.text + 1, line.size - 1};
	}
	*ret = memchr(line.text, '\0', line.size) != NULL ? (Piece){0} : line;
	return true;
}

static void take_line(Stanza *stanza, Piece line)
{
	Piece unused;

	if (line.text[0] == ' ' || line.text[0] == '\t') {
		if (stanza->in_conffiles && stanza->conffiles->len < DPKG_MAX_CONFFILES) {
			g_array_append_val(stanza->conffiles, line);
		}
		return;
	}
	stanza->in_conffiles = take_field(line, "Conffiles:", &unused);
	if (!stanza->in_conffiles && !take_field(line, "Package:", &stanza->name) &&
	    !take_field(line, "Version:", &stanza->version) &&
	    !take_field(line, "Status:", &stanza->status) &&
	    !take_field(line, "Architecture:", &stanza->architecture)) {
		take_field(line, "Multi-Arch:", &stanza->multi);
	}
}

bool dpkg_status_add(DpkgStatus *status, GBytes *bytes, GError **error)
{
	gsize size, at = 0;
	const char *data = g_bytes_get_data(bytes, &size);
	g_autoptr(GArray) conffiles = g_array_new(FALSE, FALSE, sizeof(Piece));
	Stanza stanza = {.conffiles = conffiles};
	Piece line;

	if (size > DPKG_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "the package database is too big to be one");
		return false;
	}
	while (next_line(data, size, &at, &line)) {
		if (line.size > 0) {
			take_line(&stanza, line);
		} else if (!end_stanza(status, &stanza, error)) {
			return false;
		}
	}
	return end_stanza(status, &stanza, error);
}

bool dpkg_sums_next(GBytes *bytes, gsize *at, DpkgLine *ret)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);
	Piece line;

	while (next_line(data, size, at, &line)) {
		if (line.size > MD5_HEX + 2 && is_md5(line.text, MD5_HEX) &&
		    memcmp(line.text + MD5_HEX, "  ", 2) == 0) {
			*ret = (DpkgLine){line.text + MD5_HEX + 2, line.size - MD5_HEX - 2,
					  line.text};
			return true;
		}
	}
	return false;
}

bool dpkg_list_next(GBytes *bytes, gsize *at, DpkgLine *ret)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);
	Piece line;

	while (next_line(data, size, at, &line)) {
		if (line.size > 1 && line.text[0] == '/') {
			*ret = (DpkgLine){line.text, line.size, NULL};
			return true;
		}
	}
	return false;
}

char *dpkg_info_package(const char *name, const char *suffix)
{
	return g_str_has_suffix(name, suffix) && strlen(name) > strlen(suffix)
		       ? g_strndup(name, strlen(name) - strlen(suffix))
		       : NULL;
}
