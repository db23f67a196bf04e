/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <string.h>

/* FIPS 180-2, appendix B, and the empty message. */
static void test_sha256(void)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		char hex[DIGEST_HEX + 1];

		digest_sha256_hex(cases[i].text, strlen(cases[i].text), hex);
		g_assert_cmpstr(hex, ==, cases[i].hex);
	}
}

/* RFC 4231, case 2, and a key longer than a block (case 6). */
static void test_hmac(void)
{
	guint8 raw[DIGEST_BYTES], long_key[131];
	char hex[DIGEST_HEX + 1];
	static const char message[] = "Test Using Larger Than Block-Size Key - Hash Key First";

	digest_hmac((const guint8 *)"Jefe", 4, "what do ya want for nothing?", 28, raw);
	hex_encode(raw, sizeof(raw), hex);
	g_assert_cmpstr(hex, ==,
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	digest_hmac(long_key, sizeof(long_key), message, strlen(message), raw);
	hex_encode(raw, sizeof(raw), hex);
	g_assert_cmpstr(hex, ==,
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_hex(void)
{
	static const char *const bad[] = {"", "0", "00f", "00ff0", "00FF", "00fg", "0x00", " 0ff"};
	guint8 raw[2];

	g_assert_true(hex_decode("00ff", raw, 2));
	g_assert_cmpint(raw[0], ==, 0);
	g_assert_cmpint(raw[1], ==, 255);
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(hex_decode(bad[i], raw, 2));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/digest/sha256", test_sha256);
	g_test_add_func("/digest/hmac", test_hmac);
	g_test_add_func("/digest/hex", test_hex);
	return g_test_run();
}
