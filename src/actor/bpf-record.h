/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: what the program in the kernel (actor.bpf.c) writes into the ring buffer and source-bpf.c
 * reads. Included by both, so it names no type but C's own. Only the first `size` bytes are sent.
 */
#pragma once

#define BPF_NAME_BYTES 256
#define BPF_DATA_BYTES 4096 /* a power of two */
#define BPF_ARGS_BYTES 2048 /* likewise */
/* No name is begun beyond these many bytes of a path, of a cgroup's path. */
#define BPF_PATH_BYTES 1024
#define BPF_CGROUP_BYTES 512

#define BPF_RING_BYTES (4 * 1024 * 1024)
/* Userland is woken when this much waits for it; otherwise it looks when it has a question. */
#define BPF_WAKE_BYTES (1024 * 1024)

/* Of so many cgroups at a time the path is told only once a second. */
#define BPF_GROUPS_TOLD 1024
#define BPF_GROUPS_AGAIN_NS 1000000000ULL

enum {
	BPF_RECORD_FORK,
	BPF_RECORD_EXEC,
	BPF_RECORD_EXIT,
};

enum {
	BPF_FLAG_PATH_CUT = 1,  /* the path has more names than fit */
	BPF_FLAG_HAS_LOGIN = 2, /* this kernel keeps login users */
};

typedef struct {
	unsigned int kind, flags;
	int pid, parent_pid;
	unsigned long long time_ns;                   /* monotonic */
	unsigned long long start_ns, parent_start_ns; /* since boot */
	unsigned long long cgroup_id;
	unsigned int uid, login_uid, session, tty, mount_ns, pid_ns;
	/* sizes of what follows in `data`, in this order */
	unsigned int exe_size;    /* names of the path, the last one first, each ended by NUL */
	unsigned int cgroup_size; /* likewise */
	unsigned int args_size;   /* NUL-separated */
	char data[BPF_DATA_BYTES + BPF_NAME_BYTES];
} BpfRecord;
