# SPDX-License-Identifier: GPL-3.0-or-later
"""close() of an edited file until it is committed, and until the event is at a subscriber"""

import os
import time

import zmq

from measure import make_tree, new_machine, percentile, remove, table

LOOK_SECONDS = 0.0002  # how often the ref is looked at: what is told is up to that too late


def ref_moved(path, before, start):
    """Seconds until the branch has moved: by then what it names is synced."""
    while os.stat(path).st_ino == before and time.monotonic() - start < 10:
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - start


def edit(target, number, ref):
    """Seconds from close() to commit, and the moment of close()."""
    before = os.stat(ref).st_ino
    with open(target, "w") as file:
        file.write(f"Port {number}\n" + "Port 22\n" * 100)
    start = time.monotonic()
    return ref_moved(ref, before, start), start


def row(name, delays):
    return [name, len(delays), *(f"{percentile(delays, share) * 1000:.1f}" for share in (.5, .99)),
            f"{max(delays) * 1000:.1f}"]


def run(options):
    machine = new_machine()
    # several files in turn: one that changes all the time is held back on purpose
    targets = [machine.write(f"/etc/ssh/sshd_config.d/{number}.conf", "Port 22\n" * 100)
               for number in range(16)]
    make_tree(machine.path("/etc/many"), 1000)
    machine.start()
    socket = zmq.Context().socket(zmq.SUB)
    socket.connect(f"ipc://{machine.runtime}/live")
    socket.subscribe(b"ev/")
    time.sleep(0.5)
    ref = machine.snapshots / "refs" / "heads" / "observed"
    commits, events = [], []
    for number in range(options.edits):
        committed, start = edit(targets[number % len(targets)], number, ref)
        if not socket.poll(10000):
            raise SystemExit("no event came")
        commits.append(committed)
        events.append(time.monotonic() - start)
        socket.recv_multipart()
        time.sleep(0.3)
    remove(machine)
    table(["from close() to", "edits", "p50 ms", "p99 ms", "max ms"],
          [row("commit", commits), row("event at a subscriber", events)])
