/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The witness: see witness.h. Source and table are used under one lock, by the recorder's thread
 * (which asks) and by our own (which only empties the source when it fills up).
 */
#include "actor/witness.h"
#include "actor/describe.h"
#include "actor/process-table.h"
#include "actor/source.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define GATHER_USEC 20000

struct Witness {
	GMutex lock;
	Source source;
	ProcessTable *table;
	Standpoint standpoint;
	char *root; /* of the standpoint */
	int proc_fd;
	int stop_bell;
	GThread *thread;
	bool is_stopping; /* under the lock, like all below */
	bool is_blind;
	guint64 lost;
	gint64 lost_usec;  /* monotonic: when the last loss was noticed */
	gint64 taken_usec; /* monotonic: everything before this is in the table */
};

static void see(void *context, const Sighting *sighting)
{
	process_table_see(((Witness *)context)->table, sighting);
}

/* Under the lock. */
static void take(Witness *witness)
{
	const SourceOps *ops = witness->source.ops;
	gint64 now_usec = clock_mono_usec();
	guint64 lost;

	if (!ops->take(witness->source.state, see, witness)) {
		witness->is_blind = true;
	}
	lost = ops->lost(witness->source.state);
	if (lost != witness->lost) {
		witness->lost = lost;
		witness->lost_usec = now_usec;
	}
	witness->taken_usec = now_usec;
}

/*
 * The first look: every process there is, parents before their children.
 */

typedef struct {
	gint64 pid;
	guint64 start;
} Found;

static int compare_found(const void *a, const void *b)
{
	const Found *x = a, *y = b;

	return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
				    : (x->pid > y->pid) - (x->pid < y->pid);
}

static GArray *list_processes(int proc_fd, ProcRoom *room)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(Found));
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 0, 0);
		gint64 pid = g_ascii_strtoll(entry->d_name, NULL, 10);

		if (pid > 0 && proc_files_read(proc_fd, pid, PROC_IDENTITY, room, &sighting)) {
			Found one = {pid, sighting.start};

			g_array_append_val(found, one);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
	g_array_sort(found, compare_found);
	return found;
}

static void look_around(Witness *witness)
{
	g_autofree ProcRoom *room = g_new0(ProcRoom, 1);
	g_autoptr(GArray) found = list_processes(witness->proc_fd, room);

	for (guint i = 0; i < found->len; i++) {
		const Found *one = &g_array_index(found, Found, i);
		Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, one->pid, 0);

		if (proc_files_read(witness->proc_fd, one->pid, PROC_EVERYTHING, room, &sighting)) {
			sighting.born_usec = proc_files_born_usec(sighting.start);
			see(witness, &sighting);
		}
	}
	/* what has happened meanwhile; execs turn what was found into what is */
	take(witness);
}

/*
 * Where the host is, the first process tells. It may be closed even to root; then who started us:
 * we ourselves may have been given mounts of our own.
 */
static void take_standpoint(Witness *witness, gint64 own_pid)
{
	g_autofree ProcRoom *room = g_new0(ProcRoom, 1);
	Sighting own = SIGHTING_INIT(SIGHTING_FOUND, own_pid, 0);
	gint64 hosts[2] = {1, 0};

	witness->standpoint.own_pid = own_pid;
	if (proc_files_read(witness->proc_fd, own_pid, PROC_IDENTITY | PROC_PLACE, room, &own)) {
		witness->standpoint.own_start = own.start;
		witness->standpoint.own_mount_ns = own.mount_ns;
		hosts[1] = own.parent_pid;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(hosts) && witness->standpoint.mount_ns == 0; i++) {
		Sighting host = SIGHTING_INIT(SIGHTING_FOUND, hosts[i], 0);

		if (hosts[i] > 0 &&
		    proc_files_read(witness->proc_fd, hosts[i], PROC_PLACE, room, &host)) {
			witness->standpoint.mount_ns = host.mount_ns;
			witness->standpoint.pid_ns = host.pid_ns;
		}
	}
}

void witness_set_root(Witness *witness, int root_fd)
{
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", root_fd);

	g_free(witness->root);
	witness->root = g_file_read_link(link, NULL);
	if (g_strcmp0(witness->root, "/") == 0) {
		g_clear_pointer(&witness->root, g_free);
	}
	witness->standpoint.root = witness->root;
}

Witness *witness_open(const char *source, gint64 own_pid, GError **error)
{
	g_autoptr(Witness) witness = g_new0(Witness, 1);

	g_mutex_init(&witness->lock);
	witness->stop_bell = -1;
	witness->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (witness->proc_fd < 0) {
		error_set_errno(error, "cannot open /proc");
		return NULL;
	}
	witness->stop_bell = bell_new(error);
	if (witness->stop_bell < 0 || !source_open(&witness->source, source, error)) {
		return NULL;
	}
	witness->table = process_table_new(PROCESS_TABLE_MAX);
	take_standpoint(witness, own_pid);
	if (witness->source.ops->reach != CONFIDENCE_UNKNOWN) {
		look_around(witness);
	}
	return g_steal_pointer(&witness);
}

static void stop_thread(Witness *witness)
{
	if (witness->thread == NULL) {
		return;
	}
	g_mutex_lock(&witness->lock);
	witness->is_stopping = true;
	g_mutex_unlock(&witness->lock);
	bell_ring(witness->stop_bell);
	g_thread_join(g_steal_pointer(&witness->thread));
}

void witness_close(Witness *witness)
{
	if (witness == NULL) {
		return;
	}
	stop_thread(witness);
	source_close(&witness->source);
	process_table_free(witness->table);
	fd_close(&witness->proc_fd);
	fd_close(&witness->stop_bell);
	g_free(witness->root);
	g_mutex_clear(&witness->lock);
	g_free(witness);
}

static void *thread_main(void *data)
{
	Witness *witness = data;
	struct pollfd polled[] = {
		{witness->source.ops->poll_fd(witness->source.state), POLLIN, 0},
		{witness->stop_bell, POLLIN, 0},
	};
	bool is_done = false;

	while (!is_done) {
		poll(polled, G_N_ELEMENTS(polled), -1);
		/* let some more come: one waking for each would cost more than they do */
		if (polled[1].revents == 0) {
			g_usleep(GATHER_USEC);
		}
		g_mutex_lock(&witness->lock);
		take(witness);
		is_done = witness->is_stopping || witness->is_blind;
		g_mutex_unlock(&witness->lock);
	}
	return NULL;
}

bool witness_start(Witness *witness, GError **error)
{
	if (witness->source.ops->poll_fd(witness->source.state) < 0) {
		return true;
	}
	witness->thread = g_thread_try_new("reeve-witness", thread_main, witness, error);
	return witness->thread != NULL;
}

/*
 * The question
 */

/* Nobody saw it start: perhaps it is still there. */
static Process *look_now(Witness *witness, gint64 pid, gint64 since_usec, gint64 until_usec)
{
	g_autofree ProcRoom *room = g_new0(ProcRoom, 1);
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, pid, 0);

	if (!witness->source.ops->look(witness->source.state, pid, room, &sighting)) {
		return NULL;
	}
	sighting.born_usec = proc_files_born_usec(sighting.start);
	sighting.doubt = "read from /proc after the write";
	process_table_see(witness->table, &sighting);
	return process_table_find(witness->table, pid, since_usec, until_usec);
}

/* Who logs in sets the login user of a process that runs already: the one thing that can change
 * without an exec and that nobody is told of. What was asked later than the write needs no other
 * answer: hundreds of writes may wait to be named. */
static void refresh_login(Witness *witness, Process *process, gint64 until_usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_IDS, process->pid, until_usec);
	const Phase *phase = process_phase_at(process, until_usec);
	ProcRoom room;

	if (phase == NULL || phase != &process->phases[process->n_phases - 1] ||
	    phase->login_uid >= 0 || process->ended_usec != 0 ||
	    until_usec < process->login_read_usec) {
		return;
	}
	process->login_read_usec = clock_mono_usec();
	sighting.doubt = "its login user was read from /proc after the write";
	if (proc_files_read(witness->proc_fd, process->pid, PROC_IDENTITY | PROC_LOGIN, &room,
			    &sighting) &&
	    sighting.login_uid >= 0 && (process->start == 0 || process->start == sighting.start)) {
		process_table_see(witness->table, &sighting);
	}
}

static Actor *describe(Witness *witness, Process *process, gint64 since_usec, gint64 until_usec)
{
	const char *doubt;
	Phase *phase = process_phase_between(process, since_usec, until_usec, &doubt);
	Actor *actor;

	if (phase != NULL && doubt == NULL && phase->since_usec < witness->lost_usec) {
		doubt = "some sightings of processes were lost";
	}
	if (phase != NULL && phase->actor != NULL && doubt == NULL &&
	    (phase->is_for_good || process->ended_usec == 0)) {
		return actor_ref(phase->actor);
	}
	actor = describe_process(witness->table, process, phase, doubt, &witness->standpoint);
	/* what is sure of a phase stays so; but at its end a process may show another user */
	if (phase != NULL && doubt == NULL) {
		actor_free(phase->actor);
		phase->actor = actor_ref(actor);
		phase->is_for_good = actor->login_uid >= 0 || process->ended_usec != 0;
	}
	return actor;
}

Actor *witness_name(Witness *witness, gint64 pid, gint64 since_usec, gint64 until_usec)
{
	g_autoptr(GMutexLocker) locker = NULL;
	Process *process;

	if (pid <= 0) {
		return NULL;
	}
	locker = g_mutex_locker_new(&witness->lock);
	(void)locker;
	if (until_usec >= witness->taken_usec) {
		take(witness);
	}
	process = process_table_find(witness->table, pid, since_usec, until_usec);
	if (process == NULL) {
		process = look_now(witness, pid, since_usec, until_usec);
	}
	if (process == NULL) {
		return describe_stranger(pid, witness->source.ops->reach == CONFIDENCE_UNKNOWN
						      ? "nothing tells processes apart here"
						      : "the process was gone before anybody "
							"could look");
	}
	refresh_login(witness, process, until_usec);
	return describe(witness, process, since_usec, until_usec);
}

const char *witness_source(const Witness *witness)
{
	return witness->source.ops->name;
}

Confidence witness_reach(const Witness *witness)
{
	return witness->source.ops->reach;
}

const char *witness_limits(const Witness *witness)
{
	return witness->source.ops->limits;
}

const GPtrArray *witness_passed_over(const Witness *witness)
{
	return witness->source.passed_over;
}

guint witness_count(Witness *witness)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&witness->lock);

	(void)locker;
	return process_table_count(witness->table);
}

guint64 witness_lost(Witness *witness)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&witness->lock);

	(void)locker;
	return witness->lost;
}

bool witness_is_blind(Witness *witness)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&witness->lock);

	(void)locker;
	return witness->is_blind;
}
