/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker of reeve-lens: see worker.h. */
#include "lens/worker.h"

#include "lens/flatten.h"

#include <augeas.h>
#include <string.h>
#include <sys/resource.h>

/* Grown beyond this it wants to be replaced. */
#define WORN_KIB (128 * 1024)
#define QUESTION_CPU_SECONDS 3

#define IN_NODE "/reeve/in"
#define OUT_NODE "/reeve/out"
/* Where Augeas says why a text could not be read. */
#define ERROR_NODE "/augeas/text" OUT_NODE "/error"

struct Worker {
	augeas *tree;
};

Worker *worker_new(const char *lenses)
{
	Worker *worker;
	augeas *tree = aug_init(
		"/", lenses, AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD | AUG_NO_ERR_CLOSE);

	if (tree == NULL || aug_error(tree) != AUG_NOERROR) {
		aug_close(tree);
		return NULL;
	}
	worker = g_new0(Worker, 1);
	worker->tree = tree;
	return worker;
}

void worker_free(Worker *worker)
{
	if (worker != NULL) {
		aug_close(worker->tree);
		g_free(worker);
	}
}

typedef enum {
	VERSION_READ,
	VERSION_BROKEN,
	VERSION_NO_LENS,
	VERSION_TOO_MUCH,
} Version;

/* Augeas takes text that ends with its first NUL byte, and wants a line feed at its end. */
static char *text_of(GBytes *bytes)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);

	if (size > 0 && memchr(data, '\0', size) != NULL) {
		return NULL;
	}
	return size == 0 || data[size - 1] == '\n' ? g_strndup(data == NULL ? "" : data, size)
						   : g_strdup_printf("%.*s\n", (int)size, data);
}

static Version store_text(augeas *tree, const char *lens, const char *text)
{
	const char *reason = NULL;
	int rc;

	aug_rm(tree, "/augeas/text");
	aug_rm(tree, OUT_NODE);
	if (aug_set(tree, IN_NODE, text) < 0) {
		return VERSION_TOO_MUCH;
	}
	rc = aug_text_store(tree, lens, IN_NODE, OUT_NODE);
	if (aug_error(tree) == AUG_ENOLENS || aug_error(tree) == AUG_ESYNTAX) {
		return VERSION_NO_LENS;
	}
	aug_get(tree, ERROR_NODE, &reason);
	return rc < 0 || reason != NULL ? VERSION_BROKEN : VERSION_READ;
}

/* A version that is not there has no settings. An empty file has none either: many a lens insists
 * on a line. */
static Version read_version(Worker *worker, const char *lens, GBytes *bytes, SettingsList *list,
			    GString *shape)
{
	g_autofree char *text = NULL;
	Version version;

	if (bytes == NULL || g_bytes_get_size(bytes) == 0) {
		return VERSION_READ;
	}
	text = text_of(bytes);
	version = text == NULL ? VERSION_BROKEN : store_text(worker->tree, lens, text);
	if (version == VERSION_READ && !flatten(worker->tree, OUT_NODE, list, shape)) {
		version = VERSION_TOO_MUCH;
	}
	aug_rm(worker->tree, IN_NODE);
	aug_rm(worker->tree, OUT_NODE);
	return version;
}

static SettingsReading judge(const LensQuestion *question, Version before, Version after)
{
	if (before == VERSION_NO_LENS || after == VERSION_NO_LENS) {
		return READING_NO_LENS;
	}
	if (before == VERSION_TOO_MUCH || after == VERSION_TOO_MUCH) {
		return READING_LARGE;
	}
	if (after == VERSION_BROKEN) {
		return before == VERSION_READ && question->before != NULL ? READING_STOPPED
									  : READING_BROKEN;
	}
	if (before == VERSION_BROKEN) {
		return question->after == NULL ? READING_BROKEN : READING_MENDED;
	}
	return READING_DONE;
}

void worker_answer(Worker *worker, const LensQuestion *question, LensAnswer *ret)
{
	g_auto(SettingsList) old_list, new_list;
	g_autoptr(GString) old_shape = g_string_new(NULL);
	g_autoptr(GString) new_shape = g_string_new(NULL);
	Version before, after;
	struct rusage usage;

	settings_list_init(&old_list);
	settings_list_init(&new_list);
	*ret = (LensAnswer){
		.settings = g_ptr_array_new_with_free_func((GDestroyNotify)setting_free),
	};
	before = read_version(worker, question->lens, question->before, &old_list, old_shape);
	after = read_version(worker, question->lens, question->after, &new_list, new_shape);
	ret->reading = judge(question, before, after);
	if (ret->reading == READING_DONE) {
		ret->is_same = settings_list_compare(&old_list, &new_list, false, ret->settings) &&
			       g_string_equal(old_shape, new_shape);
	}
	getrusage(RUSAGE_SELF, &usage);
	ret->is_worn = usage.ru_maxrss > WORN_KIB;
}

/* So much time of the processor from now on; beyond it the kernel ends us. */
static void limit_time(void)
{
	struct rusage usage;
	struct rlimit limit;

	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_CPU, &limit);
	limit.rlim_cur =
		(rlim_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1 + QUESTION_CPU_SECONDS;
	setrlimit(RLIMIT_CPU, &limit);
}

static bool serve_one(Worker *worker, int socket)
{
	g_autoptr(GBytes) body = NULL;
	g_autoptr(GBytes) frame = NULL;
	g_auto(LensQuestion) question = {0};
	g_auto(LensAnswer) answer = {0};

	if (lens_frame_receive(socket, LENS_MAX_QUESTION, G_MAXINT64, &body) != LENS_WIRE_OK ||
	    !lens_frame_parse_question(body, &question)) {
		return false;
	}
	limit_time();
	worker_answer(worker, &question, &answer);
	frame = lens_frame_answer(&answer);
	return lens_frame_send(socket, frame, G_MAXINT64) == LENS_WIRE_OK;
}

void worker_serve(Worker *worker, int socket)
{
	while (serve_one(worker, socket)) {
	}
}
