# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever breaks between the journal and its receivers, they get everything, in order.

While events flow, each round kills the relay, the bridge, the receiver or the subscriber with
SIGKILL, cuts their connections, takes the network away, or stops one of them. The bridge delivers by
RELP, the subscriber listens by CURVE; both through a proxy that is the network. See
doc/reliability.md; REEVE_LONG=1 for the long run.
"""

import json
import os
import random
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conftest import PATIENCE, PROGRAMS, wait_for
from lone_relay import relay  # noqa: F401 (a fixture)
from test_network import HOST, network, start  # noqa: F401 (a fixture)

HERE = Path(__file__).parent
SEED = 20261122
ENOUGH = 600  # seconds, to catch up at the end of a long run


class Network:
    """A proxy in front of several addresses: its connections can be cut, or taken away for a while."""

    def __init__(self, *targets):
        self.selector = selectors.DefaultSelector()
        self.lock = threading.Lock()
        self.pairs = {}  # each socket's other end
        self.is_down = self.is_over = False
        self.ports = []
        for target in targets:
            listener = socket.create_server(("127.0.0.1", 0))
            listener.setblocking(False)
            self.ports.append(listener.getsockname()[1])
            self.selector.register(listener, selectors.EVENT_READ, target)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_over:
            for key, _ in self.selector.select(0.2):
                with self.lock:
                    if key.data is not None:
                        self.connect(key.fileobj, key.data)
                    elif key.fileobj in self.pairs:
                        self.carry(key.fileobj)

    def connect(self, listener, target):
        try:
            near, _ = listener.accept()
        except OSError:
            return  # he has changed his mind
        far = socket.socket()
        if self.is_down or far.connect_ex(target) != 0:
            near.close()
            far.close()
            return
        for end, other in ((near, far), (far, near)):
            end.settimeout(PATIENCE)
            self.pairs[end] = other
            self.selector.register(end, selectors.EVENT_READ)

    def carry(self, end):
        try:
            data = end.recv(1 << 16)
            if data:
                self.send(self.pairs[end], data)
                return
        except OSError:
            pass
        self.drop(end)

    def send(self, end, data):
        """Whoever does not read (it is stopped) holds up his own connection alone."""
        end.settimeout(0.2)
        end.sendall(data)

    def drop(self, end):
        for one in (end, self.pairs.pop(end)):
            self.pairs.pop(one, None)
            self.selector.unregister(one)
            # a reset: what is on its way is lost
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()

    def cut(self):
        with self.lock:
            while self.pairs:
                self.drop(next(iter(self.pairs)))

    def close(self):
        self.cut()
        self.is_over = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


class Program:
    """Something that is killed and started again."""

    process = None

    def start(self):
        self.process = self.launch()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def restart(self):
        self.kill()
        self.start()

    def stop_for_a_while(self, meanwhile):
        self.process.send_signal(signal.SIGSTOP)
        meanwhile()
        self.process.send_signal(signal.SIGCONT)


class Receiver(Program):
    def __init__(self, folder):
        self.file = folder / "received"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()

    def launch(self):
        return subprocess.Popen([sys.executable, HERE / "relp_receiver.py",
                                 str(self.listener.fileno()), self.file],
                                pass_fds=[self.listener.fileno()])


class Bridge(Program):
    def __init__(self, relay, folder, port):
        self.config, self.log = folder / "bridge.yaml", folder / "bridge.log"
        self.config.write_text(json.dumps({
            "live": relay.live, "replay": relay.replay, "cursors": str(folder / "cursors"),
            "outputs": [{"name": "relp", "to": f"relp://127.0.0.1:{port}", "format": "native"}]}))

    def launch(self):
        with open(self.log, "ab") as log:
            return subprocess.Popen([PROGRAMS / "reeve-bridge", "--config", self.config], stderr=log)


class Tail(Program):
    """`reeve tail` of another machine; what it has printed is its receiver, and its cursor."""

    def __init__(self, relay, folder, ports):
        self.file, self.keys = folder / "tailed", folder
        self.urls = [f"tcp://127.0.0.1:{port}" for port in ports]
        public, secret = relay.sheet.allow("tail")
        for name, word, key in (("server.pub", "public", relay.sheet.public), ("own.key", "secret", secret)):
            (folder / name).write_text(f"reeve-bus-{word} {key.decode()}\n")
            (folder / name).chmod(0o600)

    def launch(self):
        # killed in the middle of a line it had not told it
        text = self.file.read_bytes() if self.file.exists() else b""
        whole = text[:text.rfind(b"\n") + 1]
        if whole != text:
            os.truncate(self.file, len(whole))
        since = json.loads(whole[whole.rfind(b"\n", 0, -1) + 1:])["id"] if whole else ""
        with open(self.file, "ab") as out:
            return subprocess.Popen(
                [PROGRAMS / "reeve", "tail", "--all", "--json", "--live", self.urls[0], "--replay",
                 self.urls[1], "--server-key", self.keys / "server.pub", "--key", self.keys / "own.key",
                 "--since", since], stdout=out, stderr=subprocess.DEVNULL)


class Chaos:
    def __init__(self, relay, folder):
        self.relay, self.dice = relay, random.Random(SEED)
        self.receiver = Receiver(folder)
        self.network = Network((HOST, 5571), (HOST, 5572), self.receiver.address)
        self.tail = Tail(relay, folder, self.network.ports[:2])
        self.bridge = Bridge(relay, folder, self.network.ports[2])
        self.programs = [self.receiver, self.bridge, self.tail]
        start(relay)
        for program in self.programs:
            program.start()
        self.acts = [self.kill_relay, self.bridge.restart, self.receiver.restart, self.tail.restart,
                     self.network.cut, self.take_network_away, self.stop_tail, self.stop_receiver,
                     self.kill_everybody]

    def size(self):
        return sum(file.stat().st_size if file.exists() else 0
                   for file in (self.receiver.file, self.tail.file))

    def wait_for_progress(self):
        before = self.size()
        wait_for("events to flow again", lambda: self.size() > before or self.is_over())

    def kill_relay(self):
        self.relay.kill()
        start(self.relay)

    def kill_everybody(self):
        for program in self.programs:
            program.kill()
        self.kill_relay()
        for program in self.programs:
            program.start()

    def take_network_away(self):
        self.network.is_down = True
        self.network.cut()
        self.relay.tell(10)
        self.network.is_down = False

    def stop_tail(self):
        self.tail.stop_for_a_while(lambda: self.relay.tell(10))

    def stop_receiver(self):
        self.receiver.stop_for_a_while(lambda: self.relay.tell(10))

    def rounds(self, number, events):
        """Every act in turn, in an order of the dice."""
        acts = []
        for _ in range(number):
            self.relay.tell(events)
            acts = acts or self.dice.sample(self.acts, len(self.acts))
            acts.pop()()
            self.wait_for_progress()

    @staticmethod
    def last(file):
        """The id in the last whole line."""
        if not file.exists():
            return None
        with open(file, "rb") as text:
            text.seek(max(0, file.stat().st_size - 8192))
            lines = text.read().split(b"\n")[:-1]
        return json.loads(lines[-1])["id"] if lines else None

    def is_over(self):
        return all(self.last(file) == self.relay.journal.ids[-1]
                   for file in (self.receiver.file, self.tail.file))

    def check(self, file):
        """Nothing is missing and nothing is before its time; how often something came again."""
        place = {event_id: n for n, event_id in enumerate(self.relay.journal.ids)}
        highest, again = -1, 0
        for line in file.read_text().splitlines():
            n = place[json.loads(line)["id"]]
            assert n <= highest + 1, f"{file.name}: event {n + 1} behind {highest + 1}"
            again += n <= highest
            highest = max(highest, n)
        assert highest == len(place) - 1
        return again

    def close(self):
        for program in self.programs:
            program.kill()
        self.network.close()
        self.receiver.listener.close()


@pytest.fixture
def chaos(network, tmp_path):
    made = Chaos(network, tmp_path)
    yield made
    made.close()
    print(made.bridge.log.read_text()[-2000:])


@pytest.mark.plain
def test_whatever_breaks_nothing_is_lost(chaos):
    chaos.rounds(3 * len(chaos.acts), 100)
    wait_for("everybody to have everything", chaos.is_over)
    chaos.check(chaos.receiver.file)
    assert chaos.check(chaos.tail.file) == 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_whatever_breaks_two_hundred_times_nothing_is_lost(chaos):
    rounds = int(os.environ.get("REEVE_ROUNDS", 225))
    chaos.rounds(rounds, 100_000 // rounds)
    wait_for("everybody to have everything", chaos.is_over, ENOUGH)
    print(f"{rounds} rounds, {len(chaos.relay.journal.ids)} events: {chaos.check(chaos.receiver.file)} came "
          f"to the receiver again, {chaos.check(chaos.tail.file)} to the subscriber")
