# SPDX-License-Identifier: GPL-3.0-or-later
"""reeve-bridge before real receivers: nothing lost, nothing sent twice, every field in its place."""

import json
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from conftest import PATIENCE, PROGRAMS, wait_for
from lone_bridge import HOST, bridge  # noqa: F401 (a fixture)
from lone_relay import relay  # noqa: F401 (a fixture)

TCP, RELP, TLS = 5581, 5582, 5583

FILE = {"path": "/etc/ssh/sshd_config", "op": "updated", "type": "file", "changed": ["content"],
        "before": {"sha256": "a" * 64, "size": 10, "mode": "0644", "uid": 0, "owner": "root", "gid": 0,
                   "group": "root"},
        "after": {"sha256": "b" * 64, "size": 11, "mode": "0600", "uid": 0, "owner": "root", "gid": 0,
                  "group": "root"},
        "diff": "-a\n+b\n",
        "actor": {"pid": 4242, "exe": "/usr/bin/sed", "cmdline": "sed -i x", "uid": 0, "user": "root",
                  "login_uid": 1000, "login_user": "alice", "session": 7, "tty": "pts/3",
                  "confidence": "exact"},
        "verdict": "unapproved", "severity": "critical", "request": None,
        "reasons": ['no request "names" this path]\\'],
        "rules": [{"id": "0" * 8, "title": "root login = enabled|yes", "level": "critical"}]}
LINK = {"path": "/etc/motd", "op": "created", "type": "link", "before": {}, "after": {"target": "x"},
        "verdict": "approved", "severity": "low"}
RICH = {"verdict": "unapproved", "severity": "critical", "files": [FILE, LINK]}


class Rsyslog:
    """The real one, with a file of JSON lines for what it got."""

    def __init__(self, folder, certificates=None):
        self.folder, self.out = folder, folder / "rsyslog.json"
        self.ports = (TCP, RELP) if certificates is None else (TLS,)
        tcp = f"""
            module(load="imptcp") module(load="imrelp")
            input(type="imptcp" port="{TCP}" address="{HOST}" ruleset="r")
            input(type="imrelp" port="{RELP}" address="{HOST}" ruleset="r" maxDataSize="128k")"""
        tls = f"""
            global(defaultNetstreamDriverCAFile="{certificates}/ca.pem"
                   defaultNetstreamDriverCertFile="{certificates}/server.pem"
                   defaultNetstreamDriverKeyFile="{certificates}/server.key")
            module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1"
                   streamDriver.authMode="x509/name" permittedPeer=["bridge.test"])
            input(type="imtcp" port="{TLS}" address="{HOST}" ruleset="r")"""
        self.config = folder / "rsyslog.conf"
        self.config.write_text(f"""
            global(workDirectory="{folder}" maxMessageSize="128k") {tls if certificates else tcp}
            template(name="j" type="list" option.jsonf="on") {{
                property(outname="pri" name="pri" format="jsonf")
                property(outname="host" name="hostname" format="jsonf")
                property(outname="msgid" name="msgid" format="jsonf")
                property(outname="sd" name="structured-data" format="jsonf")
                property(outname="msg" name="msg" format="jsonf") }}
            ruleset(name="r") {{ action(type="omfile" file="{self.out}" template="j") }}
            """)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["rsyslogd", "-n", "-f", self.config, "-i", self.folder / "pid"],
                                        stderr=subprocess.DEVNULL)

        def listens():
            assert self.process.poll() is None
            return all(socket.socket().connect_ex((HOST, port)) == 0 for port in self.ports)
        wait_for("rsyslogd to listen", listens)
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def got(self):
        # (rsyslogd may be writing the last line)
        text = self.out.read_text() if self.out.exists() else ""
        return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.fixture
def rsyslog(tmp_path):
    if not shutil.which("rsyslogd"):
        pytest.skip("no rsyslogd: apt-get install rsyslog rsyslog-relp")
    made = Rsyslog(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, a server, the bridge; and a bridge that another authority knows."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    for authority, names in {"ca": ("server", "bridge"), "other": ("stranger",)}.items():
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                f"{authority}.key", "-out", f"{authority}.pem", "-days", "2", "-subj", f"/CN={authority}")
        for name in names:
            (folder / "san").write_text(f"subjectAltName=DNS:{'bridge' if name == 'stranger' else name}.test")
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}.test")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey",
                    f"{authority}.key", "-CAcreateserial", "-days", "2", "-extfile", "san", "-out",
                    f"{name}.pem")
    return folder


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


def names_of(value, prefix=""):
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from names_of(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_several_outputs_each_with_its_own(bridge, tmp_path):
    bridge.output("native", f"file://{tmp_path}/native")
    bridge.output("ecs", f"file://{tmp_path}/ecs", "ecs")
    bridge.output("cef", f"file://{tmp_path}/cef", "cef", severity="high")
    bridge.output("sd", f"file://{tmp_path}/sd", "rfc5424", paths=["/etc/ssh/**"], hosts=["web-*"])
    bridge.output("none", f"file://{tmp_path}/none", "native", topics=["ev/1/info/approved/"])
    bridge.relay.tell(**RICH)
    bridge.relay.tell(kind="gap", severity="low", verdict=None, files=None)
    bridge.start().wait_for("native", "ecs", "cef", "sd", "none")
    assert bridge.stop() == 0
    native = [json.loads(line) for line in lines(tmp_path / "native")]
    assert [event["id"] for event in native] == bridge.relay.journal.ids
    assert native[0]["files"][0] == FILE

    ecs = [json.loads(line) for line in lines(tmp_path / "ecs")]
    assert len(ecs) == 3
    known = set((Path(__file__).parent / "ecs-fields.txt").read_text().split())
    for record in ecs:
        assert {name for name in names_of(record) if not name.startswith("reeve.")} <= known
    assert ecs[0]["event"]["kind"] == "alert" and ecs[1]["event"]["kind"] == "event"
    assert ecs[0]["event"]["action"] == "updated" and ecs[1]["event"]["type"] == ["creation"]
    assert ecs[0]["file"]["hash"]["sha256"] == "b" * 64
    assert ecs[0]["file"]["directory"] == "/etc/ssh" and ecs[0]["file"]["uid"] == "0"
    assert ecs[0]["user"] == {"name": "alice", "id": "1000", "effective": {"name": "root", "id": "0"}}

    cef, = lines(tmp_path / "cef")
    assert cef.startswith("CEF:0|Reeve|reeve|")
    assert "|unapproved|/etc/ssh/sshd_config updated, unapproved|10|cat=/Configuration/File" in cef
    assert r"cs3=root login \= enabled|yes " in cef
    assert f" oldFileHash={'a' * 64} " in cef

    sd, = lines(tmp_path / "sd")
    assert re.match(r"<82>1 2026-11-22T03:04:05.123456Z web-1 reeve - UNAPPROVED \[reeve@32473 ", sd)
    assert r'reasons="no request \"names\" this path\]\\"' in sd
    assert ' path="/etc/ssh/sshd_config" ' in sd and "+b" not in sd
    assert lines(tmp_path / "none") == []


def test_rsyslog_by_relp_and_tcp(bridge, rsyslog):
    rsyslog.start()
    bridge.output("relp", f"relp://{HOST}:{RELP}", "rfc5424")
    bridge.output("tcp", f"tcp://{HOST}:{TCP}", "rfc5424")
    bridge.relay.tell(3, **RICH)
    bridge.start().wait_for("relp", "tcp")
    got = wait_for("all of it", lambda: len(rsyslog.got()) == 12 and rsyslog.got())
    assert {(record["pri"], record["host"], record["msgid"]) for record in got} == \
        {("82", "web-1", "UNAPPROVED"), ("85", "web-1", "APPROVED")}
    for event_id in bridge.relay.journal.ids:
        assert sum(f'id="{event_id}"' in record["sd"] for record in got) == 4
    assert bridge.stop() == 0


def test_rsyslog_by_tls_with_certificates(bridge, tmp_path, certificates):
    rsyslog = Rsyslog(tmp_path, certificates).start()

    def output(name, host="server.test", own="bridge", ca="ca"):
        bridge.output(name, f"tls://{host}:{TLS}", "rfc5424", at=HOST, ca=f"{certificates}/{ca}.pem",
                      certificate=f"{certificates}/{own}.pem", certificate_key=f"{certificates}/{own}.key")

    try:
        output("tls")
        # who we are not sure of gets nothing; who is not sure of us takes nothing, and none of it is lost
        output("wrong-name", host="elsewhere.test")
        output("wrong-authority", ca="other")
        output("unknown-here", own="stranger")
        bridge.relay.tell(2, **RICH)
        bridge.start().wait_for("tls")
        got = wait_for("all of it", lambda: len(rsyslog.got()) == 4 and rsyslog.got())
        assert {record["msgid"] for record in got} == {"UNAPPROVED", "APPROVED"}
        for name in ("wrong-name", "wrong-authority", "unknown-here"):
            wait_for(f"{name} to be said", lambda name=name: f"{name}: " in bridge.log)
            assert bridge.cursor(name) is None
        assert "hostname mismatch" in bridge.log.lower()
        assert len(rsyslog.got()) == 4
        assert bridge.stop() == 0
    finally:
        rsyslog.stop(signal.SIGKILL)


def test_a_receiver_that_is_away_gets_everything_later(bridge, rsyslog, tmp_path):
    bridge.output("relp", f"relp://{HOST}:{RELP}", "rfc5424")
    bridge.output("file", f"file://{tmp_path}/native")
    bridge.relay.tell(5)
    bridge.start().wait_for("file")
    assert bridge.cursor("relp") is None
    rsyslog.start()
    bridge.wait_for("relp")
    # (it acknowledges what it has in memory: what it has not written yet would be its loss)
    wait_for("it to write", lambda: len(rsyslog.got()) == 5)
    rsyslog.stop(signal.SIGKILL)
    bridge.relay.tell(5)
    bridge.wait_for("file")
    assert bridge.cursor("relp") == bridge.relay.journal.ids[4]
    bridge.stop(signal.SIGKILL)
    bridge.relay.tell(5)
    rsyslog.start()
    bridge.start().wait_for("relp", "file")
    ids = [json.loads(line)["id"] for line in lines(tmp_path / "native")]
    assert list(dict.fromkeys(ids)) == bridge.relay.journal.ids
    wait_for("all of it", lambda: {re.search(r' id="(\w+)"', record["sd"])[1] for record in
                                   rsyslog.got()} == set(bridge.relay.journal.ids))


def test_the_local_logger(bridge, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as logger:
        logger.bind(str(tmp_path / "log-socket"))
        logger.settimeout(PATIENCE)
        bridge.output("local", f"syslog://{tmp_path}/log-socket", "rfc5424")
        bridge.relay.tell(2)
        bridge.start()
        for event_id in bridge.relay.journal.ids:
            assert f'id="{event_id}"'.encode() in logger.recv(65536)
        bridge.wait_for("local")


def test_what_is_refused_for_good_is_buried_in_sight(bridge, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as logger:
        logger.bind(str(tmp_path / "log-socket"))
        logger.settimeout(PATIENCE)
        bridge.output("local", f"syslog://{tmp_path}/log-socket", "native")
        bridge.relay.tell(1, size=250_000)
        bridge.relay.tell(1)
        bridge.start()
        assert bridge.relay.journal.ids[1].encode() in logger.recv(1 << 20)
        bridge.wait_for("local")
    dead, = [json.loads(line) for line in lines(tmp_path / "cursors/local.dead")]
    assert dead["id"] == bridge.relay.journal.ids[0]
    assert "Message too long" in dead["why"]


def test_it_ends_with_its_last_output(bridge, tmp_path):
    """Not before; and not as if all were well."""
    (tmp_path / "cursors").mkdir()
    for name in ("lost", "found"):
        bridge.output(name, f"file://{tmp_path}/{name}")
    (tmp_path / "cursors/lost.cursor").write_text("ab" * 32 + "\n")
    bridge.relay.tell()
    bridge.start().wait_for("found")
    wait_for("the other to be lost", lambda: "does not know its cursor" in bridge.log)
    bridge.relay.tell()
    bridge.wait_for("found")
    assert bridge.stop() == 2
    (tmp_path / "cursors/found.cursor").write_text("ab" * 32 + "\n")
    assert bridge.start().process.wait(PATIENCE) == 2


@pytest.mark.parametrize("outputs, why", [
    ([], "list of outputs"), ([{"name": "a", "to": "ftp://x"}], "an address in `to`"),
    ([{"name": "a/b", "to": "stdout:"}], "needs a `name`"),
    ([{"name": "a", "to": "stdout:", "format": "xml"}], "no format of that name"),
    ([{"name": "a", "to": "stdout:"}, {"name": "a", "to": "stdout:"}], "two outputs of one name"),
])
def test_what_makes_no_sense_is_refused(tmp_path, outputs, why):
    config = tmp_path / "bridge.yaml"
    config.write_text(json.dumps({"outputs": outputs}))
    done = subprocess.run([PROGRAMS / "reeve-bridge", "--config", config, "--check"], text=True,
                          capture_output=True, timeout=PATIENCE)
    assert done.returncode == 64
    assert why in done.stderr
