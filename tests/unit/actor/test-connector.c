/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading of the proc connector's datagrams, as the kernel makes them and as it does not. */
#include "actor/connector.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>

typedef struct {
	char data[256] __attribute__((aligned(8)));
	gsize size;
} Datagram;

static Datagram make(const struct proc_event *event)
{
	struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(*event)};
	Datagram made = {.size = NLMSG_HDRLEN + sizeof(message) + sizeof(*event)};

	memcpy(made.data + NLMSG_HDRLEN, &message, sizeof(message));
	memcpy(made.data + NLMSG_HDRLEN + sizeof(message), event, sizeof(*event));
	return made;
}

static void test_events(void)
{
	struct proc_event event = {.what = PROC_EVENT_FORK, .timestamp_ns = 7000};
	Datagram datagram;
	Sighting sighting = {0};

	event.event_data.fork.parent_tgid = 1;
	event.event_data.fork.child_pid = 42;
	event.event_data.fork.child_tgid = 42;
	datagram = make(&event);
	g_assert_cmpint(connector_read(datagram.data, datagram.size, &sighting), ==,
			CONNECTOR_EVENT);
	g_assert_cmpint(sighting.kind, ==, SIGHTING_FORK);
	g_assert_cmpint(sighting.pid, ==, 42);
	g_assert_cmpint(sighting.parent_pid, ==, 1);
	g_assert_cmpint(sighting.mono_usec, ==, 7);
	g_assert_cmpint(sighting.login_uid, ==, SIGHTING_UNKNOWN);

	event.event_data.fork.child_pid = 43; /* a thread */
	datagram = make(&event);
	g_assert_cmpint(connector_read(datagram.data, datagram.size, &sighting), ==,
			CONNECTOR_OTHER);

	event = (struct proc_event){.what = PROC_EVENT_UID, .timestamp_ns = 7000};
	event.event_data.id.process_tgid = 42;
	event.event_data.id.e.euid = 33;
	datagram = make(&event);
	g_assert_cmpint(connector_read(datagram.data, datagram.size, &sighting), ==,
			CONNECTOR_EVENT);
	g_assert_cmpint(sighting.kind, ==, SIGHTING_IDS);
	g_assert_cmpint(sighting.uid, ==, 33);

	event = (struct proc_event){.what = PROC_EVENT_COMM};
	datagram = make(&event);
	g_assert_cmpint(connector_read(datagram.data, datagram.size, &sighting), ==,
			CONNECTOR_OTHER);
}

static void test_noise(void)
{
	struct proc_event event = {.what = PROC_EVENT_EXEC};
	Datagram datagram = make(&event);
	Sighting sighting;

	for (gsize size = 0; size < NLMSG_HDRLEN + sizeof(struct cn_msg); size++) {
		g_assert_cmpint(connector_read(datagram.data, size, &sighting), ==,
				CONNECTOR_OTHER);
	}
	memset(datagram.data, 0xff, sizeof(datagram.data));
	g_assert_cmpint(connector_read(datagram.data, datagram.size, &sighting), ==,
			CONNECTOR_OTHER);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/connector/events", test_events);
	g_test_add_func("/connector/noise", test_noise);
	return g_test_run();
}
