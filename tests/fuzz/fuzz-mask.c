/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command lines of anybody, and paths of cgroups: masked, and looked at for units and containers.
 */
#include "actor/cgroup.h"
#include "actor/mask.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *line = mask_arguments((const char *)data, size);
	g_autofree char *path = g_strndup((const char *)data, size);
	g_autofree char *unit = cgroup_unit(path);
	g_autofree char *container = cgroup_container(path);

	/* every word may become a mask, and no more than that */
	g_assert_cmpuint(strlen(line), <=, 4 * size + 8);
	(void)unit;
	(void)container;
	return 0;
}
