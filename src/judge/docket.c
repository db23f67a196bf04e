/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The docket: see docket.h. */
#include "judge/docket.h"

/* So many ids are remembered at once; the rest of a longer backlog is walked to again. */
#define MAX_PENDING 65536

struct Docket {
	char *state_dir;
	Store *store; /* NULL: not there yet */
	const Names *people;
	Lens *lens;
	char *judged;       /* handed out last, readable or not */
	char *base;         /* the last one that could be compared: what the next is held against */
	char *seen_head;    /* all up to here is pending or handed out */
	GPtrArray *pending; /* of char *: oldest first */
	guint next;         /* index of the first that waits */
	guint64 beyond;     /* how many more there are behind `pending` */
	char *told_broken;  /* a break in the history that was told of */
	bool is_resuming;   /* `judged` itself comes once more */
};

Docket *docket_new(const char *state_dir, const char *judged, bool is_unfinished)
{
	Docket *docket = g_new0(Docket, 1);

	docket->state_dir = g_strdup(state_dir);
	docket->judged = g_strdup(judged);
	docket->base = g_strdup(judged);
	docket->is_resuming = judged != NULL && is_unfinished;
	return docket;
}

void docket_set_people(Docket *docket, const Names *people)
{
	docket->people = people;
}

void docket_set_lens(Docket *docket, Lens *lens)
{
	docket->lens = lens;
}

void docket_free(Docket *docket)
{
	if (docket == NULL) {
		return;
	}
	store_close(docket->store);
	g_clear_pointer(&docket->pending, g_ptr_array_unref);
	g_free(docket->state_dir);
	g_free(docket->judged);
	g_free(docket->base);
	g_free(docket->seen_head);
	g_free(docket->told_broken);
	g_free(docket);
}

void docket_item_clear(DocketItem *item)
{
	g_clear_pointer(&item->set, change_set_free);
	g_free(item->text);
	g_free(item->commit);
	g_free(item->parent);
	*item = (DocketItem){0};
}

guint64 docket_behind(const Docket *docket)
{
	guint waiting = docket->pending == NULL ? 0 : docket->pending->len - docket->next;

	return waiting + docket->beyond;
}

const char *docket_judged(const Docket *docket)
{
	return docket->judged;
}

Store *docket_store(Docket *docket)
{
	return docket->store;
}

static void replace(char **text, const char *with)
{
	char *copy = g_strdup(with);

	g_free(*text);
	*text = copy;
}

static DocketNext blocked(DocketItem *ret, const char *text)
{
	ret->text = g_strdup(text);
	return DOCKET_BLOCKED;
}

static DocketNext trouble(DocketItem *ret, Severity severity, char *text)
{
	ret->text = text;
	ret->severity = severity;
	return DOCKET_TROUBLE;
}

/*
 * Finding what waits
 */

static void take_pending(Docket *docket, GPtrArray *commits, guint64 behind, const char *head)
{
	g_clear_pointer(&docket->pending, g_ptr_array_unref);
	docket->next = 0;
	docket->beyond = behind - commits->len;
	docket->pending = commits;
	if (docket->beyond == 0) {
		replace(&docket->seen_head, head);
	}
}

/*
 * The history does not contain what was judged last: the store was replaced, or set back. When the
 * old state can still be read, the present is compared with it; else judging begins anew.
 */
static DocketNext change_history(Docket *docket, const char *head, DocketItem *ret)
{
	g_autofree char *old = g_strdup(docket->judged);
	GPtrArray *only_head = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(ChangeSet) set = store_change_set_since(docket->store, old, head, &error);

	if (set != NULL) {
		g_ptr_array_add(only_head, g_strdup(head));
		replace(&docket->base, old);
		take_pending(docket, only_head, 1, head);
		return trouble(
			ret, SEVERITY_CRITICAL,
			g_strdup_printf("snapshots.git was set back or rewritten: it does not "
					"contain commit %s, which was judged last; the "
					"present state is compared with that commit",
					old));
	}
	g_ptr_array_unref(only_head);
	g_clear_pointer(&docket->judged, g_free);
	g_clear_pointer(&docket->base, g_free);
	return trouble(ret, SEVERITY_CRITICAL,
		       g_strdup_printf("snapshots.git was replaced: it does not contain commit %s, "
				       "which was judged last; judging begins anew",
				       old));
}

static DocketNext tell_break(Docket *docket, const char *broken, const GError *error,
			     DocketItem *ret)
{
	replace(&docket->told_broken, broken);
	return trouble(ret, SEVERITY_HIGH,
		       g_strdup_printf("commit %s of snapshots.git cannot be read (%s); what it "
				       "changed is told with the next commit that can",
				       broken, error->message));
}

static DocketNext look_behind(Docket *docket, const char *head, DocketItem *ret)
{
	g_autoptr(GPtrArray) commits = NULL;
	g_autofree char *broken = NULL;
	g_autoptr(GError) error = NULL;
	guint64 behind = 0;
	StoreWalk walk = store_walk(docket->store, docket->judged, MAX_PENDING, &commits, &behind,
				    &broken, &error);

	/* nothing is told of a commit that a power cut could still take back */
	if (walk != STORE_WALK_ERROR &&
	    !store_sync_head(docket->store, error == NULL ? &error : NULL)) {
		return blocked(ret, error->message);
	}
	switch (walk) {
	case STORE_WALK_COMPLETE:
		take_pending(docket, g_steal_pointer(&commits), behind, head);
		return DOCKET_EMPTY;
	case STORE_WALK_BROKEN:
		take_pending(docket, g_steal_pointer(&commits), behind, head);
		return g_strcmp0(broken, docket->told_broken) == 0
			       ? DOCKET_EMPTY
			       : tell_break(docket, broken, error, ret);
	case STORE_WALK_FOREIGN:
		return change_history(docket, head, ret);
	case STORE_WALK_ERROR:
		break;
	}
	return blocked(ret, error->message);
}

/* The commit whose parts were told in part comes again, held against its parent. */
static void resume(Docket *docket)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *parent = NULL;

	docket->is_resuming = false;
	if (!store_parent(docket->store, docket->judged, &parent, NULL)) {
		return; /* damaged meanwhile: the walk will meet it */
	}
	g_ptr_array_add(again, g_strdup(docket->judged));
	replace(&docket->base, parent);
	g_clear_pointer(&docket->pending, g_ptr_array_unref);
	docket->pending = g_steal_pointer(&again);
	docket->next = 0;
	docket->beyond = 0;
}

static DocketNext open_store(Docket *docket, DocketItem *ret)
{
	g_autoptr(GError) error = NULL;

	if (docket->store == NULL) {
		docket->store = store_open(docket->state_dir, &error);
	}
	if (docket->store != NULL) {
		store_set_people(docket->store, docket->people);
		store_set_lens(docket->store, docket->lens);
		return DOCKET_CHANGE_SET;
	}
	if (docket->judged == NULL && g_error_matches(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return DOCKET_EMPTY;
	}
	return blocked(ret, error->message);
}

bool docket_open(Docket *docket)
{
	g_auto(DocketItem) item = {0};

	return open_store(docket, &item) == DOCKET_CHANGE_SET;
}

/* DOCKET_CHANGE_SET: something waits. */
static DocketNext fill(Docket *docket, DocketItem *ret)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *head = NULL;
	DocketNext state = open_store(docket, ret);

	if (state != DOCKET_CHANGE_SET) {
		return state;
	}
	if (docket->is_resuming) {
		resume(docket);
	}
	if (docket->pending != NULL && docket->next < docket->pending->len) {
		return DOCKET_CHANGE_SET;
	}
	head = store_head(docket->store, &error);
	if (error != NULL) {
		return blocked(ret, error->message);
	}
	if (head == NULL) {
		return docket->judged == NULL
			       ? DOCKET_EMPTY
			       : blocked(ret, "snapshots.git has lost its branch `observed`");
	}
	if (g_strcmp0(head, docket->seen_head) == 0) {
		return DOCKET_EMPTY;
	}
	state = look_behind(docket, head, ret);
	if (state == DOCKET_EMPTY && docket_behind(docket) > 0) {
		return DOCKET_CHANGE_SET;
	}
	return state;
}

/*
 * Taking the next
 */

/* Against the last commit that could be read; when that fails, against the parent, which shares
 * more with it: damage in what both have is then out of the way. */
static ChangeSet *compare(Docket *docket, const char *commit, GError **error)
{
	ChangeSet *set = store_change_set_since(docket->store, docket->base, commit, error);
	g_autofree char *parent = NULL;

	if (set != NULL || !store_parent(docket->store, commit, &parent, NULL) ||
	    g_strcmp0(parent, docket->base) == 0) {
		return set;
	}
	set = store_change_set_since(docket->store, parent, commit, NULL);
	if (set != NULL) {
		g_clear_error(error);
	}
	return set;
}

static DocketNext tell_unreadable(const Docket *docket, const char *commit, const GError *error,
				  DocketItem *ret)
{
	ret->commit = g_strdup(commit);
	ret->parent = g_strdup(docket->base);
	return trouble(ret, SEVERITY_HIGH,
		       g_strdup_printf("commit %s of snapshots.git cannot be judged: %s", commit,
				       error->message));
}

static bool error_is_lasting(const GError *error)
{
	return g_error_matches(error, REEVE_ERROR, REEVE_ERROR_CORRUPT) ||
	       g_error_matches(error, REEVE_ERROR, REEVE_ERROR_LIMIT) ||
	       g_error_matches(error, REEVE_ERROR, REEVE_ERROR_VERSION) ||
	       g_error_matches(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
}

DocketNext docket_next(Docket *docket, DocketItem *ret)
{
	g_autoptr(GError) error = NULL;
	const char *commit;
	DocketNext state;

	*ret = (DocketItem){0};
	state = fill(docket, ret);
	if (state != DOCKET_CHANGE_SET) {
		return state;
	}
	commit = docket->pending->pdata[docket->next];
	ret->set = compare(docket, commit, &error);
	if (ret->set == NULL && !error_is_lasting(error)) {
		return blocked(ret, error->message);
	}
	docket->next++;
	replace(&docket->judged, commit);
	if (ret->set == NULL) {
		return tell_unreadable(docket, commit, error, ret);
	}
	replace(&docket->base, commit);
	return DOCKET_CHANGE_SET;
}
