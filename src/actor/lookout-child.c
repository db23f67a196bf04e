/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lookout's own side: see lookout.h. What it may still do stands first.
 *
 * The order of things is what makes its answers true: events of the connector are taken before a
 * question is answered, so what was done before the question is told before the answer.
 */
#include "actor/connector.h"
#include "actor/lookout.h"
#include "actor/wire.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/walls.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* To be shown what others run. It can trace nobody: ptrace stands nowhere below. */
static const int capabilities[] = {CAP_SYS_PTRACE, -1};

static const int own_calls[] = {
	/* files of /proc, and the links there; nothing is written anywhere but to the socket */
	SCMP_SYS(openat),
	SCMP_SYS(readlinkat),
	/* events of the connector, whose socket is open; no other can be made */
	SCMP_SYS(recvfrom),
	-1,
};

static const int *const calls[] = {walls_calls_common, own_calls, NULL};

typedef struct {
	int questions, connector, proc_fd;
	ProcRoom room;
	WireBatch batch;
} Child;

/* Three descriptors and the standard ones are all it has. */
static void keep_only(Child *child)
{
	int *const kept[] = {&child->questions, &child->connector, &child->proc_fd};
	int next = STDERR_FILENO + 1 + (int)G_N_ELEMENTS(kept);

	/* out of the way first, so that none is closed by another taking its number */
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		if (*kept[i] >= 0 && *kept[i] < next) {
			*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, next);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
		if (*kept[i] >= 0) {
			*kept[i] = dup3(*kept[i], STDERR_FILENO + 1 + (int)i, O_CLOEXEC);
		} else {
			close(STDERR_FILENO + 1 + (int)i);
		}
	}
	close_range((unsigned int)next, ~0U, 0);
}

static bool build_walls(void)
{
	g_autoptr(GError) error = NULL;

	if (walls_drop_user(-1, -1, -1, &error) && walls_keep_capabilities(capabilities, &error) &&
	    walls_restrict_calls(calls, NULL, &error)) {
		return true;
	}
	fprintf(stderr, "reeve-lookout: %s\n", error->message);
	return false;
}

static void flush(Child *child)
{
	if (child->batch.size > 0 &&
	    write(child->questions, child->batch.data, child->batch.size) < 0) {
		_exit(EXIT_SUCCESS); /* nobody listens any more */
	}
	child->batch.size = 0;
}

/* What is seen waits until somebody asks, or there is enough of it. */
static void tell(Child *child, WireKind kind, const Sighting *sighting)
{
	if (!wire_batch_add(&child->batch, kind, sighting)) {
		flush(child);
		wire_batch_add(&child->batch, kind, sighting);
	}
}

/* What the event does not say, read as soon as may be; the table knows by `read_usec` when that
 * was too late. */
static void complete(Child *child, Sighting *sighting)
{
	gint64 parent = sighting->parent_pid;

	if (sighting->kind == SIGHTING_EXEC) {
		proc_files_read(child->proc_fd, sighting->pid, PROC_EVERYTHING, &child->room,
				sighting);
		sighting->read_usec = clock_mono_usec();
	} else if (sighting->kind == SIGHTING_FORK) {
		sighting->login_uid = proc_files_login(child->proc_fd, sighting->pid);
		sighting->parent_pid = parent;
	}
}

static void take_events(Child *child)
{
	ConnectorResult result = CONNECTOR_OTHER;

	while (child->connector >= 0 && result != CONNECTOR_EMPTY) {
		Sighting sighting = SIGHTING_INIT(SIGHTING_FORK, 0, 0);

		result = connector_take(child->connector, &sighting);
		if (result == CONNECTOR_EVENT) {
			complete(child, &sighting);
			tell(child, WIRE_SEEN, &sighting);
		} else if (result == CONNECTOR_LOST) {
			tell(child, WIRE_LOST, NULL);
		}
	}
}

static void answer(Child *child)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 0, 0);
	gint64 question;

	if (read(child->questions, &question, sizeof(question)) != (ssize_t)sizeof(question)) {
		_exit(EXIT_SUCCESS);
	}
	take_events(child);
	if (question == LOOKOUT_CATCH_UP) {
		tell(child, WIRE_DONE, NULL);
	} else if (proc_files_read(child->proc_fd, question, PROC_EVERYTHING, &child->room,
				   &sighting)) {
		tell(child, WIRE_FOUND, &sighting);
	} else {
		tell(child, WIRE_GONE, NULL);
	}
	flush(child);
}

/* Who starts now may be gone in a millisecond, and its neighbours' turn is longer than that. The
 * work for each start is small and bounded; beyond 95 % the kernel itself holds it back. */
static void hurry(void)
{
	const struct sched_param lowest = {.sched_priority = 1};

	if (sched_setscheduler(0, SCHED_RR, &lowest) < 0) {
		setpriority(PRIO_PROCESS, 0, -20);
	}
}

void lookout_child(int questions, int connector, int proc_fd)
{
	Child *child = g_new0(Child, 1);

	child->questions = questions;
	child->connector = connector;
	child->proc_fd = proc_fd;
	prctl(PR_SET_NAME, "reeve-lookout");
	hurry();
	keep_only(child);
	if (!build_walls()) {
		_exit(EXIT_FAILURE);
	}
	for (;;) {
		struct pollfd polled[] = {{child->questions, POLLIN, 0},
					  {child->connector, POLLIN, 0}};

		poll(polled, G_N_ELEMENTS(polled), -1);
		if (polled[0].revents != 0) {
			answer(child);
		}
		take_events(child);
	}
}
