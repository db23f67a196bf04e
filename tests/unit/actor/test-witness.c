/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The witness beside real processes, with every source there is: one that has gone, one that goes
 * on, and one that nobody has ever seen. Needs root; the proc connector besides the host's network
 * namespace.
 */
#include "actor/source.h"
#include "actor/witness.h"
#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The source by name; NULL after a skip. */
static Witness *open_source(const char *name)
{
	g_autoptr(GError) error = NULL;
	Witness *witness = geteuid() != 0 ? NULL : witness_open(name, getpid(), &error);

	if (witness == NULL) {
		g_test_skip(error == NULL ? "needs root" : error->message);
	}
	return witness;
}

static pid_t spawn(const char *script)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	g_assert_cmpint(pid, >, 0);
	return pid;
}

static void test_gone(const void *source)
{
	g_autoptr(Witness) witness = open_source(source);
	gint64 since_usec = clock_mono_usec();
	g_autoptr(Actor) actor = NULL;
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *shell = realpath("/bin/sh", NULL);
	const ActorParent *parent;
	pid_t pid;

	if (witness == NULL) {
		return;
	}
	pid = spawn("PASSWORD=geheim; exit 0");
	waitpid(pid, NULL, 0);
	actor = witness_name(witness, pid, since_usec, clock_mono_usec());
	g_assert_cmpint(actor->pid, ==, pid);
	if (g_str_equal(source, "proc")) {
		g_assert_cmpint(actor->confidence, ==, CONFIDENCE_UNKNOWN);
		g_assert_null(actor->exe);
		return;
	}
	if (actor->exe == NULL && !g_str_equal(source, "bpf")) {
		/* the connector came too late: then it says so, and names nobody else */
		g_assert_cmpint(actor->confidence, <=, CONFIDENCE_INFERRED);
		g_assert_nonnull(actor->how);
		g_assert_cmpint(actor->pid, ==, pid);
		return;
	}
	g_assert_cmpint(actor->confidence, ==, witness_reach(witness));
	g_assert_cmpint(actor->how == NULL, ==, actor->confidence == CONFIDENCE_EXACT);
	g_assert_cmpstr(actor->exe, ==, shell);
	g_assert_cmpstr(actor->cmdline, ==, "sh -c PASSWORD=****; exit 0");
	g_assert_cmpint(actor->uid, ==, 0);
	g_assert_true(actor->is_own);
	g_assert_nonnull(actor->parents);
	parent = actor->parents->pdata[0];
	g_assert_cmpint(parent->pid, ==, getpid());
	g_assert_cmpstr(parent->exe, ==, self);
	g_assert_cmpuint(witness_lost(witness), ==, 0);
}

static void test_alive(const void *source)
{
	g_autoptr(Witness) witness = open_source(source);
	gint64 since_usec = clock_mono_usec();
	g_autoptr(Actor) parent = NULL, nobody = NULL;
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);

	if (witness == NULL) {
		return;
	}
	parent = witness_name(witness, getpid(), since_usec, clock_mono_usec());
	g_assert_cmpint(parent->confidence, >=, CONFIDENCE_INFERRED);
	g_assert_cmpstr(parent->exe, ==, self);
	/* silent twin: a pid that nobody has, and the kernel's silence */
	nobody = witness_name(witness, 1 << 22, since_usec, clock_mono_usec());
	g_assert_cmpint(nobody->confidence, ==, CONFIDENCE_UNKNOWN);
	g_assert_null(nobody->exe);
	g_assert_null(witness_name(witness, 0, since_usec, clock_mono_usec()));
}

/* It wrote, then became something else: the program that is there now did not do it. */
static void test_turned(const void *source)
{
	g_autoptr(Witness) witness = open_source(source);
	gint64 since_usec = clock_mono_usec();
	g_autoptr(Actor) actor = NULL;
	pid_t pid;

	if (witness == NULL) {
		return;
	}
	pid = spawn("exec sleep 0");
	waitpid(pid, NULL, 0);
	actor = witness_name(witness, pid, since_usec, clock_mono_usec());
	g_assert_cmpint(actor->confidence, <=, CONFIDENCE_INFERRED);
	g_assert_nonnull(actor->how);
}

static void add(const char *source, const char *name, GTestDataFunc function)
{
	g_autofree char *path = g_strdup_printf("/witness/%s/%s", source, name);

	g_test_add_data_func(path, source, function);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; source_at(i) != NULL; i++) {
		const char *name = source_at(i)->name;

		if (source_at(i)->reach == CONFIDENCE_UNKNOWN) {
			continue;
		}
		add(name, "gone", test_gone);
		add(name, "alive", test_alive);
		add(name, "turned", test_turned);
	}
	return g_test_run();
}
