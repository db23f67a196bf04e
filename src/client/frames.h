/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The frames of one ZeroMQ message as they came, before anything in them is believed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <zmq.h>

#define FRAMES_MAX 5

typedef struct {
	zmq_msg_t parts[FRAMES_MAX + 1]; /* the last one stands for all that were too many */
	guint n;                         /* FRAMES_MAX + 1: more than any message of ours has */
} Frames;

void frames_init(Frames *frames);
void frames_clear(Frames *frames);

/* Receives a whole message without waiting; false: there is none. */
bool frames_receive(Frames *frames, void *socket);

/* A frame's bytes; valid until the next frames_receive. */
const char *frames_data(const Frames *frames, guint i);
gsize frames_size(const Frames *frames, guint i);

/* Whether a frame is exactly this word. */
bool frames_is(const Frames *frames, guint i, const char *word);

/* Reads a frame that is an event's id, or empty (""); false: it is neither. */
bool frames_id(const Frames *frames, guint i, char ret[65]);

/* The third level of a topic (hb/1/<host>/), as text that can be printed; caller frees. */
char *frames_host(const Frames *frames);
