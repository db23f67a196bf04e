/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the path of a cgroup says: the systemd unit a process is in, and the container. Pure; the
 * path is as hostile as whoever may make cgroups, so only well-formed names are believed.
 */
#pragma once

#include <glib.h>

/* "cron.service", "session-3.scope", "user@1000.service": the innermost service or scope; NULL.
 * Caller frees. */
char *cgroup_unit(const char *path);

/*
 * The id of the container (64 hex digits of docker, podman, containerd, CRI-O; the name of an LXC
 * or nspawn container; a pod and container of kubernetes); NULL. Caller frees.
 */
char *cgroup_container(const char *path);
