/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration (design 6): /etc/reeve/reeve.yaml and drop-ins reeve.d/<any>.yaml in the order
 * of their names, over built-in defaults. Lists in a drop-in replace. Every key has a default,
 * unknown keys are errors with line, column, caret and advice. Also: where things are when nothing
 * was said (root: /var/lib/reeve, /run/reeve; anyone else: XDG folders).
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *host;          /* NULL: the system's host name */
	GStrv watch;         /* canonical paths */
	GStrv ignore;        /* globs */
	GStrv secrets;       /* globs, in addition to the built-in ones */
	char *register_path; /* NULL: STATE/register.git */
	char *register_remote, *register_branch;
	char *register_ssh; /* how the fetcher calls ssh; NULL: as usual, without questions */
	gint64 register_every_seconds;
	char *register_trust; /* allowed_signers; set by config_places where the file is silent */
	char *register_one_person; /* who is alone on this machine; NULL: nobody is */
	bool register_self_approval;
	GStrv policies;                /* folders */
	GStrv bus_live, bus_replay;    /* endpoints; NULL: ipc in RUNTIME */
	char *bus_notice;              /* group that may know but not read; NULL: nobody */
	char *bus_keys;                /* folder; set by config_places where the file is silent */
	char *state_dir, *runtime_dir; /* set by config_places, not by the file */
} Config;

Config *config_new(void); /* the defaults */
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/*
 * Reads one file over `config`; a missing file is an error unless `missing_ok`. Read by root, the
 * file must be root's own and not writable by everybody.
 */
bool config_load(Config *config, const char *file, bool missing_ok, GError **error);

/*
 * Reads the whole configuration over `config`: `file`, then its drop-ins, `<file without
 * .yaml>.d/` any `.yaml`, by name. NULL: the default of the calling user (root: the one of the
 * build, /etc/reeve/reeve.yaml; anyone else: reeve/reeve.yaml in the XDG configuration folder),
 * which may be missing.
 */
bool config_read(Config *config, const char *file, GError **error);

/*
 * Fills state_dir and runtime_dir: what was given, else the defaults of the calling user. Made
 * absolute. What was given wins over the file: a given runtime_dir has its own sockets
 * (the ipc:// ones of bus.live, bus.replay), a given state_dir its own register. Where no file of
 * trusted keys is configured it is `allowed_signers` beside the caller's default configuration
 * file, or, with a given state_dir, in there; and so the folder `keys` of the bus.
 */
void config_places(Config *config, const char *state_dir, const char *runtime_dir);

/* Where notices are told: "ipc://RUNTIME/notice". Caller frees. */
char *config_notice_endpoint(const Config *config);

/* Endpoints after config_places, those of this machine first: "ipc://RUNTIME/live" unless one is
 * configured. An ipc path above 107 bytes is a clear error. */
bool config_endpoints(const Config *config, GStrv *ret_live, GStrv *ret_replay, GError **error);

/* The folders rules come from: those configured; else, in a build tree, the source's policies/;
 * else the installed one. When nothing is configured, the folder `policies` beside the default
 * configuration file is added if there is one. */
GStrv config_policy_folders(const Config *config);

/* The folder git hooks are installed from: beside the rules that were installed with the calling
 * program, or in its source. Caller frees. */
char *config_hooks_folder(void);

/* The folder of the maps for ticket systems, likewise. Caller frees. */
char *config_maps_folder(void);

/* The folder a build tree's programs lie in, when the calling program is one of them; NULL: it is
 * installed. Caller frees. */
char *config_build_folder(void);

/* Whether a name can be the host's: letters, digits, `.`, `-`, `_`, at most 253; it is a level of
 * the bus's topics. */
bool config_host_is_valid(const char *host);
