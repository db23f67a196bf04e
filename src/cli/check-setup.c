/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was set up before anything runs: configuration, places, users, space, rules. */
#include "cli/doctor.h"

#include "cli/paint.h"
#include "policy/policy.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB (1024 * G_GUINT64_CONSTANT(1024))

void check_config(const Context *context, Doctor *doctor)
{
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autoptr(GError) error = NULL;

	if (context->config_problem != NULL) {
		doctor_find(doctor, FINDING_FAIL,
			    "correct the file; until then the old settings run", "%s",
			    context->config_problem);
		return;
	}
	doctor_find(doctor, FINDING_OK, NULL, "the configuration is sound");
	if (!config_endpoints(context->config, &live, &replay, &error)) {
		doctor_find(doctor, FINDING_FAIL, "choose a shorter --runtime, or set bus.live",
			    "%s", error->message);
	}
}

static void check_folder(Doctor *doctor, const char *what, const char *path, mode_t forbidden)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		bool is_denied = errno == EACCES;

		doctor_find(doctor, is_denied ? FINDING_SKIP : FINDING_WARN,
			    is_denied ? "use sudo, or join the group reeve"
				      : "it is made when the daemon starts first",
			    "%s %s: %s", what, path, g_strerror(errno));
	} else if (!S_ISDIR(st.st_mode)) {
		doctor_find(doctor, FINDING_FAIL, "move it away", "%s %s is no folder", what, path);
	} else if ((st.st_mode & forbidden) != 0) {
		g_autofree char *advice =
			g_strdup_printf("chmod %04o %s", st.st_mode & 07777 & ~forbidden, path);

		doctor_find(doctor, FINDING_FAIL, advice, "%s %s has mode %04o", what, path,
			    st.st_mode & 07777);
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "%s %s, mode %04o", what, path,
			    st.st_mode & 07777);
	}
}

void check_places(const Context *context, Doctor *doctor)
{
	/* who fetches a remote register walks through it */
	check_folder(doctor, "state", context->config->state_dir,
		     context->config->register_remote != NULL ? 0026 : 0027);
	check_folder(doctor, "runtime", context->config->runtime_dir, 0022);
}

void check_users(const Context *context, Doctor *doctor)
{
	static const char *const users[] = {"reeve-judge", "reeve-relay"};

	if (geteuid() != 0) {
		doctor_find(doctor, FINDING_SKIP, NULL,
			    "a daemon of an ordinary user runs as that user throughout");
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(users); i++) {
		if (getpwnam(users[i]) == NULL) {
			doctor_find(doctor, FINDING_WARN,
				    "fine for a trial; the package makes the user",
				    "there is no user %s: a free number stands in for it",
				    users[i]);
		} else {
			doctor_find(doctor, FINDING_OK, NULL, "user %s", users[i]);
		}
	}
	if (getgrnam("reeve") == NULL) {
		doctor_find(doctor, FINDING_WARN,
			    "groupadd --system reeve, then add administrators",
			    "there is no group reeve: only root can read what is recorded");
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "group reeve");
	}
}

void check_space(const Context *context, Doctor *doctor)
{
	const char *path = context->config->state_dir;
	struct statvfs fs;
	g_autofree char *left = NULL;
	guint64 bytes;
	FindingLevel level;

	if (statvfs(path, &fs) != 0) {
		doctor_find(doctor, FINDING_SKIP, NULL, "%s: %s", path, g_strerror(errno));
		return;
	}
	bytes = (guint64)fs.f_bavail * fs.f_frsize;
	left = paint_bytes(bytes);
	level = bytes < 100 * MIB ? FINDING_FAIL : bytes < 1024 * MIB ? FINDING_WARN : FINDING_OK;
	doctor_find(doctor, level,
		    level == FINDING_OK ? NULL : "make room: a full disk stops the recording",
		    "%s free for %s", left, path);
	if (fs.f_files > 0 && fs.f_favail < 10000) {
		doctor_find(doctor, FINDING_WARN, "make room: every change may need a file",
			    "only %" G_GUINT64_FORMAT " inodes are free for %s",
			    (guint64)fs.f_favail, path);
	}
}

void check_rules(const Context *context, Doctor *doctor)
{
	g_auto(GStrv) folders = config_policy_folders(context->config);
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) sources = NULL;
	g_autoptr(Policy) policy = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *where = g_strjoinv(", ", folders);

	sources = policy_read((const char *const *)folders, true, &error);
	if (sources == NULL) {
		doctor_find(doctor, FINDING_FAIL, NULL, "%s", error->message);
		return;
	}
	policy = policy_compile(sources, &problems);
	for (guint i = 0; i < problems->len; i++) {
		doctor_find(doctor, FINDING_WARN, "the other rules work without it", "%s",
			    (const char *)g_ptr_array_index(problems, i));
	}
	if (policy_count(policy) == 0) {
		doctor_find(doctor, FINDING_WARN, "set `policies:` in the configuration",
			    "no rules in %s: every change is of low severity", where);
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "%u rules from %s", policy_count(policy),
			    where);
	}
}
