# SPDX-License-Identifier: GPL-3.0-or-later
"""close() of an edited file until the event is at a subscriber"""

import time

import zmq

from measure import make_tree, new_machine, percentile, remove, table


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
    delays = []
    for number in range(options.edits):
        text = f"Port {number}\n" + "Port 22\n" * 100
        with open(targets[number % len(targets)], "w") as file:
            file.write(text)
            start = time.monotonic()
        if not socket.poll(10000):
            raise SystemExit("no event came")
        delays.append(time.monotonic() - start)
        socket.recv_multipart()
        time.sleep(0.3)
    remove(machine)
    table(["edits", "close to event p50 ms", "p99 ms", "max ms"],
          [[len(delays), f"{percentile(delays, .5) * 1000:.1f}",
            f"{percentile(delays, .99) * 1000:.1f}", f"{max(delays) * 1000:.1f}"]])
