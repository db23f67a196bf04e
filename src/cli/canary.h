/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canary: changes a file of Reeve's own under RUNTIME and waits for the event at the far end of
 * the bus. It proves the whole chain, and that whoever changes something is told: for `reeve
 * canary`, which reeved sends out every few minutes, and for the doctor.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	CANARY_WELL,
	CANARY_SICK,  /* `text` says what is wrong */
	CANARY_UNFIT, /* there is none here, or it is not for us: `text` says why */
} CanaryState;

typedef struct {
	CanaryState state;
	char *text;        /* one sentence */
	gint64 latency_ms; /* CANARY_WELL */
} CanaryResult;

void canary_result_clear(CanaryResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CanaryResult, canary_result_clear)

/* Never fails; waits at most `patience_ms` for the event. */
void canary_send(const Context *context, int patience_ms, CanaryResult *ret);
