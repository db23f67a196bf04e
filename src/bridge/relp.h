/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of RELP, the reliable event logging protocol of rsyslog:
 *
 *   TXNR SP COMMAND SP DATALEN [SP DATA] LF
 *
 * The sender numbers its transactions from 1; the receiver answers each with `rsp`, whose data
 * begin with a status: 200 is an acknowledgement. Written by hand, because librelp does not say
 * which record was acknowledged, and a cursor needs to know.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define RELP_DATA_MAX (128 * 1024)

typedef struct {
	guint txnr;
	int status;    /* of a `rsp`; -1: it has none */
	bool is_close; /* the receiver wants to end (serverclose) */
} RelpAnswer;

typedef enum {
	RELP_ANSWER,
	RELP_MORE, /* not whole yet */
	RELP_NONSENSE,
} RelpRead;

/* Appends a frame. */
void relp_append(GString *out, guint txnr, const char *command, const char *data, gsize size);

/* Reads one answer off the front; *ret_used bytes are done with. */
RelpRead relp_read(const char *data, gsize size, RelpAnswer *ret, gsize *ret_used);
