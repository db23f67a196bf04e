/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry as the bytes of one database column. Nothing is ever asked of the database but "this
 * path" and "this directory", so columns would buy nothing and cost a call each; packed, a hundred
 * thousand entries are read in a fraction of the time and half the space. The form is private to
 * the catalog: another form means another schema version, and a catalog made anew.
 */
#pragma once

#include "catalog/catalog.h"

/* Appends the packed form. */
void record_pack(GByteArray *out, const CatalogEntry *entry);

/* Reads exactly `size` bytes of packed form; false when they are not one. */
bool record_unpack(const void *data, gsize size, CatalogEntry *ret);
