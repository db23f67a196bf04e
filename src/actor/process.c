/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes: see process.h. */
#include "actor/process.h"

#include <string.h>

#define KTHREADD 2

static bool is_kernel_thread(const Sighting *sighting)
{
	return sighting->kind == SIGHTING_FOUND &&
	       (sighting->pid == KTHREADD || sighting->parent_pid == KTHREADD);
}

/* One piece of memory: there are thousands of them a second on a busy host. */
static Image *image_new(const Sighting *sighting)
{
	gsize size = sighting->args == NULL ? 0 : MIN(sighting->args_size, IMAGE_ARGS_BYTES);
	gsize exe_size = sighting->exe == NULL ? 0 : strlen(sighting->exe) + 1;
	Image *image = g_malloc(sizeof(Image) + size + 1 + exe_size);

	image->refs = 1;
	image->comm = is_kernel_thread(sighting) ? g_strdup(sighting->comm) : NULL;
	image->args_size = size;
	if (size > 0) {
		memcpy(image->args, sighting->args, size);
	}
	image->args[size] = '\0';
	image->exe = exe_size == 0 ? NULL : memcpy(image->args + size + 1, sighting->exe, exe_size);
	return image;
}

static Image *image_ref(Image *image)
{
	if (image != NULL) {
		image->refs++;
	}
	return image;
}

static void image_unref(Image *image)
{
	if (image != NULL && --image->refs == 0) {
		g_free(image->comm);
		g_free(image);
	}
}

static void phase_clear(Phase *phase)
{
	image_unref(phase->image);
	actor_free(phase->actor);
}

static gint64 known_or(gint64 value, gint64 inherited)
{
	return value == SIGHTING_UNKNOWN ? inherited : value;
}

/* What /proc shows is in part what the process wants to show: its arguments are in its own memory,
 * and who has a user namespace may name another program. */
static const char *doubt_of(const Sighting *sighting)
{
	if (sighting->doubt == NULL && sighting->kind == SIGHTING_FOUND) {
		return "it began before Reeve did: read from /proc";
	}
	if (sighting->doubt == NULL && sighting->kind == SIGHTING_EXEC &&
	    sighting->read_usec != 0) {
		return "read from /proc as it began";
	}
	return sighting->doubt;
}

/* A phase of its own: what the sighting does not say goes on as it was in `before` (or is not
 * known, when that is NULL). */
static Phase phase_of(const Sighting *sighting, const Phase *before)
{
	bool has_image = sighting->kind == SIGHTING_EXEC || sighting->kind == SIGHTING_FOUND;
	Phase phase = {
		.since_usec = sighting->mono_usec,
		.is_exec = has_image ||
			   (sighting->kind == SIGHTING_IDS && before != NULL && before->is_exec),
		.uid = known_or(sighting->uid, before == NULL ? SIGHTING_UNKNOWN : before->uid),
		.login_uid = known_or(sighting->login_uid,
				      before == NULL ? SIGHTING_UNKNOWN : before->login_uid),
		.session = known_or(sighting->session,
				    before == NULL ? SIGHTING_UNKNOWN : before->session),
		.doubt = doubt_of(sighting),
	};

	if (has_image) {
		phase.image = image_new(sighting);
		phase.read_usec = sighting->read_usec;
	} else if (before != NULL) {
		phase.image = image_ref(before->image);
		phase.doubt = before->doubt != NULL ? before->doubt : phase.doubt;
	}
	return phase;
}

static void set_place(Process *process, const Sighting *sighting)
{
	if (sighting->tty != 0 || sighting->kind == SIGHTING_EXEC) {
		process->tty = sighting->tty;
	}
	if (sighting->mount_ns != 0) {
		process->mount_ns = sighting->mount_ns;
	}
	if (sighting->pid_ns != 0) {
		process->pid_ns = sighting->pid_ns;
	}
	if (sighting->cgroup_id != 0) {
		process->cgroup_id = sighting->cgroup_id;
	}
}

static void inherit_place(Process *process, const Process *parent)
{
	process->tty = parent->tty;
	process->mount_ns = parent->mount_ns;
	process->pid_ns = parent->pid_ns;
	process->cgroup_id = parent->cgroup_id;
}

/* Of what was found nobody knows as whom it logged in. */
static void note_login(Process *process, SightingKind kind)
{
	const Phase *phase = &process->phases[process->n_phases - 1];

	if (phase->login_uid >= 0 && process->login_from_uid == SIGHTING_UNKNOWN &&
	    kind != SIGHTING_FOUND) {
		process->login_from_uid = phase->uid;
		process->login_mount_ns = process->mount_ns;
		process->login_pid_ns = process->pid_ns;
	}
}

Process *process_new(const Sighting *sighting, Process *parent)
{
	Process *process = g_new0(Process, 1);
	const Phase *before = NULL;

	process->refs = 1;
	process->in_order.data = process;
	process->pid = sighting->pid;
	process->start = sighting->start;
	process->parent_pid = sighting->parent_pid;
	process->last_uid = SIGHTING_UNKNOWN;
	process->last_login_uid = SIGHTING_UNKNOWN;
	if (parent != NULL && parent->depth < PROCESS_MAX_DEPTH) {
		process->parent = process_ref(parent);
		process->depth = parent->depth + 1;
	}
	if (parent != NULL && sighting->kind == SIGHTING_FORK) {
		inherit_place(process, parent);
		before = process_phase_at(parent, sighting->mono_usec);
	}
	process->born_usec =
		sighting->kind == SIGHTING_FORK ? sighting->mono_usec : sighting->born_usec;
	process->phases[0] = phase_of(sighting, before);
	process->phases[0].is_exec &= sighting->kind != SIGHTING_FORK;
	process->n_phases = 1;
	process->login_from_uid = SIGHTING_UNKNOWN;
	set_place(process, sighting);
	note_login(process, sighting->kind);
	return process;
}

Process *process_ref(Process *process)
{
	process->refs++;
	return process;
}

/* A loop, not a recursion: each holds the next one above. */
void process_unref(Process *process)
{
	while (process != NULL && --process->refs == 0) {
		Process *parent = process->parent;

		for (guint i = 0; i < process->n_phases; i++) {
			phase_clear(&process->phases[i]);
		}
		process_unref(process->before);
		g_free(process);
		process = parent;
	}
}

static void forget_first(Process *process)
{
	phase_clear(&process->phases[0]);
	process->n_phases--;
	memmove(process->phases, process->phases + 1, process->n_phases * sizeof(Phase));
	process->forgot = true;
}

void process_correct(Process *process, gint64 mono_usec)
{
	Phase *last = process->n_phases == 0 ? NULL : &process->phases[process->n_phases - 1];

	if (last == NULL || last->read_usec <= mono_usec) {
		return;
	}
	g_clear_pointer(&last->image, image_unref);
	g_clear_pointer(&last->actor, actor_free);
	last->uid = SIGHTING_UNKNOWN;
	last->doubt = "it ran something else before anybody could look";
}

void process_turn(Process *process, const Sighting *sighting)
{
	const Phase *before =
		process->n_phases == 0 ? NULL : &process->phases[process->n_phases - 1];
	bool had_login = before != NULL && before->login_uid >= 0;
	Phase phase;

	if (sighting->kind == SIGHTING_EXEC) {
		process_correct(process, sighting->mono_usec);
	}
	if (sighting->has_written && process->n_phases > 0) {
		process->phases[process->n_phases - 1].is_exec = true;
	}
	phase = phase_of(sighting, before);
	if (process->n_phases == PROCESS_PHASES) {
		forget_first(process);
	}
	process->phases[process->n_phases++] = phase;
	if (process->start == 0) {
		process->start = sighting->start;
	}
	set_place(process, sighting);
	if (!had_login) {
		note_login(process, sighting->kind);
	}
}

void process_end(Process *process, const Sighting *sighting)
{
	process->ended_usec = sighting->mono_usec;
	process->last_uid = sighting->uid;
	process->last_login_uid = sighting->login_uid;
}

Phase *process_phase_at(Process *process, gint64 mono_usec)
{
	for (guint i = process->n_phases; i > 0; i--) {
		if (process->phases[i - 1].since_usec <= mono_usec) {
			return &process->phases[i - 1];
		}
	}
	return NULL;
}

/* Two phases that nobody would mix up, both possible: the one before ended after `since_usec`. */
static const char *doubt_between(const Process *process, guint at, gint64 since_usec)
{
	const Phase *now = &process->phases[at];
	const Phase *before;

	if (now->since_usec < since_usec) {
		return NULL;
	}
	if (at == 0) {
		return process->forgot ? "it ran several programs within a moment" : NULL;
	}
	before = &process->phases[at - 1];
	if (before->image == now->image) {
		return "it changed its user within the same moment";
	}
	/* What a fork does before its exec is the shell's redirection: part of the command. */
	return before->is_exec ? "it ran another program within the same moment" : NULL;
}

Phase *process_phase_between(Process *process, gint64 since_usec, gint64 until_usec,
			     const char **ret_doubt)
{
	Phase *phase = process_phase_at(process, until_usec);

	*ret_doubt = NULL;
	if (phase != NULL) {
		*ret_doubt = doubt_between(process, (guint)(phase - process->phases), since_usec);
		if (*ret_doubt == NULL) {
			*ret_doubt = phase->doubt;
		}
	}
	return phase;
}
