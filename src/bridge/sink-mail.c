/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail server, by SMTP: a mail for each recipient of a batch: see sink.h, mail.h. */
#include "bridge/sink.h"
#include "base/clock.h"
#include "bridge/mail.h"
#include "bridge/transfer.h"

#include <string.h>

typedef struct {
	Sink sink;
	Transfer *transfer;
	char *from;
	GPtrArray *parcels; /* not ours */
} MailSink;

/* A message being read by libcurl. */
typedef struct {
	const GString *text;
	gsize at;
} Reading;

static bool mail_is_valid(const SinkPlace *place)
{
	return transfer_url_is_valid(place->url, place->peer);
}

static size_t give(char *data, size_t size, size_t count, void *own)
{
	Reading *reading = own;
	gsize n = MIN(size * count, reading->text->len - reading->at);

	memcpy(data, reading->text->str + reading->at, n);
	reading->at += n;
	return n;
}

static Sink *mail_open(const SinkPlace *place, GError **error)
{
	Transfer *transfer = transfer_new(place->url, place->peer, error);
	MailSink *mail;

	if (transfer == NULL) {
		return NULL;
	}
	curl_easy_setopt(transfer->curl, CURLOPT_USE_SSL,
			 (long)(place->has_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(transfer->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(transfer->curl, CURLOPT_READFUNCTION, give);
	/* one address that is no more must not keep it from the others */
	curl_easy_setopt(transfer->curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(transfer->curl, CURLOPT_MAIL_FROM, place->from);
	mail = g_new0(MailSink, 1);
	mail->transfer = transfer;
	mail->from = g_strdup(place->from);
	mail->parcels = g_ptr_array_new();
	return &mail->sink;
}

static SinkResult mail_send(Sink *sink, Parcel *parcel, GError **error)
{
	(void)error;
	g_ptr_array_add(((MailSink *)sink)->parcels, parcel);
	return SINK_OK;
}

static struct curl_slist *list_recipients(const char *to)
{
	g_auto(GStrv) all = g_strsplit(to, ", ", -1);
	struct curl_slist *list = NULL;

	for (char **one = all; *one != NULL; one++) {
		list = curl_slist_append(list, *one);
	}
	return list;
}

/* The server says no to these recipients or to this mail; else there is no talking to it. */
static bool is_answer(CURLcode code)
{
	return code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY;
}

/* For good. */
static bool is_refusal(CURLcode code, long status)
{
	return is_answer(code) && status / 100 == 5;
}

static CURLcode transfer(MailSink *mail, const GPtrArray *group, char **ret_why, long *ret_status)
{
	struct curl_slist *to = list_recipients(((const Parcel *)group->pdata[0])->to);
	g_autoptr(GString) text = g_string_new(NULL);
	Reading reading = {text, 0};
	CURLcode code;

	mail_compose(mail->from, group, clock_wall_usec(), text);
	curl_easy_setopt(mail->transfer->curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(mail->transfer->curl, CURLOPT_READDATA, &reading);
	code = transfer_run(mail->transfer, ret_status);
	curl_easy_setopt(mail->transfer->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(to);
	*ret_why = transfer_why(mail->transfer, code, *ret_status);
	return code;
}

static bool deliver(MailSink *mail, GPtrArray *group, GError **error);

/* What is refused for its content may be refused for one of them: that one must not take the
 * others with it. */
static bool deliver_halves(MailSink *mail, const GPtrArray *group, GError **error)
{
	bool ok = true;

	for (guint half = 0; half < 2 && ok; half++) {
		guint begin = half * (group->len / 2);
		guint end = half == 0 ? group->len / 2 : group->len;
		g_autoptr(GPtrArray) part = g_ptr_array_new();

		for (guint i = begin; i < end; i++) {
			g_ptr_array_add(part, group->pdata[i]);
		}
		ok = deliver(mail, part, error);
	}
	return ok;
}

/* One mail; all in `group` go to the same. False: there is no talking to the server. */
static bool deliver(MailSink *mail, GPtrArray *group, GError **error)
{
	g_autofree char *why = NULL;
	long status;
	CURLcode code = transfer(mail, group, &why, &status);
	bool is_refused = is_refusal(code, status);

	if (code != CURLE_OK && !is_answer(code)) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, why);
		return false;
	}
	if (is_refused && code == CURLE_WEIRD_SERVER_REPLY && group->len > 1) {
		return deliver_halves(mail, group, error);
	}
	for (guint i = 0; i < group->len; i++) {
		Parcel *parcel = group->pdata[i];

		parcel->is_done = code == CURLE_OK;
		parcel->why = is_refused ? g_strdup(why) : NULL;
		parcel->later = code == CURLE_OK || is_refused ? NULL : g_strdup(why);
	}
	return true;
}

static SinkResult mail_flush(Sink *sink, GError **error)
{
	MailSink *mail = (MailSink *)sink;
	g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
							     (GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GPtrArray) order = g_ptr_array_new();
	bool ok = true;

	for (guint i = 0; i < mail->parcels->len; i++) {
		Parcel *parcel = mail->parcels->pdata[i];
		GPtrArray *group = g_hash_table_lookup(groups, parcel->to);

		if (group == NULL) {
			group = g_ptr_array_new();
			g_hash_table_insert(groups, parcel->to, group);
			g_ptr_array_add(order, group);
		}
		g_ptr_array_add(group, parcel);
	}
	for (guint i = 0; ok && i < order->len; i++) {
		ok = deliver(mail, order->pdata[i], error);
	}
	g_ptr_array_set_size(mail->parcels, 0);
	return ok ? SINK_OK : SINK_RETRY;
}

static void mail_close(Sink *sink)
{
	MailSink *mail = (MailSink *)sink;

	transfer_free(mail->transfer);
	g_free(mail->from);
	g_ptr_array_unref(mail->parcels);
	g_free(mail);
}

#define MAIL(of_scheme)                                                                         \
	{                                                                                       \
		.scheme = of_scheme, .subject = SINK_MAIL, .is_valid = mail_is_valid,           \
		.open = mail_open, .send = mail_send, .flush = mail_flush, .close = mail_close, \
	}

const SinkOps sink_smtp = MAIL("smtp://");
const SinkOps sink_smtps = MAIL("smtps://");
