/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of dpkg's database, from bytes that are as hostile as any other: `status` and the
 * numbered files of `updates` (packages, and what each conffile was when it was shipped),
 * `info/NAME.md5sums` (what else a package ships) and `info/NAME.list` (all its paths). Nothing
 * else is read of them. Lines that make no sense are passed over; a file above the caps is
 * REEVE_ERROR_LIMIT.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define DPKG_DIR "/var/lib/dpkg"
#define DPKG_STATUS DPKG_DIR "/status"
#define DPKG_INFO DPKG_DIR "/info"
#define DPKG_UPDATES DPKG_DIR "/updates"

#define DPKG_MAX_BYTES (64 * 1024 * 1024)
#define DPKG_MAX_PACKAGES 200000
#define DPKG_MAX_CONFFILES 1000000
#define MD5_HEX 32

typedef struct {
	char *name;    /* "libc6:amd64" where several architectures may be installed, else "bash" */
	char *version; /* NULL: none is installed */
	char *status;  /* "install ok installed" */
	bool is_replaced; /* by what a later file says */
} DpkgPackage;

typedef struct {
	const DpkgPackage *package;
	char md5[MD5_HEX + 1];
} DpkgConffile;

typedef struct DpkgStatus DpkgStatus;

DpkgStatus *dpkg_status_new(void);
void dpkg_status_free(DpkgStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DpkgStatus, dpkg_status_free)

/* Takes in `status`, then each of `updates` in the order of their names: what a later file says of
 * a package replaces what an earlier one said. */
bool dpkg_status_add(DpkgStatus *status, GBytes *bytes, GError **error);

/* By its name with or without the architecture; NULL: not known. */
const DpkgPackage *dpkg_status_package(const DpkgStatus *status, const char *name);
/* Name -> DpkgPackage. */
GHashTable *dpkg_status_packages(const DpkgStatus *status);
/* NULL: the path is no conffile of any package. */
const DpkgConffile *dpkg_status_conffile(const DpkgStatus *status, const char *path);

/* One line of `md5sums` or `list`. `path` is absolute, not canonical, and no string: it has a
 * length. `md5` is NULL for a list. */
typedef struct {
	const char *path;
	gsize size;
	const char *md5; /* MD5_HEX digits, lower case */
} DpkgLine;

/* Steps through the bytes; `at` begins at 0. False: no more. Of md5sums the path has no leading
 * slash. */
bool dpkg_sums_next(GBytes *bytes, gsize *at, DpkgLine *ret);
bool dpkg_list_next(GBytes *bytes, gsize *at, DpkgLine *ret);

/* "bash" of "bash.md5sums"; NULL when the name does not end so. Caller frees. */
char *dpkg_info_package(const char *name, const char *suffix);
