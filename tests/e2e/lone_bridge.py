# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve-bridge beside a relay whose journal the test writes, and addresses for its receivers."""

import json
import os
import signal
import subprocess

import pytest

from conftest import PATIENCE, PROGRAMS, wait_for

# An address of this machine that no other test process has.
HOST = f"127.{os.getpid() >> 14 & 63 | 64}.{os.getpid() >> 7 & 127}.{os.getpid() & 127 | 128}"


class Bridge:
    def __init__(self, relay, folder):
        self.relay, self.folder = relay, folder
        self.outputs = []
        self.settings = {}
        self.process = None

    def output(self, name, to, form="native", **more):
        self.outputs.append({"name": name, "to": to, "format": form, **more})

    def secret(self, name, text):
        """A file that only its owner reads."""
        file = self.folder / name
        file.touch(0o600)
        file.write_text(text)
        return str(file)

    def start(self):
        config = self.folder / "bridge.yaml"
        # (JSON is YAML)
        config.write_text(json.dumps({"live": self.relay.live, "replay": self.relay.replay,
                                      "cursors": str(self.folder / "cursors"), "outputs": self.outputs,
                                      **self.settings}))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([PROGRAMS / "reeve-bridge", "--config", config], stderr=log)
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def cursor(self, name):
        file = self.folder / "cursors" / f"{name}.cursor"
        return file.read_text().strip() if file.exists() else None

    def wait_for(self, *names):
        def has_all(name):
            assert self.process.poll() is None, "the bridge has ended"
            return self.cursor(name) == self.relay.journal.ids[-1]

        for name in names:
            wait_for(f"{name} to have everything", lambda name=name: has_all(name))


@pytest.fixture
def bridge(relay, tmp_path):
    relay.start()
    made = Bridge(relay, tmp_path)
    yield made
    if made.process is not None:
        made.stop(signal.SIGKILL)
    print((tmp_path / "log").read_text() if (tmp_path / "log").exists() else "")
