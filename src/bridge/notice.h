/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A notice: an open alert in words, for Alertmanager and for a mail. Neither says more than ids,
 * severity, verdict, host and path; a mail not even the path when it is confidential.
 */
#pragma once

#include "bridge/alerts.h"
#include "bridge/parcel.h"

#include <glib.h>

/* The labels of an alert, as JSON: its identity in Alertmanager. `owner`: who answers for it; NULL:
 * nobody. Caller frees. */
char *notice_labels(const Alert *alert, const char *owner);

/* An alert of Alertmanager's API v2, as JSON, with the labels that are kept in it. `ends_usec` 0:
 * it is open. */
Parcel *notice_for_alertmanager(const Alert *alert, gint64 now_usec, gint64 ends_usec);

/*
 * A mail. `to`: addresses, joined with ", ". `next`: who is asked when nobody acknowledges it
 * before `next_usec`; NULL: nobody. `confidential`: patterns of paths that are not named, NULL:
 * none.
 */
Parcel *notice_for_mail(const Alert *alert, const char *to, const char *next, gint64 next_usec,
			GStrv confidential);
