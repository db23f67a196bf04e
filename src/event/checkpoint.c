/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checkpoints: see checkpoint.h. */
#include "event/checkpoint.h"
#include "base/clock.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX_BYTES 1024
#define SEQ_MAX ((G_GUINT64_CONSTANT(1) << 53) - 1)

void checkpoint_clear(Checkpoint *checkpoint)
{
	g_free(checkpoint->host);
	g_free(checkpoint->time);
	memset(checkpoint, 0, sizeof(*checkpoint));
}

static char *statement(const Checkpoint *checkpoint)
{
	return g_strdup_printf("reeve-checkpoint 1\nhost %s\nseq %" G_GUINT64_FORMAT
			       "\nid %s\ntime %s\n",
			       checkpoint->host, checkpoint->seq, checkpoint->id, checkpoint->time);
}

/* With a key and memory that OpenSSL has, none of this fails. */
void checkpoint_sign(Checkpoint *checkpoint, const guint8 secret[CHECKPOINT_KEY_BYTES])
{
	g_autofree char *text = statement(checkpoint);
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, CHECKPOINT_KEY_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t key_size = sizeof(checkpoint->key);
	size_t size = sizeof(checkpoint->signature);

	if (EVP_PKEY_get_raw_public_key(key, checkpoint->key, &key_size) != 1 ||
	    EVP_DigestSignInit(context, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(context, checkpoint->signature, &size, (const guint8 *)text,
			   strlen(text)) != 1) {
		g_error("OpenSSL cannot sign with Ed25519");
	}
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

bool checkpoint_is_signed(const Checkpoint *checkpoint)
{
	g_autofree char *text = statement(checkpoint);
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, checkpoint->key,
						    CHECKPOINT_KEY_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = key != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestVerify(context, checkpoint->signature, sizeof(checkpoint->signature),
				   (const guint8 *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return ok;
}

/* Exactly `size` bytes in base64. */
static bool read_bytes(const json_t *object, const char *name, guint8 *ret, gsize size)
{
	const char *text = json_string_value(json_object_get(object, name));
	g_autofree guchar *raw = NULL;
	g_autofree char *again = NULL;
	gsize got = 0;

	if (text == NULL || strlen(text) > 2 * size) {
		return false;
	}
	raw = g_base64_decode(text, &got);
	again = g_base64_encode(raw, got);
	if (got != size || !g_str_equal(again, text)) {
		return false;
	}
	memcpy(ret, raw, size);
	return true;
}

static bool read_words(Checkpoint *ret, const json_t *object)
{
	const char *host = json_string_value(json_object_get(object, "host"));
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *time = json_string_value(json_object_get(object, "time"));
	json_int_t seq = json_integer_value(json_object_get(object, "seq"));
	guint8 raw[DIGEST_BYTES];
	gint64 usec;

	if (host == NULL || strlen(host) > HOST_MAX_BYTES || strchr(host, '\n') != NULL ||
	    id == NULL || strlen(id) != EVENT_ID_HEX || !hex_decode(id, raw, sizeof(raw)) ||
	    time == NULL || !clock_parse(time, &usec) || seq < 1 || (guint64)seq > SEQ_MAX) {
		return false;
	}
	ret->host = g_strdup(host);
	ret->time = g_strdup(time);
	ret->seq = (guint64)seq;
	memcpy(ret->id, id, sizeof(ret->id));
	return true;
}

bool checkpoint_from_json(Checkpoint *ret, const json_t *object)
{
	g_auto(Checkpoint) checkpoint = {0};

	if (!read_words(&checkpoint, object) ||
	    !read_bytes(object, "key", checkpoint.key, sizeof(checkpoint.key)) ||
	    !read_bytes(object, "signature", checkpoint.signature, sizeof(checkpoint.signature))) {
		return false;
	}
	*ret = checkpoint;
	memset(&checkpoint, 0, sizeof(checkpoint));
	return true;
}

bool checkpoint_parse(Checkpoint *ret, const char *text, gsize size)
{
	json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	bool ok = object != NULL && checkpoint_from_json(ret, object);

	json_decref(object);
	return ok;
}

char *checkpoint_format(const Checkpoint *checkpoint)
{
	g_autofree char *key = g_base64_encode(checkpoint->key, sizeof(checkpoint->key));
	g_autofree char *signature =
		g_base64_encode(checkpoint->signature, sizeof(checkpoint->signature));
	json_t *object = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "host", checkpoint->host,
				   "seq", (json_int_t)checkpoint->seq, "id", checkpoint->id, "time",
				   checkpoint->time, "key", key, "signature", signature);
	char *text = json_dumps(object, JSON_COMPACT);
	char *line = g_strdup(text);

	free(text);
	json_decref(object);
	return line;
}
