/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picking members out of JSON: see pick.h. */
#include "cli/pick.h"

#include "base/clock.h"

const char *pick_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

gint64 pick_number(const json_t *object, const char *key, gint64 otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool pick_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

gint64 pick_time(const json_t *object, const char *key)
{
	const char *text = pick_text(object, key);
	gint64 usec;

	return text != NULL && clock_parse(text, &usec) ? usec : 0;
}

const json_t *pick_object(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_object(value) ? value : NULL;
}

const json_t *pick_array(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_array(value) ? value : NULL;
}
