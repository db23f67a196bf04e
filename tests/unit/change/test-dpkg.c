/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading dpkg's database: src/change/dpkg.c. */
#include "change/dpkg.h"

#include <string.h>

#define MD5_A "0123456789abcdef0123456789abcdef"
#define MD5_B "fedcba9876543210fedcba9876543210"

static DpkgStatus *parse(const char *text)
{
	DpkgStatus *status = dpkg_status_new();
	g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
	g_autoptr(GError) error = NULL;

	g_assert_true(dpkg_status_add(status, bytes, &error));
	g_assert_no_error(error);
	return status;
}

static const char *md5_of(const DpkgStatus *status, const char *path)
{
	const DpkgConffile *conffile = dpkg_status_conffile(status, path);

	return conffile == NULL ? NULL : conffile->md5;
}

static void test_status(void)
{
	g_autoptr(DpkgStatus) status =
		parse("Package: one\nStatus: install ok installed\nVersion: 1.0\nConffiles:\n"
		      " /etc/one " MD5_A "\n /etc/with blank " MD5_B " obsolete\n"
		      " /etc/coming newconffile\nDescription: x\n /etc/not " MD5_A "\n"
		      "\n"
		      "Package: lib\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2\n");

	g_assert_cmpstr(dpkg_status_package(status, "one")->version, ==, "1.0");
	g_assert_cmpstr(dpkg_status_package(status, "lib")->name, ==, "lib:amd64");
	g_assert_cmpstr(dpkg_status_package(status, "lib:amd64")->version, ==, "2");
	g_assert_null(dpkg_status_package(status, "none"));
	g_assert_cmpstr(md5_of(status, "/etc/one"), ==, MD5_A);
	g_assert_cmpstr(md5_of(status, "/etc/with blank"), ==, MD5_B);
	g_assert_null(md5_of(status, "/etc/coming"));
	g_assert_null(md5_of(status, "/etc/not"));
}

/* dpkg keeps what it has done since the last checkpoint in `updates`. */
static void test_update_replaces(void)
{
	g_autoptr(DpkgStatus) status =
		parse("Package: one\nVersion: 1\nConffiles:\n /etc/one " MD5_A "\n /etc/gone " MD5_A
		      "\n");
	const char *later = "Package: one\nVersion: 2\nConffiles:\n /etc/one " MD5_B "\n";
	g_autoptr(GBytes) bytes = g_bytes_new_static(later, strlen(later));

	g_assert_true(dpkg_status_add(status, bytes, NULL));
	g_assert_cmpstr(dpkg_status_package(status, "one")->version, ==, "2");
	g_assert_cmpstr(md5_of(status, "/etc/one"), ==, MD5_B);
	g_assert_null(md5_of(status, "/etc/gone"));
}

static void test_nonsense(void)
{
	static const char *const texts[] = {
		"",
		"\n\n\n",
		"Version: 1\n",
		"Conffiles:\n /etc/x " MD5_A "\n",
		"Package:\n",
		"Package: a\nConffiles:\n x\n \n relative " MD5_A "\n " MD5_A "\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(DpkgStatus) status = parse(texts[i]);

		g_assert_null(md5_of(status, "/etc/x"));
	}
}

static void test_lines(void)
{
	const char *sums = MD5_A "  etc/a b\nnonsense\n" MD5_B " one blank\n" MD5_B "  usr/c";
	const char *list = "/.\n/etc\nrelative\n\n/etc/a";
	g_autoptr(GBytes) sum_bytes = g_bytes_new_static(sums, strlen(sums));
	g_autoptr(GBytes) list_bytes = g_bytes_new_static(list, strlen(list));
	g_autoptr(GString) found = g_string_new(NULL);
	DpkgLine line;

	for (gsize at = 0; dpkg_sums_next(sum_bytes, &at, &line);) {
		g_string_append_printf(found, "%.*s=%.4s ", (int)line.size, line.path, line.md5);
	}
	for (gsize at = 0; dpkg_list_next(list_bytes, &at, &line);) {
		g_string_append_printf(found, "%.*s ", (int)line.size, line.path);
	}
	g_assert_cmpstr(found->str, ==, "etc/a b=0123 usr/c=fedc /. /etc /etc/a ");
}

static void test_info_name(void)
{
	g_autofree char *package = dpkg_info_package("lib:amd64.list", ".list");

	g_assert_cmpstr(package, ==, "lib:amd64");
	g_assert_null(dpkg_info_package(".list", ".list"));
	g_assert_null(dpkg_info_package("a.md5sums", ".list"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dpkg/status", test_status);
	g_test_add_func("/dpkg/update-replaces", test_update_replaces);
	g_test_add_func("/dpkg/nonsense", test_nonsense);
	g_test_add_func("/dpkg/lines", test_lines);
	g_test_add_func("/dpkg/info-name", test_info_name);
	return g_test_run();
}
