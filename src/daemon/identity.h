/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which machine this is: the host's name, the machine-id of the watched system (ROOT/etc/
 * machine-id; where that has none, a number drawn once and kept in STATE/host-id), and the boot.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *machine_id; /* 32 hexadecimal digits */
	char *boot_id;    /* UUID */
} Identity;

bool identity_read(Identity *ret, const char *root, int state_fd, GError **error);
void identity_clear(Identity *identity);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Identity, identity_clear)

/* The system's host name made fit for a topic (config_host_is_valid); "localhost" when it cannot
 * be. Caller frees. */
char *identity_host(void);
