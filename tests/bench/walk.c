/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The raw cost of looking at a tree: lists every directory and stats every entry, on two threads.
 * Nothing that compares a tree with a record of it can be faster. Usage: walk DIR
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static char **folders; /* a stack */
static size_t count, room;
static int busy;
static unsigned long seen;

static void push(char *path)
{
	pthread_mutex_lock(&lock);
	if (count == room) {
		room = room == 0 ? 1024 : 2 * room;
		folders = realloc(folders, room * sizeof(*folders));
		if (folders == NULL) {
			abort();
		}
	}
	folders[count++] = path;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
}

/* NULL: nothing is left, and nobody is at work who might find more. */
static char *pop(void)
{
	char *path = NULL;

	pthread_mutex_lock(&lock);
	while (count == 0 && busy > 0) {
		pthread_cond_wait(&more, &lock);
	}
	if (count > 0) {
		path = folders[--count];
		busy++;
	}
	pthread_mutex_unlock(&lock);
	return path;
}

static void done(unsigned long entries)
{
	pthread_mutex_lock(&lock);
	seen += entries;
	if (--busy == 0) {
		pthread_cond_broadcast(&more);
	}
	pthread_mutex_unlock(&lock);
}

static unsigned long list(const char *path)
{
	DIR *stream = opendir(path);
	unsigned long entries = 0;
	struct dirent *entry;
	struct stat st;

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		char *below;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			continue;
		}
		entries++;
		if (S_ISDIR(st.st_mode) && asprintf(&below, "%s/%s", path, entry->d_name) > 0) {
			push(below);
		}
	}
	if (stream != NULL) {
		closedir(stream);
	}
	return entries;
}

static void *walk(void *unused)
{
	char *path;

	(void)unused;
	while ((path = pop()) != NULL) {
		done(list(path));
		free(path);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t other;

	push(strdup(argc > 1 ? argv[1] : "."));
	pthread_create(&other, NULL, walk, NULL);
	walk(NULL);
	pthread_join(other, NULL);
	printf("%lu\n", seen);
	free(folders);
	return 0;
}
