/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The third wall: see walls.h. Each line below is something the relay may still do, with the
 * reason. What is in walls_calls_common is argued in base/walls-calls.c: memory, time, threads and
 * descriptors that are open already.
 *
 * Nothing here, and nothing in the common list, takes a path: no open, openat, stat, unlink or
 * exec. Keys come on a page of memory that reeved writes (config/bus-sheet.h): a descriptor, like
 * the journal. Nothing makes or connects a socket: no socket, socketpair, bind, listen, connect.
 */
#include "relay/walls.h"
#include "base/walls.h"

#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

static const int bus_calls[] = {
	/* a subscriber knocks at one of the two sockets we listen on */
	SCMP_SYS(accept4),
	/* bytes to and from it; neither can name an address that is not connected already, as
	 * there is no unconnected socket here. sendmsg and recvmsg, which carry descriptors, are
	 * not allowed */
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
	/* ZeroMQ asks a socket for its names, for its events and logs */
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	/* a caller whose key was revoked is put out; it can only end what is connected already */
	SCMP_SYS(shutdown),
	/* ZeroMQ reads who sets its threads' scheduling before it sets it to the same (below) */
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	-1,
};

static const WallsCallRule bus_rules[] = {
	/* who is at the other end (SO_PEERCRED), and why did it fail (SO_ERROR) */
	{SCMP_SYS(getsockopt), 1, G_MAXUINT32, SOL_SOCKET},
	/* packets go out at once (TCP_NODELAY), and other moods of a TCP connection */
	{SCMP_SYS(setsockopt), 1, G_MAXUINT32, IPPROTO_TCP},
	/* ZeroMQ insists on setting a thread's scheduling; it may be the ordinary one */
	{SCMP_SYS(sched_setscheduler), 1, G_MAXUINT32, SCHED_OTHER},
	{-1},
};

static const int no_capabilities[] = {-1};

bool relay_wall(const StageOptions *options, GError **error)
{
	static const WallsPath no_files[] = {{0}};
	static const int *const calls[] = {walls_calls_common, bus_calls, NULL};
	bool has_landlock;

	return walls_drop_user(options->user, options->group, options->reader_group, error) &&
	       walls_keep_capabilities(no_capabilities, error) &&
	       walls_restrict_files(no_files, &has_landlock, error) &&
	       walls_restrict_calls(calls, bus_rules, error);
}
