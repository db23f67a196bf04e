/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel gives: the calls Reeve stands on, inotify's limits, the clock. */
#include "cli/doctor.h"
#include "cli/health.h"
#include "cli/history.h"
#include "cli/moment.h"
#include "cli/pick.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#define QUEUE_WELL 16384
#define FUTURE_USEC G_GINT64_CONSTANT(1000000)

static void check_openat2(Doctor *doctor)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
	auto_fd int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	if (fd < 0) {
		doctor_find(doctor, FINDING_FAIL,
			    "Reeve needs Linux 5.6 or newer, and a container that allows openat2",
			    "openat2: %s", g_strerror(errno));
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "openat2 works");
	}
}

static void check_landlock(Doctor *doctor)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi > 0) {
		doctor_find(doctor, FINDING_OK, NULL, "Landlock, version %ld", abi);
	} else {
		doctor_find(doctor, FINDING_WARN,
			    "users and system call filters still stand; boot with lsm=landlock,... "
			    "for the rest",
			    "no Landlock: the stages' view of the file system is not narrowed");
	}
}

void check_kernel(const Context *context, Doctor *doctor)
{
	check_openat2(doctor);
	check_landlock(doctor);
	if (prctl(PR_GET_SECCOMP) < 0) {
		doctor_find(doctor, FINDING_FAIL, "the kernel needs CONFIG_SECCOMP_FILTER",
			    "system calls cannot be filtered");
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "system calls can be filtered");
	}
}

static gint64 read_limit(const char *name)
{
	g_autofree char *path = g_build_filename("/proc/sys/fs/inotify", name, NULL);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoll(text, NULL, 10) : -1;
}

void check_inotify(const Context *context, Doctor *doctor)
{
	gint64 watches = read_limit("max_user_watches");
	gint64 queue = read_limit("max_queued_events");
	g_auto(Health) recorder = {0};
	const char *backend;
	gint64 directories, uncovered;

	health_read(context, "recorder", &recorder);
	backend = recorder.is_alive ? pick_text(recorder.line, "backend") : NULL;
	directories = recorder.is_alive ? pick_number(recorder.line, "directories", 0) : 0;
	uncovered = recorder.is_alive ? pick_number(recorder.line, "uncovered", 0) : 0;
	if (uncovered > 0) {
		doctor_find(doctor, FINDING_FAIL,
			    "raise the limit: sysctl fs.inotify.max_user_watches=524288, and keep "
			    "it in /etc/sysctl.d",
			    "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
			    " directories have no watch (limit %" G_GINT64_FORMAT ")",
			    uncovered, directories + uncovered, watches);
	} else if (g_strcmp0(backend, "fanotify") == 0) {
		doctor_find(doctor, FINDING_OK, NULL,
			    "%" G_GINT64_FORMAT
			    " directories watched through fanotify, which has no limit of watches",
			    directories);
		return;
	} else if (watches >= 0 && directories > watches / 10 * 8) {
		doctor_find(doctor, FINDING_WARN, "sysctl fs.inotify.max_user_watches=524288",
			    "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " watches are in use",
			    directories, watches);
	} else {
		doctor_find(doctor, FINDING_OK, NULL,
			    "%" G_GINT64_FORMAT " directories watched, %" G_GINT64_FORMAT
			    " watches allowed",
			    directories, watches);
	}
	if (queue >= 0 && queue < QUEUE_WELL) {
		doctor_find(doctor, FINDING_WARN, "sysctl fs.inotify.max_queued_events=65536",
			    "the kernel queues only %" G_GINT64_FORMAT
			    " hints: a burst overflows, and the tree is scanned again",
			    queue);
	}
}

/* An event from the future: the clock was set back, or the journal came from elsewhere. */
static void check_last_event(const Context *context, Doctor *doctor)
{
	g_autoptr(History) history = history_open(context, NULL);
	IndexTotals totals = {0};

	if (history == NULL || !index_totals(history_index(history), &totals, NULL)) {
		return;
	}
	if (totals.last_usec > clock_wall_usec() + FUTURE_USEC) {
		g_autofree char *when = moment_long(totals.last_usec);

		doctor_find(doctor, FINDING_WARN, "`reeve log --all` shows it in its place",
			    "the last event is from the future (%s): the clock was set back", when);
	}
}

void check_clock(const Context *context, Doctor *doctor)
{
	struct timex state = {0};
	int result = adjtimex(&state);

	if (result < 0 || result == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
		doctor_find(doctor, FINDING_WARN,
			    "run a time service (systemd-timesyncd, chrony): requests have windows",
			    "the clock is not synchronised");
	} else {
		doctor_find(doctor, FINDING_OK, NULL, "the clock is synchronised");
	}
	check_last_event(context, doctor);
}
