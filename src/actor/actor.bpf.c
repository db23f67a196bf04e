/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program in the kernel: tells of every process that begins, runs something else, or ends, at
 * the moment it does. It hangs on three tracepoints and looks; it changes, delays and refuses
 * nothing (no LSM hook, no fentry: those are refused under lockdown).
 *
 * The structures are the kernel's, cut down to the members that are read: libbpf finds where they
 * are in the kernel it runs on (CO-RE), so no kernel's headers are needed to build this.
 */
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <stdbool.h>

#include "actor/bpf-record.h"

#define MAX_NAMES 24
#define MAX_GROUPS 10

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	unsigned int val;
} kuid_t;

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct linux_binprm {
	struct file *file;
};

struct kernfs_node {
	struct kernfs_node *__parent;
	const char *name;
	unsigned long long id;
};

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
};

struct cred {
	kuid_t euid;
};

struct tty_driver {
	int major;
	int minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

typedef struct {
	int counter;
} atomic_t;

struct task_io_accounting {
	unsigned long long syscw;
};

struct signal_struct {
	struct task_io_accounting ioac; /* of threads that have ended */
	atomic_t live;
	struct tty_struct *tty;
};

struct mm_struct {
	unsigned long arg_start, arg_end;
};

struct task_struct {
	int pid, tgid;
	unsigned long long start_time, start_boottime;
	struct task_struct *group_leader, *real_parent;
	const struct cred *cred;
	struct task_io_accounting ioac;
	kuid_t loginuid;
	unsigned int sessionid;
	struct signal_struct *signal;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
	struct mm_struct *mm;
};

#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BPF_RING_BYTES);
} ring SEC(".maps");

/* Each processor's own: a record in the making, and the cgroup it told of last. */
typedef struct {
	BpfRecord record;
	unsigned long long told_id, told_ns;
} Scratch;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, Scratch);
} scratch SEC(".maps");

/* When the path of a cgroup was told last, on whatever processor. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, BPF_GROUPS_TOLD);
	__type(key, unsigned long long);
	__type(value, unsigned long long);
} told SEC(".maps");

/* Records there was no room for; bytes there were. */
unsigned long long lost, sent;

/* Counting is cheaper than asking the ring how full it is. */
static __always_inline unsigned long long must_wake(unsigned long long size)
{
	unsigned long long before = __sync_fetch_and_add(&sent, size);

	return (before ^ (before + size)) & ~(BPF_WAKE_BYTES - 1ULL) ? BPF_RB_FORCE_WAKEUP
								     : BPF_RB_NO_WAKEUP;
}

static __always_inline void count_lost(void)
{
	__sync_fetch_and_add(&lost, 1);
}

/* Pointers of the tracepoint are followed without a call: the verifier knows their types. */
static __always_inline void put_head(BpfHead *head, unsigned int kind, struct task_struct *task,
				     unsigned long long time_ns)
{
	head->kind = kind;
	head->flags = 0;
	head->pid = task->tgid;
	head->time_ns = time_ns;
	head->start_ns = task->group_leader->start_boottime;
	head->uid = task->cred->euid.val;
	head->login_uid = 0;
	if (bpf_core_field_exists(task->loginuid)) {
		head->login_uid = task->loginuid.val;
		head->flags |= BPF_FLAG_HAS_LOGIN;
	}
}

static __always_inline void put_birth(BpfBirth *birth, struct task_struct *task,
				      struct task_struct *parent)
{
	birth->parent_pid = parent->tgid;
	birth->parent_start_ns = parent->group_leader->start_boottime;
	birth->session = 0;
	if (bpf_core_field_exists(task->loginuid)) {
		birth->session = task->sessionid;
	}
	birth->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	birth->mount_ns = task->nsproxy->mnt_ns->ns.inum;
	birth->pid_ns = task->nsproxy->pid_ns_for_children->ns.inum;
}

static __always_inline unsigned int terminal_of(struct task_struct *task)
{
	struct tty_struct *tty = task->signal->tty;
	unsigned int major, minor;

	if (tty == 0) {
		return 0;
	}
	major = tty->driver->major;
	minor = tty->driver->minor_start + tty->index;
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

/*
 * One name behind the others that `size` counts; false when there is no more room. The counts are
 * kept in the record, not in registers: the verifier then sees the same state in every round.
 */
static __always_inline bool put_name(BpfRecord *record, unsigned int *size, unsigned long start,
				     unsigned long max, const void *name)
{
	unsigned long at = *size;
	long got;

	if (at >= max) {
		return false;
	}
	at += start;
	asm volatile("" : "+r"(at));
	at &= BPF_DATA_BYTES - 1;
	got = bpf_probe_read_kernel_str(&record->data[at], BPF_NAME_BYTES, name);
	if (got <= 0) {
		return false;
	}
	*size += got;
	return true;
}

/* The names of a path that lie on the mounts above its own, which it has been followed to the root
 * of. */
static __always_inline void put_path_above(BpfRecord *record, struct vfsmount *on)
{
	struct mount *mount = (void *)on - bpf_core_field_offset(struct mount, mnt);
	struct dentry *at = 0;
	struct dentry *root = 0;

	for (int i = 0; i < MAX_NAMES; i++) {
		struct dentry *parent = at == 0 ? 0 : BPF_CORE_READ(at, d_parent);

		if (at == root || at == parent) {
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);

			if (above == mount || above == 0) {
				return;
			}
			at = BPF_CORE_READ(mount, mnt_mountpoint);
			root = BPF_CORE_READ(above, mnt.mnt_root);
			mount = above;
			continue;
		}
		if (!put_name(record, &record->exe_size, 0, BPF_PATH_BYTES,
			      BPF_CORE_READ(at, d_name.name))) {
			break;
		}
		at = parent;
	}
	record->birth.head.flags |= BPF_FLAG_PATH_CUT;
}

/*
 * The path of a file from its name up to the root, through the mounts on the way. On the file's own
 * mount, where most paths lie whole, the dentries are followed without a call; only the names are
 * fetched by one.
 */
static __always_inline void put_path(BpfRecord *record, struct file *file)
{
	struct dentry *at = file->f_path.dentry;
	struct dentry *root = file->f_path.mnt->mnt_root;

	for (int i = 0; i < MAX_NAMES; i++) {
		struct dentry *parent = at->d_parent;

		if (at == root || at == parent) {
			put_path_above(record, file->f_path.mnt);
			return;
		}
		if (!put_name(record, &record->exe_size, 0, BPF_PATH_BYTES, at->d_name.name)) {
			break;
		}
		at = parent;
	}
	record->birth.head.flags |= BPF_FLAG_PATH_CUT;
}

static __always_inline struct kernfs_node *group_above(struct kernfs_node *node)
{
	struct kernfs_node___before_6_15 *old = (void *)node;

	if (bpf_core_field_exists(old->parent)) {
		return BPF_CORE_READ(old, parent);
	}
	return BPF_CORE_READ(node, __parent);
}

/* Whether the path of this cgroup is to be told (again): a reader may have missed or forgotten it,
 * so once a second at most, not once. */
static __always_inline bool must_tell(Scratch *own, unsigned long long id,
				      unsigned long long now_ns)
{
	unsigned long long *before;

	if (own->told_id == id && now_ns - own->told_ns < BPF_GROUPS_AGAIN_NS) {
		return false;
	}
	own->told_id = id;
	before = bpf_map_lookup_elem(&told, &id);
	if (before != 0 && now_ns - *before < BPF_GROUPS_AGAIN_NS) {
		own->told_ns = *before;
		return false;
	}
	bpf_map_update_elem(&told, &id, &now_ns, BPF_ANY);
	own->told_ns = now_ns;
	return true;
}

static __always_inline void put_cgroup(BpfRecord *record, struct task_struct *task)
{
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	for (int i = 0; i < MAX_GROUPS; i++) {
		struct kernfs_node *above = group_above(node);

		if (above == 0 || !put_name(record, &record->cgroup_size, record->exe_size,
					    BPF_CGROUP_BYTES, BPF_CORE_READ(node, name))) {
			break;
		}
		node = above;
	}
}

static __always_inline void put_args(BpfRecord *record, struct task_struct *task)
{
	unsigned long from = task->mm->arg_start;
	unsigned long size = task->mm->arg_end - from;
	unsigned long start = record->exe_size + record->cgroup_size;

	if (size >= BPF_ARGS_BYTES) {
		size = BPF_ARGS_BYTES - 1;
	}
	if (start >= BPF_DATA_BYTES - BPF_ARGS_BYTES) {
		return;
	}
	/* the verifier wants to see bounds that the compiler takes for granted */
	asm volatile("" : "+r"(start), "+r"(size));
	start &= BPF_DATA_BYTES - BPF_ARGS_BYTES - 1;
	size &= BPF_ARGS_BYTES - 1;
	if (bpf_probe_read_user(&record->data[start], size, (void *)from) == 0) {
		record->args_size = size;
	}
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	BpfBirth *birth;

	if (child->tgid != child->pid) {
		return 0; /* a thread */
	}
	birth = bpf_ringbuf_reserve(&ring, sizeof(*birth), 0);
	if (birth == 0) {
		count_lost();
		return 0;
	}
	put_head(&birth->head, BPF_RECORD_FORK, child, child->start_time);
	put_birth(birth, child, parent);
	bpf_ringbuf_submit(birth, must_wake(sizeof(*birth)));
	return 0;
}

/* Calls that wrote, since the fork: not all that changes something, but all that write(2) does. */
static __always_inline bool has_written(struct task_struct *task)
{
	return bpf_core_field_exists(task->ioac.syscw) &&
	       task->ioac.syscw + task->signal->ioac.syscw != 0;
}

static __always_inline void send(BpfRecord *record)
{
	unsigned long long size = record->exe_size + record->cgroup_size + record->args_size;

	if (size > BPF_DATA_BYTES) {
		size = BPF_DATA_BYTES;
	}
	size += __builtin_offsetof(BpfRecord, data);
	if (bpf_ringbuf_output(&ring, record, size, must_wake(size)) != 0) {
		count_lost();
	}
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	unsigned int zero = 0;
	Scratch *own = bpf_map_lookup_elem(&scratch, &zero);
	BpfRecord *record;

	if (own == 0) {
		return 0;
	}
	record = &own->record;
	put_head(&record->birth.head, BPF_RECORD_EXEC, task, bpf_ktime_get_ns());
	put_birth(&record->birth, task, task->real_parent);
	if (has_written(task)) {
		record->birth.head.flags |= BPF_FLAG_WROTE;
	}
	record->tty = terminal_of(task);
	record->exe_size = 0;
	record->cgroup_size = 0;
	record->args_size = 0;
	put_path(record, bprm->file);
	if (must_tell(own, record->birth.cgroup_id, record->birth.head.time_ns)) {
		put_cgroup(record, task);
	}
	put_args(record, task);
	send(record);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	BpfHead *head;

	if (task->signal->live.counter != 0) {
		return 0; /* a thread; others go on */
	}
	head = bpf_ringbuf_reserve(&ring, sizeof(*head), 0);
	if (head == 0) {
		count_lost();
		return 0;
	}
	put_head(head, BPF_RECORD_EXIT, task, bpf_ktime_get_ns());
	bpf_ringbuf_submit(head, must_wake(sizeof(*head)));
	return 0;
}
