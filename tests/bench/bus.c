/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ends of a replay, for bench_bus.py. Prints events a second.
 *
 *   bus take URL COUNT        asks a relay for everything, page by page, and counts
 *   bus raw URL COUNT SIZE    the same frames from a ROUTER that only sends, to compare with
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define PAGE 1000
#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

typedef struct {
	void *zmq;
	const char *url;
	long count;
	size_t size;
} Raw;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* One message: its number of frames, and the third one, an event's id. */
static int receive(void *socket, char id[65])
{
	int n = 0, more = 1;
	size_t size = sizeof(more);

	while (more) {
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, 0) < 0) {
			return -1;
		}
		if (n == 2) {
			memcpy(id, zmq_msg_data(&frame), sizeof(ID) - 1);
		}
		zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
		zmq_msg_close(&frame);
		n++;
	}
	return n;
}

static int take(void *zmq, const char *url, long count)
{
	void *dealer = zmq_socket(zmq, ZMQ_DEALER);
	char id[65] = "";
	double begin;
	long got = 0;

	zmq_connect(dealer, url);
	begin = now();
	while (got < count) {
		int n;

		zmq_send(dealer, "SINCE", 5, ZMQ_SNDMORE);
		zmq_send(dealer, id, strlen(id), ZMQ_SNDMORE);
		zmq_send(dealer, "", 0, 0);
		while ((n = receive(dealer, id)) == 5) {
			got++;
		}
		if (n < 0) {
			return 1;
		}
	}
	printf("%.0f\n", (double)got / (now() - begin));
	zmq_close(dealer);
	return 0;
}

static void *serve(void *data)
{
	Raw *raw = data;
	void *router = zmq_socket(raw->zmq, ZMQ_ROUTER);
	char peer[256], skipped[256];
	char *body = calloc(1, raw->size);
	int hwm = 2 * PAGE;

	zmq_setsockopt(router, ZMQ_SNDHWM, &hwm, sizeof(hwm));
	zmq_bind(router, raw->url);
	for (long sent = 0; sent < raw->count;) {
		int size = zmq_recv(router, peer, sizeof(peer), 0);

		for (int i = 0; i < 3; i++) {
			zmq_recv(router, skipped, sizeof(skipped), 0);
		}
		for (int i = 0; i < PAGE && sent < raw->count; i++, sent++) {
			zmq_send(router, peer, (size_t)size, ZMQ_SNDMORE);
			zmq_send(router, "ev/1/alert/unapproved/low/web-1/", 32, ZMQ_SNDMORE);
			zmq_send(router, "12345678", 8, ZMQ_SNDMORE);
			zmq_send(router, ID, 64, ZMQ_SNDMORE);
			zmq_send(router, ID, 64, ZMQ_SNDMORE);
			zmq_send(router, body, raw->size, 0);
		}
		zmq_send(router, peer, (size_t)size, ZMQ_SNDMORE);
		zmq_send(router, "END", 3, ZMQ_SNDMORE);
		zmq_send(router, ID, 64, 0);
	}
	free(body);
	zmq_close(router);
	return NULL;
}

int main(int argc, char **argv)
{
	void *zmq = zmq_ctx_new();
	Raw raw = {zmq, argv[2], atol(argv[3]), argc > 4 ? (size_t)atol(argv[4]) : 0};
	pthread_t thread;
	int code;

	if (strcmp(argv[1], "raw") == 0) {
		pthread_create(&thread, NULL, serve, &raw);
	}
	code = take(zmq, raw.url, raw.count);
	if (strcmp(argv[1], "raw") == 0) {
		pthread_join(thread, NULL);
	}
	zmq_ctx_term(zmq);
	return code;
}
