/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a judge, shared by judge.c (the work) and judge-health.c (what it says of itself);
 * nobody else's.
 */
#pragma once

#include "judge/clerk.h"
#include "judge/docket.h"
#include "judge/judge.h"

struct Judge {
	JudgePlaces places;
	EventHost host;
	Rules *rules;
	Approvals *approvals; /* NULL: no register */
	Clerk *clerk;         /* NULL: no register */
	Journal *journal;
	Outbox *outbox;
	Docket *docket;
	DocketItem item; /* taken from the docket, not judged yet */
	bool has_item;
	char *unfinished; /* commit that was told in part before we were started */
	JudgementTold told;
	char *trouble; /* why we are stuck */
	bool was_idle; /* all that was owed at the start is done */
};
