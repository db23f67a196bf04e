# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage on which the end-to-end tests play: one watched machine in a folder of its own.

`machine` is a Machine whose daemon is not yet running. Tests wait for states, never for time:
`machine.settle()` is `reeve status --wait`, a true barrier, after which everything hinted before
the call is in the journal; so a test may also assert that something is *not* there.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from register_clone import ALICE, DAVE, Register

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("REEVE_BUILD", ROOT / "build"))
PROGRAMS = BUILD / "src"
STAGES = ("recorder", "judge", "relay")

# A shell's background job is born deaf to ^C, and so are its children: here they listen.
signal.signal(signal.SIGINT, signal.default_int_handler)

PATIENCE = 60  # seconds until a state that must come counts as never coming


def wait_for(what, predicate, patience=PATIENCE):
    """Polls until predicate() is truthy and returns that value."""
    end = time.monotonic() + patience
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain for {what}")
        time.sleep(0.01)


def programs_for_everybody(folder):
    """A copy of the programs, and of what they find beside them, in a build tree that any user can
    enter; ours may be private."""
    build = Path(folder) / "build"
    (build / "src").mkdir(parents=True)
    for program in ("reeved", "reeve", *(f"reeve-{stage}" for stage in STAGES)):
        shutil.copy2(PROGRAMS / program, build / "src" / program)
    (build / "build.ninja").touch()
    for part in ("hooks", "maps", "policies"):
        shutil.copytree(ROOT / part, Path(folder) / part)
    (build / "src/config").mkdir()
    (build / "src/config/policies-folder").write_text(f"{folder}/policies\n")
    return build / "src"


class Machine:
    def __init__(self, folder, backend="auto"):
        self.folder = Path(folder)
        self.backend = backend
        self.root = self.folder / "root"
        self.state = self.folder / "state"
        self.runtime = self.folder / "run"
        self.log = self.folder / "reeved.log"
        self.process = None
        self.programs = PROGRAMS
        (self.root / "etc").mkdir(parents=True)

    # files of the watched machine

    def path(self, path):
        return self.root / path.lstrip("/")

    def write(self, path, text, mode=None):
        """Writes in place, as an editor without temporary files does."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        file.write_bytes(data)
        if mode is not None:
            file.chmod(mode)
        return file

    def replace(self, path, text):
        """Writes beside and renames over, as careful editors and package managers do."""
        file = self.path(path)
        beside = file.with_name(file.name + ".tmp-e2e")
        beside.write_text(text)
        beside.rename(file)
        return file

    # the daemon

    @property
    def places(self):
        return ["--state", str(self.state), "--runtime", str(self.runtime)]

    def start(self, *options, watch=("/etc",), ready=True, prefix=()):
        assert self.process is None
        watches = [word for path in watch for word in ("--watch", path)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, self.programs / "reeved", "--root", self.root, *self.places, "--host", "web-1",
                 "--backend", self.backend, *watches, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self):
        def is_ready():
            assert self.process.poll() is None, f"reeved ended:\n{self.log.read_text()}"
            return self.barrier().returncode in (0, 1)
        wait_for("the daemon to be ready", is_ready)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill_daemon()
            raise
        finally:
            self.process = None

    def kill_daemon(self):
        """kill -9 of reeved itself; its stages notice by themselves."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process = None

    def pid(self, stage):
        return self.health(stage)["pid"]

    def kill(self, stage):
        os.kill(self.pid(stage), signal.SIGKILL)

    def health(self, stage):
        def read():
            try:
                return json.loads((self.runtime / "health" / stage).read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                return None
        return wait_for(f"the health of {stage}", read)

    # the command line

    def reeve(self, *words, **options):
        options = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL,
                   "timeout": 2 * PATIENCE, **options}
        return subprocess.run([self.programs / "reeve", *self.places, *words], **options)

    def barrier(self):
        return self.reeve("status", "--wait", "--timeout", str(PATIENCE))

    def settle(self):
        done = self.barrier()
        assert done.returncode in (0, 1), done.stdout + done.stderr + self.whereabouts()
        return done

    def whereabouts(self):
        """What every process says about itself: for the message of a test that waited in vain."""
        return "".join(f"{file.name}: {file.read_text()}"
                       for file in sorted((self.runtime / "health").glob("*")))

    # what was recorded

    @property
    def snapshots(self):
        return self.state / "snapshots.git"

    @property
    def journal(self):
        return self.state / "journal" / "events.ndjson"

    def git(self, *words, text=True):
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", self.snapshots, *words],
            capture_output=True, text=text, check=False, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def recorded(self, path):
        """The bytes of a path in the newest snapshot."""
        return self.git("cat-file", "blob", f"observed:files{path}", text=False)

    def events(self):
        """All events, each with the id of its line; what is just being written is none yet."""
        found = []
        whole, _, _ = self.journal.read_bytes().rpartition(b"\n")
        for line in whole.splitlines():
            event = json.loads(line)
            event["id"] = hashlib.sha256(line).hexdigest()
            found.append(event)
        return found

    def changes(self, path=None):
        """The files of all change events, each with its event; only those of a path."""
        return [{**file, "event": event} for event in self.events()
                if event["kind"] == "change" for file in event["files"]
                if path is None or file["path"] == path]

    def gaps(self):
        return [event for event in self.events() if event["kind"] == "gap"]


@pytest.fixture
def backend():
    """How the kernel is listened to; tests marked both_backends get one after the other."""
    return "auto"


def pytest_generate_tests(metafunc):
    if metafunc.definition.get_closest_marker("both_backends"):
        # Somebody who is not root can only have the one.
        names = ["fanotify", "inotify"] if os.geteuid() == 0 else ["inotify"]
        if "backend" not in metafunc.fixturenames:
            raise ValueError(f"{metafunc.definition.nodeid} is both_backends and has no machine")
        metafunc.parametrize("backend", names)


@pytest.fixture
def machine(request, backend):
    folder = tempfile.mkdtemp(prefix="rv-")
    os.chmod(folder, 0o755)  # the judge's user passes through
    made = Machine(folder, backend)
    yield made
    if made.process is not None:
        made.stop()
    failed = getattr(request.node, "failed", False)
    if failed and made.log.exists():
        print(made.log.read_text()[-8000:], made.whereabouts())
    if failed and os.environ.get("REEVE_KEEP"):
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_configure(config):
    for mark in ("slow: many rounds; with the plain programs alone",
                 "long: minutes; only with REEVE_LONG=1",
                 "patient: waits for what takes seconds by its nature; not in the quick run",
                 "plain: with the plain programs alone: many like it run sanitized",
                 "both_builds: with the plain and with the sanitized programs, whatever the share"):
        config.addinivalue_line("markers", mark)


@pytest.fixture
def register(machine):
    """A running machine with /etc/motd, a register, and Alice and Dave trusted to approve."""
    machine.write("/etc/motd", "old\n", mode=0o644)
    machine.write("/etc/passwd", "root:x:0:0::/:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n")
    machine.write("/etc/conf.d/b/old", "")
    made = Register(machine).trust_people(ALICE, DAVE)
    made.start()
    return made.make()


def is_for_plain_programs(item):
    """Many rounds, long waits, the second backend, and more of the same are not worth sanitizing."""
    values = item.callspec.params if hasattr(item, "callspec") else {}
    return (any(item.get_closest_marker(mark) is not None for mark in ("slow", "patient", "plain"))
            or values.get("backend") == "inotify")


def is_in_share(item):
    """A whole run takes each test once, with the programs that suit it: REEVE_SHARE says whose turn
    it is. Without it all run, but the long ones only when REEVE_LONG says so."""
    share = os.environ.get("REEVE_SHARE")
    if item.get_closest_marker("long") is not None and not os.environ.get("REEVE_LONG"):
        return False
    return (not share or item.get_closest_marker("both_builds") is not None or
            is_for_plain_programs(item) == (share == "plain"))


def spread_slow_ones(items):
    """The slow ones early, but not in a row: each of those who share the work begins with a run of
    consecutive tests, together a quarter of all; and in the end nobody waits for the last."""
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    others = [item for item in items if item.get_closest_marker("slow") is None]
    stride = max(1, len(items) // 4 // max(1, len(slow)))
    spread = []
    for item in slow:
        spread += [item, *others[:stride - 1]]
        del others[:stride - 1]
    return spread + others


def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[item for item in items if not is_in_share(item)])
    items[:] = spread_slow_ones([item for item in items if is_in_share(item)])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call":
        item.failed = report.failed
