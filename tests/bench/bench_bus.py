# SPDX-License-Identifier: GPL-3.0-or-later
"""what a replay carries over ipc: the relay beside libzmq that only sends, and our own client"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import compiled, median, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from conftest import PROGRAMS  # noqa: E402
from lone_relay import Relay  # noqa: E402

EVENTS = 100_000
FILES = [{"path": "/etc/ssh/sshd_config", "op": "updated", "type": "file", "changed": ["content"],
          "before": {"sha256": "a" * 64, "size": 10, "mode": "0644", "uid": 0, "owner": "root", "gid": 0,
                     "group": "root"},
          "after": {"sha256": "b" * 64, "size": 11, "mode": "0600", "uid": 0, "owner": "root", "gid": 0,
                    "group": "root"}, "verdict": "unapproved", "severity": "low", "request": None,
          "reasons": ["no request names this path"], "rules": []}]


def rate(*command):
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)


def client_rate(relay):
    """Events a second of `reeve tail`, which hashes, parses and prints each."""
    begin = time.monotonic()
    with subprocess.Popen([PROGRAMS / "reeve", "--state", relay.state, "--runtime", relay.runtime, "tail",
                           "--all", "--json", "--since", ""], stdout=subprocess.PIPE) as tail:
        for _ in range(EVENTS):
            tail.stdout.readline()
        seconds = time.monotonic() - begin
        tail.terminate()
    return EVENTS / seconds


def run(options):
    folder = tempfile.mkdtemp(prefix="rv-")
    os.chmod(folder, 0o755)
    bus = compiled("bus", Path(folder), "-lzmq")
    relay = Relay(folder)
    try:
        relay.journal.append(EVENTS, files=FILES)
        size = len(relay.journal.bodies[0])
        relay.start()
        rates = {"relay": [], "libzmq alone": [], "reeve tail": []}
        for _ in range(options.rounds):
            rates["relay"].append(rate(bus, "take", relay.replay, str(EVENTS)))
            rates["libzmq alone"].append(rate(bus, "raw", f"ipc://{folder}/raw", str(EVENTS), str(size)))
            rates["reeve tail"].append(client_rate(relay))
        table(["replay over ipc", "events/s"],
              [[f"{name}, bodies of {size} bytes", f"{median(values):,.0f}"]
               for name, values in rates.items()])
    finally:
        if relay.process is not None:
            relay.kill()
        relay.context.destroy(linger=0)
        shutil.rmtree(folder)
