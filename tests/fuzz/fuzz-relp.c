/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a receiver answers: never more is used than there is. */
#include "bridge/relp.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gsize done = 0, used = 0;
	RelpAnswer answer;

	while (relp_read((const char *)data + done, size - done, &answer, &used) == RELP_ANSWER) {
		g_assert(used > 0 && used <= size - done);
		done += used;
	}
	return 0;
}
