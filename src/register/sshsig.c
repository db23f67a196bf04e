/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenSSH signatures: see sshsig.h. */
#include "register/sshsig.h"
#include "register/ssh-key.h"
#include "register/wire.h"

#include "event/approval.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <string.h>

#define ARMOUR_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define ARMOUR_END "-----END SSH SIGNATURE-----\n"
#define MAGIC "SSHSIG"
#define MAGIC_BYTES 6
#define ED25519_SIGNATURE_BYTES 64
/* Flags of an authenticator (WebAuthn 6.1): user present, user verified. */
#define FIDO_PRESENT 0x01
#define FIDO_VERIFIED 0x04
#define FIDO_TAIL_BYTES 5

void sshsig_clear(SshSig *sig)
{
	g_clear_pointer(&sig->key, g_bytes_unref);
	g_clear_pointer(&sig->key_type, g_free);
	g_clear_pointer(&sig->fingerprint, g_free);
	g_clear_pointer(&sig->namespace, g_free);
	g_clear_pointer(&sig->hash_algorithm, g_free);
	g_clear_pointer(&sig->signature, g_bytes_unref);
}

static bool malformed(GError **error, const char *what)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "not an SSH signature: %s", what);
	return false;
}

/* Base64 in lines. */
static guint8 *decode_base64(const char *text, gsize length, gsize *ret_size)
{
	g_autoptr(GString) joined = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++) {
		if (text[i] != '\n') {
			g_string_append_c(joined, text[i]);
		}
	}
	return wire_from_base64(joined->str, ret_size);
}

static guint8 *unwrap_armour(const void *armoured, gsize size, gsize *ret_size, GError **error)
{
	g_autofree char *text = NULL;
	const char *end;
	guint8 *raw;

	if (size > SSHSIG_MAX_BYTES) {
		malformed(error, "too large");
		return NULL;
	}
	text = g_strndup(size == 0 ? "" : armoured, size); /* an empty GBytes has no bytes */
	if (strlen(text) != size || !g_str_has_prefix(text, ARMOUR_BEGIN)) {
		malformed(error, "it does not begin with -----BEGIN SSH SIGNATURE-----");
		return NULL;
	}
	end = strstr(text, ARMOUR_END);
	if (end == NULL || end[strlen(ARMOUR_END)] != '\0') {
		malformed(error, "it does not end with -----END SSH SIGNATURE-----");
		return NULL;
	}
	raw = decode_base64(text + strlen(ARMOUR_BEGIN), (gsize)(end - text) - strlen(ARMOUR_BEGIN),
			    ret_size);
	if (raw == NULL) {
		malformed(error, "its body is not base64");
	}
	return raw;
}

static GBytes *read_blob(Wire *wire)
{
	gsize size;
	const guint8 *raw = wire_string(wire, &size);

	return raw == NULL ? NULL : g_bytes_new(raw, size);
}

static bool parse_blob(Wire *wire, SshSig *sig, GError **error)
{
	const guint8 *magic = wire_raw(wire, MAGIC_BYTES);
	g_autoptr(GBytes) reserved = NULL;

	if (magic == NULL || memcmp(magic, MAGIC, MAGIC_BYTES) != 0) {
		return malformed(error, "its magic is wrong");
	}
	if (wire_uint32(wire) != 1) {
		return malformed(error, "only version 1 is known");
	}
	sig->key = read_blob(wire);
	sig->namespace = wire_text(wire);
	reserved = read_blob(wire);
	sig->hash_algorithm = wire_text(wire);
	sig->signature = read_blob(wire);
	if (!wire_is_spent(wire)) {
		return malformed(error, "it is cut off or has trailing bytes");
	}
	if (!g_str_equal(sig->hash_algorithm, "sha256") &&
	    !g_str_equal(sig->hash_algorithm, "sha512")) {
		return malformed(error, "its hash is neither sha256 nor sha512");
	}
	sig->key_type = ssh_key_type_name(sig->key);
	if (sig->key_type == NULL) {
		return malformed(error, "its public key cannot be read");
	}
	sig->fingerprint = ssh_key_fingerprint(sig->key);
	return true;
}

bool sshsig_parse(const void *armoured, gsize size, SshSig *ret, GError **error)
{
	g_auto(SshSig) sig = {NULL};
	gsize raw_size = 0;
	g_autofree guint8 *raw = unwrap_armour(armoured, size, &raw_size, error);
	Wire wire;

	if (raw == NULL) {
		return false;
	}
	wire = wire_over(raw, raw_size);
	if (!parse_blob(&wire, &sig, error)) {
		return false;
	}
	*ret = sig;
	sig = (SshSig){NULL};
	return true;
}

/* What the key signed: the message only enters by its hash. */
static GBytes *signed_bytes(const SshSig *sig, const void *message, gsize size)
{
	GByteArray *out = g_byte_array_new();
	guint8 hash[EVP_MAX_MD_SIZE];
	unsigned int hash_size = 0;
	const EVP_MD *md = g_str_equal(sig->hash_algorithm, "sha256") ? EVP_sha256() : EVP_sha512();

	g_assert(EVP_Digest(message, size, hash, &hash_size, md, NULL) == 1);
	g_byte_array_append(out, (const guint8 *)MAGIC, MAGIC_BYTES);
	wire_put_string(out, sig->namespace, strlen(sig->namespace));
	wire_put_string(out, "", 0);
	wire_put_string(out, sig->hash_algorithm, strlen(sig->hash_algorithm));
	wire_put_string(out, hash, hash_size);
	return g_byte_array_free_to_bytes(out);
}

static bool verify_with(EVP_PKEY *key, const char *digest, const guint8 *signature, gsize length,
			GBytes *message)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
		    EVP_DigestVerify(context, signature, length, g_bytes_get_data(message, NULL),
				     g_bytes_get_size(message)) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

/* SSH's two mpints as the DER that OpenSSL wants. */
static guint8 *ecdsa_to_der(const guint8 *raw, gsize size, const SshKeyType *type, int *ret_size)
{
	Wire wire = wire_over(raw, size);
	gsize r_size, s_size;
	const guint8 *r = wire_mpint(&wire, &r_size);
	const guint8 *s = wire_mpint(&wire, &s_size);
	guint8 *der = NULL;
	ECDSA_SIG *pair;

	if (!wire_is_spent(&wire) || r_size > type->scalar_bytes || s_size > type->scalar_bytes) {
		return NULL;
	}
	pair = ECDSA_SIG_new();
	ECDSA_SIG_set0(pair, BN_bin2bn(r, (int)r_size, NULL), BN_bin2bn(s, (int)s_size, NULL));
	*ret_size = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	return der;
}

static bool verify_ecdsa(EVP_PKEY *key, const SshKeyType *type, const guint8 *raw, gsize size,
			 GBytes *message)
{
	int der_size = 0;
	guint8 *der = ecdsa_to_der(raw, size, type, &der_size);
	bool good = der != NULL && der_size > 0 &&
		    verify_with(key, type->digest, der, (gsize)der_size, message);

	OPENSSL_free(der);
	return good;
}

/* The digest of an RSA signature format; NULL for SHA-1's "ssh-rsa" and anything unknown. */
static const char *rsa_digest(const char *format)
{
	if (g_str_equal(format, "rsa-sha2-256")) {
		return "SHA256";
	}
	return g_str_equal(format, "rsa-sha2-512") ? "SHA512" : NULL;
}

static SshSigVerdict verify_format(EVP_PKEY *key, const SshKeyType *type, const char *format,
				   const guint8 *raw, gsize size, GBytes *message, GError **error)
{
	bool good = false;

	switch (type->kind) {
	case SSH_KEY_ED25519:
		good = g_str_equal(format, type->type) && size == ED25519_SIGNATURE_BYTES &&
		       verify_with(key, NULL, raw, size, message);
		break;
	case SSH_KEY_ECDSA:
		good = g_str_equal(format, type->type) &&
		       verify_ecdsa(key, type, raw, size, message);
		break;
	case SSH_KEY_RSA:
		if (rsa_digest(format) == NULL) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "an RSA signature with SHA-1 is not accepted");
			return SSHSIG_UNSUPPORTED;
		}
		good = verify_with(key, rsa_digest(format), raw, size, message);
		break;
	}
	return good ? SSHSIG_GOOD : SSHSIG_BAD;
}

/* The inner signature: its format, its bytes, and behind those of a hardware key flags and counter.
 */
typedef struct {
	char *format;
	const guint8 *raw;
	gsize size;
	const guint8 *tail; /* FIDO_TAIL_BYTES; NULL: not of a hardware key */
} Inner;

static void inner_clear(Inner *inner)
{
	g_free(inner->format);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Inner, inner_clear)

bool sshsig_is_by_hardware(const SshSig *sig)
{
	const SshKeyType *type = ssh_key_type_find(sig->key_type);

	return type != NULL && type->is_hardware;
}

static bool read_inner(const SshSig *sig, Inner *ret)
{
	Wire wire =
		wire_over(g_bytes_get_data(sig->signature, NULL), g_bytes_get_size(sig->signature));

	ret->format = wire_text(&wire);
	ret->raw = wire_string(&wire, &ret->size);
	if (sshsig_is_by_hardware(sig)) {
		ret->tail = wire_raw(&wire, FIDO_TAIL_BYTES);
	}
	return wire_is_spent(&wire);
}

/* What a token signs instead of the bytes it is given: see PROTOCOL.u2f of openssh-portable. */
static GBytes *through_token(GBytes *key, const guint8 *tail, GBytes *bytes)
{
	g_autofree char *application = ssh_key_application(key);
	GByteArray *out = g_byte_array_new();
	guint8 digest[DIGEST_BYTES];

	digest_sha256(application, strlen(application), digest);
	g_byte_array_append(out, digest, DIGEST_BYTES);
	g_byte_array_append(out, tail, FIDO_TAIL_BYTES);
	digest_sha256(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), digest);
	g_byte_array_append(out, digest, DIGEST_BYTES);
	g_bytes_unref(bytes);
	return g_byte_array_free_to_bytes(out);
}

guint sshsig_presence(const SshSig *sig)
{
	g_auto(Inner) inner = {NULL};

	if (!read_inner(sig, &inner) || inner.tail == NULL) {
		return 0;
	}
	return ((inner.tail[0] & FIDO_PRESENT) != 0 ? (guint)PRESENCE_TOUCH : 0) |
	       ((inner.tail[0] & FIDO_VERIFIED) != 0 ? (guint)PRESENCE_PIN : 0);
}

SshSigVerdict sshsig_verify(const SshSig *sig, const void *message, gsize size, GError **error)
{
	g_auto(Inner) inner = {NULL};
	g_autoptr(GBytes) bytes = NULL;
	const SshKeyType *type = NULL;
	SshSigVerdict verdict;
	EVP_PKEY *key;

	if (!read_inner(sig, &inner)) {
		return SSHSIG_BAD;
	}
	key = ssh_key_load(sig->key, &type, error);
	if (key == NULL) {
		return SSHSIG_UNSUPPORTED;
	}
	bytes = signed_bytes(sig, message, size);
	if (inner.tail != NULL) {
		bytes = through_token(sig->key, inner.tail, g_steal_pointer(&bytes));
	}
	verdict = verify_format(key, type, inner.format, inner.raw, inner.size, bytes, error);
	EVP_PKEY_free(key);
	return verdict;
}
