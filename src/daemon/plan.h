/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan: which command line each stage is to have, made of the options, the configuration and
 * who we are. After SIGHUP a new plan is made and compared: only stages whose line differs are
 * started again.
 */
#pragma once

#include "base/error.h"
#include "config/bus-sheet.h"
#include "config/config.h"
#include "daemon/fetch-process.h"
#include "daemon/identity.h"
#include "daemon/options.h"
#include "daemon/users.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	STAGE_RECORDER,
	STAGE_JUDGE,
	STAGE_RELAY,
	_STAGE_N,
} StageKind;

/* "recorder"; static. */
const char *stage_name(StageKind kind);

typedef struct {
	GStrv arguments[_STAGE_N]; /* argv from its first option on, without descriptors */
	BusSheet keys;             /* secret and clients */
	FetchPlan fetch;           /* of a remote register */
} Plan;

Plan *plan_new(const DaemonOptions *options, const Config *config, const Users *users,
	       const Identity *identity, GError **error);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* Reads the configuration and puts the options over it. */
Config *plan_configuration(const DaemonOptions *options, GError **error);
