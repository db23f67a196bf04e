/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Refusals: see refusal.h. */
#include "client/refusal.h"

#include <glib.h>
#include <string.h>
#include <zmq.h>

void refusal_watch(Refusal *refusal, void *zmq, void *guarded)
{
	g_autofree char *address = g_strdup_printf("inproc://refusal-%p", guarded);

	if (zmq_socket_monitor(guarded, address, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) < 0) {
		return;
	}
	refusal->guarded = guarded;
	refusal->monitor = zmq_socket(zmq, ZMQ_PAIR);
	if (refusal->monitor != NULL && zmq_connect(refusal->monitor, address) < 0) {
		refusal_clear(refusal);
	}
}

void refusal_clear(Refusal *refusal)
{
	if (refusal->guarded != NULL) {
		zmq_socket_monitor(refusal->guarded, NULL, 0);
	}
	if (refusal->monitor != NULL) {
		zmq_close(refusal->monitor);
	}
	memset(refusal, 0, sizeof(*refusal));
}

/* Two frames: a number of the event and one that belongs to it; then the address. */
bool refusal_take(Refusal *refusal)
{
	bool is_refused = false;
	char frame[256];

	if (refusal->monitor == NULL) {
		return false;
	}
	while (zmq_recv(refusal->monitor, frame, sizeof(frame), ZMQ_DONTWAIT) >= 0) {
		guint16 event;

		memcpy(&event, frame, sizeof(event));
		is_refused |= event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
		zmq_recv(refusal->monitor, frame, sizeof(frame), ZMQ_DONTWAIT);
	}
	return is_refused;
}
