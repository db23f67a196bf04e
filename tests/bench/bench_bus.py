# SPDX-License-Identifier: GPL-3.0-or-later
"""the bus beside libzmq that only sends: replays over ipc and CURVE, the way of a live event, 200 subscribers;
and the bridge beside the same rsyslog with a sender that only sends"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import zmq

from carry import carry
from measure import compiled, median, percentile, resident_mib, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from conftest import PROGRAMS, ROOT  # noqa: E402
from lone_relay import Relay  # noqa: E402
from test_network import REPLAY, Sheet, start  # noqa: E402

EVENTS = 100_000
LIVE_EVENTS = 1000
SUBSCRIBERS = 200
TOLD = 5000  # events, while a half of the subscribers does not read
FILES = [{"path": "/etc/ssh/sshd_config", "op": "updated", "type": "file", "changed": ["content"],
          "before": {"sha256": "a" * 64, "size": 10, "mode": "0644", "uid": 0, "owner": "root", "gid": 0,
                     "group": "root"},
          "after": {"sha256": "b" * 64, "size": 11, "mode": "0600", "uid": 0, "owner": "root", "gid": 0,
                    "group": "root"}, "verdict": "unapproved", "severity": "low", "request": None,
          "reasons": ["no request names this path"], "rules": []}]


def output(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True,
                          timeout=300, **options).stdout


def tail_rate(relay):
    """Events a second of `reeve tail`, which checks, parses and prints each."""
    begin = time.monotonic()
    with subprocess.Popen([PROGRAMS / "reeve", "--state", relay.state, "--runtime", relay.runtime, "tail",
                           "--all", "--json", "--since", ""], stdout=subprocess.PIPE) as tail:
        for _ in range(EVENTS):
            tail.stdout.readline()
        seconds = time.monotonic() - begin
        tail.terminate()
    return EVENTS / seconds


@contextlib.contextmanager
def a_relay():
    folder = tempfile.mkdtemp(prefix="rv-")
    os.chmod(folder, 0o755)
    relay = Relay(folder)
    relay.sheet = Sheet()
    relay.bus = compiled("bus", Path(folder), f"-I{ROOT}/src/client", f"-L{PROGRAMS}",
                         f"-Wl,-rpath,{PROGRAMS}", "-lreeve", "-lzmq", "-lcrypto")
    try:
        yield relay
    finally:
        if relay.process is not None:
            relay.kill()
        relay.context.destroy(linger=0)
        shutil.rmtree(folder)


def replays(relay, rounds):
    public, secret = relay.sheet.allow("bench")
    curve = relay.sheet.public, public, secret
    curve = [key.decode() for key in curve]
    relay.journal.append(EVENTS, files=FILES)
    size = len(relay.journal.bodies[0])
    start(relay)
    bus, raw = relay.bus, f"ipc://{relay.folder}/raw"
    count = str(EVENTS)
    ways = {
        "ipc, lines": ([bus, "take", "lines", relay.replay, count], [bus, "raw", "lines", raw, count, size]),
        "ipc, five frames an event": ([bus, "take", "frames", relay.replay, count],
                                      [bus, "raw", "frames", raw, count, size]),
        "tcp with CURVE, lines": ([bus, "take", "lines", REPLAY, count, *curve],
                                  [bus, "raw", "lines", "tcp://127.0.0.1:5999", count, size, "curve"]),
        "tcp with CURVE, five frames": ([bus, "take", "frames", REPLAY, count, *curve],
                                        [bus, "raw", "frames", "tcp://127.0.0.1:5999", count, size,
                                         "curve"]),
    }
    rates = {name: ([], []) for name in ways}
    library, tail = [], []
    for _ in range(rounds):
        for name, pair in ways.items():
            for rate, command in zip(rates[name], pair):
                rate.append(float(output(*command)))
        library.append(float(output(bus, "library", relay.live, relay.replay, count)))
        tail.append(tail_rate(relay))
    table([f"replay of {EVENTS:,} events of {size} bytes", "relay (events/s)", "libzmq that only sends",
           "ratio"],
          [[name, f"{median(ours):,.0f}", f"{median(theirs):,.0f}",
            f"{median(ours) / median(theirs):.2f}"] for name, (ours, theirs) in rates.items()])
    table(["by ipc, and each event checked", "events/s"],
          [["libreeve", f"{median(library):,.0f}"], ["reeve tail --json", f"{median(tail):,.0f}"]])


def latency(relay):
    """Lines appended one by one, two milliseconds apart: from the bell until the event is there."""
    relay.start()
    lines = b"".join(relay.journal.make(files=FILES) for _ in range(LIVE_EVENTS)).decode()
    ours = output(relay.bus, "live", relay.live, relay.journal.path, relay.bell, input=lines,
                  pass_fds=[relay.bell])
    theirs = output(relay.bus, "echo", f"ipc://{relay.folder}/raw", LIVE_EVENTS,
                    len(relay.journal.bodies[0]))
    rows = []
    for name, text in (("journal line to subscriber", ours), ("PUB to SUB alone", theirs)):
        usec = [float(line) for line in text.split()]
        rows.append([name] + [f"{percentile(usec, share):,.0f}" for share in (0.5, 0.9, 0.99)])
    table([f"{LIVE_EVENTS:,} live events, ipc", "p50 (us)", "p90", "p99"], rows)


def crowd(relay):
    """Half of the subscribers read, half never do."""
    relay.start()
    before = resident_mib(relay.process.pid)
    context = zmq.Context(io_threads=1)
    context.max_sockets = 4 * SUBSCRIBERS
    subs = []
    for _ in range(SUBSCRIBERS):
        sub = context.socket(zmq.SUB)
        sub.linger, sub.rcvhwm = 0, 100
        sub.subscribe(b"")
        sub.connect(relay.live)
        sub.recv_multipart()
        subs.append(sub)
    connected = resident_mib(relay.process.pid)
    most = connected
    for _ in range(TOLD // 100):
        relay.tell(100, files=FILES)
        head = relay.journal.head
        for sub in subs[:SUBSCRIBERS // 2]:
            while sub.recv_multipart()[2] != head:
                pass
        most = max(most, resident_mib(relay.process.pid))
    table([f"relay with {SUBSCRIBERS} subscribers, half of them deaf, {TOLD:,} events", "resident (MiB)"],
          [["before the first", f"{before:.1f}"], ["all connected", f"{connected:.1f}"],
           ["at most", f"{most:.1f}"]])
    context.destroy(linger=0)


def run(options):
    with a_relay() as relay:
        replays(relay, options.rounds)
    with a_relay() as relay:
        relay.journal.append(EVENTS, files=FILES)
        relay.start()
        carry(relay, rounds=options.rounds)
    with a_relay() as relay:
        latency(relay)
    with a_relay() as relay:
        crowd(relay)
