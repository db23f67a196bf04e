/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public keys: see ssh-key.h. */
#include "register/ssh-key.h"
#include "register/wire.h"

#include "base/digest.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#define ED25519_BYTES 32

static const SshKeyType key_types[] = {
	{SSH_KEY_ED25519, "ssh-ed25519", NULL, NULL, NULL, 0, false},
	{SSH_KEY_ECDSA, "ecdsa-sha2-nistp256", "nistp256", "prime256v1", "SHA256", 32, false},
	{SSH_KEY_ECDSA, "ecdsa-sha2-nistp384", "nistp384", "secp384r1", "SHA384", 48, false},
	{SSH_KEY_ECDSA, "ecdsa-sha2-nistp521", "nistp521", "secp521r1", "SHA512", 66, false},
	{SSH_KEY_RSA, "ssh-rsa", NULL, NULL, NULL, 0, false},
	{SSH_KEY_ED25519, "sk-ssh-ed25519@openssh.com", NULL, NULL, NULL, 0, true},
	{SSH_KEY_ECDSA, "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", "prime256v1", "SHA256",
	 32, true},
};

const SshKeyType *ssh_key_type_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(key_types); i++) {
		if (g_str_equal(name, key_types[i].type)) {
			return &key_types[i];
		}
	}
	return NULL;
}

static EVP_PKEY *key_from_params(const char *algorithm, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;

	if (params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) > 0) {
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
	}
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	return key;
}

/* OpenSSH's applications all begin so; another one is a key of some web site. */
static bool application_is_fine(const char *application)
{
	return application != NULL && g_str_has_prefix(application, "ssh:");
}

/* What a hardware key has more than others, and then its end. */
static bool is_whole(Wire *wire, const SshKeyType *type)
{
	g_autofree char *application = type->is_hardware ? wire_text(wire) : NULL;

	return wire_is_spent(wire) && (!type->is_hardware || application_is_fine(application));
}

static EVP_PKEY *load_ed25519(Wire *wire, const SshKeyType *type)
{
	gsize size;
	const guint8 *raw = wire_string(wire, &size);

	if (!is_whole(wire, type) || size != ED25519_BYTES) {
		return NULL;
	}
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, size);
}

static EVP_PKEY *load_ecdsa(Wire *wire, const SshKeyType *type)
{
	g_autofree char *curve = wire_text(wire);
	gsize size;
	const guint8 *point = wire_string(wire, &size);
	OSSL_PARAM_BLD *builder;
	EVP_PKEY *key = NULL;

	/* Only the uncompressed form, as OpenSSH writes it; OpenSSL checks that it is on the curve.
	 */
	if (!is_whole(wire, type) || !g_str_equal(curve, type->curve) ||
	    size != 1 + 2 * type->scalar_bytes || point[0] != 4) {
		return NULL;
	}
	builder = OSSL_PARAM_BLD_new();
	if (OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, type->group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, size)) {
		key = key_from_params("EC", builder);
	}
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *load_rsa(Wire *wire)
{
	gsize e_size, n_size;
	const guint8 *e = wire_mpint(wire, &e_size);
	const guint8 *n = wire_mpint(wire, &n_size);
	OSSL_PARAM_BLD *builder;
	BIGNUM *big_e, *big_n;
	EVP_PKEY *key = NULL;

	/* 16384 bits are OpenSSL's own limit; a huge exponent would only cost time. */
	if (!wire_is_spent(wire) || n_size > 2048 || e_size == 0 || e_size > 8) {
		return NULL;
	}
	builder = OSSL_PARAM_BLD_new();
	big_e = BN_bin2bn(e, (int)e_size, NULL);
	big_n = BN_bin2bn(n, (int)n_size, NULL);
	if (OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, big_e) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, big_n)) {
		key = key_from_params("RSA", builder);
	}
	OSSL_PARAM_BLD_free(builder);
	BN_free(big_e);
	BN_free(big_n);
	return key;
}

static EVP_PKEY *load_kind(Wire *wire, const SshKeyType *type)
{
	switch (type->kind) {
	case SSH_KEY_ED25519:
		return load_ed25519(wire, type);
	case SSH_KEY_ECDSA:
		return load_ecdsa(wire, type);
	case SSH_KEY_RSA:
		return load_rsa(wire);
	}
	g_assert_not_reached();
}

EVP_PKEY *ssh_key_load(GBytes *blob, const SshKeyType **ret_type, GError **error)
{
	Wire wire = wire_over(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob));
	g_autofree char *name = wire_text(&wire);
	const SshKeyType *type = name == NULL ? NULL : ssh_key_type_find(name);
	EVP_PKEY *key;

	if (name == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "this is no public key");
		return NULL;
	}
	if (type == NULL) {
		g_autofree char *safe = g_strescape(name, NULL);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "keys of type %s are not accepted; use ssh-ed25519, ecdsa or ssh-rsa",
			    safe);
		return NULL;
	}
	key = load_kind(&wire, type);
	if (key == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "malformed %s key", type->type);
		return NULL;
	}
	if (type->kind == SSH_KEY_RSA && EVP_PKEY_get_bits(key) < SSH_RSA_MIN_BITS) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "an RSA key of %d bits is too weak, %d are required",
			    EVP_PKEY_get_bits(key), SSH_RSA_MIN_BITS);
		EVP_PKEY_free(key);
		return NULL;
	}
	*ret_type = type;
	return key;
}

char *ssh_key_application(GBytes *blob)
{
	Wire wire = wire_over(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob));
	g_autofree char *name = wire_text(&wire);
	const SshKeyType *type = name == NULL ? NULL : ssh_key_type_find(name);
	gsize unused;

	if (type == NULL || !type->is_hardware) {
		return NULL;
	}
	wire_string(&wire, &unused); /* the key, or its curve */
	if (type->kind == SSH_KEY_ECDSA) {
		wire_string(&wire, &unused);
	}
	return wire_text(&wire);
}

char *ssh_key_fingerprint(GBytes *blob)
{
	guint8 digest[DIGEST_BYTES];
	g_autofree char *base64 = NULL;

	digest_sha256(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob), digest);
	base64 = g_base64_encode(digest, sizeof(digest));
	base64[strcspn(base64, "=")] = '\0';
	return g_strconcat("SHA256:", base64, NULL);
}

char *ssh_key_type_name(GBytes *blob)
{
	Wire wire = wire_over(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob));

	return wire_text(&wire);
}
