/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canary: see canary.h. */
#include "cli/canary.h"
#include "cli/ctl.h"
#include "cli/health.h"
#include "cli/pick.h"

#include "base/clock.h"
#include "base/fd.h"
#include "client/client.h"
#include "event/event.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STEP_MS 200
/* A change is told within two seconds, or something is amiss. */
#define SLOW_MS 10000

/* What is to come back. */
typedef struct {
	char *path;    /* as events tell it */
	char *source;  /* of actors */
	bool is_known; /* somebody ought to be named */
	char *exe;     /* our own */
	gint64 sent_usec;
} Expected;

static void expected_clear(Expected *expected)
{
	g_free(expected->path);
	g_free(expected->source);
	g_free(expected->exe);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Expected, expected_clear)

void canary_result_clear(CanaryResult *result)
{
	g_clear_pointer(&result->text, g_free);
}

G_GNUC_PRINTF(3, 4)
static bool say(CanaryResult *ret, CanaryState state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ret->state = state;
	g_free(ret->text);
	ret->text = g_strdup_vprintf(format, args);
	va_end(args);
	return false;
}

static bool prepare(const Context *context, Expected *expected, CanaryResult *ret)
{
	g_auto(Health) recorder = {0};
	const json_t *actors;
	const char *path;

	health_read(context, "recorder", &recorder);
	if (!recorder.is_alive) {
		return say(ret, CANARY_UNFIT, "the daemon does not run");
	}
	path = pick_text(recorder.line, "canary");
	if (path == NULL) {
		return say(ret, CANARY_UNFIT,
			   "the runtime folder lies outside what can be watched here");
	}
	actors = pick_object(recorder.line, "actors");
	expected->path = g_strdup(path);
	expected->source = g_strdup(pick_text(actors, "source"));
	expected->is_known = g_strcmp0(pick_text(recorder.line, "backend"), "fanotify") == 0 &&
			     pick_text(actors, "reach") != NULL &&
			     strcmp(pick_text(actors, "reach"), "unknown") != 0;
	expected->exe = g_file_read_link("/proc/self/exe", NULL);
	return true;
}

/* The last event there is: what we wait for comes behind it. */
static char *find_head(const Context *context, int patience_ms, CanaryResult *ret)
{
	g_autoptr(GError) error = NULL;
	json_t *answer =
		ctl_call(context, json_pack("{s:s}", "op", "barrier"), patience_ms, &error);
	char *head = answer == NULL ? NULL : g_strdup(pick_text(answer, "head"));

	if (answer == NULL) {
		say(ret, CANARY_SICK, "the stages do not come to an end: %s", error->message);
	}
	json_decref(answer);
	return head == NULL && answer != NULL ? g_strdup("") : head;
}

static Client *listen_from(const Context *context, const char *head, CanaryResult *ret)
{
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autoptr(GError) error = NULL;
	Client *client = NULL;

	if (config_endpoints(context->config, &live, &replay, &error)) {
		client = client_new(
			&(ClientOptions){.live = live[0], .replay = replay[0], .since = head},
			&error);
	}
	if (client == NULL) {
		say(ret, CANARY_SICK, "cannot listen: %s", error->message);
	}
	return client;
}

static bool touch(const Context *context, Expected *expected, CanaryResult *ret)
{
	g_autofree char *file = context_runtime(context, "canary/beat");
	g_autofree char *line = NULL;
	auto_fd int fd = open(file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		return say(ret, errno == EACCES ? CANARY_UNFIT : CANARY_SICK,
			   "cannot change %s: %s", file, strerror(errno));
	}
	expected->sent_usec = clock_mono_usec();
	line = g_strdup_printf("%020" G_GINT64_FORMAT "\n", clock_wall_usec());
	return pwrite(fd, line, strlen(line), 0) == (ssize_t)strlen(line) ||
	       say(ret, CANARY_SICK, "cannot write %s: %s", file, strerror(errno));
}

/* The file of this event that is the canary; NULL. */
static const json_t *find_file(const json_t *event, const char *path)
{
	size_t i;
	const json_t *file;

	json_array_foreach ((json_t *)pick_array(event, "files"), i, file) {
		if (g_strcmp0(pick_text(file, "path"), path) == 0) {
			return file;
		}
	}
	return NULL;
}

static bool actor_is_us(const json_t *actor, const Expected *expected)
{
	const char *exe = pick_text(actor, "exe");

	return pick_number(actor, "pid", -1) == getpid() && g_strcmp0(exe, expected->exe) == 0;
}

static bool names_us(const json_t *file, const Expected *expected)
{
	const json_t *actors = pick_array(file, "actors"), *actor;
	bool found = actor_is_us(pick_object(file, "actor"), expected);
	size_t i;

	json_array_foreach ((json_t *)actors, i, actor) {
		found |= actor_is_us(actor, expected);
	}
	return found;
}

static void examine(const json_t *file, const Expected *expected, CanaryResult *ret)
{
	const char *verdict = pick_text(file, "verdict");

	ret->latency_ms = (clock_mono_usec() - expected->sent_usec) / 1000;
	if (g_strcmp0(verdict, "standard") != 0) {
		say(ret, CANARY_SICK, "it came back judged %s, not standard",
		    verdict != NULL ? verdict : "not at all");
	} else if (expected->is_known && !names_us(file, expected)) {
		say(ret, CANARY_SICK,
		    "it came back, but who did it was not told rightly (source %s)",
		    expected->source);
	} else if (ret->latency_ms > SLOW_MS) {
		say(ret, CANARY_SICK, "it came back after %" G_GINT64_FORMAT " ms only",
		    ret->latency_ms);
	} else {
		say(ret, CANARY_WELL,
		    "a change of its own came back in %" G_GINT64_FORMAT " ms, %s", ret->latency_ms,
		    expected->is_known ? "with who did it" : "without who did it");
	}
}

static void await(Client *client, const Expected *expected, int patience_ms, CanaryResult *ret)
{
	gint64 end_usec = expected->sent_usec + (gint64)patience_ms * 1000;

	while (clock_mono_usec() < end_usec) {
		g_autoptr(GError) error = NULL;
		ClientEvent event;
		ClientResult result = client_next(client, STEP_MS, &event, &error);
		json_t *json =
			result != CLIENT_EVENT ? NULL : event_parse(event.body, event.size, NULL);
		const json_t *file = json == NULL ? NULL : find_file(json, expected->path);

		if (file != NULL) {
			examine(file, expected, ret);
		}
		json_decref(json);
		if (file != NULL) {
			return;
		}
		if (error != NULL) {
			say(ret, CANARY_SICK, "the bus broke: %s", error->message);
			return;
		}
	}
	say(ret, CANARY_SICK, "a change of its own did not come back within %d s",
	    patience_ms / 1000);
}

void canary_send(const Context *context, int patience_ms, CanaryResult *ret)
{
	g_auto(Expected) expected = {0};
	g_autoptr(Client) client = NULL;
	g_autofree char *head = NULL;

	*ret = (CanaryResult){.state = CANARY_UNFIT};
	if (!prepare(context, &expected, ret)) {
		return;
	}
	head = find_head(context, patience_ms, ret);
	client = head == NULL ? NULL : listen_from(context, head, ret);
	if (client != NULL && touch(context, &expected, ret)) {
		await(client, &expected, patience_ms, ret);
	}
}
