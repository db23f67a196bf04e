/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evidence of the package database: see evidence.h. */
#include "change/evidence.h"

#include <string.h>

/* One file of info/; those of a big package have 10 MB. */
#define MAX_INFO_BYTES (64 * 1024 * 1024)
/* A file is read whole to be hashed. */
#define MAX_CONTENT_BYTES (256 * 1024 * 1024)

struct Evidences {
	Store *store;
	char *commit;
	DpkgStatus *status;
};

/* What a database says of the paths that were asked for. */
typedef struct {
	const Evidences *evidences;
	GHashTable *wanted; /* path as packages name it -> Claim */
	char *package;      /* whose file is being read */
} Search;

/* Of one path. */
typedef struct {
	char *package;
	char md5[MD5_HEX + 1]; /* "": listed, without a digest */
} Claim;

static void claim_free(Claim *claim)
{
	if (claim != NULL) {
		g_free(claim->package);
		g_free(claim);
	}
}

static bool take_update(void *context, const char *name, GBytes *content)
{
	/* (tmp.i is one that is not written yet) */
	return !g_ascii_isdigit(name[0]) || dpkg_status_add(context, content, NULL);
}

static bool take_status(void *context, const char *name, GBytes *content)
{
	return strcmp(name, "status") != 0 || dpkg_status_add(context, content, NULL);
}

Evidences *evidences_new(Store *store, const char *commit, GError **error)
{
	g_autoptr(Evidences) evidences = g_new0(Evidences, 1);

	evidences->store = store;
	evidences->commit = g_strdup(commit);
	evidences->status = dpkg_status_new();
	if (!store_each_file(store, commit, DPKG_DIR, "status", DPKG_MAX_BYTES, take_status,
			     evidences->status, error) ||
	    !store_each_file(store, commit, DPKG_UPDATES, "", DPKG_MAX_BYTES, take_update,
			     evidences->status, error)) {
		return NULL;
	}
	return g_steal_pointer(&evidences);
}

void evidences_free(Evidences *evidences)
{
	if (evidences != NULL) {
		dpkg_status_free(evidences->status);
		g_free(evidences->commit);
		g_free(evidences);
	}
}

/*
 * Whose a path is
 */

/* Packages still name /bin, /lib and /sbin where systems have them below /usr. */
static const char *other_name(const char *path)
{
	static const char *const merged[] = {"/usr/bin/", "/usr/sbin/", "/usr/lib"};

	for (gsize i = 0; i < G_N_ELEMENTS(merged); i++) {
		if (g_str_has_prefix(path, merged[i])) {
			return path + strlen("/usr");
		}
	}
	return NULL;
}

static void claim(Search *search, const char *path, gsize size, const char *md5)
{
	g_autofree char *name = size > 0 && path[0] == '/'
					? g_strndup(path, size)
					: g_strdup_printf("/%.*s", (int)size, path);
	Claim *known;
	gpointer key;

	if (!g_hash_table_lookup_extended(search->wanted, name, &key, (gpointer *)&known) ||
	    (known != NULL && md5 == NULL)) {
		return;
	}
	known = g_new0(Claim, 1);
	known->package = g_strdup(search->package);
	if (md5 != NULL) {
		memcpy(known->md5, md5, MD5_HEX);
	}
	g_hash_table_insert(search->wanted, g_steal_pointer(&name), known);
}

static bool take_list(void *context, const char *name, GBytes *content)
{
	Search *search = context;
	g_autofree char *package = dpkg_info_package(name, ".list");
	DpkgLine line;
	gsize at = 0;

	search->package = package;
	while (package != NULL && dpkg_list_next(content, &at, &line)) {
		claim(search, line.path, line.size, NULL);
	}
	return true;
}

static bool take_sums(void *context, const char *name, GBytes *content)
{
	Search *search = context;
	g_autofree char *package = dpkg_info_package(name, ".md5sums");
	DpkgLine line;
	gsize at = 0;

	search->package = package;
	while (package != NULL && dpkg_sums_next(content, &at, &line)) {
		claim(search, line.path, line.size, line.md5);
	}
	return true;
}

/* A conffile's digest stands in the status alone. */
static void claim_conffiles(Search *search)
{
	GHashTableIter iter;
	gpointer path;

	g_hash_table_iter_init(&iter, search->wanted);
	while (g_hash_table_iter_next(&iter, &path, NULL)) {
		const DpkgConffile *conffile =
			dpkg_status_conffile(search->evidences->status, path);
		Claim *made;

		if (conffile != NULL) {
			made = g_new0(Claim, 1);
			made->package = g_strdup(conffile->package->name);
			memcpy(made->md5, conffile->md5, MD5_HEX);
			g_hash_table_iter_replace(&iter, made);
		}
	}
}

static void want(GHashTable *wanted, const char *path)
{
	const char *other = other_name(path);

	g_hash_table_insert(wanted, g_strdup(path), NULL);
	if (other != NULL) {
		g_hash_table_insert(wanted, g_strdup(other), NULL);
	}
}

/* Path -> Claim or NULL, of all paths of the changes. */
static GHashTable *search(const Evidences *evidences, const GPtrArray *changes)
{
	GHashTable *wanted =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)claim_free);
	Search one = {.evidences = evidences, .wanted = wanted};

	for (guint i = 0; i < changes->len; i++) {
		const Change *change = changes->pdata[i];

		want(wanted, change->path);
		if (change->moved_from != NULL) {
			want(wanted, change->moved_from);
		}
	}
	store_each_file(evidences->store, evidences->commit, DPKG_INFO, ".list", MAX_INFO_BYTES,
			take_list, &one, NULL);
	store_each_file(evidences->store, evidences->commit, DPKG_INFO, ".md5sums", MAX_INFO_BYTES,
			take_sums, &one, NULL);
	claim_conffiles(&one);
	return wanted;
}

static const Claim *find(GHashTable *wanted, const char *path)
{
	const Claim *found = wanted == NULL ? NULL : g_hash_table_lookup(wanted, path);
	const char *other = other_name(path);

	return found != NULL || other == NULL || wanted == NULL
		       ? found
		       : g_hash_table_lookup(wanted, other);
}

/*
 * What that says
 */

static bool content_is(const Evidences *evidences, const FileState *state, const char *md5)
{
	g_autoptr(GBytes) content = NULL;
	g_autofree char *actual = NULL;

	if (state->content != CONTENT_STORED) {
		return false;
	}
	content = store_content(evidences->store, state, MAX_CONTENT_BYTES, NULL);
	actual = content == NULL ? NULL : g_compute_checksum_for_bytes(G_CHECKSUM_MD5, content);
	return g_strcmp0(actual, md5) == 0;
}

static Evidence evidence_of(const Evidences *evidences, const FileState *state, const Claim *claim)
{
	switch (state->type) {
	case FILE_REGULAR:
		return claim->md5[0] != '\0' && content_is(evidences, state, claim->md5)
			       ? EVIDENCE_CONTENT
			       : EVIDENCE_OTHER;
	case FILE_DIRECTORY:
	case FILE_SYMLINK:
		return claim->md5[0] == '\0' ? EVIDENCE_LISTED : EVIDENCE_OTHER;
	case FILE_ABSENT:
	case FILE_FIFO:
	case FILE_SOCKET:
	case FILE_CHARACTER:
	case FILE_BLOCK:
		return EVIDENCE_OTHER;
	case _FILE_TYPE_N:
		break;
	}
	g_assert_not_reached();
}

static void name_owner(Provenance *provenance, const Evidences *evidences, const char *package)
{
	const DpkgPackage *known = dpkg_status_package(evidences->status, package);

	g_free(provenance->package);
	g_free(provenance->version);
	provenance->package = g_strdup(package);
	provenance->version = known == NULL ? NULL : g_strdup(known->version);
}

/* Gone: it was some package's, and is nobody's now. */
static void weigh_removal(const Evidences *before, const Claim *was, const Claim *is,
			  Provenance *ret)
{
	if (was == NULL) {
		return;
	}
	name_owner(ret, before, was->package);
	ret->evidence = is == NULL ? EVIDENCE_REMOVED : EVIDENCE_OTHER;
}

void evidences_weigh(Evidences *evidences, Evidences *before, const GPtrArray *changes)
{
	g_autoptr(GHashTable) now = search(evidences, changes);
	g_autoptr(GHashTable) then = before == NULL ? NULL : search(before, changes);

	for (guint i = 0; i < changes->len; i++) {
		Change *change = changes->pdata[i];
		const Claim *is = find(now, change->path);
		Provenance *ret = &change->provenance;

		ret->evidence = EVIDENCE_NONE;
		if (change->after.type == FILE_ABSENT) {
			weigh_removal(before, find(then, change->path), is, ret);
		} else if (is != NULL) {
			name_owner(ret, evidences, is->package);
			ret->evidence = evidence_of(evidences, &change->after, is);
		}
		/* a move takes something away as well */
		if (change->moved_from != NULL && find(now, change->moved_from) != NULL) {
			ret->evidence = EVIDENCE_OTHER;
		}
	}
}

/*
 * What a run has done
 */

static bool is_there(const DpkgPackage *package)
{
	return package != NULL && package->version != NULL &&
	       (package->status == NULL || g_str_has_suffix(package->status, " installed") ||
		g_str_has_suffix(package->status, " unpacked") ||
		g_str_has_suffix(package->status, " half-configured") ||
		strstr(package->status, " triggers-") != NULL);
}

/* NULL: nothing has happened to it. */
static char *what_happened(const DpkgPackage *was, const DpkgPackage *is, const char *name,
			   bool was_seen)
{
	const char *old = is_there(was) ? was->version : NULL;
	const char *new = is_there(is) ? is->version : NULL;

	if (old != NULL && new != NULL && strcmp(old, new) != 0) {
		return g_strdup_printf("%s %s -> %s", name, old, new);
	}
	if (old != NULL && new == NULL) {
		return g_strdup_printf("%s %s removed", name, old);
	}
	if (new != NULL && (old == NULL || was_seen)) {
		return g_strdup_printf("%s %s", name, new);
	}
	return old == NULL && new == NULL &&was != NULL && (is == NULL || is->version == NULL)
		       ? g_strdup_printf("%s purged", name)
		       : NULL;
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_happened(GPtrArray *ret, const Evidences *before, const Evidences *after,
			 const char *name, GHashTable *owners)
{
	char *text = what_happened(g_hash_table_lookup(dpkg_status_packages(before->status), name),
				   g_hash_table_lookup(dpkg_status_packages(after->status), name),
				   name, owners != NULL && g_hash_table_contains(owners, name));

	if (text != NULL) {
		g_ptr_array_add(ret, text);
	}
}

GPtrArray *evidences_packages(const Evidences *before, const Evidences *after, GHashTable *owners)
{
	GPtrArray *ret = g_ptr_array_new_with_free_func(g_free);
	GHashTable *old = dpkg_status_packages(before->status);
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, dpkg_status_packages(after->status));
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		add_happened(ret, before, after, name, owners);
	}
	g_hash_table_iter_init(&iter, old);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		if (!g_hash_table_contains(dpkg_status_packages(after->status), name)) {
			add_happened(ret, before, after, name, owners);
		}
	}
	g_ptr_array_sort(ret, compare_texts);
	return ret;
}
