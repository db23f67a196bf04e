/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ends of the bus, for bench_bus.py.
 *
 *   bus take FORM URL COUNT [SERVER PUBLIC SECRET]   asks a relay for everything, page by page, and
 *                        counts; FORM: frames (five an event) or lines. Prints events a second
 *   bus library LIVE REPLAY COUNT         the same through libreeve, which checks them
 *   bus raw FORM URL COUNT SIZE [curve]   the same from a ROUTER that only sends, to compare with
 *   bus live URL JOURNAL BELL < lines     appends one line after the other to a journal as the
 * judge does (on disk, then the bell), and waits for each; prints microseconds bus echo URL COUNT
 * SIZE               the same from a PUB that only sends
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <reeve.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define PAGE 1000
#define PACK (64 * 1024)
#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TOPIC "ev/1/alert/unapproved/low/web-1/"
#define WARM_USEC 2000

typedef struct {
	bool is_lines;
	const char *url;
	long count;
	size_t size;
	char server[41], server_secret[41], public[41], secret[41]; /* "" no CURVE */
	void *zmq;
} Bus;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void hash(const char *body, size_t size, char id[65])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)body, size, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		sprintf(id + 2 * i, "%02x", digest[i]);
	}
}

/* Counts the lines, and hashes the last: that is where to go on. */
static long count_lines(const char *text, size_t size, char id[65])
{
	const char *line = text, *end;
	long n = 0;

	while ((end = memchr(line, '\n', size - (size_t)(line - text))) != NULL) {
		n++;
		if ((size_t)(end + 1 - text) == size) {
			hash(line, (size_t)(end - line), id);
			break;
		}
		line = end + 1;
	}
	return n;
}

/* One message: how many events it has; 0: it is the end of the answer. */
static long receive(void *socket, char id[65])
{
	size_t size = sizeof(int);
	bool is_lines = false;
	int n = 0, more = 1;
	long events = 0;

	for (; more; n++) {
		zmq_msg_t frame;

		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, 0) < 0) {
			exit(1);
		}
		if (n == 0) {
			is_lines = zmq_msg_size(&frame) == 5 &&
				   memcmp(zmq_msg_data(&frame), "LINES", 5) == 0;
		} else if (n == 1 && is_lines) {
			events = count_lines(zmq_msg_data(&frame), zmq_msg_size(&frame), id);
		} else if (n == 2) {
			memcpy(id, zmq_msg_data(&frame), sizeof(ID) - 1);
			events = 1;
		}
		zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
		zmq_msg_close(&frame);
	}
	return events;
}

static int take(Bus *bus)
{
	void *dealer = zmq_socket(bus->zmq, ZMQ_DEALER);
	char id[65] = "";
	long got = 0, events;
	double begin;

	if (*bus->server != '\0') {
		zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, bus->server, 41);
		zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, bus->public, 41);
		zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, bus->secret, 41);
	}
	zmq_connect(dealer, bus->url);
	begin = now();
	while (got < bus->count) {
		zmq_send(dealer, "SINCE", 5, ZMQ_SNDMORE);
		zmq_send(dealer, id, strlen(id), ZMQ_SNDMORE);
		zmq_send(dealer, "", 0, bus->is_lines ? ZMQ_SNDMORE : 0);
		if (bus->is_lines) {
			zmq_send(dealer, "LINES", 5, 0);
		}
		while ((events = receive(dealer, id)) > 0) {
			got += events;
		}
	}
	printf("%.0f\n", (double)got / (now() - begin));
	zmq_close(dealer);
	return 0;
}

/* Events of a page that are not sent yet, as one message or as so many. */
static long send_page(const Bus *bus, void *router, const char *peer, size_t size, const char *body,
		      long left)
{
	long at_once = bus->is_lines ? PACK / (long)(bus->size + 1) : 1;

	at_once = at_once > left ? left : at_once;
	zmq_send(router, peer, size, ZMQ_SNDMORE);
	if (bus->is_lines) {
		zmq_send(router, "LINES", 5, ZMQ_SNDMORE);
		zmq_send(router, body, (size_t)at_once * (bus->size + 1), 0);
		return at_once;
	}
	zmq_send(router, TOPIC, sizeof(TOPIC) - 1, ZMQ_SNDMORE);
	zmq_send(router, "12345678", 8, ZMQ_SNDMORE);
	zmq_send(router, ID, 64, ZMQ_SNDMORE);
	zmq_send(router, ID, 64, ZMQ_SNDMORE);
	zmq_send(router, body, bus->size, 0);
	return at_once;
}

static void *serve(void *data)
{
	Bus *bus = data;
	void *router = zmq_socket(bus->zmq, ZMQ_ROUTER);
	char peer[256], skipped[256];
	char *body = malloc(PACK + bus->size);
	int hwm = 2 * PAGE, yes = 1, more = 1;
	size_t more_size = sizeof(more);

	memset(body, 'x', PACK + bus->size);
	for (size_t at = bus->size; at < PACK; at += bus->size + 1) {
		body[at] = '\n';
	}
	if (*bus->server_secret != '\0') {
		zmq_setsockopt(router, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
		zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, bus->server_secret, 41);
	}
	zmq_setsockopt(router, ZMQ_SNDHWM, &hwm, sizeof(hwm));
	zmq_bind(router, bus->url);
	for (long sent = 0; sent < bus->count;) {
		int size = zmq_recv(router, peer, sizeof(peer), 0);

		for (more = 1; more;) {
			zmq_recv(router, skipped, sizeof(skipped), 0);
			zmq_getsockopt(router, ZMQ_RCVMORE, &more, &more_size);
		}
		for (long page = 0; page < PAGE && sent < bus->count;) {
			long n = send_page(bus, router, peer, (size_t)size, body,
					   PAGE - page < bus->count - sent ? PAGE - page
									   : bus->count - sent);

			page += n;
			sent += n;
		}
		zmq_send(router, peer, (size_t)size, ZMQ_SNDMORE);
		zmq_send(router, "END", 3, ZMQ_SNDMORE);
		zmq_send(router, ID, 64, 0);
	}
	free(body);
	zmq_close(router);
	return NULL;
}

static int raw(Bus *bus)
{
	pthread_t thread;
	int code;

	pthread_create(&thread, NULL, serve, bus);
	code = take(bus);
	pthread_join(thread, NULL);
	return code;
}

/* A subscriber that has heard something: it is connected. */
static void *subscribe(void *zmq, const char *url)
{
	void *sub = zmq_socket(zmq, ZMQ_SUB);

	zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "ev/1/", 5);
	zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "hb/1/", 5);
	zmq_connect(sub, url);
	return sub;
}

/* The next message; whether it is an event. */
static bool hear(void *sub)
{
	char frame[64];
	size_t size = sizeof(int);
	bool is_event = false;
	int more = 1;

	for (int n = 0; more; n++) {
		zmq_recv(sub, frame, sizeof(frame), 0);
		is_event = n == 0 ? frame[0] == 'e' : is_event;
		zmq_getsockopt(sub, ZMQ_RCVMORE, &more, &size);
	}
	return is_event;
}

/* As the judge says that all is on disk (src/journal/seal.h). */
static void seal(int fd, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

	fcntl(fd, F_OFD_SETLK, &lock);
}

static int live(Bus *bus, const char *journal, int bell)
{
	void *sub = subscribe(bus->zmq, bus->url);
	int fd = open(journal, O_WRONLY | O_APPEND);
	uint64_t one = 1;
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	hear(sub);
	while ((size = getline(&line, &room, stdin)) > 0) {
		double begin;

		usleep(WARM_USEC); /* as on a machine where little happens */
		seal(fd, F_UNLCK);
		if (write(fd, line, (size_t)size) != size || fdatasync(fd) < 0) {
			return 1;
		}
		seal(fd, F_WRLCK);
		begin = now();
		if (write(bell, &one, sizeof(one)) < 0) {
			return 1;
		}
		while (!hear(sub)) {
		}
		printf("%.1f\n", (now() - begin) * 1e6);
	}
	free(line);
	close(fd);
	zmq_close(sub);
	return 0;
}

static int echo(Bus *bus)
{
	void *xpub = zmq_socket(bus->zmq, ZMQ_XPUB);
	char *body = calloc(1, bus->size);
	char subscription[64];
	void *sub;

	zmq_bind(xpub, bus->url);
	sub = subscribe(bus->zmq, bus->url);
	zmq_recv(xpub, subscription, sizeof(subscription), 0);
	zmq_recv(xpub, subscription, sizeof(subscription), 0);
	for (long i = 0; i < bus->count; i++) {
		double begin;

		usleep(WARM_USEC);
		begin = now();
		zmq_send(xpub, TOPIC, sizeof(TOPIC) - 1, ZMQ_SNDMORE);
		zmq_send(xpub, "12345678", 8, ZMQ_SNDMORE);
		zmq_send(xpub, ID, 64, ZMQ_SNDMORE);
		zmq_send(xpub, ID, 64, ZMQ_SNDMORE);
		zmq_send(xpub, body, bus->size, 0);
		hear(sub);
		printf("%.1f\n", (now() - begin) * 1e6);
	}
	free(body);
	zmq_close(sub);
	zmq_close(xpub);
	return 0;
}

static int library(const char *at, const char *replay, long count)
{
	double begin = now();
	Reeve *reeve = reeve_open(&(ReeveOptions){
		.size = sizeof(ReeveOptions), .live = at, .replay = replay, .since = ""});
	long got = 0;

	while (got < count && reeve_next(reeve, -1, NULL) == REEVE_EVENT) {
		got++;
	}
	printf("%.0f\n", (double)got / (now() - begin));
	reeve_close(reeve);
	return got == count ? 0 : 1;
}

int main(int argc, char **argv)
{
	Bus bus = {.zmq = zmq_ctx_new()};
	int code = 64;

	if (argc < 5) {
		return code;
	}
	if (strcmp(argv[1], "live") == 0) {
		bus.url = argv[2];
		code = live(&bus, argv[3], atoi(argv[4]));
	} else if (strcmp(argv[1], "library") == 0) {
		code = library(argv[2], argv[3], atol(argv[4]));
	} else if (strcmp(argv[1], "echo") == 0) {
		bus.url = argv[2];
		bus.count = atol(argv[3]);
		bus.size = (size_t)atol(argv[4]);
		code = echo(&bus);
	} else {
		bus.is_lines = strcmp(argv[2], "lines") == 0;
		bus.url = argv[3];
		bus.count = atol(argv[4]);
	}
	if (strcmp(argv[1], "take") == 0) {
		for (int i = 5; i < 8 && i < argc; i++) {
			snprintf(i == 5   ? bus.server
				 : i == 6 ? bus.public
					  : bus.secret,
				 41, "%s", argv[i]);
		}
		code = take(&bus);
	} else if (strcmp(argv[1], "raw") == 0) {
		bus.size = (size_t)atol(argv[5]);
		if (argc > 6) {
			zmq_curve_keypair(bus.server, bus.server_secret);
			zmq_curve_keypair(bus.public, bus.secret);
		}
		code = raw(&bus);
	}
	zmq_ctx_term(bus.zmq);
	return code;
}
