# SPDX-License-Identifier: GPL-3.0-or-later
"""an idle recorder: what looking for the unheard costs, and how long it takes"""

import time
from pathlib import Path

from measure import make_tree, new_machine, remove, table

from conftest import wait_for  # measure knows where it is


def cpu_ns_of(pid):
    """Time on a processor of all threads, to the nanosecond."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in Path(f"/proc/{pid}/task").iterdir())


def measure(files, seconds):
    machine = new_machine()
    make_tree(machine.path("/etc"), files)
    machine.start()
    recorder = machine.pid("recorder")

    def scrub():
        return machine.health("recorder")["scrub"]
    wait_for("a sweep", lambda: scrub()["sweeps"] > 0, 1000)
    before, start, reread = cpu_ns_of(recorder), time.monotonic(), scrub()["reread"]
    time.sleep(seconds)
    spent, elapsed = (cpu_ns_of(recorder) - before) / 1e9, time.monotonic() - start
    now = scrub()
    again = "less" if now["rotations"] > 0 or now["reread"] <= reread else \
        f"{elapsed * now['to_reread'] / (now['reread'] - reread):.0f}"
    remove(machine)
    return [f"{files:,}", f"{now['sweep_ms'] / 1000:.2f}", f"{spent / elapsed * 100:.2f}", again]


def run(options):
    table(["files", "one sweep s", "share of one processor %", "all content read again in s"],
          [measure(files, options.seconds) for files in options.files])
