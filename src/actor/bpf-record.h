/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: what the program in the kernel (actor.bpf.c) writes into the ring buffer and source-bpf.c
 * reads. Included by both, so it names no type but C's own. Only what is filled is sent.
 */
#pragma once

#define BPF_NAME_BYTES 256
#define BPF_DATA_BYTES 4096 /* a power of two */
#define BPF_ARGS_BYTES 2048 /* likewise */
/* No name is begun beyond these many bytes of a path, of a cgroup's path. */
#define BPF_PATH_BYTES 1024
#define BPF_CGROUP_BYTES 512

#define BPF_RING_BYTES (4 * 1024 * 1024)
/* Userland is woken each time this much was sent; otherwise it looks when it has a question. */
#define BPF_WAKE_BYTES (1024 * 1024) /* a power of two */

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
	BPF_FLAG_WROTE = 4,     /* it has written something before this exec */
};

/*
 * Records of each kind are of their own size: an end is the first part alone, a beginning the first
 * two. What is sent twice a millisecond is worth counting in bytes.
 */
typedef struct {
	unsigned short kind, flags;
	int pid;
	unsigned long long time_ns;  /* monotonic */
	unsigned long long start_ns; /* since boot */
	unsigned int uid, login_uid;
} BpfHead;

typedef struct {
	BpfHead head;
	int parent_pid;
	unsigned int session;
	unsigned long long parent_start_ns; /* since boot */
	unsigned long long cgroup_id;
	unsigned int mount_ns, pid_ns;
} BpfBirth;

typedef struct {
	BpfBirth birth;
	unsigned int tty;
	/* sizes of what follows in `data`, in this order */
	unsigned int exe_size;    /* names of the path, the last one first, each ended by NUL */
	unsigned int cgroup_size; /* likewise */
	unsigned int args_size;   /* NUL-separated */
	char data[BPF_DATA_BYTES + BPF_NAME_BYTES];
} BpfRecord;
