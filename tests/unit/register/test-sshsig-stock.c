/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of spoiled signature, given to us and to `ssh-keygen -Y verify`: both refuse it, or
 * both take it. Where we are stricter on purpose the table says so; never are we laxer.
 */
#include "register/signers.h"
#include "register/sshsig.h"
#include "register/wire.h"

#include <string.h>

#define PERSON "alice@example.org"
#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"

/* A signature in its parts, so that each can be spoiled. */
typedef struct {
	GByteArray *magic;
	guint32 version;
	GByteArray *key, *namespace, *reserved, *hash, *format, *signature, *tail;
	const char *before, *begin, *eol, *end, *after;
	bool in_one_line, is_short; /* short: without the last base64 group */
	char *message;
} Parts;

typedef struct {
	const char *name;
	void (*spoil)(Parts *parts);
	bool stock_takes_it, we_take_it;
} Variant;

static char *folder;

static char *run(const char *command, bool *ret_good)
{
	g_autofree char *line = g_strdup_printf("cd '%s' && %s", folder, command);
	const char *argv[] = {"sh", "-c", line, NULL};
	g_autofree char *noise = NULL;
	char *output = NULL;
	int status = 0;

	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   &output, &noise, &status, NULL));
	*ret_good = status == 0;
	return output;
}

static void must_run(const char *command)
{
	bool good;

	g_free(run(command, &good));
	g_assert_true(good);
}

static char *read_text(const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void write_text(const char *name, const void *data, gsize size)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
}

static GByteArray *bytes(const void *data, gsize size)
{
	GByteArray *array = g_byte_array_new();

	return g_byte_array_append(array, data, (guint)size);
}

static void set(GByteArray *array, const char *text)
{
	g_byte_array_set_size(array, 0);
	g_byte_array_append(array, (const guint8 *)text, (guint)strlen(text));
}

static Parts take_apart(const char *armoured, const char *message)
{
	g_auto(SshSig) sig = {NULL};
	g_autofree char *format = NULL;
	const guint8 *raw;
	gsize size;
	Parts parts = {.version = 1, .before = "", .begin = BEGIN, .eol = "\n", .end = END};
	Wire wire;

	g_assert_true(sshsig_parse(armoured, strlen(armoured), &sig, NULL));
	wire = wire_over(g_bytes_get_data(sig.signature, NULL), g_bytes_get_size(sig.signature));
	format = wire_text(&wire);
	raw = wire_string(&wire, &size);
	parts.after = "\n";
	parts.magic = bytes("SSHSIG", 6);
	parts.key = bytes(g_bytes_get_data(sig.key, NULL), g_bytes_get_size(sig.key));
	parts.namespace = bytes(sig.namespace, strlen(sig.namespace));
	parts.reserved = g_byte_array_new();
	parts.hash = bytes(sig.hash_algorithm, strlen(sig.hash_algorithm));
	parts.format = bytes(format, strlen(format));
	parts.signature = bytes(raw, size);
	parts.tail = g_byte_array_new();
	parts.message = g_strdup(message);
	return parts;
}

static void parts_clear(Parts *parts)
{
	GByteArray *all[] = {parts->magic, parts->key,    parts->namespace, parts->reserved,
			     parts->hash,  parts->format, parts->signature, parts->tail};

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		g_byte_array_unref(all[i]);
	}
	g_free(parts->message);
}

static void put(GByteArray *out, const GByteArray *part)
{
	wire_put_string(out, part->data, part->len);
}

static char *put_together(const Parts *parts)
{
	g_autoptr(GByteArray) blob = bytes(parts->magic->data, parts->magic->len);
	g_autoptr(GByteArray) inner = g_byte_array_new();
	g_autoptr(GString) out = g_string_new(parts->before);
	g_autofree char *base64 = NULL;
	guint32 version = GUINT32_TO_BE(parts->version);

	g_byte_array_append(blob, (const guint8 *)&version, 4);
	put(blob, parts->key);
	put(blob, parts->namespace);
	put(blob, parts->reserved);
	put(blob, parts->hash);
	put(inner, parts->format);
	put(inner, parts->signature);
	put(blob, inner);
	g_byte_array_append(blob, parts->tail->data, parts->tail->len);
	base64 = g_base64_encode(blob->data, blob->len);
	if (parts->is_short) {
		base64[strlen(base64) - 4] = '\0';
	}
	g_string_append_printf(out, "%s%s", parts->begin, parts->eol);
	for (gsize i = 0; i < strlen(base64); i += 70) {
		g_string_append_printf(out, "%.70s%s", base64 + i,
				       parts->in_one_line ? "" : parts->eol);
	}
	g_string_append_printf(out, "%s%s%s", parts->in_one_line ? parts->eol : "", parts->end,
			       parts->after);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

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

static bool stock_takes(const char *armoured, const char *message)
{
	bool good;
	g_autofree char *output = NULL;

	write_text("x.sig", armoured, strlen(armoured));
	write_text("x", message, strlen(message));
	output = run("ssh-keygen -Y verify -f allowed -I " PERSON " -n reeve-approval -s x.sig < x",
		     &good);
	return good;
}

static bool we_take(const char *armoured, const char *message)
{
	g_autofree char *allowed = read_text("allowed");
	g_autoptr(Signers) signers = signers_parse("allowed", allowed, strlen(allowed), NULL);
	g_auto(SshSig) sig = {NULL};

	return signers != NULL && sshsig_parse(armoured, strlen(armoured), &sig, NULL) &&
	       g_str_equal(sig.namespace, SSHSIG_NAMESPACE) &&
	       sshsig_verify(&sig, message, strlen(message), NULL) == SSHSIG_GOOD &&
	       signers_judge(signers, sig.key, PERSON, SSHSIG_NAMESPACE, g_get_real_time(), NULL) ==
		       SIGNER_TRUSTED;
}

static void make_key(const char *options)
{
	g_autofree char *command = g_strdup_printf(
		"rm -f k k.pub m.sig && printf 'a statement\\n' > m && "
		"ssh-keygen -q -N '' -C test -f k %s && "
		"ssh-keygen -q -Y sign -n reeve-approval -f k m && "
		"echo " PERSON " namespaces=\\\"reeve-approval\\\" \"$(cat k.pub)\" > allowed",
		options);

	must_run(command);
}

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

/* Lines of allowed_signers: `stock`: what ssh-keygen makes of it. */
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
	*strrchr(line, ' ') = '\0'; /* the comment */
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
	folder = g_dir_make_tmp("reeve-stock-XXXXXX", NULL);
	g_test_add_func("/sshsig-stock/ed25519", test_ed25519);
	g_test_add_func("/sshsig-stock/ecdsa", test_ecdsa);
	g_test_add_func("/sshsig-stock/rsa", test_rsa);
	g_test_add_func("/sshsig-stock/short-rsa", test_short_rsa);
	g_test_add_func("/sshsig-stock/allowed-signers", test_allowed_signers);
	result = g_test_run();
	must_run("rm -rf \"$PWD\"");
	g_free(folder);
	return result;
}
