/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judge and reeve-lens say to each other, both ways: what is taken is within its limits, and
 * comes back the same. */
#include "change/lens-frame.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static GBytes *body_of(GBytes *frame)
{
	return g_bytes_new_from_bytes(frame, 4, g_bytes_get_size(frame) - 4);
}

static void check_answer(const LensAnswer *answer)
{
	g_autoptr(GBytes) frame = lens_frame_answer(answer);
	g_autoptr(GBytes) body = body_of(frame);
	g_auto(LensAnswer) again = {0};

	g_assert_cmpuint(answer->settings->len, <=, LENS_MAX_SETTINGS);
	for (guint i = 0; i < answer->settings->len; i++) {
		const Setting *setting = answer->settings->pdata[i];

		g_assert_true(g_utf8_validate(setting->name, -1, NULL));
		g_assert_true(setting->before != NULL || setting->after != NULL);
	}
	g_assert_true(lens_frame_parse_answer(body, &again));
	g_assert_cmpint(again.reading, ==, answer->reading);
	g_assert_cmpuint(again.settings->len, <=, answer->settings->len);
}

static void check_question(const LensQuestion *question)
{
	g_autoptr(GBytes) frame = lens_frame_question(question);
	g_autoptr(GBytes) body = body_of(frame);
	g_auto(LensQuestion) again = {0};

	if (lens_frame_parse_question(body, &again)) {
		g_assert_cmpstr(again.lens, ==, question->lens);
		g_assert_true((again.before == NULL) == (question->before == NULL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) body = g_bytes_new(data, size);
	g_auto(LensQuestion) question = {0};
	g_auto(LensAnswer) answer = {0};

	if (lens_frame_parse_question(body, &question)) {
		check_question(&question);
	}
	if (lens_frame_parse_answer(body, &answer)) {
		check_answer(&answer);
	}
	return 0;
}
