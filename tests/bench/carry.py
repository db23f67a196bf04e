# SPDX-License-Identifier: GPL-3.0-or-later
"""What reeve-bridge carries from the bus into a real rsyslog by RELP, and into files (for bench_bus)."""

import json
import os
import select
import shutil
import socket
import subprocess
import time

from measure import median, table

from conftest import PROGRAMS, wait_for  # noqa: E402

HOST = f"127.{os.getpid() >> 14 & 63 | 64}.{os.getpid() >> 7 & 127}.{os.getpid() & 127 | 128}"
RELP = 5584


class Rsyslog:
    """It writes what it gets, as it would for good."""

    def __init__(self, folder):
        config = folder / "rsyslog.conf"
        config.write_text(f"""
            global(workDirectory="{folder}" maxMessageSize="128k")
            module(load="imrelp")
            input(type="imrelp" port="{RELP}" address="{HOST}" ruleset="r" maxDataSize="128k")
            ruleset(name="r" queue.type="LinkedList" queue.size="200000") {{
                action(type="omfile" file="{folder}/got" template="RSYSLOG_SyslogProtocol23Format") }}
            """)
        self.process = subprocess.Popen(["rsyslogd", "-n", "-f", config, "-i", folder / "pid"],
                                        stderr=subprocess.DEVNULL)
        wait_for("rsyslogd", lambda: socket.socket().connect_ex((HOST, RELP)) == 0)

    def stop(self):
        self.process.kill()
        self.process.wait()


def raw(count, text):
    """The receiver alone: the same record again and again from a sender that does nothing else."""
    offer = b"relp_version=0\nrelp_software=bench\ncommands=syslog"
    frames = b"1 open %d %s\n" % (len(offer), offer) + b"".join(
        b"%d syslog %d %s\n" % (number, len(text), text) for number in range(2, count + 2))
    begin, answers = time.monotonic(), 0
    with socket.create_connection((HOST, RELP)) as to:
        to.setblocking(False)
        left = memoryview(frames)
        while answers <= count:
            readable, writable, _ = select.select([to], [to] if left else [], [])
            if readable:
                answers += to.recv(1 << 16).count(b" rsp 6 200 OK\n") + (answers == 0)
            if writable:
                left = left[to.send(left[:1 << 16]):]
    return count / (time.monotonic() - begin)


def seconds(relay, folder, to, form):
    """From the start of a bridge without a cursor to its cursor at the head."""
    shutil.rmtree(folder / "cursors", ignore_errors=True)
    config = folder / "bridge.yaml"
    config.write_text(json.dumps({"live": relay.live, "replay": relay.replay,
                                  "cursors": str(folder / "cursors"),
                                  "outputs": [{"name": "a", "to": to, "format": form}]}))
    cursor = folder / "cursors" / "a.cursor"
    begin = time.monotonic()
    with subprocess.Popen([PROGRAMS / "reeve-bridge", "--config", config]) as bridge:
        wait_for("it to have everything", lambda: cursor.exists() and
                 cursor.read_text().strip() == relay.journal.ids[-1], patience=120)
        took = time.monotonic() - begin
        used = sum(map(int, open(f"/proc/{bridge.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))
        bridge.terminate()
    return took, used / os.sysconf("SC_CLK_TCK")


def carry(relay, rounds):
    """`relay` is started and has a journal."""
    count, rows = len(relay.journal.ids), []
    rsyslog = Rsyslog(relay.folder)
    try:
        for name, to, form in (("rsyslog by RELP, rfc5424", f"relp://{HOST}:{RELP}", "rfc5424"),
                               ("file, ecs", f"file://{relay.folder}/ecs", "ecs"),
                               ("file, native", f"file://{relay.folder}/native", "native")):
            took = [seconds(relay, relay.folder, to, form) for _ in range(rounds)]
            if to.startswith("relp"):
                record = (relay.folder / "got").read_bytes().splitlines()[0]
                rows.append(["rsyslog alone, a record like these", f"{raw(count, record):,.0f}", ""])
            rows.append([name, f"{count / median([wall for wall, _ in took]):,.0f}",
                         f"{count / median([used for _, used in took]):,.0f}"])
    finally:
        rsyslog.stop()
    table([f"bridge, {count:,} events of one file", "events/s", "per second of its processor time"], rows)
