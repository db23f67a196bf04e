/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checkpoint from a heartbeat: what is read formats to what reads the same. */
#include "event/checkpoint.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(Checkpoint) checkpoint = {0}, second = {0};

	if (checkpoint_parse(&checkpoint, (const char *)data, size)) {
		g_autofree char *text = checkpoint_format(&checkpoint);

		g_assert(checkpoint_parse(&second, text, strlen(text)));
		g_assert(checkpoint.seq == second.seq && strcmp(checkpoint.id, second.id) == 0);
		checkpoint_is_signed(&checkpoint);
	}
	return 0;
}
