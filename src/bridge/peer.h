/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the peer of an output: where it stands, and by what it and we know each other. Secrets
 * are files, never words of the configuration; they are read once, before the wall, and only where
 * others cannot read them.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	PEER_CA,          /* `ca`: PEM of who signs its certificate; none: those of the system */
	PEER_CERTIFICATE, /* `certificate`: ours, PEM, with its chain */
	PEER_CERTIFICATE_KEY, /* `certificate_key`: PEM */
	PEER_PASSWORD,        /* `password` of `user` */
	PEER_HMAC_KEY,        /* `hmac_key`: signs what a webhook gets */
	PEER_HEADERS,         /* `headers`: a line each, "Authorization: Splunk ..." */
	_PEER_N,
} PeerFile;

typedef struct {
	char *at;   /* the address, in numbers, of the name in the URL; NULL */
	char *user; /* NULL: none */
	char *files[_PEER_N];
	GBytes *contents[_PEER_N]; /* NULL: not given, or not loaded yet */
} Peer;

/* The keys of an output that are a peer's, NULL-ended. */
extern const char *const peer_keys[];

bool peer_read(Peer *peer, const YamlDocument *document, const YamlNode *output, GError **error);

/* Reads the files; `by_tls`: also the system's authorities, where no others are named. */
bool peer_load(Peer *peer, bool by_tls, GError **error);
void peer_clear(Peer *peer);

/* What a file held, as text without the line feed at its end; NULL: there is none. Caller frees. */
char *peer_text(const Peer *peer, PeerFile file);
