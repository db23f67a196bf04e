/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Talking to the service manager: sd_notify(3)'s datagrams, by hand (it is one socket and no
 * library). Without NOTIFY_SOCKET everything here does nothing.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Notify Notify;

/* Takes NOTIFY_SOCKET and WATCHDOG_* out of the environment, so that no stage has them. */
Notify *notify_open(void);
void notify_close(Notify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notify, notify_close)

/* Sends assignments ("READY=1\nSTATUS=..."); errors are ignored: there is nobody to tell. */
void notify_send(Notify *notify, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* How often WATCHDOG=1 is due (half of what the service manager waits); 0: never. */
gint64 notify_watchdog_usec(const Notify *notify);
