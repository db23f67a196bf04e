/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request in the caller's editor: what is known of it so far, and as comments what else can stand
 * there.
 */
#pragma once

#include "base/error.h"
#include "register/request.h"

/* What the editor is opened on. Caller frees. */
char *request_template(const Request *request);

/* The request as it was edited. NULL and *error: left as it was, or it cannot be read; then what
 * was written is kept, and *error says where. Caller frees. */
Request *request_edit(const Request *request, GError **error);
