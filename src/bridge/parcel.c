/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parcels: see parcel.h. */
#include "bridge/parcel.h"

Parcel *parcel_new(GString *text, const char *id)
{
	Parcel *parcel = g_new0(Parcel, 1);

	parcel->size = text->len;
	parcel->text = g_string_free(text, FALSE);
	g_strlcpy(parcel->id, id, sizeof(parcel->id));
	return parcel;
}

void parcel_free(Parcel *parcel)
{
	g_free(parcel->text);
	g_free(parcel->to);
	g_free(parcel->title);
	g_free(parcel->why);
	g_free(parcel->later);
	g_free(parcel);
}
