# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve-bridge and HTTP: a signed webhook, and the real Alertmanager."""

import contextlib
import hashlib
import hmac
import json
import re
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import PATIENCE, wait_for
from lone_bridge import HOST, Bridge, bridge  # noqa: F401 (a fixture)
from lone_relay import relay  # noqa: F401 (a fixture)

MANAGER = 5593
ROOT = Path(__file__).resolve().parents[2]


def file(path, verdict="unapproved", severity="high", **more):
    return {"path": path, "op": "updated", "type": "file", "before": {}, "after": {}, "verdict": verdict,
            "severity": severity, "request": None, "reasons": [], "rules": [], **more}


class Hook(ThreadingHTTPServer):
    """A receiver: keeps what it gets, answers what it is told to."""

    def __init__(self):
        self.got, self.answers, self.is_endless = [], [], False
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = self.server.answers.pop(0) if self.server.answers else 200
            self.server.got.append((code, dict(self.headers), body))
            self.send_response(code)
            if self.server.is_endless:
                self.end_headers()
                with contextlib.suppress(OSError):
                    while self.wfile.write(b"and " * 1000):
                        pass
                self.close_connection = True
                return
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


@pytest.fixture
def hook():
    with Hook() as made:
        yield made
        made.shutdown()


def documented_check():
    """The five lines of Python of doc/siem.md, as a function."""
    sample = re.search(r"```python\n(.*?)```", (ROOT / "doc" / "siem.md").read_text(), re.S)[1]
    space = {}
    exec(sample, space)
    assert len([line for line in sample.splitlines() if line.strip() and "import" not in line]) <= 6
    return space["is_from_reeve"]


def test_a_webhook_is_signed_retried_and_refuses(bridge, hook, tmp_path):
    key = "0123456789abcdef0123456789abcdef"
    bridge.output("hook", hook.url, hmac_key=bridge.secret("hmac", key + "\n"),
                  headers=bridge.secret("headers", "Authorization: Splunk abc\nX-Site: north\n"))
    hook.answers = [503, 429, 200, 422, 408, 200, 401, 404]
    bridge.relay.tell(4, files=[file("/etc/motd")])
    bridge.start().wait_for("hook")
    codes = [code for code, _, _ in hook.got]
    assert codes == [503, 429, 200, 422, 408, 200, 401, 404, 200]
    assert [json.loads(body)["id"] for code, _, body in hook.got if code == 200] == \
        [bridge.relay.journal.ids[at] for at in (0, 2, 3)]
    dead, = [json.loads(line) for line in (tmp_path / "cursors/hook.dead").read_text().splitlines()]
    assert dead["id"] == bridge.relay.journal.ids[1] and "422" in dead["why"]
    is_from_reeve = documented_check()
    for _, headers, body in hook.got:
        stamp = headers["Reeve-Timestamp"]
        mac = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["Reeve-Signature"] == f"sha256={mac}"
        assert headers["Authorization"] == "Splunk abc" and headers["X-Site"] == "north"
        assert headers["Reeve-Event"] == json.loads(body)["id"]
        assert is_from_reeve(key.encode(), headers, body)
        assert not is_from_reeve(key.encode(), headers, body + b" ")
        assert not is_from_reeve(b"another", headers, body)
        old = {**headers, "Reeve-Timestamp": str(int(stamp) - 3600)}
        assert not is_from_reeve(key.encode(), old, body)
    assert bridge.stop() == 0
    assert key not in bridge.log and "Splunk" not in bridge.log


def test_one_who_answers_without_end_has_answered(bridge, hook):
    hook.is_endless = True
    bridge.output("hook", hook.url)
    bridge.relay.tell(2)
    bridge.start().wait_for("hook")
    assert [json.loads(body)["id"] for _, _, body in hook.got] == bridge.relay.journal.ids
    assert bridge.stop() == 0


def test_splunk_hec_by_webhook(bridge, hook):
    bridge.output("splunk", hook.url, "hec")
    bridge.relay.tell(files=[file("/etc/motd"), file("/etc/issue")])
    bridge.start().wait_for("splunk")
    first, second = [json.loads(body) for _, _, body in hook.got]
    assert first["sourcetype"] == "reeve:ecs" and first["host"] == "web-1"
    assert first["event"]["file"]["path"] == "/etc/motd"
    assert second["event"]["file"]["path"] == "/etc/issue"
    assert abs(first["time"] - 1795316645.123456) < 0.001


class Manager:
    """The real Alertmanager; what it notifies of goes to a Hook."""

    def __init__(self, folder, hook):
        self.folder = folder
        (folder / "am.yml").write_text(json.dumps({
            "global": {"resolve_timeout": "5m"},
            "route": {"receiver": "hook", "group_by": ["alertname", "host"], "group_wait": "1s",
                      "group_interval": "1s"},
            "receivers": [{"name": "hook", "webhook_configs": [
                {"url": hook.url, "send_resolved": True}]}]}))
        self.process = None

    def start(self):
        with open(self.folder / "am.log", "ab") as log:
            self.process = subprocess.Popen(
                ["prometheus-alertmanager", f"--config.file={self.folder}/am.yml",
                 f"--storage.path={self.folder}/am", f"--web.listen-address={HOST}:{MANAGER}",
                 "--cluster.listen-address="], stdout=log, stderr=log)
        wait_for("Alertmanager to be ready", self.is_ready)

    def is_ready(self):
        assert self.process.poll() is None
        try:
            return self.get("/-/ready").status == 200
        except (urllib.error.URLError, OSError):
            return False

    def get(self, path):
        return urllib.request.urlopen(f"http://{HOST}:{MANAGER}{path}", timeout=PATIENCE)

    def alerts(self):
        """Path (or alert name) -> labels of what is firing."""
        with self.get("/api/v2/alerts?active=true") as answer:
            return {alert["labels"].get("path", ""): alert["labels"] for alert in json.load(answer)}

    def ends(self):
        with self.get("/api/v2/alerts?active=true") as answer:
            return {alert["labels"].get("path", ""): alert["endsAt"] for alert in json.load(answer)}

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


@pytest.fixture
def manager(tmp_path, hook):
    if not shutil.which("prometheus-alertmanager"):
        pytest.skip("no Alertmanager: apt-get install prometheus-alertmanager")
    made = Manager(tmp_path, hook)
    yield made
    if made.process is not None:
        made.stop()


def test_alertmanager(bridge, manager, hook):
    manager.start()
    bridge.output("am", f"alertmanager+http://{HOST}:{MANAGER}", repeat="1s", severity="medium")
    tell = bridge.relay.tell
    tell(files=[file("/etc/motd", severity="critical"), file("/etc/hosts", "approved", "low"),
                file("/etc/issue", severity="low")])
    tell(files=[file("/etc/fstab"), file("/etc/passwd", "mismatch", request="CHG-1")])
    bridge.start().wait_for("am")
    # it fires, by its own labels; what is approved or below the filter does not (the silent twins)
    alerts = manager.alerts()
    assert set(alerts) == {"/etc/motd", "/etc/fstab", "/etc/passwd"}
    assert alerts["/etc/motd"] == {
        "alertname": "ReeveAlert", "host": "web-1", "path": "/etc/motd", "severity": "critical",
        "page": "true", "verdict": "unapproved", "change_set": bridge.relay.journal.ids[0]}
    assert alerts["/etc/passwd"]["ticket"] == "CHG-1"

    # it is posted again while it is open: its end there moves on
    before = manager.ends()
    wait_for("all to be posted again",
             lambda: all(end > before[path] for path, end in manager.ends().items()))

    # resolved by being restored, approved late, or acknowledged; the rest stays
    tell(kind="resolved", files=[file("/etc/motd", "restored", "informational")])
    bridge.wait_for("am")
    assert set(manager.alerts()) == {"/etc/fstab", "/etc/passwd"}
    wait_for("the receiver to hear of both", lambda: {"firing", "resolved"} <= {
        alert["status"] for _, _, body in hook.got for alert in json.loads(body)["alerts"]
        if alert["labels"]["path"] == "/etc/motd"})

    # a bridge that was killed knows what is open, and what it missed meanwhile
    bridge.stop(signal.SIGKILL)
    tell(files=[file("/etc/shadow")])
    manager.stop()
    shutil.rmtree(manager.folder / "am")
    manager.start()
    assert manager.alerts() == {}
    bridge.start().wait_for("am")
    wait_for("all that is open to be there again",
             lambda: set(manager.alerts()) == {"/etc/fstab", "/etc/passwd", "/etc/shadow"})
    tell(kind="ack", verdict=None, severity="informational", files=None, who="alice",
         refers=[bridge.relay.journal.ids[1]])
    bridge.wait_for("am")
    assert set(manager.alerts()) == {"/etc/shadow"}
    assert bridge.stop() == 0


class Whole:
    """A whole machine, as the bridge sees a relay."""

    def __init__(self, machine):
        self.machine = machine
        self.live, self.replay = f"ipc://{machine.runtime}/live", f"ipc://{machine.runtime}/replay"
        self.journal = self

    @property
    def ids(self):
        return [event["id"] for event in self.machine.events()]


def test_from_a_file_to_alertmanager_and_back(machine, manager, hook, tmp_path):
    """Real events of a real daemon: what opens an alert, and the two ways in which it ends."""
    for name in ("motd", "issue", "hosts"):
        machine.write(f"/etc/{name}", "as agreed\n")
    machine.start()
    manager.start()
    whole = Bridge(Whole(machine), tmp_path)
    whole.output("am", f"alertmanager+http://{HOST}:{MANAGER}")
    whole.start()
    try:
        machine.write("/etc/motd", "changed\n")
        machine.write("/etc/issue", "changed\n")
        machine.settle()
        whole.wait_for("am")
        assert set(manager.alerts()) == {"/etc/motd", "/etc/issue"}
        machine.write("/etc/motd", "as agreed\n")
        machine.settle()
        whole.wait_for("am")
        assert set(manager.alerts()) == {"/etc/issue"}
        done = machine.reeve("ack", manager.alerts()["/etc/issue"]["change_set"], "--note", "mine")
        assert done.returncode == 0, done.stderr
        machine.settle()
        whole.wait_for("am")
        assert manager.alerts() == {}
    finally:
        whole.stop(signal.SIGKILL)
        print(whole.log)
