/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signature from a stranger: parsed and verified without a crash, and never good for this. */
#include "register/sshsig.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(SshSig) sig = {NULL};

	if (sshsig_parse(data, size, &sig, NULL)) {
		g_assert(sshsig_verify(&sig, "nobody signed this", 18, NULL) != SSHSIG_GOOD);
	}
	return 0;
}
