/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading ahead: see ahead.h. One ring of files: [taken, done) are read, [done, given) are to be.
 * Waking a thread costs as much as reading a small file, so the taker sleeps until some are read.
 */
#include "recorder/ahead.h"
#include "base/fd.h"

#include <unistd.h>

#define WAKE_FILES 8
/* What was read and not taken: beyond this the reader waits. One file may be above it. */
#define HELD_MAX_BYTES (16u * 1024 * 1024)

typedef struct {
	AheadFile *file;
	int dir_fd;
} Slot;

struct Ahead {
	const Secrets *secrets;
	GThread *thread; /* NULL: not started */
	GMutex lock;
	GCond to_reader, to_taker;
	/* under the lock; the numbers only grow, their slot is their rest by AHEAD_MAX */
	Slot slots[AHEAD_MAX];
	guint64 given, done, taken;
	gsize held; /* bytes of those done and not taken */
	bool reader_sleeps, taker_sleeps;
	bool is_dropping; /* nothing more of what was given is to be begun */
	bool is_ending;
};

Ahead *ahead_new(const Secrets *secrets)
{
	Ahead *ahead = g_new0(Ahead, 1);

	ahead->secrets = secrets;
	g_mutex_init(&ahead->lock);
	g_cond_init(&ahead->to_reader);
	g_cond_init(&ahead->to_taker);
	return ahead;
}

AheadFile *ahead_file_new(const char *name, const char *path)
{
	AheadFile *file = g_new0(AheadFile, 1);

	file->name = g_strdup(name);
	file->path = g_strdup(path);
	file->fd = -1;
	return file;
}

void ahead_file_free(AheadFile *file)
{
	if (file == NULL) {
		return;
	}
	g_free(file->name);
	g_free(file->path);
	fd_close(&file->fd);
	probe_clear(&file->probe);
	g_clear_error(&file->error);
	g_free(file);
}

static gsize size_of(const AheadFile *file)
{
	return file->probe.content == NULL ? 0 : g_bytes_get_size(file->probe.content);
}

/* Without the lock: slots between done and given belong to the reader. */
static void read_file(const Ahead *ahead, int dir_fd, AheadFile *file)
{
	file->result = probe_open_child(dir_fd, file->name, file->path, &file->fd, &file->st,
					&file->error);
	if (file->result == PROBE_PRESENT && S_ISREG(file->st.st_mode)) {
		file->is_read = probe_read(file->fd, file->path, ahead->secrets, &file->probe,
					   &file->error);
	}
}

static void wake_taker(Ahead *ahead)
{
	if (ahead->taker_sleeps &&
	    (ahead->done - ahead->taken >= WAKE_FILES || ahead->done == ahead->given ||
	     ahead->held > HELD_MAX_BYTES || ahead->is_dropping)) {
		ahead->taker_sleeps = false;
		g_cond_signal(&ahead->to_taker);
	}
}

/* Whether there is a file to begin with; waits for one. */
static bool wait_for_file(Ahead *ahead)
{
	while (!ahead->is_ending &&
	       (ahead->done == ahead->given || ahead->is_dropping ||
		(ahead->held > HELD_MAX_BYTES && ahead->done > ahead->taken))) {
		ahead->reader_sleeps = true;
		wake_taker(ahead);
		g_cond_wait(&ahead->to_reader, &ahead->lock);
	}
	ahead->reader_sleeps = false;
	return !ahead->is_ending;
}

static void *run(void *data)
{
	Ahead *ahead = data;

	g_mutex_lock(&ahead->lock);
	while (wait_for_file(ahead)) {
		Slot *slot = &ahead->slots[ahead->done % AHEAD_MAX];

		g_mutex_unlock(&ahead->lock);
		read_file(ahead, slot->dir_fd, slot->file);
		g_mutex_lock(&ahead->lock);
		ahead->held += size_of(slot->file);
		ahead->done++;
		wake_taker(ahead);
	}
	g_mutex_unlock(&ahead->lock);
	return NULL;
}

static void wake_reader(Ahead *ahead)
{
	if (ahead->reader_sleeps) {
		ahead->reader_sleeps = false;
		g_cond_signal(&ahead->to_reader);
	}
}

static void wait_as_taker(Ahead *ahead)
{
	ahead->taker_sleeps = true;
	while (ahead->taker_sleeps) {
		g_cond_wait(&ahead->to_taker, &ahead->lock);
	}
}

guint ahead_room(const Ahead *ahead)
{
	/* (both numbers are written by this thread alone) */
	return AHEAD_MAX - (guint)(ahead->given - ahead->taken);
}

void ahead_give(Ahead *ahead, int dir_fd, const char *name, const char *path)
{
	AheadFile *file = ahead_file_new(name, path);

	g_assert(ahead_room(ahead) > 0);
	g_mutex_lock(&ahead->lock);
	ahead->slots[ahead->given++ % AHEAD_MAX] = (Slot){file, dir_fd};
	wake_reader(ahead);
	g_mutex_unlock(&ahead->lock);
	if (ahead->thread == NULL) {
		ahead->thread = g_thread_new("ahead", run, ahead);
	}
}

AheadFile *ahead_take(Ahead *ahead)
{
	AheadFile *file;

	g_mutex_lock(&ahead->lock);
	g_assert(ahead->given > ahead->taken);
	if (ahead->done == ahead->taken) {
		wait_as_taker(ahead);
	}
	file = ahead->slots[ahead->taken++ % AHEAD_MAX].file;
	ahead->held -= size_of(file);
	wake_reader(ahead);
	g_mutex_unlock(&ahead->lock);
	return file;
}

void ahead_drop(Ahead *ahead)
{
	g_mutex_lock(&ahead->lock);
	ahead->is_dropping = true;
	if (ahead->thread != NULL && !ahead->reader_sleeps) {
		wait_as_taker(ahead); /* for the file at hand */
	}
	for (; ahead->taken < ahead->given; ahead->taken++) {
		ahead_file_free(ahead->slots[ahead->taken % AHEAD_MAX].file);
	}
	ahead->done = ahead->given;
	ahead->held = 0;
	ahead->is_dropping = false;
	g_mutex_unlock(&ahead->lock);
}

void ahead_free(Ahead *ahead)
{
	if (ahead == NULL) {
		return;
	}
	ahead_drop(ahead);
	if (ahead->thread != NULL) {
		g_mutex_lock(&ahead->lock);
		ahead->is_ending = true;
		g_cond_signal(&ahead->to_reader);
		g_mutex_unlock(&ahead->lock);
		g_thread_join(ahead->thread);
	}
	g_mutex_clear(&ahead->lock);
	g_cond_clear(&ahead->to_reader);
	g_cond_clear(&ahead->to_taker);
	g_free(ahead);
}
