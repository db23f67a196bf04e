/* SPDX-License-Identifier: GPL-3.0-or-later */
/* allowed_signers from a stranger: refused or read, and every line read has people and a key. */
#include "register/signers.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Signers) signers = signers_parse("s", data, size, &error);

	g_assert((signers == NULL) == (error != NULL));
	for (guint i = 0; signers != NULL && i < signers_count(signers); i++) {
		const Signer *signer = signers_get(signers, i);

		g_assert(signer->principals[0] != NULL && signer->key != NULL);
	}
	return 0;
}
