/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sightings as bytes: see wire.h. */
#include "actor/wire.h"

#include <string.h>

/* What goes first: the numbers as they are, and the sizes of the texts behind. */
typedef struct {
	guint32 kind;
	guint32 sizes[4]; /* exe, cgroup, comm, args; of a text with its NUL, 0: not known */
	Sighting sighting;
} WireHead;

static void put_text(const char *text, gsize max, char *data, gsize *at, guint32 *ret_size)
{
	gsize size = text == NULL ? 0 : strlen(text) + 1;

	if (size > 0 && size <= max) {
		memcpy(data + *at, text, size);
		*at += size;
		*ret_size = (guint32)size;
	}
}

gsize wire_pack(WireKind kind, const Sighting *sighting, char ret[WIRE_MAX_BYTES])
{
	WireHead head = {.kind = kind};
	gsize at = sizeof(head);

	if (sighting != NULL) {
		head.sighting = *sighting;
		put_text(sighting->exe, PROC_PATH_BYTES, ret, &at, &head.sizes[0]);
		put_text(sighting->cgroup, PROC_PATH_BYTES, ret, &at, &head.sizes[1]);
		put_text(sighting->comm, sizeof(((ProcRoom *)NULL)->comm), ret, &at,
			 &head.sizes[2]);
		if (sighting->args != NULL) {
			gsize size = MIN(sighting->args_size, PROC_ARGS_BYTES);

			memcpy(ret + at, sighting->args, size);
			at += size;
			head.sizes[3] = (guint32)size;
		}
	}
	memcpy(ret, &head, sizeof(head));
	return at;
}

static bool take_text(const char *data, gsize size, gsize *at, guint32 text_size, const char **ret)
{
	*ret = NULL;
	if (text_size > size - *at) {
		return false;
	}
	if (text_size > 0) {
		*ret = data + *at;
		*at += text_size;
		return (*ret)[text_size - 1] == '\0';
	}
	return true;
}

bool wire_read(const char *data, gsize size, WireKind *ret_kind, Sighting *ret)
{
	WireHead head;
	gsize at = sizeof(head);

	if (size < sizeof(head)) {
		return false;
	}
	memcpy(&head, data, sizeof(head));
	if (head.kind > WIRE_LOST || head.sighting.kind > SIGHTING_FOUND) {
		return false;
	}
	*ret_kind = head.kind;
	*ret = head.sighting;
	ret->doubt = NULL;
	if (!take_text(data, size, &at, head.sizes[0], &ret->exe) ||
	    !take_text(data, size, &at, head.sizes[1], &ret->cgroup) ||
	    !take_text(data, size, &at, head.sizes[2], &ret->comm) || head.sizes[3] != size - at) {
		return false;
	}
	ret->args = ret->args == NULL ? NULL : data + at;
	ret->args_size = head.sizes[3];
	return true;
}

bool wire_batch_add(WireBatch *batch, WireKind kind, const Sighting *sighting)
{
	guint32 size;

	if (sizeof(batch->data) - batch->size < sizeof(size) + WIRE_MAX_BYTES) {
		return false;
	}
	size = (guint32)wire_pack(kind, sighting, batch->data + batch->size + sizeof(size));
	memcpy(batch->data + batch->size, &size, sizeof(size));
	batch->size += sizeof(size) + size;
	return true;
}

bool wire_batch_next(const WireBatch *batch, gsize *at, const char **ret_data, gsize *ret_size)
{
	guint32 size;

	if (*at >= batch->size || batch->size - *at < sizeof(size)) {
		return false;
	}
	memcpy(&size, batch->data + *at, sizeof(size));
	if (size > batch->size - *at - sizeof(size)) {
		return false;
	}
	*ret_data = batch->data + *at + sizeof(size);
	*ret_size = size;
	*at += sizeof(size) + size;
	return true;
}
