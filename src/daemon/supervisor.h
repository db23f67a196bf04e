/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor: starts the three stages, hands them their bells, the barrier and their lifelines,
 * starts again what dies, tells the service manager and the health file, re-reads the configuration
 * on SIGHUP, and ends everything in order on SIGTERM or SIGINT. It reads nothing but signals,
 * lifelines and (on SIGHUP) the configuration.
 */
#pragma once

#include "base/error.h"
#include "daemon/canary.h"
#include "daemon/fetcher.h"
#include "daemon/notary.h"
#include "daemon/notify.h"
#include "daemon/plan.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Supervisor Supervisor;

/* Makes a new plan from the configuration as it is now; NULL and *error: keep the old one. */
typedef Plan *(*SupervisorReplan)(void *context, GError **error);

/* Reads the keys of the bus as they are now; false and *error: keep the old ones. */
typedef bool (*SupervisorRekey)(void *context, BusSheet *ret, GError **error);

typedef struct {
	int lock;   /* lent to every stage; not owned */
	int health; /* RUNTIME/health/reeved, -1: none; not owned */
	Notify *notify;
	Canary *canary;   /* not owned */
	Notary *notary;   /* not owned */
	Fetcher *fetcher; /* not owned */
	SupervisorReplan replan;
	SupervisorRekey rekey;
	void *context;
} SupervisorWorld;

/* Blocks the signals it handles; takes the plan's command lines. */
Supervisor *supervisor_new(const SupervisorWorld *world, Plan *plan, GError **error);
void supervisor_free(Supervisor *supervisor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Supervisor, supervisor_free)

/* Runs until told to end and every stage has ended; the exit code of the program. */
int supervisor_run(Supervisor *supervisor);
