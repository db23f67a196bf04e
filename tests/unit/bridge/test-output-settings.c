/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output may be, and what is refused with a word of advice. */
#include "bridge/output-settings.h"
#include "build-config.h"

#include <string.h>

#define MAIL "from: r@example.org, recipients: a@example.org"

static OutputSettings *take(const char *text, GError **error)
{
	g_autoptr(YamlDocument) document = yaml_parse("bridge.yaml", text, strlen(text), error);

	g_assert_nonnull(document);
	return output_settings_read(document, yaml_root(document), error);
}

static void assert_refused(const char *text, const char *why)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(take(text, &error));
	if (strstr(error->message, why) == NULL) {
		g_error("%s\ndoes not say: %s", error->message, why);
	}
}

static void test_plain(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(OutputSettings) output =
		take("{name: a, to: \"tls://logs.example.org:6514\", at: 192.0.2.1, ca: /x/ca.pem, "
		     "severity: high, owners: [alice], repeat: 2m}",
		     &error);

	g_assert_no_error(error);
	g_assert_cmpstr(output->format->name, ==, "rfc5424");
	g_assert_cmpstr(output->peer.files[PEER_CA], ==, "/x/ca.pem");
	g_assert_cmpuint(output->filter.severity, ==, 3);
	g_assert_cmpint(output->repeat_usec, ==, 120 * G_USEC_PER_SEC);
}

static void test_refused(void)
{
	assert_refused("{name: a, to: \"tls://logs.example.org:6514\"}", "needs an address");
	assert_refused("{name: a, to: \"tcp://logs.example.org:601\"}", "needs an address");
	assert_refused("{name: a, to: \"tcp://192.0.2.1\"}", "needs an address");
	assert_refused("{name: a, to: \"file://x\"}", "needs an address");
	assert_refused("{name: a, to: \"stdout:\", passwort: x}", "unknown key");
	assert_refused("{name: a, to: \"stdout:\", user: x}", "`user` goes with");
	assert_refused("{name: a, to: \"stdout:\", user: x, password: hunter2}",
		       "`password` is not written here");
	assert_refused("{name: a, to: \"stdout:\", repeat: 5}", "no length of time");
}

/* A key that nothing looks at would be thought to protect. */
static void test_senseless(void)
{
	assert_refused("{name: a, to: \"tcp://192.0.2.1:601\", ca: /x}", "`ca` does nothing");
	assert_refused("{name: a, to: \"stdout:\", hmac_key: /x}", "`hmac_key` does nothing");
	assert_refused("{name: a, to: \"tls://192.0.2.1:6514\", starttls: false}",
		       "`starttls` does nothing");
	assert_refused("{name: a, to: \"relp://192.0.2.1:601\", user: x, password: /x}",
		       "`user` does nothing");
#if REEVE_CURL
	assert_refused("{name: a, to: \"alertmanager+http://127.0.0.1:9093\", owners: [alice]}",
		       "`owners` does nothing");
	assert_refused("{name: a, to: \"http://127.0.0.1/\", ca: /x}", "`ca` does nothing");
#endif
}

#if REEVE_CURL
static void test_web(void)
{
	static const char *const good[] = {
		"{name: a, to: \"https://x.example.org/h?a=b\", at: 192.0.2.1}",
		"{name: a, to: \"http://192.0.2.1:8080/h\"}",
		"{name: a, to: \"http://127.0.0.1/h\", user: x, password: /x}",
		"{name: a, to: \"alertmanager+http://[::1]:9093\"}",
		"{name: a, to: \"smtp://127.0.0.1\", " MAIL "}",
		"{name: a, to: \"smtps://192.0.2.1\", " MAIL ", user: x, password: /x}",
		"{name: a, to: \"smtp://192.0.2.1\", " MAIL ", user: x, password: /x}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(OutputSettings) output = take(good[i], &error);

		g_assert_no_error(error);
		/* not a word to another machine without TLS, unless somebody says so */
		g_assert_true(output->has_tls == !g_str_has_prefix(output->to, "smtp://127."));
	}
	assert_refused("{name: a, to: \"https://x.example.org/h\"}", "`at: NUMBERS`");
	assert_refused("{name: a, to: \"https://u:p@192.0.2.1/h\"}", "needs an address");
	assert_refused("{name: a, to: \"http://192.0.2.1/h\", user: x, password: /x}",
		       "for all to");
	assert_refused("{name: a, to: \"http://192.0.2.1/h\", headers: /x}", "for all to");
	assert_refused("{name: a, to: \"smtp://192.0.2.1\", " MAIL
		       ", starttls: false, user: x, password: /x}",
		       "for all to");
	assert_refused("{name: a, to: \"smtp://127.0.0.1\"}", "`from` and `recipients`");
	assert_refused("{name: a, to: \"smtp://127.0.0.1\", from: r@b, recipients: [\"a,b\"]}",
		       "no mail address");
	assert_refused("{name: a, to: \"smtp://127.0.0.1\", " MAIL ", confidential: [x]}",
		       "no pattern");
}
#else
static void test_web(void)
{
	assert_refused("{name: a, to: \"http://192.0.2.1/h\"}", "needs an address");
}
#endif

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/output-settings/plain", test_plain);
	g_test_add_func("/output-settings/refused", test_refused);
	g_test_add_func("/output-settings/senseless", test_senseless);
	g_test_add_func("/output-settings/web", test_web);
	return g_test_run();
}
