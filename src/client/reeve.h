/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * libreeve: hear of every change to the configuration of a host that Reeve watches, once, in order,
 * whatever breaks. See libreeve(3); `pkg-config --cflags --libs libreeve`.
 *
 *	Reeve *reeve = reeve_open(&(ReeveOptions){.size = sizeof(ReeveOptions), .since = cursor});
 *	ReeveEvent event;
 *
 *	while (reeve_next(reeve, -1, &event) == REEVE_EVENT) {
 *		...handle it, then store event.id: the cursor...
 *	}
 *
 * The library hashes every body, follows the chain, and asks for what was missed; what it gives out
 * is whole or it says that it is not. No call takes ownership of what it is given, and what is
 *given out belongs to the library and is valid until the next call. One Reeve belongs to one
 *thread; several threads may have one each. Nothing here touches signals, locales or files.
 */
#ifndef REEVE_H
#define REEVE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Reeve Reeve;

/* Members that are left out (zero) have the value in brackets. */
typedef struct {
	size_t size;        /* sizeof(ReeveOptions): what the caller knows of */
	const char *live;   /* [ipc:///run/reeve/live] ipc:// or tcp:// */
	const char *replay; /* [ipc:///run/reeve/replay] */
	const char *since;  /* cursor: the id of the last event handled; "": from the beginning;
			     * [NULL: from now on] */
	const char *const *topics; /* prefixes, ended by NULL: only these events are given out, the
				    * others are checked all the same [all] */
	const char *server_key;    /* for tcp://: the host's public key and our own secret one, 40
				    * characters of Z85 each [none] */
	const char *secret_key;
	const char *checkpoint; /* what reeve_checkpoint gave before: be a witness [none] */
	unsigned silence_ms;    /* how long a host may keep silent [30000] */
} ReeveOptions;

/* Texts end with NUL; the body is one line of JSON (reeve-events(5)), NUL follows it. */
typedef struct {
	uint64_t seq;
	const char *id;    /* 64 hexadecimal digits: the cursor, once the event is handled */
	const char *prev;  /* of the event before; "" for the first */
	const char *topic; /* ev/1/<alert|info>/<verdict or kind>/<severity>/<host>/ */
	const char *body;
	size_t body_size;
} ReeveEvent;

typedef enum {
	REEVE_NOTHING, /* the time is over, or a signal came */
	REEVE_EVENT,
	REEVE_SILENT, /* nothing was heard of the host for silence_ms: an alarm. Once per silence */
	REEVE_HEARD,  /* heard again */
	REEVE_REFUSED, /* the host does not know our key; reeve_error says what to do. Once; tried
			* again all the same */
	REEVE_GONE,    /* the host knows no event of our cursor: history was rewritten, or it is
			* another host. An alarm, and final */
	REEVE_BROKEN,  /* the chain does not hold, or contradicts the checkpoint: reeve_error. An
			* alarm, and final */
	REEVE_FAILED,  /* it cannot go on, or could not begin: reeve_error. Final */
} ReeveNews;

/* Never NULL: what is wrong with the options is said by the first reeve_next. The host need not be
 * there yet. */
Reeve *reeve_open(const ReeveOptions *options);
void reeve_close(Reeve *reeve); /* NULL: nothing happens */

/* What happens next, waiting at most `timeout_ms` (-1: for ever). `event` may be NULL: then only
 * whether there was one is told. */
ReeveNews reeve_next(Reeve *reeve, int timeout_ms, ReeveEvent *event);

/* Calls `handle` for whatever happens until it returns other than 0, or what happened is final;
 * returns what happened last. `event` is NULL unless it is REEVE_EVENT. REEVE_NOTHING: a signal
 * came. */
typedef int (*ReeveHandler)(void *context, ReeveNews news, const ReeveEvent *event);
ReeveNews reeve_run(Reeve *reeve, ReeveHandler handle, void *context);

/* For a loop of your own: a descriptor to poll for reading, which stays the same. When it is
 * readable call reeve_next with timeout 0 until it returns REEVE_NOTHING (or what is final). Ask
 * for it once, after reeve_open. -1: there is none (errno). */
int reeve_fd(Reeve *reeve);

/* The cursor: the last event given out (or passed over for its topic); NULL: not known yet. */
const char *reeve_cursor(const Reeve *reeve);
/* The newest checkpoint of the host proven to lie on this chain, a line to store; NULL: none yet.
 */
const char *reeve_checkpoint(Reeve *reeve);
/* The host's name; NULL: not heard yet. */
const char *reeve_host(const Reeve *reeve);
/* What the last REEVE_REFUSED, REEVE_BROKEN or REEVE_FAILED means, a sentence; "" : nothing. */
const char *reeve_error(const Reeve *reeve);
/* The version of the library, "0.1.0". */
const char *reeve_version(void);

#ifdef __cplusplus
}
#endif

#endif
