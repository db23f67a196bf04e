/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames between judge and reeve-lens: see lens-frame.h. */
#include "change/lens-frame.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LENGTH_BYTES 4
#define ABSENT G_MAXUINT32

enum {
	FLAG_SAME = 1 << 0,
	FLAG_WORN = 1 << 1,
};

/*
 * Writing
 */

static void put_number(GByteArray *out, guint32 number)
{
	guint32 big_endian = GUINT32_TO_BE(number);

	g_byte_array_append(out, (const guint8 *)&big_endian, LENGTH_BYTES);
}

/* NULL is none, which is not an empty one. */
static void put_bytes(GByteArray *out, const void *data, gsize size)
{
	put_number(out, data == NULL ? ABSENT : (guint32)size);
	g_byte_array_append(out, data, data == NULL ? 0 : (guint)size);
}

static void put_version(GByteArray *out, GBytes *version)
{
	gsize size = 0;
	const void *data = version == NULL ? NULL : g_bytes_get_data(version, &size);

	put_bytes(out, version != NULL && data == NULL ? "" : data, size);
}

/* Cut where a character ends. */
static void put_text(GByteArray *out, const char *text)
{
	gsize size = text == NULL ? 0 : strlen(text);

	if (size > LENS_MAX_TEXT_BYTES) {
		size = LENS_MAX_TEXT_BYTES;
		while (size > 0 && ((guchar)text[size] & 0xc0) == 0x80) {
			size--;
		}
	}
	put_bytes(out, text, size);
}

static GByteArray *begin_frame(void)
{
	GByteArray *out = g_byte_array_new();

	put_number(out, 0);
	return out;
}

static GBytes *end_frame(GByteArray *out)
{
	guint32 size = GUINT32_TO_BE(out->len - LENGTH_BYTES);

	memcpy(out->data, &size, LENGTH_BYTES);
	return g_byte_array_free_to_bytes(out);
}

GBytes *lens_frame_question(const LensQuestion *question)
{
	GByteArray *out = begin_frame();

	put_bytes(out, question->lens, strlen(question->lens));
	put_version(out, question->before);
	put_version(out, question->after);
	return end_frame(out);
}

GBytes *lens_frame_answer(const LensAnswer *answer)
{
	GByteArray *out = begin_frame();
	guint count = answer->settings == NULL ? 0 : answer->settings->len;
	const gsize most = 3 * (LENS_MAX_TEXT_BYTES + LENGTH_BYTES);

	put_number(out, answer->reading);
	put_number(out, (answer->is_same ? FLAG_SAME : 0u) | (answer->is_worn ? FLAG_WORN : 0u));
	for (guint i = 0; i < MIN(count, LENS_MAX_SETTINGS); i++) {
		const Setting *setting = answer->settings->pdata[i];

		if (out->len + most > LENS_MAX_ANSWER) {
			break;
		}
		put_text(out, setting->name);
		put_text(out, setting->before);
		put_text(out, setting->after);
	}
	return end_frame(out);
}

/*
 * Reading
 */

typedef struct {
	const guint8 *data;
	gsize left;
	bool is_bad;
} Rest;

static guint32 take_number(Rest *rest)
{
	guint32 big_endian;

	if (rest->left < LENGTH_BYTES) {
		rest->is_bad = true;
		return 0;
	}
	memcpy(&big_endian, rest->data, LENGTH_BYTES);
	rest->data += LENGTH_BYTES;
	rest->left -= LENGTH_BYTES;
	return GUINT32_FROM_BE(big_endian);
}

/* NULL: there is none, or the rest is bad. */
static const guint8 *take_bytes(Rest *rest, gsize max_bytes, gsize *ret_size)
{
	guint32 size = take_number(rest);
	const guint8 *data = rest->data;

	*ret_size = 0;
	if (rest->is_bad || size == ABSENT) {
		return NULL;
	}
	if (size > max_bytes || size > rest->left) {
		rest->is_bad = true;
		return NULL;
	}
	rest->data += size;
	rest->left -= size;
	*ret_size = size;
	return data;
}

static GBytes *take_version(Rest *rest)
{
	gsize size;
	const guint8 *data = take_bytes(rest, LENS_MAX_BYTES, &size);

	return data == NULL ? NULL : g_bytes_new(data, size);
}

/* Text for a person; other bytes become marks. NULL: there is none. */
static char *take_text(Rest *rest, gsize max_bytes)
{
	gsize size;
	const guint8 *data = take_bytes(rest, max_bytes, &size);

	if (data != NULL && memchr(data, '\0', size) != NULL) {
		rest->is_bad = true;
		return NULL;
	}
	return data == NULL ? NULL : g_utf8_make_valid((const char *)data, (gssize)size);
}

static Rest rest_of(GBytes *body)
{
	Rest rest = {0};

	rest.data = g_bytes_get_data(body, &rest.left);
	return rest;
}

bool lens_frame_parse_question(GBytes *body, LensQuestion *ret)
{
	Rest rest = rest_of(body);

	*ret = (LensQuestion){0};
	ret->lens = take_text(&rest, LENS_MAX_NAME_BYTES);
	ret->before = take_version(&rest);
	ret->after = take_version(&rest);
	if (rest.is_bad || rest.left > 0 || ret->lens == NULL ||
	    (ret->before == NULL && ret->after == NULL)) {
		lens_question_clear(ret);
		return false;
	}
	return true;
}

static void take_setting(Rest *rest, GPtrArray *settings)
{
	Setting *setting = g_new0(Setting, 1);

	setting->name = take_text(rest, LENS_MAX_TEXT_BYTES);
	setting->before = take_text(rest, LENS_MAX_TEXT_BYTES);
	setting->after = take_text(rest, LENS_MAX_TEXT_BYTES);
	g_ptr_array_add(settings, setting);
	rest->is_bad |=
		setting->name == NULL || (setting->before == NULL && setting->after == NULL);
}

/* Two versions that are the same have no settings to tell, nor has one that cannot be read. */
static bool makes_sense(const LensAnswer *answer)
{
	return answer->reading > READING_NONE && answer->reading < _READING_N &&
	       (answer->settings->len == 0 ||
		(answer->reading == READING_DONE && !answer->is_same)) &&
	       (!answer->is_same || answer->reading == READING_DONE);
}

bool lens_frame_parse_answer(GBytes *body, LensAnswer *ret)
{
	Rest rest = rest_of(body);
	guint32 reading = take_number(&rest);
	guint32 flags = take_number(&rest);

	*ret = (LensAnswer){
		.reading = reading < _READING_N ? (SettingsReading)reading : READING_NONE,
		.is_same = (flags & FLAG_SAME) != 0,
		.is_worn = (flags & FLAG_WORN) != 0,
		.settings = g_ptr_array_new_with_free_func((GDestroyNotify)setting_free),
	};
	while (!rest.is_bad && rest.left > 0 && ret->settings->len < LENS_MAX_SETTINGS) {
		take_setting(&rest, ret->settings);
	}
	if (rest.is_bad || rest.left > 0 || (flags & ~(guint32)(FLAG_SAME | FLAG_WORN)) != 0 ||
	    !makes_sense(ret)) {
		lens_answer_clear(ret);
		return false;
	}
	return true;
}

void lens_question_clear(LensQuestion *question)
{
	g_free(question->lens);
	g_clear_pointer(&question->before, g_bytes_unref);
	g_clear_pointer(&question->after, g_bytes_unref);
	*question = (LensQuestion){0};
}

void lens_answer_clear(LensAnswer *answer)
{
	g_clear_pointer(&answer->settings, g_ptr_array_unref);
	*answer = (LensAnswer){0};
}

/*
 * The wire
 */

/* Until there is something to do, or the moment has come. */
static bool wait_for(int fd, short events, gint64 until_usec)
{
	struct pollfd polled = {fd, events, 0};
	int rc;

	do {
		gint64 left = until_usec - clock_mono_usec();
		int timeout_ms = until_usec == G_MAXINT64
					 ? -1
					 : (int)(CLAMP(left, 0, G_USEC_PER_SEC * 60) / 1000);

		rc = poll(&polled, 1, timeout_ms);
		if (rc == 0 && timeout_ms == 0) {
			return false;
		}
	} while (rc == 0 || (rc < 0 && errno == EINTR));
	return true;
}

static bool is_passing(void)
{
	return errno == EAGAIN || errno == EINTR;
}

LensWire lens_frame_send(int fd, GBytes *frame, gint64 until_usec)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(frame, &size);

	while (size > 0) {
		ssize_t put = write(fd, data, size);

		if (put > 0) {
			data += put;
			size -= (gsize)put;
		} else if (!is_passing()) {
			return errno == EPIPE || errno == ECONNRESET ? LENS_WIRE_END
								     : LENS_WIRE_BAD;
		} else if (!wait_for(fd, POLLOUT, until_usec)) {
			return LENS_WIRE_LATE;
		}
	}
	return LENS_WIRE_OK;
}

static LensWire receive_all(int fd, guint8 *data, gsize size, gint64 until_usec)
{
	while (size > 0) {
		ssize_t got = read(fd, data, size);

		if (got > 0) {
			data += got;
			size -= (gsize)got;
		} else if (got == 0 || errno == ECONNRESET) {
			return LENS_WIRE_END;
		} else if (!is_passing()) {
			return LENS_WIRE_BAD;
		} else if (!wait_for(fd, POLLIN, until_usec)) {
			return LENS_WIRE_LATE;
		}
	}
	return LENS_WIRE_OK;
}

LensWire lens_frame_receive(int fd, gsize max_bytes, gint64 until_usec, GBytes **ret)
{
	guint32 size = 0;
	g_autofree guint8 *data = NULL;
	LensWire wire = receive_all(fd, (guint8 *)&size, LENGTH_BYTES, until_usec);

	size = GUINT32_FROM_BE(size);
	if (wire != LENS_WIRE_OK) {
		return wire;
	}
	if (size > max_bytes) {
		return LENS_WIRE_BAD;
	}
	data = g_malloc(size + 1u);
	wire = receive_all(fd, data, size, until_usec);
	if (wire == LENS_WIRE_OK) {
		*ret = g_bytes_new_take(g_steal_pointer(&data), size);
	}
	return wire;
}
