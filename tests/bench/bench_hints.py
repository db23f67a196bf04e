# SPDX-License-Identifier: GPL-3.0-or-later
"""what draining the kernel costs: processor time of the reader's thread per event"""

import os
import signal
from pathlib import Path

from measure import compiled, median, new_machine, remove, table, timed

EVENTS = 16000  # what inotify's queue holds by default, and a bit less


def thread_seconds(pid, name):
    """Processor seconds of the threads of that name, by the scheduler's own clock."""
    return sum(int((task / "schedstat").read_text().split()[0]) / 1e9
               for task in Path(f"/proc/{pid}/task").iterdir()
               if (task / "comm").read_text().strip() == name)


class Bench:
    def __init__(self, backend):
        self.machine = new_machine()
        self.machine.backend = self.backend = backend
        self.folders = 0
        self.names = compiled("names", self.machine.folder)
        self.machine.path("/etc/burst").mkdir()
        self.machine.start()
        self.recorder = self.machine.pid("recorder")
        self.rates = []

    def burst(self, stands_still):
        """Microseconds per event; the recorder runs meanwhile, or finds all of them queued."""
        folder = self.machine.path(f"/etc/burst/{self.folders}")
        self.folders += 1
        folder.mkdir()
        self.machine.settle()
        before = thread_seconds(self.recorder, f"reeve-{self.backend}")
        if stands_still:
            os.kill(self.recorder, signal.SIGSTOP)
        self.rates.append(EVENTS / timed(self.names, folder, EVENTS)[0])
        os.kill(self.recorder, signal.SIGCONT)
        self.machine.settle()
        return (thread_seconds(self.recorder, f"reeve-{self.backend}") - before) / EVENTS * 1e6


def measure(backend, rounds):
    bench = Bench(backend)
    queued = [bench.burst(stands_still=True) for _ in range(rounds)]
    coming = [bench.burst(stands_still=False) for _ in range(rounds)]
    gaps = [gap["cause"] for gap in bench.machine.gaps()]
    remove(bench.machine)
    return (backend, f"{EVENTS:,}", f"{median(queued):.2f}", f"{median(coming):.2f}",
            f"{median(bench.rates):,.0f}", ", ".join(gaps) or "none")


def run(options):
    table(["backend", "events", "queued: µs per event", "as they come", "made per second", "gaps"],
          [measure(backend, options.rounds) for backend in ("fanotify", "inotify")])
