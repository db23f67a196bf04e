/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register as the judge uses it: see approvals.h. */
#include "judge/approvals.h"

#include "judge/deadline.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "journal/recall.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many are told; whoever puts these right sees the next. */
#define PROBLEMS_MAX 20
/* So long a look may take before somebody who asks is heard. */
#define LOOK_USEC 50000

struct Approvals {
	Signers *signers;
	Register *reg;
	char *trust_problem;
	char *register_problem;
	char *damage;
	GPtrArray *problems; /* of char * */
	bool must_judge_again;
};

/* Trusted keys: reading */

static char *why_not_trusted(const struct stat *st)
{
	if (!S_ISREG(st->st_mode)) {
		return g_strdup("is not a regular file");
	}
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		return g_strdup_printf("belongs to user %u; it must belong to root", st->st_uid);
	}
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return g_strdup("can be written by others; chmod go-w it");
	}
	return NULL;
}

void trust_read(TrustSource *trust, const char *file)
{
	auto_fd int fd = -1;
	g_autofree char *problem = NULL;
	g_autoptr(GError) error = NULL;
	struct stat st;

	*trust = (TrustSource){.file = g_strdup(file == NULL ? "" : file)};
	fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (file != NULL && errno != ENOENT) {
			trust->problem = g_strdup_printf("%s: %s", file, g_strerror(errno));
		}
		return;
	}
	problem = fstat(fd, &st) < 0 ? g_strdup(g_strerror(errno)) : why_not_trusted(&st);
	if (problem == NULL) {
		trust->bytes = io_read_fd(fd, SIGNERS_MAX_BYTES, &error);
		problem = error == NULL ? NULL : g_strdup(error->message);
	}
	if (problem != NULL) {
		trust->problem = g_strdup_printf("%s %s", file, problem);
	}
}

void trust_clear(TrustSource *trust)
{
	g_clear_pointer(&trust->file, g_free);
	g_clear_pointer(&trust->bytes, g_bytes_unref);
	g_clear_pointer(&trust->problem, g_free);
}

/* Life */

static void parse_trust(Approvals *approvals, const TrustSource *trust)
{
	g_autoptr(GError) error = NULL;

	approvals->trust_problem = g_strdup(trust->problem);
	if (trust->bytes != NULL) {
		approvals->signers =
			signers_parse(trust->file, g_bytes_get_data(trust->bytes, NULL),
				      g_bytes_get_size(trust->bytes), &error);
	}
	if (error != NULL) {
		approvals->trust_problem = g_strdup(error->message);
	}
}

/* Nobody is trusted where there is no file, or none in it: that is not yet a verdict on anybody. */
static bool trusts_anybody(const Approvals *approvals)
{
	return approvals->signers != NULL && signers_count(approvals->signers) > 0;
}

Approvals *approvals_new(const TrustSource *trust, const char *path, const char *branch)
{
	Approvals *approvals = g_new0(Approvals, 1);

	parse_trust(approvals, trust);
	approvals->reg =
		register_new(path, branch, trusts_anybody(approvals) ? approvals->signers : NULL);
	approvals->problems = g_ptr_array_new_with_free_func(g_free);
	approvals->must_judge_again = true;
	return approvals;
}

void approvals_set_host(Approvals *approvals, const char *host, const char *one_person)
{
	register_set_host(approvals->reg, host, one_person);
}

void approvals_free(Approvals *approvals)
{
	if (approvals == NULL) {
		return;
	}
	register_free(approvals->reg);
	g_clear_pointer(&approvals->signers, signers_free);
	g_ptr_array_unref(approvals->problems);
	g_free(approvals->trust_problem);
	g_free(approvals->register_problem);
	g_free(approvals->damage);
	g_free(approvals);
}

/* Memory */

bool approvals_recall(Approvals *approvals, Index *index, int journal_fd, GError **error)
{
	g_autoptr(GPtrArray) told = recall_approvals(index, journal_fd, error);
	g_autofree char *before = NULL;
	IndexTotals totals;

	if (told == NULL || !index_totals(index, &totals, error) ||
	    !recall_register(index, journal_fd, &before, error)) {
		return false;
	}
	register_set_before(approvals->reg, before);
	for (guint i = 0; i < told->len; i++) {
		register_recall(approvals->reg, g_ptr_array_index(told, i));
	}
	/* Since the last event nothing has changed here that was not told: what arrived while
	 * nobody looked covers what changed while nobody looked. */
	register_set_looked(approvals->reg, totals.last_usec);
	return true;
}

/* Looking */

static void list_problems(Approvals *approvals)
{
	g_autoptr(GPtrArray) requests = register_requests(approvals->reg);
	const char *wild;
	const GPtrArray *policy = register_policy_problems(approvals->reg, &wild);

	g_ptr_array_set_size(approvals->problems, 0);
	if (approvals->register_problem != NULL) {
		g_ptr_array_add(approvals->problems, g_strdup(approvals->register_problem));
	}
	if (approvals->trust_problem != NULL) {
		g_ptr_array_add(approvals->problems, g_strdup(approvals->trust_problem));
	}
	for (guint i = 0; i < policy->len; i++) {
		g_ptr_array_add(approvals->problems, g_strdup(policy->pdata[i]));
	}
	for (guint i = 0; i < requests->len; i++) {
		const Standing *standing = g_ptr_array_index(requests, i);

		if (standing->problem != NULL && approvals->problems->len < PROBLEMS_MAX) {
			g_ptr_array_add(approvals->problems, g_strdup(standing->problem));
		}
	}
}

static void note_damage(Approvals *approvals)
{
	guint count;
	const char *first = register_damage(approvals->reg, &count);

	g_clear_pointer(&approvals->damage, g_free);
	if (first != NULL) {
		approvals->damage =
			g_strdup_printf("%u %s of the register cannot be read: %s", count,
					count == 1 ? "request" : "requests", first);
	}
}

ApprovalsLook approvals_look(Approvals *approvals, gint64 now_usec, GPtrArray **ret_news)
{
	g_autoptr(GError) error = NULL;
	RegisterLoad load =
		register_load(approvals->reg, now_usec, clock_mono_usec() + LOOK_USEC, &error);
	bool was_readable = approvals->register_problem == NULL;
	bool is_readable = load != REGISTER_ERROR;
	bool moved;

	*ret_news = register_take_news(approvals->reg);
	if (load == REGISTER_BUSY) {
		return APPROVALS_BUSY;
	}
	g_clear_pointer(&approvals->register_problem, g_free);
	if (!is_readable) {
		approvals->register_problem = g_strdup(error->message);
	}
	if (load != REGISTER_SAME || !was_readable) {
		note_damage(approvals);
		list_problems(approvals);
	}
	approvals->must_judge_again |= load == REGISTER_LOADED || !is_readable;
	moved = approvals->must_judge_again && register_commit(approvals->reg) != NULL &&
		approvals_unreadable(approvals) == NULL;
	approvals->must_judge_again &= !moved;
	return moved ? APPROVALS_MOVED : APPROVALS_SAME;
}

const char *approvals_wild_policy(const Approvals *approvals)
{
	const char *wild;

	register_policy_problems(approvals->reg, &wild);
	return wild;
}

GPtrArray *approvals_take_due(Approvals *approvals, Store *store, gint64 now_usec)
{
	g_autofree char *head = store_head(store, NULL);

	return deadlines_take(approvals->reg, store, head, now_usec);
}

char *approvals_take_lost(Approvals *approvals)
{
	return register_take_lost(approvals->reg);
}

const char *approvals_damage(const Approvals *approvals)
{
	return approvals->damage;
}

const GPtrArray *approvals_problems(const Approvals *approvals)
{
	return approvals->problems;
}

const char *approvals_commit(const Approvals *approvals)
{
	return register_commit(approvals->reg);
}

/* Bad keys only matter where somebody has asked for something. */
const char *approvals_unreadable(const Approvals *approvals)
{
	if (approvals->register_problem != NULL) {
		return approvals->register_problem;
	}
	return register_commit(approvals->reg) == NULL ? NULL : approvals->trust_problem;
}

const Register *approvals_register(const Approvals *approvals)
{
	return approvals->reg;
}
