/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request would do to this machine: each pinned path as it was last recorded against what
 * it shall be. Content comes out of the register and must be what the pin says. Where the machine
 * has moved on since the request was written, that is said.
 */
#pragma once

#include "cli/paint.h"
#include "cli/register-view.h"

#include <glib.h>
#include <stdbool.h>

bool request_preview(const Context *context, const Paint *paint, const RegisterView *view,
		     const Request *request, GString *out, GError **error);
