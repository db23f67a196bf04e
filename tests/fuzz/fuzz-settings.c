/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of settings, from hostile bytes: the first byte says which, a NUL parts two versions.
 */
#include "change/settings.h"
#include "event/change.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		"/etc/ssh/sshd_config", "/etc/login.defs", "/etc/sysctl.conf",
		"/etc/systemd/a",       "/etc/sudoers",    "/root/.ssh/authorized_keys",
		"/etc/passwd",          "/etc/group",      "/etc/shadow",
		"/etc/gshadow",         "/etc/crontab",    "/var/spool/cron/crontabs/b",
	};
	const SettingsReader *reader;
	const uint8_t *nul;
	g_autoptr(GBytes) before = NULL, after = NULL;
	g_autoptr(GPtrArray) settings =
		g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);

	if (size == 0) {
		return 0;
	}
	reader = settings_reader(paths[data[0] % G_N_ELEMENTS(paths)]);
	data++;
	size--;
	nul = size == 0 ? NULL : memchr(data, 0, size);
	before = g_bytes_new(data, nul == NULL ? size : (size_t)(nul - data));
	after = nul == NULL ? g_bytes_ref(before)
			    : g_bytes_new(nul + 1, size - (size_t)(nul + 1 - data));
	if (settings_compare(reader, before, after, settings)) {
		g_assert_cmpuint(settings->len, ==, 0);
	}
	g_assert_true(g_bytes_equal(before, after) ? settings->len == 0 : true);
	for (guint i = 0; i < settings->len; i++) {
		const Setting *setting = settings->pdata[i];

		g_assert_true(setting->before != NULL || setting->after != NULL);
		g_assert_true(g_utf8_validate(setting->name, -1, NULL));
	}
	return 0;
}
