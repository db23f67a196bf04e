/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-1: see sha1.h. */
#include "snapshot/sha1.h"

#include <openssl/evp.h>

struct Sha1 {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
};

/* libcrypto fails only for want of memory or when it has no SHA-1: neither can be gone on from. */
static void must(int answer)
{
	if (answer != 1) {
		g_error("libcrypto refuses SHA-1");
	}
}

Sha1 *sha1_new(void)
{
	Sha1 *sha1 = g_new0(Sha1, 1);

	sha1->algorithm = EVP_MD_fetch(NULL, "SHA1", NULL);
	sha1->context = EVP_MD_CTX_new();
	must(sha1->algorithm != NULL && sha1->context != NULL);
	return sha1;
}

void sha1_free(Sha1 *sha1)
{
	if (sha1 == NULL) {
		return;
	}
	EVP_MD_CTX_free(sha1->context);
	EVP_MD_free(sha1->algorithm);
	g_free(sha1);
}

void sha1_begin(Sha1 *sha1)
{
	must(EVP_DigestInit_ex2(sha1->context, sha1->algorithm, NULL));
}

void sha1_update(Sha1 *sha1, const void *data, gsize size)
{
	must(EVP_DigestUpdate(sha1->context, data, size));
}

void sha1_end(Sha1 *sha1, guint8 ret[BLOB_BYTES])
{
	must(EVP_DigestFinal_ex(sha1->context, ret, NULL));
}
