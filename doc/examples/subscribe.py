#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every event of a host, from the beginning or behind a cursor, then live; the chain is checked.

usage: subscribe.py [LIVE REPLAY [CURSOR]]      (needs python3-zmq; the protocol is in doc/bus.md)
"""

import hashlib
import json
import sys

import zmq

DEFAULTS = ["ipc:///run/reeve/live", "ipc:///run/reeve/replay", ""]
live_at, replay_at, cursor = sys.argv[1:] + DEFAULTS[len(sys.argv) - 1:]
cursor = cursor.encode()  # id of the last event handled
context = zmq.Context()


def handle(event_id, body):
    """Checks that an event is the one behind the cursor, prints it, moves the cursor."""
    global cursor
    event = json.loads(body)
    if hashlib.sha256(body).hexdigest().encode() != event_id:
        sys.exit(f"event {event_id.decode()} is not what was written")
    if (event["prev"] or "").encode() != cursor:
        sys.exit(f"event {event_id.decode()} does not follow from {cursor.decode()}")
    print(event["seq"], event_id.decode()[:12], event.get("verdict", event["kind"]),
          event["severity"], event["summary"], flush=True)
    cursor = event_id  # a real receiver stores it now


def catch_up():
    """Asks for what is behind the cursor until there is no more."""
    with context.socket(zmq.DEALER) as replay:
        replay.linger, replay.rcvtimeo = 0, 5000
        replay.connect(replay_at)
        head = None
        while head != cursor:
            replay.send_multipart([b"SINCE", cursor, b""])
            while len(frames := replay.recv_multipart()) == 5:
                handle(frames[2], frames[4])
            word, head = frames
            if word == b"GONE":
                sys.exit(f"event {cursor.decode()} is unknown here: history was rewritten")


live = context.socket(zmq.SUB)
live.subscribe(b"ev/1/")
live.subscribe(b"hb/1/")
live.connect(live_at)
while True:
    topic, seq, event_id, prev, body = live.recv_multipart()
    try:
        if topic.startswith(b"ev/") and prev == cursor:
            handle(event_id, body)
        elif event_id != cursor:  # something was missed; or this came twice, then nothing follows
            catch_up()
    except zmq.Again:
        pass  # the relay restarts: its next heartbeat brings us back here
