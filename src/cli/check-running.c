/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs: the daemon and its stages, and the walls they stand behind, as the kernel sees them.
 */
#include "cli/doctor.h"
#include "cli/health.h"
#include "cli/pick.h"

#include <cap-ng.h>
#include <stdlib.h>
#include <string.h>

static void check_stage(const Context *context, Doctor *doctor, const char *stage)
{
	g_auto(Health) health = {0};
	const char *state, *text;

	health_read(context, stage, &health);
	state = health_state(&health);
	text = pick_text(health.line, "text");
	if (health.is_alive && strcmp(state, "degraded") != 0) {
		doctor_find(doctor, FINDING_OK, NULL, "%s is %s", stage, state);
	} else {
		doctor_find(doctor, FINDING_FAIL, "the log of reeved says more", "%s is %s%s%s",
			    stage, state, text != NULL ? ": " : "", text != NULL ? text : "");
	}
}

void check_daemon(const Context *context, Doctor *doctor)
{
	if (!health_daemon_runs(context)) {
		doctor_find(doctor, FINDING_WARN,
			    "systemctl start reeved, or `reeve watch /etc` to try it",
			    "no daemon runs on %s", context->config->runtime_dir);
		return;
	}
	for (gsize i = 0; health_stages[i] != NULL; i++) {
		check_stage(context, doctor, health_stages[i]);
	}
}

/* What /proc/PID/status says of a wall. */
typedef struct {
	gint64 uid;
	guint64 capabilities; /* effective */
	gint64 no_new_privs, seccomp;
} WallSeen;

static gint64 status_number(const char *status, const char *key, int base)
{
	g_autofree char *line = g_strconcat("\n", key, ":\t", NULL);
	const char *at = strstr(status, line);

	return at == NULL ? -1 : (gint64)strtoull(at + strlen(line), NULL, base);
}

static bool look_at_wall(gint64 pid, WallSeen *ret)
{
	g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/status", pid);
	g_autofree char *status = NULL;

	if (!g_file_get_contents(path, &status, NULL, NULL)) {
		return false;
	}
	ret->uid = status_number(status, "Uid", 10);
	ret->capabilities = (guint64)status_number(status, "CapEff", 16);
	ret->no_new_privs = status_number(status, "NoNewPrivs", 10);
	ret->seccomp = status_number(status, "Seccomp", 10);
	return true;
}

/* CAP_DAC_READ_SEARCH and friends the recorder needs; CAP_SYS_ADMIN would be the whole machine. */
#define CAP_BIT(n) (G_GUINT64_CONSTANT(1) << (n))
#define FORBIDDEN_TO_RECORDER (CAP_BIT(12) | CAP_BIT(13) | CAP_BIT(16) | CAP_BIT(19))

/* "no capabilities", "capabilities dac_read_search". Caller frees. */
static char *capability_words(guint64 set)
{
	GString *out = g_string_new(set == 0 ? "no capabilities" : "capabilities");

	for (unsigned int i = 0; i < 64; i++) {
		const char *name = (set & CAP_BIT(i)) != 0 ? capng_capability_to_name(i) : NULL;

		if (name != NULL) {
			g_string_append_printf(out, " %s", name);
		}
	}
	return g_string_free(out, FALSE);
}

static void check_wall(Doctor *doctor, const char *stage, gint64 pid, bool daemon_is_root)
{
	bool is_recorder = strcmp(stage, "recorder") == 0;
	g_autofree char *capabilities = NULL;
	WallSeen seen;

	if (!look_at_wall(pid, &seen)) {
		doctor_find(doctor, FINDING_SKIP, "use sudo", "%s: /proc does not show it", stage);
		return;
	}
	if (seen.no_new_privs != 1 || seen.seccomp != 2) {
		doctor_find(doctor, FINDING_FAIL, "is this the program that was built here?",
			    "%s has no system call filter (NoNewPrivs %" G_GINT64_FORMAT
			    ", Seccomp %" G_GINT64_FORMAT ")",
			    stage, seen.no_new_privs, seen.seccomp);
		return;
	}
	capabilities = capability_words(seen.capabilities);
	if (!is_recorder && (seen.capabilities != 0 || (daemon_is_root && seen.uid == 0))) {
		doctor_find(doctor, FINDING_FAIL, "restart reeved; its log says why",
			    "%s runs as user %" G_GINT64_FORMAT " with %s", stage, seen.uid,
			    capabilities);
	} else if (is_recorder && (seen.capabilities & FORBIDDEN_TO_RECORDER) != 0) {
		doctor_find(doctor, FINDING_FAIL, "restart reeved; its log says why",
			    "%s has more than it needs: %s", stage, capabilities);
	} else {
		doctor_find(doctor, FINDING_OK, NULL,
			    "%s: user %" G_GINT64_FORMAT
			    ", %s, no new privileges, system calls filtered",
			    stage, seen.uid, capabilities);
	}
}

void check_walls(const Context *context, Doctor *doctor)
{
	g_auto(Health) daemon = {0};
	WallSeen seen = {.uid = -1};

	health_read(context, "reeved", &daemon);
	if (!daemon.is_alive || !look_at_wall(daemon.pid, &seen)) {
		doctor_find(doctor, FINDING_SKIP, NULL, "no daemon to look at");
		return;
	}
	for (gsize i = 0; strcmp(health_stages[i], "reeved") != 0; i++) {
		g_auto(Health) health = {0};

		health_read(context, health_stages[i], &health);
		if (health.is_alive) {
			check_wall(doctor, health_stages[i], health.pid, seen.uid == 0);
		}
	}
}
