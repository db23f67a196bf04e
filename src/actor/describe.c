/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describing processes: see describe.h. */
#include "actor/describe.h"
#include "actor/cgroup.h"
#include "actor/logins.h"
#include "actor/mask.h"

#include <string.h>
#include <sys/sysmacros.h>

#define PTS_FIRST_MAJOR 136
#define PTS_LAST_MAJOR 143
#define TTY_MAJOR 4
#define SERIAL_FIRST_MINOR 64
#define CMDLINE_BYTES 2048
#define PARENT_CMDLINE_BYTES 256

/* Programs that install packages; believed only where the system keeps its programs. */
static const char *const package_managers[] = {
	"apt", "apt-get", "aptitude", "dpkg",        "dpkg-reconfigure", "rpm",
	"dnf", "dnf5",    "dnf-3",    "yum",         "zypper",           "pacman",
	"apk", "snap",    "emerge",   "packagekitd", "microdnf",         "rpm-ostree",
};

char *describe_terminal(guint32 device)
{
	unsigned int major = device >> 8 & 0xfff;
	unsigned int minor = (device & 0xff) | (device >> 12 & 0xfff00);

	if (device == 0) {
		return NULL;
	}
	if (major >= PTS_FIRST_MAJOR && major <= PTS_LAST_MAJOR) {
		return g_strdup_printf("pts/%u", (major - PTS_FIRST_MAJOR) * 256 + minor);
	}
	if (major == TTY_MAJOR && minor >= SERIAL_FIRST_MINOR) {
		return g_strdup_printf("ttyS%u", minor - SERIAL_FIRST_MINOR);
	}
	if (major == TTY_MAJOR) {
		return g_strdup_printf("tty%u", minor);
	}
	return g_strdup_printf("%u:%u", major, minor);
}

/* The command line, masked; "[kworker/0:1]" for a thread of the kernel, as ps(1) has it. */
static char *command_of(const Image *image, gsize max_bytes)
{
	char *text;

	if (image->args_size == 0) {
		return image->comm == NULL ? NULL : g_strdup_printf("[%s]", image->comm);
	}
	text = mask_arguments(image->args, image->args_size);
	if (strlen(text) > max_bytes) {
		text[max_bytes] = '\0';
	}
	return text;
}

/* What ran in the parent when the child was born. */
static const Image *image_above(const Process *child)
{
	const Phase *phase = process_phase_at(child->parent, child->born_usec);

	if (phase == NULL) {
		phase = &child->parent->phases[0]; /* it was here before we were */
	}
	return phase->image;
}

static gint64 login_above(const Process *child)
{
	const Phase *phase = process_phase_at(child->parent, child->born_usec);

	return phase == NULL ? child->parent->phases[0].login_uid : phase->login_uid;
}

static void add_parents(const Process *process, gint64 login_uid, Actor *actor)
{
	for (guint i = 0; i < DESCRIBE_MAX_PARENTS && process->parent != NULL; i++) {
		const Image *image = image_above(process);
		g_autofree char *command = NULL;

		if (process->parent->pid <= 1) {
			return;
		}
		command = image == NULL ? NULL : command_of(image, PARENT_CMDLINE_BYTES);
		actor_add_parent(actor, process->parent->pid, image == NULL ? NULL : image->exe,
				 command);
		/* who lets people in is not itself logged in: the last one of interest */
		if (login_uid >= 0 && login_above(process) == -1) {
			return;
		}
		process = process->parent;
	}
}

/* Those of a watched system that is not ours lie below its root. */
static bool is_package_manager(const char *exe, const char *root)
{
	static const char *const places[] = {"/usr/bin/", "/usr/sbin/",    "/bin/",
					     "/sbin/",    "/usr/libexec/", "/usr/lib/"};
	const char *slash = exe == NULL ? NULL : strrchr(exe, '/');
	bool is_system = false;

	if (slash != NULL && root != NULL && g_str_has_prefix(exe, root)) {
		exe += strlen(root);
	}

	for (gsize i = 0; slash != NULL && i < G_N_ELEMENTS(places); i++) {
		is_system |= g_str_has_prefix(exe, places[i]);
	}
	for (gsize i = 0; is_system && i < G_N_ELEMENTS(package_managers); i++) {
		if (g_str_equal(slash + 1, package_managers[i])) {
			return true;
		}
	}
	return false;
}

/* The outermost one: apt-get, not the dpkg it runs. */
static char *transaction_of(const Actor *actor, const char *root)
{
	const char *exe = is_package_manager(actor->exe, root) ? actor->exe : NULL;
	gint64 pid = actor->pid;

	for (guint i = 0; actor->parents != NULL && i < actor->parents->len; i++) {
		const ActorParent *parent = actor->parents->pdata[i];

		if (is_package_manager(parent->exe, root)) {
			exe = parent->exe;
			pid = parent->pid;
		}
	}
	return exe == NULL
		       ? NULL
		       : g_strdup_printf("%s[%" G_GINT64_FORMAT "]", strrchr(exe, '/') + 1, pid);
}

/*
 * Whether it sees other mounts than the host. A service of the system may have a mount namespace of
 * its own, which says nothing that its unit does not say better; one of a user (also a unit, made
 * by whoever likes) may have put anything anywhere.
 */
static bool has_other_mounts(guint64 mount_ns, const char *cgroup, const Standpoint *standpoint)
{
	g_autofree char *unit = NULL;

	if (mount_ns == 0 || standpoint->mount_ns == 0 || mount_ns == standpoint->mount_ns ||
	    mount_ns == standpoint->own_mount_ns) {
		return false;
	}
	unit = cgroup == NULL ? NULL : cgroup_unit(cgroup);
	return unit == NULL || !g_str_has_suffix(unit, ".service") ||
	       !g_str_has_prefix(cgroup, "/system.slice/");
}

static bool has_other_pids(guint64 pid_ns, const Standpoint *standpoint)
{
	return pid_ns != 0 && standpoint->pid_ns != 0 && pid_ns != standpoint->pid_ns;
}

/* The container by its cgroup; else the namespace that is not the host's. */
static char *container_of(const Process *process, const char *cgroup, const Standpoint *standpoint)
{
	char *id = cgroup == NULL ? NULL : cgroup_container(cgroup);

	if (id != NULL) {
		return id;
	}
	if (has_other_pids(process->pid_ns, standpoint)) {
		return g_strdup_printf("pid namespace %" G_GUINT64_FORMAT, process->pid_ns);
	}
	if (has_other_mounts(process->mount_ns, cgroup, standpoint)) {
		return g_strdup_printf("mount namespace %" G_GUINT64_FORMAT, process->mount_ns);
	}
	return NULL;
}

/*
 * Whoever has no login user may take any. Who lets people in does so as root, on the host, and then
 * becomes them. Why this login is not believed; NULL: nothing speaks against it. The one who took
 * it is the last, upwards, who has it.
 */
static const char *doubt_of_login(const ProcessTable *table, const Process *process,
				  gint64 login_uid, const Standpoint *standpoint)
{
	if (login_uid < 0) {
		return NULL;
	}
	while (process->parent != NULL && login_above(process) == login_uid) {
		process = process->parent;
	}
	if (process->parent == NULL || login_above(process) != -1) {
		return NULL;
	}
	if (process->login_from_uid > 0 && process->login_from_uid != login_uid) {
		return "its login user was set by somebody who may not log others in";
	}
	return has_other_pids(process->login_pid_ns, standpoint) ||
			       has_other_mounts(process->login_mount_ns,
						process_table_cgroup(table, process->cgroup_id),
						standpoint)
		       ? "its login user was set inside a container"
		       : NULL;
}

static void set_place(const ProcessTable *table, const Process *process,
		      const Standpoint *standpoint, Actor *actor)
{
	const char *cgroup = process_table_cgroup(table, process->cgroup_id);

	if (cgroup != NULL) {
		actor->unit = cgroup_unit(cgroup);
	}
	actor->container = container_of(process, cgroup, standpoint);
	/* its own /usr/bin may hold anything; that of a watched image is named by its path */
	if (standpoint->root == NULL && (has_other_pids(process->pid_ns, standpoint) ||
					 has_other_mounts(process->mount_ns, cgroup, standpoint))) {
		g_clear_pointer(&actor->transaction, g_free);
	}
	actor->tty = describe_terminal(process->tty);
	actor->remote = logins_remote_of(process);
}

static bool is_own(const Process *process, const Standpoint *standpoint)
{
	for (guint i = 0; process != NULL && i <= PROCESS_MAX_DEPTH; i++) {
		if (process->pid == standpoint->own_pid &&
		    process->start == standpoint->own_start) {
			return true;
		}
		process = process->parent;
	}
	return false;
}

static void set_ids(const Process *process, const Phase *phase, Actor *actor, const char **doubt)
{
	bool is_last = phase == &process->phases[process->n_phases - 1];

	actor->uid = MAX(phase->uid, -1);
	actor->login_uid = MAX(phase->login_uid, -1);
	actor->session = MAX(phase->session, -1);
	if (process->ended_usec == 0 || !is_last) {
		return;
	}
	if (process->last_login_uid >= -1 && process->last_login_uid != phase->login_uid) {
		actor->login_uid = -1;
		*doubt = "it changed its login user while it ran";
	} else if (process->last_uid >= 0 && process->last_uid != phase->uid && *doubt == NULL) {
		*doubt = "it changed its user while it ran; this is the one it began with";
	}
}

Actor *describe_process(const ProcessTable *table, const Process *process, const Phase *phase,
			const char *doubt, const Standpoint *standpoint)
{
	Actor *actor = actor_new();
	const char *claimed;

	actor->pid = process->pid;
	actor->is_own = is_own(process, standpoint);
	if (phase != NULL && phase->image != NULL) {
		actor->exe = g_strdup(phase->image->exe);
		actor->cmdline = command_of(phase->image, CMDLINE_BYTES);
	}
	if (phase != NULL) {
		set_ids(process, phase, actor, &doubt);
	}
	claimed = doubt_of_login(table, process, actor->login_uid, standpoint);
	if (claimed != NULL) {
		actor->login_uid = actor->session = -1;
		doubt = claimed;
	}
	add_parents(process, actor->login_uid, actor);
	actor->transaction = transaction_of(actor, standpoint->root);
	set_place(table, process, standpoint, actor);
	if (actor->exe == NULL && doubt == NULL &&
	    (phase == NULL || phase->image == NULL || phase->image->comm == NULL)) {
		doubt = "what it ran is not known";
	}
	actor->confidence = phase == NULL   ? CONFIDENCE_UNKNOWN
			    : doubt != NULL ? CONFIDENCE_INFERRED
					    : CONFIDENCE_EXACT;
	actor->how = g_strdup(phase == NULL ? "the process is known only from later on" : doubt);
	return actor;
}

Actor *describe_stranger(gint64 pid, const char *how)
{
	Actor *actor = actor_new();

	actor->pid = pid;
	actor->how = g_strdup(how);
	return actor;
}
