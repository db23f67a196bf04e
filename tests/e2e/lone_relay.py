# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay alone, before a journal that the test writes: for the tests of the bus."""

import contextlib
import hashlib
import json
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import zmq

from conftest import PROGRAMS

OTHER = b"ab" * 32


class Journal:
    """A journal as the judge would write it."""

    def __init__(self, path):
        self.path = path
        self.ids = []
        self.bodies = []
        path.touch()

    def make(self, size=0, **members):
        event = {"schema": "reeve.event/1", "kind": "change", "seq": len(self.ids) + 1,
                 "prev": self.ids[-1] if self.ids else None, "time": "2026-11-22T03:04:05.123456Z",
                 "host": {"name": "web-1", "id": "0" * 32, "boot": ""},
                 "verdict": "unapproved", "severity": "low",
                 "summary": f"/etc/file-{len(self.ids) + 1} updated" + "x" * size, "files": []}
        body = json.dumps({**event, **members}, separators=(",", ":")).encode()
        self.bodies.append(body)
        self.ids.append(hashlib.sha256(body).hexdigest())
        return body + b"\n"

    def append(self, count=1, **members):
        lines = b"".join([self.make(**members) for _ in range(count)])
        with open(self.path, "ab") as out:
            out.write(lines)

    @property
    def head(self):
        return self.ids[-1].encode() if self.ids else b""


class Relay:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.state = self.folder / "state"
        self.runtime = self.folder / "run"
        (self.state / "journal").mkdir(parents=True)
        (self.runtime / "health").mkdir(parents=True)
        self.journal = Journal(self.state / "journal" / "events.ndjson")
        self.bell = os.eventfd(0, os.EFD_NONBLOCK)
        self.process = None
        self.context = zmq.Context()
        self.log = self.folder / "log"
        self.options = []

    @property
    def live(self):
        return f"ipc://{self.runtime}/live"

    @property
    def replay(self):
        return f"ipc://{self.runtime}/replay"

    def start(self, *options, live=None, descriptors=None):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        ours, its = socket.socketpair()
        with its, open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "reeve-relay", "--state", self.state, "--runtime", self.runtime,
                 "--lifeline", str(its.fileno()), "--bell", str(self.bell), "--host", "web-1",
                 "--live", live or self.live, "--replay", self.replay, *self.options, *options],
                pass_fds=[its.fileno(), self.bell], stdin=subprocess.DEVNULL, stderr=log,
                preexec_fn=limit if descriptors else None)
        self.lifeline = ours
        ours.settimeout(60)
        self.word = ours.recv(1)
        return self

    def ring(self):
        os.eventfd_write(self.bell, 1)

    def tell(self, count=1, **members):
        self.journal.append(count, **members)
        self.ring()

    def stop(self):
        self.lifeline.close()
        code = self.process.wait(60)
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.lifeline.close()

    @property
    def health(self):
        return json.loads((self.runtime / "health" / "relay").read_text())

    def socket(self, kind, **options):
        made = self.context.socket(kind)
        for name, value in {"linger": 0, "rcvtimeo": 60000, **options}.items():
            setattr(made, name, value)
        return made

    @contextlib.contextmanager
    def subscriber(self, **options):
        """A SUB socket that is known to be connected by the heartbeat that it has heard."""
        with self.socket(zmq.SUB, **options) as sub:
            sub.subscribe(b"ev/1/")
            sub.subscribe(b"hb/1/")
            sub.connect(self.live)
            while not (heartbeat := sub.recv_multipart())[0].startswith(b"hb/1/"):
                pass
            yield sub, heartbeat

    @contextlib.contextmanager
    def dealer(self, **options):
        with self.socket(zmq.DEALER, **options) as dealer:
            dealer.connect(self.replay)
            yield dealer

    def ask(self, since=b"", most=b""):
        """The events of an answer and its last message."""
        with self.dealer() as dealer:
            dealer.send_multipart([b"SINCE", since, most])
            return answer(dealer)


def answer(dealer):
    events = []
    while len(frames := dealer.recv_multipart()) == 5:
        events.append(frames)
    return events, frames


def next_event(sub):
    end = time.monotonic() + 60
    while not (frames := sub.recv_multipart())[0].startswith(b"ev/"):
        assert time.monotonic() < end, "heartbeats, but no event"
    return frames


@pytest.fixture
def relay():
    folder = tempfile.mkdtemp(prefix="rv-")
    os.chmod(folder, 0o755)
    made = Relay(folder)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
    made.context.destroy(linger=0)
    os.close(made.bell)
    print(made.log.read_text() if made.log.exists() else "")
    shutil.rmtree(folder, ignore_errors=True)
