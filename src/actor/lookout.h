/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lookout: a small process of its own that looks at /proc for us, where the kernel does not
 * bring us what we need by itself (that is, without the source "bpf").
 *
 * Why a process: what somebody runs (/proc/PID/exe) is shown to CAP_SYS_PTRACE alone, and to nobody
 * behind Landlock. The recorder shall have neither that right nor do without that wall. So the
 * lookout keeps this one capability and may do nothing else: it opens /proc, and speaks to us
 * through one socket (lookout-child.c argues each line). It ends when we do.
 */
#pragma once

#include "actor/proc-files.h"
#include "actor/source.h"
#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Lookout Lookout;

/* Starts it, before the first thread. `connector`: the socket of connector_open, whose events it is
 * to complete and pass on; taken in any case; -1: it only answers questions. */
Lookout *lookout_start(int connector, GError **error);
void lookout_stop(Lookout *lookout);

/* Readable when it has something to tell. */
int lookout_poll_fd(const Lookout *lookout);

/* Gives everything that happened before the call; false: the lookout has died. */
bool lookout_take(Lookout *lookout, SightingSink *sink, void *context);

/* Has it look at one process. */
bool lookout_look(Lookout *lookout, gint64 pid, ProcRoom *room, Sighting *ret);

guint64 lookout_lost(const Lookout *lookout);

/* The other side: serves until `questions` is closed. Does not return. */
G_NORETURN void lookout_child(int questions, int connector, int proc_fd);

/* What is asked: a pid, or this. */
#define LOOKOUT_CATCH_UP 0
