/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures of hardware keys, made here with OpenSSL as a token makes them: what is signed says
 * whether somebody touched it and gave a PIN, and ssh-keygen does not ask.
 */
#include "register/approval.h"
#include "register/approvers.h"
#include "register/sshsig.h"
#include "register/statement.h"
#include "register/wire.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <string.h>

#define MESSAGE "reeve-approval 1\n"
#define ED25519 "sk-ssh-ed25519@openssh.com"
#define ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"

typedef struct {
	EVP_PKEY *pair;
	bool is_ecdsa;
	const char *application;
	guint8 flags, signed_flags; /* as told, and as signed */
	const char *tail;           /* more bytes behind; NULL */
	const char *message;        /* NULL: MESSAGE */
} Token;

static void put_text(GByteArray *out, const char *text)
{
	wire_put_string(out, text, strlen(text));
}

static GBytes *public_key(const Token *token)
{
	GByteArray *out = g_byte_array_new();
	guint8 raw[65];
	gsize size = sizeof(raw);

	put_text(out, token->is_ecdsa ? ECDSA : ED25519);
	if (token->is_ecdsa) {
		put_text(out, "nistp256");
		g_assert_true(EVP_PKEY_get_octet_string_param(token->pair, OSSL_PKEY_PARAM_PUB_KEY,
							      raw, sizeof(raw), &size));
	} else {
		g_assert_true(EVP_PKEY_get_raw_public_key(token->pair, raw, &size));
	}
	wire_put_string(out, raw, size);
	put_text(out, token->application);
	return g_byte_array_free_to_bytes(out);
}

/* What a token is given: SSHSIG's bytes; what it signs: see PROTOCOL.u2f. */
static GByteArray *to_sign(const Token *token)
{
	g_autoptr(GByteArray) given = g_byte_array_new();
	GByteArray *out = g_byte_array_new();
	guint8 digest[DIGEST_BYTES], hash[64];
	unsigned int size = 0;
	const guint8 tail[5] = {token->signed_flags, 0, 0, 0, 7};
	const char *message = token->message == NULL ? MESSAGE : token->message;

	g_assert_true(EVP_Digest(message, strlen(message), hash, &size, EVP_sha512(), NULL));
	g_byte_array_append(given, (const guint8 *)"SSHSIG", 6);
	put_text(given, SSHSIG_NAMESPACE);
	put_text(given, "");
	put_text(given, "sha512");
	wire_put_string(given, hash, size);
	digest_sha256(token->application, strlen(token->application), digest);
	g_byte_array_append(out, digest, sizeof(digest));
	g_byte_array_append(out, tail, sizeof(tail));
	digest_sha256(given->data, given->len, digest);
	g_byte_array_append(out, digest, sizeof(digest));
	return out;
}

static void put_number(GByteArray *out, const BIGNUM *number)
{
	guint8 raw[33] = {0};
	int size = BN_num_bytes(number);
	int lead = (BN_num_bits(number) % 8) == 0 ? 1 : 0;

	BN_bn2bin(number, raw + lead);
	wire_put_string(out, raw, (gsize)(size + lead));
}

static void put_signature(GByteArray *out, const Token *token)
{
	g_autoptr(GByteArray) bytes = to_sign(token);
	g_autoptr(GByteArray) numbers = g_byte_array_new();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	guint8 made[128];
	const guint8 *der = made;
	gsize size = sizeof(made);
	ECDSA_SIG *pair;

	g_assert_true(EVP_DigestSignInit_ex(context, NULL, token->is_ecdsa ? "SHA256" : NULL, NULL,
					    NULL, token->pair, NULL));
	g_assert_true(EVP_DigestSign(context, made, &size, bytes->data, bytes->len));
	EVP_MD_CTX_free(context);
	if (!token->is_ecdsa) {
		wire_put_string(out, made, size);
		return;
	}
	pair = d2i_ECDSA_SIG(NULL, &der, (long)size);
	put_number(numbers, ECDSA_SIG_get0_r(pair));
	put_number(numbers, ECDSA_SIG_get0_s(pair));
	ECDSA_SIG_free(pair);
	wire_put_string(out, numbers->data, numbers->len);
}

static char *sign(const Token *token)
{
	g_autoptr(GBytes) key = public_key(token);
	g_autoptr(GByteArray) inner = g_byte_array_new();
	g_autoptr(GByteArray) out = g_byte_array_new();
	const guint8 version[4] = {0, 0, 0, 1};
	const guint8 tail[5] = {token->flags, 0, 0, 0, 7};
	g_autofree char *base64 = NULL;

	put_text(inner, token->is_ecdsa ? ECDSA : ED25519);
	put_signature(inner, token);
	g_byte_array_append(inner, tail, sizeof(tail));
	if (token->tail != NULL) {
		g_byte_array_append(inner, (const guint8 *)token->tail, (guint)strlen(token->tail));
	}
	g_byte_array_append(out, (const guint8 *)"SSHSIG", 6);
	g_byte_array_append(out, version, sizeof(version));
	wire_put_string(out, g_bytes_get_data(key, NULL), g_bytes_get_size(key));
	put_text(out, SSHSIG_NAMESPACE);
	put_text(out, "");
	put_text(out, "sha512");
	wire_put_string(out, inner->data, inner->len);
	base64 = g_base64_encode(out->data, out->len);
	return g_strdup_printf("-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n",
			       base64);
}

static EVP_PKEY *make_pair(bool is_ecdsa)
{
	return is_ecdsa ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static void test_signatures(void)
{
	static const struct {
		Token token;
		SshSigVerdict verdict;
		guint presence;
	} cases[] = {
		{{.application = "ssh:", .flags = 1, .signed_flags = 1},
		 SSHSIG_GOOD,
		 PRESENCE_TOUCH},
		{{.application = "ssh:x", .flags = 5, .signed_flags = 5},
		 SSHSIG_GOOD,
		 PRESENCE_TOUCH | PRESENCE_PIN},
		{{.application = "ssh:", .flags = 0, .signed_flags = 0}, SSHSIG_GOOD, 0},
		/* a flag that was not signed */
		{{.application = "ssh:", .flags = 1, .signed_flags = 0},
		 SSHSIG_BAD,
		 PRESENCE_TOUCH},
		{{.application = "https://example.org", .flags = 1, .signed_flags = 1},
		 SSHSIG_UNSUPPORTED,
		 PRESENCE_TOUCH},
		{{.application = "ssh:", .flags = 1, .signed_flags = 1, .tail = "x"},
		 SSHSIG_BAD,
		 0},
	};

	for (gsize i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
		Token token = cases[i / 2].token;
		g_auto(SshSig) sig = {NULL};
		g_autoptr(GError) error = NULL;
		g_autofree char *armoured = NULL;

		token.is_ecdsa = i % 2 == 1;
		token.pair = make_pair(token.is_ecdsa);
		armoured = sign(&token);
		g_assert_true(sshsig_parse(armoured, strlen(armoured), &sig, &error));
		g_assert_true(sshsig_is_by_hardware(&sig));
		g_assert_cmpint(sshsig_verify(&sig, MESSAGE, strlen(MESSAGE), &error), ==,
				cases[i / 2].verdict);
		g_assert_cmpuint(sshsig_presence(&sig), ==, cases[i / 2].presence);
		g_assert_cmpint(sshsig_verify(&sig, "other", 5, NULL), !=, SSHSIG_GOOD);
		EVP_PKEY_free(token.pair);
	}
}

/* As allowed_signers has it. */
static Signers *trust(const Token *token)
{
	g_autoptr(GBytes) key = public_key(token);
	g_autofree char *base64 =
		g_base64_encode(g_bytes_get_data(key, NULL), g_bytes_get_size(key));
	g_autofree char *line = g_strdup_printf("alice@example.org %s %s\n",
						token->is_ecdsa ? ECDSA : ED25519, base64);
	g_autoptr(GError) error = NULL;
	Signers *signers = signers_parse("allowed", line, strlen(line), &error);

	g_assert_no_error(error);
	return signers;
}

/* ssh-keygen takes it; we ask whether somebody was there. */
static void test_untouched(void)
{
	static const char problem[] = "nobody touched the hardware key that signed it";
	Request request = {.id = (char *)"CHG-1", .requester = (char *)"bob@example.org"};
	const ApprovalSubject subject = {.request = &request};
	Statement statement = {.request = (char *)"CHG-1",
			       .role = (char *)APPROVERS_ROLE,
			       .approver = (char *)"alice@example.org",
			       .date_usec = G_GINT64_CONSTANT(1795348800000000)};
	g_autofree char *text = statement_format(&statement);
	g_autoptr(GBytes) said = g_bytes_new(text, strlen(text));

	for (guint i = 0; i < 4; i++) {
		Token token = {.application = "ssh:",
			       .is_ecdsa = i / 2 == 1,
			       .flags = i % 2,
			       .signed_flags = i % 2,
			       .message = text};
		g_autoptr(Approval) approval = NULL;
		g_autoptr(Signers) signers = NULL;
		g_autoptr(GBytes) signature = NULL;
		char *armoured;

		token.pair = make_pair(token.is_ecdsa);
		armoured = sign(&token);
		signature = g_bytes_new_take(armoured, strlen(armoured));
		signers = trust(&token);
		approval = approval_judge(&subject, "alice@example.org", said, signature, signers,
					  statement.date_usec);
		g_assert_cmpstr(approval->problem, ==, i % 2 == 0 ? problem : NULL);
		g_assert_true(approval->counts == (i % 2 == 1));
		EVP_PKEY_free(token.pair);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sshsig/token", test_signatures);
	g_test_add_func("/sshsig/untouched", test_untouched);
	return g_test_run();
}
