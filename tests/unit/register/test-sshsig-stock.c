/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of spoiled signature, given to us and to `ssh-keygen -Y verify`: both refuse it, or
 * both take it. Where we are stricter on purpose the table says so; never are we laxer.
 */
#include "signature-parts.h"
#include "ssh-keygen.h"

typedef struct {
	const char *name;
	void (*spoil)(Parts *parts);
	bool stock_takes_it, we_take_it;
} Variant;

static void spoil_nothing(Parts *parts)
{
}

static void spoil_one_line(Parts *parts)
{
	parts->in_one_line = true;
}

static void spoil_crlf(Parts *parts)
{
	parts->eol = "\r\n";
}

static void spoil_indent(Parts *parts)
{
	parts->eol = "\n ";
}

static void spoil_blank_first(Parts *parts)
{
	parts->before = "\n";
}

static void spoil_junk_first(Parts *parts)
{
	parts->before = "junk\n";
}

static void spoil_blank_last(Parts *parts)
{
	parts->after = "\n\n";
}

static void spoil_junk_last(Parts *parts)
{
	parts->after = "\njunk\n";
}

static void spoil_no_last_lf(Parts *parts)
{
	parts->after = "";
}

static void spoil_begin(Parts *parts)
{
	parts->begin = "-----BEGIN PGP SIGNATURE-----";
}

static void spoil_end(Parts *parts)
{
	parts->end = "";
}

static void spoil_padding(Parts *parts)
{
	parts->end = "==\n" END;
}

static void spoil_alphabet(Parts *parts)
{
	parts->end = "?\n" END;
}

static void spoil_cut(Parts *parts)
{
	parts->is_short = true;
}

static void spoil_magic(Parts *parts)
{
	parts->magic->data[0] ^= 1;
}

static void spoil_version_2(Parts *parts)
{
	parts->version = 2;
}

static void spoil_version_0(Parts *parts)
{
	parts->version = 0;
}

static void spoil_namespace(Parts *parts)
{
	set(parts->namespace, "file");
}

static void spoil_no_namespace(Parts *parts)
{
	set(parts->namespace, "");
}

static void spoil_reserved(Parts *parts)
{
	set(parts->reserved, "more");
}

static void spoil_hash(Parts *parts)
{
	set(parts->hash, "sha256");
}

static void spoil_sha1(Parts *parts)
{
	set(parts->hash, "sha1");
}

static void spoil_format(Parts *parts)
{
	set(parts->format, "ssh-rsa");
}

static void spoil_signature(Parts *parts)
{
	parts->signature->data[3] ^= 4;
}

static void spoil_zeros(Parts *parts)
{
	memset(parts->signature->data, 0, parts->signature->len);
}

static void spoil_long_signature(Parts *parts)
{
	g_byte_array_append(parts->signature, (const guint8 *)"", 1);
}

static void spoil_no_signature(Parts *parts)
{
	g_byte_array_set_size(parts->signature, 0);
}

/* S + L: the same point, another spelling. */
static void spoil_malleable(Parts *parts)
{
	static const guint8 order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
					 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
					 0,    0,    0,    0,    0,    0,    0,    0,
					 0,    0,    0,    0,    0,    0,    0,    0x10};
	guint carry = 0;

	for (guint i = 0; i < 32; i++) {
		carry += parts->signature->data[32 + i] + (guint)order[i];
		parts->signature->data[32 + i] = (guint8)carry;
		carry >>= 8;
	}
}

static void spoil_tail(Parts *parts)
{
	set(parts->tail, "x");
}

static void spoil_key(Parts *parts)
{
	parts->key->data[parts->key->len - 1] ^= 1;
}

static void spoil_key_tail(Parts *parts)
{
	g_byte_array_append(parts->key, (const guint8 *)"", 1);
}

static void spoil_message(Parts *parts)
{
	parts->message[0] ^= 1;
}

static void spoil_longer_message(Parts *parts)
{
	char *longer = g_strconcat(parts->message, "\n", NULL);

	g_free(parts->message);
	parts->message = longer;
}

static const Variant variants[] = {
	{"as it is", spoil_nothing, true, true},
	{"in one line", spoil_one_line, true, true},
	/* stricter: one spelling of the armour, so that one approval has one identity */
	{"CRLF", spoil_crlf, false, false},
	{"indented", spoil_indent, false, false},
	{"blank line before", spoil_blank_first, false, false},
	{"junk before", spoil_junk_first, false, false},
	{"blank line behind", spoil_blank_last, true, false},
	{"junk behind", spoil_junk_last, true, false},
	{"no last LF", spoil_no_last_lf, true, false},
	{"another beginning", spoil_begin, false, false},
	{"no end", spoil_end, false, false},
	{"more padding", spoil_padding, false, false},
	{"not base64", spoil_alphabet, false, false},
	{"cut off", spoil_cut, false, false},
	{"magic", spoil_magic, false, false},
	{"version 2", spoil_version_2, false, false},
	/* stricter: nobody ever wrote a version 0 */
	{"version 0", spoil_version_0, true, false},
	{"another namespace", spoil_namespace, false, false},
	{"no namespace", spoil_no_namespace, false, false},
	/* the reserved string is not signed; both read over it */
	{"reserved", spoil_reserved, true, true},
	{"another hash", spoil_hash, false, false},
	{"SHA-1", spoil_sha1, false, false},
	{"another format", spoil_format, false, false},
	{"another signature", spoil_signature, false, false},
	{"zeros", spoil_zeros, false, false},
	{"a longer signature", spoil_long_signature, false, false},
	{"no signature", spoil_no_signature, false, false},
	/* stricter: RFC 8032 wants S in its range, and OpenSSL looks */
	{"malleable", spoil_malleable, true, false},
	{"more behind", spoil_tail, false, false},
	{"another key", spoil_key, false, false},
	{"more behind the key", spoil_key_tail, false, false},
	{"another message", spoil_message, false, false},
	{"a longer message", spoil_longer_message, false, false},
};

static void check_variants(const char *options)
{
	g_autofree char *armoured = NULL;
	g_autofree char *message = NULL;

	make_key(options);
	armoured = read_text("m.sig");
	message = read_text("m");
	for (gsize i = 0; i < G_N_ELEMENTS(variants); i++) {
		Parts parts = take_apart(armoured, message);
		g_autofree char *spoiled = NULL;
		bool stock, ours;

		if (variants[i].spoil == spoil_malleable && strstr(options, "ed25519") == NULL) {
			parts_clear(&parts);
			continue;
		}
		variants[i].spoil(&parts);
		spoiled = put_together(&parts);
		stock = stock_takes(spoiled, parts.message);
		ours = we_take(spoiled, parts.message);
		parts_clear(&parts);
		if (stock != variants[i].stock_takes_it || ours != variants[i].we_take_it) {
			g_printerr("%s, %s: ssh-keygen %s it, we %s it\n", options,
				   variants[i].name, stock ? "takes" : "refuses",
				   ours ? "take" : "refuse");
			g_test_fail();
		}
	}
}

static void test_ed25519(void)
{
	check_variants("-t ed25519");
}

static void test_ecdsa(void)
{
	check_variants("-t ecdsa -b 256");
}

static void test_rsa(void)
{
	check_variants("-t rsa -b 3072");
}

/* stricter: 2048 bits are too few for a signature that must hold for years */
static void test_short_rsa(void)
{
	g_autofree char *armoured = NULL;

	make_key("-t rsa -b 2048");
	armoured = read_text("m.sig");
	g_assert_true(stock_takes(armoured, "a statement\n"));
	g_assert_false(we_take(armoured, "a statement\n"));
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	workplace = g_dir_make_tmp("reeve-stock-XXXXXX", NULL);
	g_test_add_func("/sshsig-stock/ed25519", test_ed25519);
	g_test_add_func("/sshsig-stock/ecdsa", test_ecdsa);
	g_test_add_func("/sshsig-stock/rsa", test_rsa);
	g_test_add_func("/sshsig-stock/short-rsa", test_short_rsa);
	result = g_test_run();
	must_run("rm -rf \"$PWD\"");
	g_free(workplace);
	return result;
}
