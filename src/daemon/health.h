/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The health line of reeved, RUNTIME/health/reeved: the common members of base/stage.h, and
 *   "version":"..","stages":{"recorder":{"pid":N,"restarts":N,"state":"running|ready|restarting"}},
 *   "problems":["..."],"register":{"remote":"..","fetched":"<time>"|null,"problem":".."|null}
 * (the last only where there is a remote register; one that cannot be fetched is no problem of the
 * daemon's, which goes on with what is there, but status says it).
 */
#pragma once

#include "daemon/fetcher.h"
#include "daemon/stage-process.h"

#include <glib.h>

typedef struct {
	const StageProcess *stages;
	guint n_stages;
	const char *reload_problem; /* why the last SIGHUP changed nothing; NULL: it did */
	bool is_ending;
	const Fetcher *fetcher; /* NULL: none */
} HealthFacts;

/* Everybody ready and nothing wrong: "ready"; something wrong: "degraded"; else "starting". */
const char *health_state(const HealthFacts *facts);

/* One sentence for a person and the service manager. Caller frees. */
char *health_text(const HealthFacts *facts);

/* The line, without LF. Caller frees with free(3). */
char *health_line(const HealthFacts *facts);
