# SPDX-License-Identifier: GPL-3.0-or-later
"""The relay alone: what doc/bus.md promises, to friendly clients and to others."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import zmq

from conftest import ROOT, wait_for
from lone_relay import OTHER, Journal, answer, next_event, relay  # noqa: F401 (a fixture)

EXAMPLES = ROOT / "doc/examples"

pytestmark = pytest.mark.both_builds


def test_an_event_has_five_frames(relay):
    relay.start()
    with relay.subscriber() as (sub, _):
        relay.tell(2)
        for n in range(2):
            topic, seq, event_id, prev, body = next_event(sub)
            assert topic == b"ev/1/alert/unapproved/low/web-1/"
            assert struct.unpack("!Q", seq)[0] == n + 1
            assert event_id.decode() == relay.journal.ids[n]
            assert prev.decode() == (relay.journal.ids[n - 1] if n else "")
            assert body == relay.journal.bodies[n]
    assert relay.stop() == 0


def test_a_lost_bell_costs_only_time(relay):
    relay.start()
    with relay.subscriber() as (sub, _):
        relay.journal.append()
        assert next_event(sub)[2] == relay.journal.head


def test_what_was_there_before_is_not_told_again(relay):
    relay.journal.append(5)
    relay.start()
    with relay.subscriber() as (sub, _):
        relay.tell()
        assert next_event(sub)[2] == relay.journal.head


def test_half_a_line_is_not_told(relay):
    relay.start()
    with relay.subscriber() as (sub, _):
        line = relay.journal.make()
        with open(relay.journal.path, "ab") as out:
            out.write(line[:20])
            out.flush()
            relay.ring()
            # a heartbeat after the bell: the relay has looked and the head is still nothing
            with relay.subscriber() as (_, heartbeat):
                assert heartbeat[2] == b""
            out.write(line[20:])
        relay.ring()
        assert next_event(sub)[4] == line[:-1]
    assert relay.health["state"] == "ready"


def test_heartbeat_carries_the_head_and_the_health(relay):
    relay.journal.append(3)
    (relay.runtime / "health" / "judge").write_text(
        json.dumps({"stage": "judge", "state": "degraded", "text": "disk full"}) + "\n")
    relay.start()
    with relay.subscriber() as (sub, heartbeat):
        topic, seq, event_id, prev, body = sub.recv_multipart()
        assert heartbeat[:4] == [topic, seq, event_id, prev]
    assert topic == b"hb/1/web-1/"
    assert struct.unpack("!Q", seq)[0] == 3
    assert event_id == relay.journal.head
    assert prev.decode() == relay.journal.ids[-2]
    told = json.loads(body)
    assert told["schema"] == "reeve.heartbeat/1"
    assert told["health"] == "degraded"
    assert told["degraded"] == ["judge: disk full"]
    assert told["stages"]["relay"] == "ready"


def test_heartbeat_before_the_first_event(relay):
    relay.start()
    with relay.subscriber() as (_, heartbeat):
        _, seq, event_id, prev, _ = heartbeat
    assert (seq, event_id, prev) == (bytes(8), b"", b"")


def test_replay_from_the_beginning_and_from_the_middle(relay):
    relay.journal.append(10)
    relay.start()
    events, last = relay.ask()
    assert [frames[2].decode() for frames in events] == relay.journal.ids
    assert [frames[4] for frames in events] == relay.journal.bodies
    assert last == [b"END", relay.journal.head]
    events, last = relay.ask(relay.journal.ids[6].encode())
    assert [frames[2].decode() for frames in events] == relay.journal.ids[7:]
    assert events[0][3].decode() == relay.journal.ids[6]
    assert last == [b"END", relay.journal.head]
    assert relay.ask(relay.journal.head) == ([], [b"END", relay.journal.head])


def test_replay_is_capped_and_goes_on(relay):
    relay.journal.append(2500)
    relay.start()
    events, last = relay.ask(most=b"3")
    assert len(events) == 3 and last == [b"END", relay.journal.head]
    assert relay.ask(most=b"0") == ([], [b"END", relay.journal.head])
    got, since = [], b""
    while since != relay.journal.head:
        events, last = relay.ask(since, b"999999")
        assert 0 < len(events) <= 1000
        got += events
        since = events[-1][2]
    assert [frames[2].decode() for frames in got] == relay.journal.ids


def test_replay_of_big_events_is_capped_by_bytes(relay):
    relay.journal.append(40, size=200_000)
    relay.start()
    events, last = relay.ask()
    assert 4 * 2**20 <= sum(len(frames[4]) for frames in events) < 5 * 2**20
    assert last == [b"END", relay.journal.head]


def test_lines_carry_the_same_in_less(relay):
    relay.journal.append(1500)
    relay.start()
    since, got = b"", b""
    with relay.dealer() as dealer:
        while since != relay.journal.head:
            dealer.send_multipart([b"SINCE", since, b"", b"LINES"])
            while (frames := dealer.recv_multipart())[0] == b"LINES":
                assert len(frames) == 2 and frames[1].endswith(b"\n") and len(frames[1]) < 128 * 1024
                got += frames[1]
                since = hashlib.sha256(got.splitlines()[-1]).hexdigest().encode()
            assert frames == [b"END", relay.journal.head]
            assert got.count(b"\n") in (1000, 1500)
        dealer.send_multipart([b"SINCE", since, b"", b"LINES"])
        assert dealer.recv_multipart() == [b"END", relay.journal.head]
        dealer.send_multipart([b"SINCE", OTHER, b"", b"LINES"])
        assert dealer.recv_multipart()[0] == b"GONE"
    assert got == relay.journal.path.read_bytes()


def test_unknown_id_is_gone(relay):
    relay.start()
    assert relay.ask(OTHER) == ([], [b"GONE", b""])
    relay.tell(3)
    wait_for("the index", lambda: relay.ask()[1][1] == relay.journal.head)
    assert relay.ask(OTHER) == ([], [b"GONE", relay.journal.ids[0].encode()])


def test_requests_of_one_client_are_answered_in_order(relay):
    relay.journal.append(200)
    relay.start()
    with relay.dealer() as dealer:
        for since in (b"", relay.journal.ids[100].encode(), OTHER):
            dealer.send_multipart([b"SINCE", since, b"150"])
        assert len(answer(dealer)[0]) == 150
        assert len(answer(dealer)[0]) == 99
        assert answer(dealer)[1][0] == b"GONE"


MALFORMED = [
    [b""], [b"SINCE"], [b"SINCE", b""], [b"SINCE", b"", b"1", b""], [b"SINCE", b"", b"1"] * 5,
    [b"", b"SINCE", b"", b"1"], [b"since", b"", b"1"], [b"SINCE", b"xyz", b"1"],
    [b"SINCE", b"AB" * 32, b"1"], [b"SINCE", b"ab" * 31 + b"\0\0", b"1"], [b"SINCE", b"", b"-1"],
    [b"SINCE", b"", b"1e3"], [b"SINCE", b"", b"9" * 100], [b"\xff" * 100] * 3, [b""] * 1000,
]


def test_malformed_requests_are_dropped_and_counted(relay):
    relay.journal.append(3)
    relay.start()
    with relay.dealer() as dealer:
        for frames in MALFORMED:
            dealer.send_multipart(frames)
        dealer.send_multipart([b"SINCE", b"", b""])
        events, last = answer(dealer)
        assert len(events) == 3 and last[0] == b"END"
    wait_for("the count", lambda: relay.health["dropped"] == len(MALFORMED))


def test_too_long_a_frame_ends_the_connection_alone(relay):
    relay.journal.append(3)
    relay.start()
    with relay.dealer() as loud, relay.dealer() as quiet:
        loud.send_multipart([b"SINCE", b"x" * 100_000, b""])
        quiet.send_multipart([b"SINCE", b"", b""])
        assert len(answer(quiet)[0]) == 3
    assert relay.process.poll() is None


def test_bytes_that_are_not_zeromq_harm_nobody(relay):
    relay.journal.append(3)
    relay.start()
    for door in ("live", "replay"):
        for noise in (b"", b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 5000, os.urandom(5000)):
            with socket.socket(socket.AF_UNIX) as peer, contextlib.suppress(OSError):
                peer.connect(str(relay.runtime / door))
                peer.sendall(noise)
    assert len(relay.ask()[0]) == 3
    assert relay.process.poll() is None


def test_one_who_does_not_read_keeps_nobody_waiting(relay):
    relay.journal.append(600, size=10_000)
    relay.start()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            greedy = stack.enter_context(relay.dealer(rcvhwm=1))
            for _ in range(4):
                greedy.send_multipart([b"SINCE", b"", b""])
        assert len(relay.ask(most=b"10")[0]) == 10
        with relay.subscriber() as (sub, _):
            relay.tell()
            assert next_event(sub)[2] == relay.journal.head


def test_who_may_know_but_not_read_is_told_no_more(relay):
    file = {"path": "/etc/motd", "op": "updated", "diff": "-hush\n", "before": {"sha256": "a" * 64}}
    notice = relay.runtime / "notice"
    relay.start("--notice", f"ipc://{notice}", "--notice-group", str(os.getegid()))
    assert notice.stat().st_mode & 0o777 == 0o660
    with relay.socket(zmq.SUB) as sub:
        sub.subscribe(b"")
        sub.connect(f"ipc://{notice}")
        topic, body = sub.recv_multipart()
        assert topic == b"hb/1/web-1/" and json.loads(body)["schema"] == "reeve.heartbeat/1"
        relay.tell(verdict="unapproved", severity="high", files=[file])
        while topic.startswith(b"hb/"):
            topic, body = sub.recv_multipart()
    assert topic == b"notice/1/alert/unapproved/high/web-1/"
    told = json.loads(body)
    assert (told["id"], told["paths"], told["count"]) == (relay.journal.ids[0], ["/etc/motd"], 1)
    assert b"hush" not in body and b"aaaa" not in body and "summary" not in told
    assert relay.stop() == 0


@pytest.mark.patient
def test_a_slow_subscriber_finds_out_and_catches_up(relay):
    relay.start()
    with relay.subscriber(rcvhwm=5) as (sub, _):
        # more than the queues on the way hold; the subscriber does not read meanwhile
        for _ in range(15):
            relay.tell(100, size=8000)
        wait_for("the burst", lambda: relay.health["seq"] == 1500)
        seen, cursor = [], b""
        while cursor != relay.journal.head:
            topic, _, event_id, prev, _ = sub.recv_multipart()
            if topic.startswith(b"ev/") and prev == cursor:
                seen.append(event_id.decode())
                cursor = event_id
            elif event_id != cursor:
                caught = relay.ask(cursor)[0]
                seen += [frames[2].decode() for frames in caught]
                cursor = caught[-1][2] if caught else cursor
        assert seen == relay.journal.ids


def knock(relay, times):
    """Connections that say nothing."""
    knocking = []
    for _ in range(times):
        with contextlib.suppress(ConnectionError, BlockingIOError):
            idle = socket.socket(socket.AF_UNIX)
            knocking.append(idle)
            idle.settimeout(5)
            idle.connect(str(relay.runtime / "live"))
    return knocking


@pytest.mark.parametrize("times", [10, 200])
def test_many_idle_connections_do_not_end_it(relay, times):
    """(The twin: ten are not too many.)"""
    relay.start(descriptors=64)
    with relay.subscriber() as (sub, _):
        idle = knock(relay, times)
        relay.tell()
        assert next_event(sub)[2] == relay.journal.head
        assert relay.process.poll() is None
        wait_for("the refusals to be told", lambda: (relay.health["refused"] > 0) == (times > 64))
        for one in idle:
            one.close()
    with relay.subscriber() as (sub, _):
        relay.tell()
        assert next_event(sub)[2] == relay.journal.head
    assert relay.stop() == 0


def test_kill_and_restart_lose_nothing(relay):
    relay.start()
    example = subprocess.Popen(
        [sys.executable, ROOT / "doc/examples/subscribe.py", relay.live, relay.replay],
        stdout=subprocess.PIPE, text=True)
    try:
        for n in range(5):
            relay.tell(20)
            if n % 2:
                relay.kill()
                relay.tell(20)
                relay.start()
        seen = [example.stdout.readline().split()[1] for _ in relay.journal.ids]
    finally:
        example.kill()
    assert seen == [event_id[:12] for event_id in relay.journal.ids]


@pytest.fixture(params=["python", "node"])
def example(request, relay):
    """The command of an example that has no part of ours: stock bindings and doc/bus.md alone."""
    if request.param == "python":
        return [sys.executable, EXAMPLES / "subscribe.py", relay.live, relay.replay]
    if not (EXAMPLES / "node" / "node_modules").exists():
        pytest.skip("no zeromq for Node: tools/install-node-modules")
    return ["node", EXAMPLES / "node" / "subscribe.mjs", relay.live, relay.replay]


def test_the_example_replays_follows_and_resumes(relay, example):
    relay.journal.append(1500)
    relay.start()
    for cursor, first in (([], 0), ([relay.journal.ids[1299]], 1300)):
        with subprocess.Popen([*example, *cursor], stdout=subprocess.PIPE, text=True) as run:
            seen = [run.stdout.readline() for _ in relay.journal.ids[first:]]
            relay.tell()
            seen.append(run.stdout.readline())
            run.kill()
        assert [int(line.split()[0]) for line in seen] == list(range(first + 1,
                                                                     len(relay.journal.ids) + 1))


def test_the_example_notices_a_lie(relay, example):
    relay.journal.append(3)
    relay.journal.append(1, prev=relay.journal.ids[0])
    relay.start()
    done = subprocess.run(example, capture_output=True, text=True, timeout=120)
    assert "does not follow" in done.stderr
    done = subprocess.run([*example, OTHER.decode()], capture_output=True, text=True, timeout=120)
    assert "rewritten" in done.stderr


def test_a_cut_journal_is_said(relay):
    relay.journal.append(10)
    relay.start()
    with relay.subscriber() as (sub, _):
        with open(relay.journal.path, "r+b") as out:
            out.truncate(sum(len(body) + 1 for body in relay.journal.bodies[:4]))
        relay.ring()
        wait_for("the complaint", lambda: relay.health["state"] == "degraded")
        assert "cut" in relay.health["text"]
        while (frames := sub.recv_multipart())[2].decode() != relay.journal.ids[3]:
            assert frames[0].startswith(b"hb/")
    assert relay.ask(relay.journal.ids[8].encode())[1][0] == b"GONE"
    assert len(relay.ask()[0]) == 4


def test_a_rewritten_journal_is_said(relay):
    relay.journal.append(3)
    relay.start()
    other = Journal(relay.folder / "other")
    other.append(4, severity="medium")
    with open(relay.journal.path, "r+b") as out:
        out.write(other.path.read_bytes())
    relay.ring()
    wait_for("the complaint", lambda: relay.health["state"] == "degraded")
    assert "rewritten" in relay.health["text"]
    assert relay.ask(relay.journal.head)[1][0] == b"GONE"
    assert [frames[2].decode() for frames in relay.ask()[0]] == other.ids


def test_a_replaced_journal_is_said(relay):
    relay.journal.append(3)
    relay.start()
    relay.journal.path.unlink()
    wait_for("the complaint", lambda: relay.health["state"] == "degraded")
    assert "replaced" in relay.health["text"]


def test_a_broken_chain_is_said(relay):
    relay.journal.append(3)
    relay.start()
    with relay.subscriber() as (sub, _):
        relay.tell(prev=OTHER.decode())
        assert next_event(sub)[3] == OTHER
    wait_for("the complaint", lambda: relay.health["state"] == "degraded")
    assert "event 4" in relay.health["text"]


def test_damage_is_told_to_whoever_asks(relay):
    relay.journal.append(2)
    with open(relay.journal.path, "ab") as out:
        out.write(b'{"no":"event"}\n')
    relay.start()
    events, _ = relay.ask()
    assert len(events) == 3
    assert events[2][0].startswith(b"ev/1/alert/damaged/critical/")
    wait_for("the complaint", lambda: relay.health["state"] == "degraded")


def test_a_line_without_end_is_trouble_that_can_be_over(relay):
    relay.journal.append(2)
    relay.start()
    whole = relay.journal.path.stat().st_size
    with open(relay.journal.path, "ab") as out:
        out.write(b"x" * 2**20)
    relay.ring()
    wait_for("the complaint", lambda: relay.health["state"] == "degraded")
    assert "longer than any event" in relay.health["text"]
    assert len(relay.ask()[0]) == 2
    os.truncate(relay.journal.path, whole)
    wait_for("the end of it", lambda: relay.health["state"] == "ready")
    with relay.subscriber() as (sub, _):
        relay.tell()
        assert next_event(sub)[2] == relay.journal.head
    assert relay.log.read_text().count("longer than any event") == 1


def status_of(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.split() for key, value in (line.split(":", 1) for line in lines)}


def test_the_wall_as_proc_shows_it(relay):
    relay.start()
    for task in Path(f"/proc/{relay.process.pid}/task").iterdir():
        status = status_of(f"{relay.process.pid}/task/{task.name}")
        assert status["NoNewPrivs"] == ["1"]
        assert status["Seccomp"] == ["2"]
        for caps in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert os.geteuid() != 0 and caps == "CapBnd" or int(status[caps][0], 16) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_becomes_nobody_much(relay):
    (relay.runtime / "health").chmod(0o755)
    relay.options = ["--user", "61999", "--group", "61998", "--reader-group", "61997"]
    relay.journal.append(2)
    relay.start()
    status = status_of(relay.process.pid)
    assert status["Uid"] == ["61999"] * 4
    assert status["Gid"] == ["61998"] * 4
    assert status["Groups"] == ["61997"]
    for door in ("live", "replay"):
        found = (relay.runtime / door).stat()
        assert (found.st_mode & 0o777, found.st_uid, found.st_gid) == (0o660, 0, 61997)
    assert len(relay.ask()[0]) == 2


@pytest.mark.parametrize("address, why", [
    ("tcp://127.0.0.1:5555", "CURVE"), ("inproc://x", "ipc:///"), ("ipc://relative", "ipc:///"),
    ("ipc:///" + "x" * 120, "107"),
])
def test_addresses_that_cannot_be_are_refused(relay, address, why):
    relay.start(live=address)
    assert relay.process.wait(60) == 70
    assert why in relay.log.read_text()


def test_what_is_in_the_way_stays(relay):
    (relay.runtime / "live").write_text("mine")
    relay.start()
    assert relay.process.wait(60) == 70
    assert "is no socket" in relay.log.read_text()
    assert (relay.runtime / "live").read_text() == "mine"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, None])
def test_it_ends_cleanly(relay, end):
    relay.journal.append(600, size=10_000)
    relay.start()
    assert relay.word == b"R"
    with relay.dealer(rcvhwm=1) as greedy:
        greedy.send_multipart([b"SINCE", b"", b""])
        greedy.poll(5000)
        if end is None:
            assert relay.stop() == 0
        else:
            relay.process.send_signal(end)
            assert relay.process.wait(60) == 0
