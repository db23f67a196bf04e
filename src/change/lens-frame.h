/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What judge and reeve-lens say to each other over one pair of sockets: a question (a lens and two
 * versions of a file), and its answer. Each is a frame: its length, big-endian in four bytes, and
 * so many bytes. Nothing is believed on either side: the content of the question is hostile, and so
 * is a worker that has read it. A frame that breaks a limit or has a byte too few or too many is no
 * frame.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

/* A version above this is not sent. */
#define LENS_MAX_BYTES (256 * 1024)
#define LENS_MAX_NAME_BYTES 64
#define LENS_MAX_SETTINGS 512
#define LENS_MAX_TEXT_BYTES 512 /* of one name or value; longer ones are cut */
#define LENS_MAX_QUESTION (2 * LENS_MAX_BYTES + 256)
#define LENS_MAX_ANSWER (256 * 1024)

typedef struct {
	char *lens;             /* "Hosts.lns" */
	GBytes *before, *after; /* NULL: there was or is no file */
} LensQuestion;

typedef struct {
	SettingsReading reading; /* DONE, STOPPED, BROKEN, MENDED; the keeper adds SLOW and DIED */
	bool is_same;            /* no setting differs, nor their order */
	bool is_worn;            /* the worker has grown too big: it wants to be replaced */
	GPtrArray *settings;     /* of Setting */
} LensAnswer;

void lens_question_clear(LensQuestion *question);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LensQuestion, lens_question_clear)
void lens_answer_clear(LensAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LensAnswer, lens_answer_clear)

/* The whole frame. The question is within its limits; of an answer what is beyond them is left out.
 */
GBytes *lens_frame_question(const LensQuestion *question);
GBytes *lens_frame_answer(const LensAnswer *answer);

/* From the bytes behind the length. False: it is none; nothing is kept. */
bool lens_frame_parse_question(GBytes *body, LensQuestion *ret);
bool lens_frame_parse_answer(GBytes *body, LensAnswer *ret);

typedef enum {
	LENS_WIRE_OK,
	LENS_WIRE_END,  /* the other one has gone, between two frames or in the middle of one */
	LENS_WIRE_LATE, /* the moment has come */
	LENS_WIRE_BAD,  /* too long, or the system refuses */
} LensWire;

/*
 * One frame to or from a descriptor that does not block, until a moment of clock_mono_usec
 * (G_MAXINT64: for ever). `ret` is what stands behind the length.
 */
LensWire lens_frame_send(int fd, GBytes *frame, gint64 until_usec);
LensWire lens_frame_receive(int fd, gsize max_bytes, gint64 until_usec, GBytes **ret);
