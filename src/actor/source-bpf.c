/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The source "bpf": the program in the kernel (actor.bpf.c) tells of every process as it begins,
 * runs something else, and ends; so one that lived a millisecond is known as well as any other, and
 * in the order in which things happened.
 *
 * Nothing more is needed behind the wall: the ring buffer is mapped. The records wait there until
 * somebody asks (or a quarter of it was filled), so a busy host does not wake us two thousand times
 * a second.
 */
#include "actor/bpf-record.h"
#include "actor/source.h"
#include "base/fd.h"

#include <actor.skel.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	struct actor_bpf *program;
	struct ring_buffer *ring;
	int proc_fd;
	guint64 ns_per_tick;
	/* during `take` */
	SightingSink *sink;
	void *context;
} BpfSource;

/* Room for the paths of one record. */
typedef struct {
	char exe[BPF_PATH_BYTES + BPF_NAME_BYTES + 2];
	char cgroup[BPF_CGROUP_BYTES + BPF_NAME_BYTES + 2];
} BpfStrings;

static void bpf_source_close(void *state)
{
	BpfSource *source = state;

	ring_buffer__free(source->ring);
	actor_bpf__destroy(source->program);
	fd_close(&source->proc_fd);
	g_free(source);
}

static gint64 or_unset(unsigned int number)
{
	return number == G_MAXUINT32 ? -1 : (gint64)number;
}

/* "sed\0bin\0usr\0" is /usr/bin/sed; NULL without any name. `path` has room for `size` bytes and
 * one more. */
static const char *join_path(const char *names, gsize size, char *path)
{
	gsize at = size;
	const char *name = names;

	path[size] = '\0';
	while (name < names + size) {
		gsize length = strnlen(name, (gsize)(names + size - name));

		at -= MIN(at, length + 1);
		path[at] = '/';
		memcpy(path + at + 1, name, length);
		name += length + 1;
	}
	return size == 0 ? NULL : path + at;
}

static void take_head(const BpfSource *source, const BpfHead *head, Sighting *ret)
{
	ret->start = head->start_ns / source->ns_per_tick;
	ret->uid = head->uid;
	if (head->flags & BPF_FLAG_HAS_LOGIN) {
		ret->login_uid = or_unset(head->login_uid);
	}
}

/* What a beginning tells besides, and an exec. */
static void take_birth(const BpfSource *source, const BpfBirth *birth, Sighting *ret)
{
	ret->parent_pid = birth->parent_pid;
	ret->parent_start = birth->parent_start_ns / source->ns_per_tick;
	if (birth->head.flags & BPF_FLAG_HAS_LOGIN) {
		ret->session = or_unset(birth->session);
	}
	ret->cgroup_id = birth->cgroup_id;
	ret->mount_ns = birth->mount_ns;
	ret->pid_ns = birth->pid_ns;
}

/* What an exec tells alone; a path of which the beginning is missing is no path. */
static void take_image(const BpfRecord *record, BpfStrings *strings, Sighting *ret)
{
	const char *groups = record->data + record->exe_size;

	ret->tty = record->tty;
	ret->has_written = (record->birth.head.flags & BPF_FLAG_WROTE) != 0;
	if (!(record->birth.head.flags & BPF_FLAG_PATH_CUT)) {
		ret->exe = join_path(record->data, record->exe_size, strings->exe);
	}
	ret->cgroup = join_path(groups, record->cgroup_size, strings->cgroup);
	ret->args = groups + record->cgroup_size;
	ret->args_size = record->args_size;
}

static bool exec_is_whole(const BpfRecord *record, size_t size)
{
	return size >= offsetof(BpfRecord, data) &&
	       record->exe_size <= BPF_PATH_BYTES + BPF_NAME_BYTES &&
	       record->cgroup_size <= BPF_CGROUP_BYTES + BPF_NAME_BYTES &&
	       (gsize)record->exe_size + record->cgroup_size + record->args_size <=
		       size - offsetof(BpfRecord, data);
}

/* Whether the record is as long as its kind says; *ret_kind is that. */
static bool record_is_whole(const void *data, size_t size, SightingKind *ret_kind)
{
	if (size < sizeof(BpfHead)) {
		return false;
	}
	switch (((const BpfHead *)data)->kind) {
	case BPF_RECORD_FORK:
		*ret_kind = SIGHTING_FORK;
		return size >= sizeof(BpfBirth);
	case BPF_RECORD_EXEC:
		*ret_kind = SIGHTING_EXEC;
		return exec_is_whole(data, size);
	case BPF_RECORD_EXIT:
		*ret_kind = SIGHTING_EXIT;
		return true;
	default:
		return false;
	}
}

static int take_record(void *context, void *data, size_t size)
{
	BpfSource *source = context;
	const BpfHead *head = data;
	SightingKind kind;
	BpfStrings strings;

	if (record_is_whole(data, size, &kind)) {
		Sighting sighting = SIGHTING_INIT(kind, head->pid, (gint64)(head->time_ns / 1000));

		take_head(source, head, &sighting);
		if (kind != SIGHTING_EXIT) {
			take_birth(source, data, &sighting);
		}
		if (kind == SIGHTING_EXEC) {
			take_image(data, &strings, &sighting);
		}
		source->sink(source->context, &sighting);
	}
	return 0;
}

static bool load(BpfSource *source, GError **error)
{
	libbpf_set_print(NULL); /* what it has to say is for programmers; errno is enough */
	source->program = actor_bpf__open_and_load();
	if (source->program == NULL) {
		return error_set_errno(error, "the kernel does not take the program");
	}
	if (actor_bpf__attach(source->program) < 0) {
		return error_set_errno(error, "cannot attach to the scheduler's tracepoints");
	}
	source->ring = ring_buffer__new(bpf_map__fd(source->program->maps.ring), take_record,
					source, NULL);
	return source->ring != NULL || error_set_errno(error, "cannot map the ring buffer");
}

static void *bpf_source_open(GError **error)
{
	BpfSource *source = g_new0(BpfSource, 1);

	source->ns_per_tick = 1000000000 / (guint64)MAX(sysconf(_SC_CLK_TCK), 1);
	source->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (source->proc_fd < 0) {
		error_set_errno(error, "cannot open /proc");
	} else if (geteuid() != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "needs root");
	} else if (load(source, error)) {
		return source;
	}
	bpf_source_close(source);
	return NULL;
}

static int bpf_source_poll_fd(const void *state)
{
	return ring_buffer__epoll_fd(((const BpfSource *)state)->ring);
}

static bool bpf_source_take(void *state, SightingSink *sink, void *context)
{
	BpfSource *source = state;

	source->sink = sink;
	source->context = context;
	return ring_buffer__consume(source->ring) >= 0;
}

/* What the wall leaves: everything but the links (exe, namespaces). */
static bool bpf_source_look(void *state, gint64 pid, ProcRoom *room, Sighting *ret)
{
	return proc_files_read(((const BpfSource *)state)->proc_fd, pid, PROC_EVERYTHING, room,
			       ret);
}

static guint64 bpf_source_lost(const void *state)
{
	return ((const BpfSource *)state)->program->bss->lost;
}

const SourceOps source_bpf_ops = {
	.name = "bpf",
	.is_automatic = true,
	.reach = CONFIDENCE_EXACT,
	.limits = "a process that ran two programs within the moment of a write is inferred",
	.open = bpf_source_open,
	.close = bpf_source_close,
	.poll_fd = bpf_source_poll_fd,
	.take = bpf_source_take,
	.look = bpf_source_look,
	.lost = bpf_source_lost,
};
