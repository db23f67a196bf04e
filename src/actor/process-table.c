/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of processes: see process-table.h. */
#include "actor/process-table.h"

#include <string.h>

#define MAX_CGROUPS 4096

struct ProcessTable {
	GHashTable *by_pid;   /* pid -> Process, the latest of that pid */
	GQueue living, ended; /* of Process.in_order, oldest first */
	GHashTable *cgroups;  /* id (guint64 *) -> path */
	guint max;
	gint64 forgot_usec; /* nobody who had ended later than this has been dropped */
};

static void *key_of(gint64 pid)
{
	return GINT_TO_POINTER((int)pid);
}

ProcessTable *process_table_new(guint max)
{
	ProcessTable *table = g_new0(ProcessTable, 1);

	table->by_pid = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)process_unref);
	table->cgroups = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	table->max = max;
	return table;
}

void process_table_free(ProcessTable *table)
{
	if (table == NULL) {
		return;
	}
	/* the links are in the processes */
	g_hash_table_unref(table->by_pid);
	g_hash_table_unref(table->cgroups);
	g_free(table);
}

static Process *latest(const ProcessTable *table, gint64 pid)
{
	return g_hash_table_lookup(table->by_pid, key_of(pid));
}

static GQueue *order_of(ProcessTable *table, const Process *process)
{
	return process->ended_usec == 0 ? &table->living : &table->ended;
}

static void drop(ProcessTable *table, Process *process)
{
	g_queue_unlink(order_of(table, process), &process->in_order);
	g_hash_table_remove(table->by_pid, key_of(process->pid));
}

static void make_room(ProcessTable *table, gint64 now_usec)
{
	while (g_hash_table_size(table->by_pid) >= table->max) {
		GList *oldest = table->ended.head != NULL ? table->ended.head : table->living.head;
		Process *process = oldest->data;
		gint64 until_usec = process->ended_usec != 0 ? process->ended_usec : now_usec;

		table->forgot_usec = MAX(table->forgot_usec, until_usec);
		drop(table, process);
	}
}

static void remember_cgroup(ProcessTable *table, const Sighting *sighting)
{
	guint64 id = sighting->cgroup_id;
	const char *known;

	if (id == 0 || sighting->cgroup == NULL) {
		return;
	}
	known = g_hash_table_lookup(table->cgroups, &id);
	if (known != NULL && strcmp(known, sighting->cgroup) == 0) {
		return;
	}
	if (g_hash_table_size(table->cgroups) >= MAX_CGROUPS) {
		g_hash_table_remove_all(table->cgroups);
	}
	g_hash_table_replace(table->cgroups, g_memdup2(&id, sizeof(id)),
			     g_strdup(sighting->cgroup));
}

static Process *parent_of(const ProcessTable *table, const Sighting *sighting)
{
	Process *parent = sighting->parent_pid <= 0 || sighting->parent_pid == sighting->pid
				  ? NULL
				  : latest(table, sighting->parent_pid);

	if (parent != NULL && sighting->parent_start != 0 && parent->start != 0 &&
	    parent->start != sighting->parent_start) {
		return NULL;
	}
	return parent;
}

/* `before`: who has this pid as far as we know; NULL. */
static void add(ProcessTable *table, Process *before, const Sighting *sighting)
{
	Process *parent = parent_of(table, sighting);
	Process *process;

	process = process_new(sighting, parent);
	if (before != NULL) {
		process_correct(before, sighting->mono_usec);
		/* of those that had the pid before, only the last is kept */
		g_clear_pointer(&before->before, process_unref);
		process->before = process_ref(before);
		drop(table, before);
	}
	make_room(table, sighting->mono_usec);
	g_hash_table_insert(table->by_pid, key_of(process->pid), process);
	g_queue_push_tail_link(&table->living, &process->in_order);
}

static bool is_other(const Process *process, const Sighting *sighting)
{
	return sighting->start != 0 && process->start != 0 && process->start != sighting->start;
}

static void end(ProcessTable *table, Process *process, const Sighting *sighting)
{
	if (process->ended_usec != 0) {
		return;
	}
	g_queue_unlink(&table->living, &process->in_order);
	process_end(process, sighting);
	g_queue_push_tail_link(&table->ended, &process->in_order);
}

void process_table_see(ProcessTable *table, const Sighting *sighting)
{
	Process *before = latest(table, sighting->pid);
	Process *known = before != NULL && is_other(before, sighting) ? NULL : before;

	remember_cgroup(table, sighting);
	switch (sighting->kind) {
	case SIGHTING_FORK:
		add(table, before, sighting);
		break;
	case SIGHTING_EXEC:
	case SIGHTING_IDS:
		if (known == NULL || known->ended_usec != 0) {
			add(table, before, sighting);
		} else {
			process_turn(known, sighting);
		}
		break;
	case SIGHTING_EXIT:
		if (known != NULL) {
			end(table, known, sighting);
		}
		break;
	case SIGHTING_FOUND:
		if (known == NULL) {
			add(table, before, sighting);
		}
		break;
	}
}

static bool is_between(const Process *process, gint64 since_usec, gint64 until_usec)
{
	return process->born_usec <= until_usec &&
	       (process->ended_usec == 0 || process->ended_usec >= since_usec);
}

/* Born since, with nobody known who had the pid before: in a flood he may just have been dropped.
 */
static bool is_first_for_sure(const ProcessTable *table, const Process *process, gint64 since_usec)
{
	return since_usec == 0 || process->before != NULL || process->born_usec < since_usec ||
	       table->forgot_usec < since_usec;
}

/* The kernel tells of an end before it closes the files of who ends; and nobody has had the pid
 * since. */
static bool is_just_closing(const Process *process, gint64 since_usec)
{
	return process->ended_usec != 0 && process->ended_usec < since_usec &&
	       since_usec - process->ended_usec <= PROCESS_CLOSING_USEC;
}

Process *process_table_find(const ProcessTable *table, gint64 pid, gint64 since_usec,
			    gint64 until_usec)
{
	Process *process = latest(table, pid);
	Process *before = process == NULL ? NULL : process->before;
	bool now = process != NULL && is_between(process, since_usec, until_usec);
	bool then = before != NULL && is_between(before, since_usec, until_usec);

	/* A window that reaches back to the beginning cannot tell them apart either; but then the
	 * later one is by far the likelier only if the earlier had ended long before: not known. */
	if (now && then) {
		return since_usec > 0 ? NULL : process;
	}
	if (!now && !then && process != NULL && is_just_closing(process, since_usec)) {
		return process;
	}
	if (now) {
		return is_first_for_sure(table, process, since_usec) ? process : NULL;
	}
	return then ? before : NULL;
}

const char *process_table_cgroup(const ProcessTable *table, guint64 id)
{
	return g_hash_table_lookup(table->cgroups, &id);
}

guint process_table_count(const ProcessTable *table)
{
	return g_hash_table_size(table->by_pid);
}
