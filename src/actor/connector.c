/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proc connector: see connector.h. */
#include "actor/connector.h"
#include "base/fd.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (8 * 1024 * 1024)

static bool subscribe(int fd, GError **error)
{
	const enum proc_cn_mcast_op listen = PROC_CN_MCAST_LISTEN;
	const struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(listen)};
	char request[NLMSG_HDRLEN + sizeof(message) + sizeof(listen)] = {0};
	const struct nlmsghdr header = {
		.nlmsg_len = sizeof(request),
		.nlmsg_type = NLMSG_DONE,
		.nlmsg_pid = (guint32)getpid(),
	};

	memcpy(request, &header, sizeof(header));
	memcpy(request + NLMSG_HDRLEN, &message, sizeof(message));
	memcpy(request + NLMSG_HDRLEN + sizeof(message), &listen, sizeof(listen));
	return send(fd, request, sizeof(request), 0) == (ssize_t)sizeof(request) ||
	       error_set_errno(error, "cannot subscribe to the proc connector");
}

int connector_open(GError **error)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	auto_fd int fd =
		socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	int size = BUFFER_BYTES;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		error_set_errno(error, "no proc connector here");
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return subscribe(fd, error) ? fd_steal(&fd) : -1;
}

static ConnectorResult read_event(const struct proc_event *event, Sighting *ret)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_FORK, 0, (gint64)(event->timestamp_ns / 1000));

	switch ((unsigned int)event->what) {
	case PROC_EVENT_FORK:
		sighting.pid = event->event_data.fork.child_tgid;
		sighting.parent_pid = event->event_data.fork.parent_tgid;
		if (event->event_data.fork.child_pid != sighting.pid) {
			return CONNECTOR_OTHER;
		}
		break;
	case PROC_EVENT_EXEC:
		sighting.kind = SIGHTING_EXEC;
		sighting.pid = event->event_data.exec.process_tgid;
		break;
	case PROC_EVENT_UID:
		sighting.kind = SIGHTING_IDS;
		sighting.pid = event->event_data.id.process_tgid;
		sighting.uid = event->event_data.id.e.euid;
		break;
	case PROC_EVENT_EXIT:
		sighting.kind = SIGHTING_EXIT;
		sighting.pid = event->event_data.exit.process_tgid;
		if (event->event_data.exit.process_pid != sighting.pid) {
			return CONNECTOR_OTHER;
		}
		break;
	default:
		return CONNECTOR_OTHER;
	}
	*ret = sighting;
	return CONNECTOR_EVENT;
}

ConnectorResult connector_read(const void *data, gsize size, Sighting *ret)
{
	gsize head = NLMSG_HDRLEN + sizeof(struct cn_msg);
	struct cn_msg message;
	struct proc_event event;

	if (size < head) {
		return CONNECTOR_OTHER;
	}
	memcpy(&message, (const char *)data + NLMSG_HDRLEN, sizeof(message));
	if (message.id.idx != CN_IDX_PROC || message.id.val != CN_VAL_PROC) {
		return CONNECTOR_OTHER;
	}
	/* older kernels send a shorter event */
	memset(&event, 0, sizeof(event));
	memcpy(&event, (const char *)data + head, MIN(size - head, sizeof(event)));
	return read_event(&event, ret);
}

ConnectorResult connector_take(int fd, Sighting *ret)
{
	char data[1024] __attribute__((aligned(8)));
	struct sockaddr_nl from = {0};
	socklen_t length = sizeof(from);
	ssize_t got = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &length);

	if (got < 0) {
		return errno == ENOBUFS ? CONNECTOR_LOST : CONNECTOR_EMPTY;
	}
	/* only the kernel is believed: anybody may send to a netlink socket */
	return from.nl_pid != 0 ? CONNECTOR_OTHER : connector_read(data, (gsize)got, ret);
}
