/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of allowed_signers, given to us and to `ssh-keygen -Y verify`: both trust the key, or
 * neither does. Where we are stricter on purpose the table says so; never are we laxer.
 */
#include "ssh-keygen.h"

static const struct {
	const char *before_key, *behind_key;
	bool stock_takes_it, we_take_it;
} allowed_lines[] = {
	{PERSON " ", "\n", true, true},
	{PERSON " ", " a comment\n", true, true},
	{"bob@example.org," PERSON " ", "\n", true, true},
	{PERSON " namespaces=\"reeve-approval\" ", "\n", true, true},
	{PERSON " namespaces=\"git,reeve-approval\" ", "\n", true, true},
	{PERSON " namespaces=\"git\" ", "\n", false, false},
	{PERSON " valid-after=\"20200101Z\" ", "\n", true, true},
	{PERSON " valid-after=\"20990101Z\" ", "\n", false, false},
	{PERSON " valid-before=\"20990101Z\" ", "\n", true, true},
	{PERSON " valid-before=\"20200101Z\" ", "\n", false, false},
	{PERSON " valid-before=\"19700101Z\" ", "\n", false, false},
	{PERSON " valid-before=\"2020\" ", "\n", false, false},
	{PERSON " valid-before=\"20201301Z\" ", "\n", false, false},
	{PERSON " valid-before=20990101Z ", "\n", false, false},
	{PERSON " valid-before=\"20200101Z\",valid-before=\"20990101Z\" ", "\n", false, false},
	{PERSON " valid-before=\"20990101Z\",namespaces=\"reeve-approval\" ", "\n", true, true},
	{PERSON " no-such-option ", "\n", false, false},
	{"mallory@example.org ", "\n", false, false},
	{"# " PERSON " ", "\n", false, false},
	{PERSON " ", "=\n", false, false},
	{"\t" PERSON "\t", "\n", true, true},
	/* stricter: a name is a name */
	{"*@example.org ", "\n", true, false},
	{"*,!" PERSON " ", "\n", false, false},
};

static void test_allowed_signers(void)
{
	g_autofree char *armoured = NULL;
	g_autofree char *line = NULL;
	const char *key;

	make_key("-t ed25519");
	armoured = read_text("m.sig");
	line = read_text("k.pub");
	line[strlen(line) - strlen(strrchr(line, ' '))] = '\0'; /* the comment */
	key = line;
	for (gsize i = 0; i < G_N_ELEMENTS(allowed_lines); i++) {
		g_autofree char *allowed = g_strconcat(allowed_lines[i].before_key, key,
						       allowed_lines[i].behind_key, NULL);
		bool stock, ours;

		write_text("allowed", allowed, strlen(allowed));
		stock = stock_takes(armoured, "a statement\n");
		ours = we_take(armoured, "a statement\n");
		if (stock != allowed_lines[i].stock_takes_it ||
		    ours != allowed_lines[i].we_take_it) {
			g_printerr("%s: ssh-keygen %s it, we %s it\n", allowed,
				   stock ? "takes" : "refuses", ours ? "take" : "refuse");
			g_test_fail();
		}
	}
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	workplace = g_dir_make_tmp("reeve-stock-XXXXXX", NULL);
	g_test_add_func("/signers-stock/lines", test_allowed_signers);
	result = g_test_run();
	must_run("rm -rf \"$PWD\"");
	g_free(workplace);
	return result;
}
