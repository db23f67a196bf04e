/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One output at work, in a thread of its own: follows the bus from its cursor, sends what its
 * filter lets through, and moves the cursor when the receiver has acknowledged. The journal is the
 * spool: nothing is kept here but the batch that is on its way (and, where open alerts are told,
 * those: vigil.h). A receiver that is away is tried again, with pauses that grow to a minute; other
 * outputs do not notice.
 */
#pragma once

#include "base/error.h"
#include "bridge/follow.h"
#include "bridge/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Output Output;

/* `folder`: of the cursors. All that is given stays the caller's and must last. */
Output *output_new(const OutputSettings *settings, const OutputBus *bus, int folder,
		   GError **error);
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

/* Works until *is_over (atomic) is set; false: it cannot go on, and has said why. */
bool output_run(Output *output, gint *is_over);
