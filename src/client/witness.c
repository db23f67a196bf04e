/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The witness: see witness.h. */
#include "client/witness.h"

#include <string.h>

#define BODY_MAX_BYTES (64 * 1024)

typedef struct {
	guint64 seq; /* 0: none */
	char id[EVENT_ID_HEX + 1];
} Recent;

struct Witness {
	Checkpoint known; /* seq 0: none */
	bool has_key;
	guint8 key[CHECKPOINT_KEY_BYTES];
	Recent recent[WITNESS_RECENT]; /* at seq % WITNESS_RECENT */
};

Witness *witness_new(const char *remembered, GError **error)
{
	g_autoptr(Witness) witness = g_new0(Witness, 1);

	if (remembered == NULL) {
		return g_steal_pointer(&witness);
	}
	if (!checkpoint_parse(&witness->known, remembered, strlen(remembered)) ||
	    !checkpoint_is_signed(&witness->known)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "what was remembered is no signed checkpoint");
		return NULL;
	}
	witness->has_key = true;
	memcpy(witness->key, witness->known.key, sizeof(witness->key));
	return g_steal_pointer(&witness);
}

void witness_free(Witness *witness)
{
	if (witness == NULL) {
		return;
	}
	checkpoint_clear(&witness->known);
	g_free(witness);
}

const Checkpoint *witness_known(const Witness *witness)
{
	return witness->known.seq == 0 ? NULL : &witness->known;
}

static bool contradict(guint64 seq, const char *signed_id, const char *other, const char *what,
		       GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "history was rewritten: the host had signed event %" G_GUINT64_FORMAT
		    " as %.12s, and now %s %.12s",
		    seq, signed_id, what, other);
	return false;
}

bool witness_event(Witness *witness, guint64 seq, const char *id, GError **error)
{
	Recent *place = &witness->recent[seq % WITNESS_RECENT];

	if (seq != 0 && seq == witness->known.seq && strcmp(id, witness->known.id) != 0) {
		return contradict(seq, witness->known.id, id, "gives", error);
	}
	place->seq = seq;
	g_strlcpy(place->id, id, sizeof(place->id));
	return true;
}

static bool check_key(Witness *witness, const Checkpoint *checkpoint, GError **error)
{
	if (!witness->has_key) {
		witness->has_key = true;
		memcpy(witness->key, checkpoint->key, sizeof(witness->key));
	}
	if (memcmp(witness->key, checkpoint->key, sizeof(witness->key)) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the host signs with another key than before: it was installed anew, "
			    "or it is another host");
		return false;
	}
	return true;
}

/* Takes a signed checkpoint over when its event is known and is the one. */
static bool weigh(Witness *witness, Checkpoint *checkpoint, bool *ret_new, GError **error)
{
	const Recent *place = &witness->recent[checkpoint->seq % WITNESS_RECENT];
	bool is_here = place->seq == checkpoint->seq;

	if (checkpoint->seq == witness->known.seq &&
	    strcmp(checkpoint->id, witness->known.id) != 0) {
		return contradict(checkpoint->seq, witness->known.id, checkpoint->id, "signs it as",
				  error);
	}
	if (is_here && strcmp(checkpoint->id, place->id) != 0) {
		return contradict(checkpoint->seq, checkpoint->id, place->id, "gives", error);
	}
	if (is_here && checkpoint->seq > witness->known.seq) {
		checkpoint_clear(&witness->known);
		witness->known = *checkpoint;
		memset(checkpoint, 0, sizeof(*checkpoint));
		*ret_new = true;
	}
	return true;
}

bool witness_heartbeat(Witness *witness, const char *body, gsize size, bool *ret_new,
		       GError **error)
{
	g_auto(Checkpoint) checkpoint = {0};
	json_t *heartbeat;
	bool is_one;

	*ret_new = false;
	if (size > BODY_MAX_BYTES) {
		return true;
	}
	heartbeat = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
	is_one = checkpoint_from_json(&checkpoint, json_object_get(heartbeat, "checkpoint"));
	json_decref(heartbeat);
	/* (what was signed before needs no second look) */
	if (!is_one || (checkpoint.seq == witness->known.seq &&
			strcmp(checkpoint.id, witness->known.id) == 0)) {
		return true;
	}
	return !checkpoint_is_signed(&checkpoint) || (check_key(witness, &checkpoint, error) &&
						      weigh(witness, &checkpoint, ret_new, error));
}
