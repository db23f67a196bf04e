/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking the running judge through RUNTIME/ctl: one line of JSON there, one line back. What this
 * side sends is small and what it accepts is capped; a daemon that is not there, has died or does
 * not want us is told apart, because the advice differs.
 */
#pragma once

#include "cli/context.h"

#include <jansson.h>

/*
 * Sends `request` (taken) and waits for the answer, for ever when `timeout_ms` is -1. NULL and
 * *error: REEVE_ERROR_UNAVAILABLE (nobody there), REEVE_ERROR_DENIED (the socket is not for us, or
 * the judge refused: its sentence). Caller decrefs.
 */
json_t *ctl_call(const Context *context, json_t *request, int timeout_ms, GError **error);
