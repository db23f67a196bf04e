# SPDX-License-Identifier: GPL-3.0-or-later
"""The bus over the network: who is let in, what it may hear, and who is put out again."""

import contextlib
import hashlib
import json
import os
import struct
import subprocess
from pathlib import Path

import pytest
import zmq

from conftest import PATIENCE, PROGRAMS, wait_for
from lone_relay import answer, next_event, relay  # noqa: F401 (a fixture)

# An address of its own for each test: every 127.x.y.z is this machine.
HOST = f"127.{os.getpid() >> 14 & 63 | 64}.{os.getpid() >> 7 & 127}.{os.getpid() & 127 | 128}"
LIVE, REPLAY = f"tcp://{HOST}:5571", f"tcp://{HOST}:5572"


class Sheet:
    """What reeved would let the relay know (config/bus-sheet.h)."""

    def __init__(self):
        self.fd = os.memfd_create("sheet", 0)
        os.set_inheritable(self.fd, True)
        self.public, self.secret = zmq.curve_keypair()
        self.clients = {}
        self.write()

    def write(self):
        lines = [" ".join([name, key, *topics]) for name, (key, topics) in self.clients.items()]
        text = (f"secret {self.secret.decode()}\n\n" + "".join(f"{line}\n" for line in lines)).encode()
        os.pwrite(self.fd, text, 40)
        os.pwrite(self.fd, struct.pack("!Q", len(text)) + hashlib.sha256(text).digest(), 0)

    def allow(self, name, *topics):
        public, secret = zmq.curve_keypair()
        self.clients[name] = (public.decode(), topics)
        self.write()
        return public, secret


@pytest.fixture
def network(relay):
    relay.sheet = Sheet()
    yield relay
    os.close(relay.sheet.fd)


def start(relay):
    """As relay.start, with the sheet and addresses of the network beside those of the machine."""
    popen = subprocess.Popen

    def with_sheet(command, pass_fds, **options):
        return popen([*command, "--keys", str(relay.sheet.fd)],
                     pass_fds=[*pass_fds, relay.sheet.fd], **options)
    subprocess.Popen = with_sheet
    try:
        relay.start("--live", LIVE, "--replay", REPLAY)
    finally:
        subprocess.Popen = popen
    assert relay.word == b"R", relay.log.read_text()


def dress(socket, relay, keys):
    socket.curve_serverkey = relay.sheet.public
    socket.curve_publickey, socket.curve_secretkey = keys


@contextlib.contextmanager
def subscriber(relay, keys, *topics):
    """A SUB of the network that has heard a heartbeat."""
    with relay.socket(zmq.SUB) as sub:
        dress(sub, relay, keys)
        for topic in (b"hb/1/", *topics):
            sub.subscribe(topic)
        sub.connect(LIVE)
        assert sub.recv_multipart()[0].startswith(b"hb/1/")
        yield sub


def ask(relay, keys, since=b"", form=()):
    with relay.socket(zmq.DEALER) as dealer:
        dress(dealer, relay, keys)
        dealer.connect(REPLAY)
        dealer.send_multipart([b"SINCE", since, b"", *form])
        return answer(dealer)


def accesses(relay):
    lines = [json.loads(line) for file in sorted(relay.state.glob("access-*.ndjson"))
             for line in file.read_text().splitlines()]
    return sorted(lines, key=lambda line: line["time"])


def test_who_is_on_the_list_hears_everything(network):
    keys = network.sheet.allow("siem-1")
    network.journal.append(3)
    start(network)
    with subscriber(network, keys, b"ev/1/") as sub:
        network.tell()
        assert next_event(sub)[4] == network.journal.bodies[3]
        events, last = ask(network, keys)
        assert ask(network, keys, form=[b"LINES"]) == (
            [], [b"LINES", b"".join(body + b"\n" for body in network.journal.bodies)])
    assert [frames[4] for frames in events] == network.journal.bodies
    assert last == [b"END", network.journal.head]
    told = accesses(network)
    assert all(line["granted"] and line["who"] == "siem-1" and line["from"] == "127.0.0.1"
               for line in told if "key" in line)
    assert {line["what"] for line in told if "key" in line} == {"connect", "subscribe", "replay"}


def test_who_is_not_hears_nothing(network):
    known, unknown = network.sheet.allow("siem-1"), zmq.curve_keypair()
    network.journal.append(3)
    start(network)
    with network.socket(zmq.SUB) as stranger, network.socket(zmq.SUB) as naked, \
            network.socket(zmq.DEALER) as asker:
        dress(stranger, network, unknown)
        dress(asker, network, unknown)
        for sub in (stranger, naked):
            sub.subscribe(b"")
            sub.connect(LIVE)
        asker.connect(REPLAY)
        asker.send_multipart([b"SINCE", b"", b""])
        wait_for("both refusals", lambda: len([line for line in accesses(network)
                                               if not line["granted"]]) >= 2)
        with subscriber(network, known, b"ev/1/") as sub:
            network.tell()
            next_event(sub)
        assert [s.poll(0) for s in (stranger, naked, asker)] == [0, 0, 0]
    refused = [line for line in accesses(network) if not line["granted"]]
    assert all(line["key"] == unknown[0].decode() and "who" not in line for line in refused)


def test_tail_says_what_to_do_when_its_key_is_not_known(network, tmp_path):
    public, secret = (key.decode() for key in network.sheet.allow("siem-1"))
    del network.sheet.clients["siem-1"]
    network.sheet.write()
    network.journal.append(3)
    start(network)
    for name, word, key in (("server.pub", "public", network.sheet.public.decode()),
                            ("own.key", "secret", secret)):
        (tmp_path / name).write_text(f"reeve-bus-{word} {key}\n")
        (tmp_path / name).chmod(0o600)
    with subprocess.Popen([PROGRAMS / "reeve", "tail", "--all", "--live", LIVE, "--replay", REPLAY,
                           "--server-key", tmp_path / "server.pub", "--key", tmp_path / "own.key",
                           "--since", ""], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as tail:
        said = ""
        while "reeve keys allow" not in said:  # (or first that nothing is heard, when it takes long)
            said = tail.stderr.readline()
            assert said, "it ended"
        assert LIVE in said and public in said
        tail.terminate()


def test_a_client_hears_its_topics_alone(network):
    keys = network.sheet.allow("pager", "ev/1/alert/")
    network.journal.append()
    network.journal.append(verdict="approved")
    network.journal.append()
    start(network)
    with subscriber(network, keys, b"ev/1/", b"x") as sub:
        network.tell(verdict="approved")
        network.tell()
        frames = next_event(sub)
        assert frames[4] == network.journal.bodies[4]
        assert frames[3].decode() == network.journal.ids[3]
    events, last = ask(network, keys)
    # what it may not have is there, without topic and body: nothing else is missing
    assert [frames[2].decode() for frames in events] == network.journal.ids
    assert [frames[0] == b"hidden/1/" and frames[4] == b"" for frames in events] == \
        [False, True, False, True, False]
    assert last == [b"END", network.journal.head]
    assert ask(network, keys, form=[b"LINES"]) == (events, last)  # whole lines are not for it
    refused = [line for line in accesses(network) if not line["granted"]]
    assert [(line["what"], line["topic"]) for line in refused] == [("subscribe", "x")]


def test_who_is_revoked_is_put_out_at_once(network):
    leaver, stayer = network.sheet.allow("leaver"), network.sheet.allow("stayer")
    start(network)
    with subscriber(network, leaver, b"ev/1/") as gone, \
            subscriber(network, stayer, b"ev/1/") as there:
        network.tell()
        next_event(gone), next_event(there)
        del network.sheet.clients["leaver"]
        network.sheet.write()
        network.ring()
        wait_for("the cut", lambda: any(line["what"] == "cut" for line in accesses(network)))
        network.tell()
        assert next_event(there)[4] == network.journal.bodies[1]
        # (what was on its way before the cut may be heard: heartbeats)
        while gone.poll(0):
            assert gone.recv_multipart()[0].startswith(b"hb/1/")
        wait_for("it to be refused", lambda: any(not line["granted"] for line in accesses(network)))


def test_rights_that_shrink_do_so_at_once(network):
    keys = network.sheet.allow("pager")
    start(network)
    with subscriber(network, keys, b"ev/1/") as sub:
        network.tell(verdict="approved")
        next_event(sub)
        network.sheet.clients["pager"] = (network.sheet.clients["pager"][0], ("ev/1/alert/",))
        network.sheet.write()
        network.ring()
        # (ZeroMQ subscribes again only when its socket is used)
        wait_for("a new subscription", lambda: sub.poll(0) >= 0 and len([
            line for line in accesses(network) if line.get("topic") == "ev/1/"]) == 2)
        network.tell(verdict="approved")
        network.tell()
        assert next_event(sub)[4] == network.journal.bodies[2]


def test_nonsense_gives_nobody_a_right(network):
    """ZeroMQ loses count of who speaks when somebody sends what is no subscription."""
    full, pager = network.sheet.allow("siem-1"), network.sheet.allow("pager", "ev/1/alert/")
    start(network)
    with contextlib.ExitStack() as open_sockets:
        hostile = []
        for _ in range(8):
            made = open_sockets.enter_context(network.socket(zmq.XSUB))
            dress(made, network, pager)
            made.connect(LIVE)
            made.send(b"\x02nonsense")
            made.send(b"\x01ev/1/")
            hostile.append(made)
        with subscriber(network, full, b"ev/1/") as sub:
            wait_for("the hostile to be put out", lambda: any(
                line["what"] == "cut" and line["who"] == "pager" for line in accesses(network)))
            network.tell(verdict="approved")
            network.tell()
            heard = [next_event(sub)[4]]
            while heard[-1] != network.journal.bodies[1]:
                heard.append(next_event(sub)[4])
        for made in hostile:
            while made.poll(0):
                assert b"/info/" not in made.recv_multipart()[0]


def test_floods_keep_nobody_waiting(network):
    """A hundred strangers who knock again and again, and twenty clients with requests by the hundred."""
    known, flooder = network.sheet.allow("siem-1"), network.sheet.allow("flooder")
    network.journal.append(300, size=2000)
    start(network)
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stranger = stack.enter_context(network.socket(zmq.SUB, reconnect_ivl=10))
            dress(stranger, network, zmq.curve_keypair())
            stranger.subscribe(b"")
            stranger.connect(LIVE)
        for _ in range(20):
            greedy = stack.enter_context(network.socket(zmq.DEALER, sndhwm=0, rcvhwm=1))
            dress(greedy, network, flooder)
            greedy.connect(REPLAY)
            for _ in range(200):
                greedy.send_multipart([b"SINCE", b"", b""])
        events, last = ask(network, known)
        assert len(events) == 300 and last == [b"END", network.journal.head]
        with subscriber(network, known, b"ev/1/") as sub:
            network.tell()
            assert next_event(sub)[2] == network.journal.head
        # most of the requests are refused, counted, and the log of it all is bounded
        wait_for("the refusals", lambda: network.health["dropped"] > 1000)
        wait_for("a stranger in the log", lambda: any(
            line["what"] == "connect" and not line["granted"] for line in accesses(network)))
        assert sum(file.stat().st_size for file in network.state.glob("access-*")) < 9 << 20
        assert network.process.poll() is None


@pytest.fixture
def listening(machine):
    """A machine that listens on the network."""
    machine.config = machine.folder / "reeve.yaml"
    machine.config.write_text(f'bus: {{live: ["{LIVE}"], replay: ["{REPLAY}"]}}\n')
    return machine


def test_without_keys_the_daemon_does_not_start(listening):
    listening.start("--config", str(listening.config), ready=False)
    assert listening.process.wait(PATIENCE) == 2
    assert "tcp needs CURVE keys" in listening.log.read_text()
    assert "reeve keys new --server" in listening.log.read_text()
    listening.process = None


def test_from_new_key_to_revoked(listening, tmp_path):
    def keys(*words):
        done = listening.reeve("keys", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    keys("new", "--server")
    server = listening.state / "keys/server.pub"
    listening.state.chmod(0o750)
    assert (server.with_name("server.key").stat().st_mode & 0o777) == 0o600
    keys("new", "siem-1")
    listening.start("--config", str(listening.config))
    assert "the daemon goes by it" in keys("allow", "siem-1", "siem-1.pub")
    shown = json.loads(listening.reeve("--json", "keys", "list").stdout)
    assert (shown["client"], shown["topics"]) == ("siem-1", ["ev/1/"])
    with subprocess.Popen([PROGRAMS / "reeve", "tail", "--json", "--all", "--since", "", "--live", LIVE,
                           "--replay", REPLAY, "--server-key", server, "--key",
                           tmp_path / "siem-1.key"], stdout=subprocess.PIPE, text=True) as tail:
        assert json.loads(tail.stdout.readline())["kind"] == "baseline"
        listening.write("/etc/motd", "new\n")
        while not (event := json.loads(tail.stdout.readline())).get("files"):
            pass
        assert event["files"][0]["path"] == "/etc/motd"
        assert "may listen no more" in keys("revoke", "siem-1")
        wait_for("it to be put out", lambda: '"cut"' in
                 listening.reeve("--json", "log", "--access").stdout)
        tail.terminate()
    shown = listening.reeve("log", "--access").stdout
    assert "siem-1 from 127.0.0.1  replay since the beginning" in shown
    assert Path(listening.state / "access-0.ndjson").stat().st_mode & 0o777 == 0o640
