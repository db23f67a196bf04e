# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorder and judge started by hand, without reeved, so that a test can preload a bad disk
(fault.c) into them, and so that a start costs milliseconds.

A Bench is one watched machine. Its stages share bells and a barrier page as reeved would give them.
"""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
from pathlib import Path

from conftest import BUILD, PROGRAMS

FAULT = BUILD / "tests" / "e2e" / "libreeve-fault.so"
GONE = 137  # exit code of a process that fault.c has ended
SECONDS = 30
BARRIER_BYTES = 64
FIRST_BOOT = "b0000000-0000-4000-8000-000000000000"
NEXT_BOOT = "b1111111-1111-4111-8111-111111111111"


class Stage:
    """One running stage; `ready()` waits for its word, `end()` closes the lifeline."""

    def __init__(self, bench, name, options, slots, environment):
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(SECONDS)
        words = [word for option, fd in slots.items() for word in (f"--{option}", str(fd))]
        log = open(bench.log, "ab")
        self.process = subprocess.Popen(
            [PROGRAMS / f"reeve-{name}", "--state", bench.state, "--runtime", bench.runtime,
             "--host", "web-1", *options, "--lifeline", str(theirs.fileno()), *words],
            pass_fds=[theirs.fileno(), *slots.values()], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, env={**os.environ, **environment})
        theirs.close()
        log.close()

    def ready(self):
        """True when it is; False when it ended before."""
        return self.ours.recv(1) == b"R"

    def end(self):
        self.ours.close()
        return self.process.wait(SECONDS)

    def kill(self):
        self.process.kill()
        return self.end()


class Bench:
    def __init__(self, folder, root=None):
        self.folder = Path(folder)
        self.root = Path(root or self.folder / "root")
        self.state = self.folder / "state"
        self.runtime = self.folder / "run"
        self.log = self.folder / "log"
        (self.root / "etc").mkdir(parents=True, exist_ok=True)
        (self.runtime / "health").mkdir(parents=True, exist_ok=True)
        if not self.state.exists():
            self.prepare()

    def prepare(self):
        """What reeved does before it starts a stage."""
        (self.state / "journal").mkdir(parents=True)
        (self.state / "journal" / "events.ndjson").touch()
        (self.state / "ballast").touch()  # in the way: two megabytes less to copy at each point

    def bells(self):
        barrier = os.memfd_create("barrier", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(barrier, BARRIER_BYTES)
        bells = [os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(3)]
        return (*bells, barrier)

    def recorder(self, bells=None, backend="auto", **environment):
        slots = {}
        if bells:
            slots = {"next-bell": bells[0], "barrier-bell": bells[2], "barrier": bells[3]}
        return Stage(self, "recorder", ["--root", self.root, "--backend", backend,
                                        "--actors", "none", "--watch", "/etc"], slots, environment)

    def judge(self, bells=None, boot=FIRST_BOOT, **environment):
        slots = {}
        if bells:
            slots = {"bell": bells[0], "next-bell": bells[1], "barrier-bell": bells[2],
                     "barrier": bells[3]}
        return Stage(self, "judge", ["--machine-id", "0" * 32, "--boot-id", boot], slots,
                     environment)

    def barrier(self):
        """Until everything that happened before is journaled."""
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(SECONDS)
            knock.connect(str(self.runtime / "ctl"))
            knock.sendall(b'{"op":"barrier"}\n')
            answer = knock.makefile().readline()
        assert json.loads(answer)["ok"], answer

    # what is on disk

    @property
    def journal(self):
        return self.state / "journal" / "events.ndjson"

    @property
    def snapshots(self):
        return self.state / "snapshots.git"

    def git(self, *words):
        return subprocess.run(["git", "-c", "safe.directory=*", "-C", self.snapshots, *words],
                              capture_output=True, text=True, timeout=SECONDS)

    def history(self):
        """All commits, or none before the first."""
        if not (self.snapshots / "refs/heads/observed").exists():
            return []
        done = self.git("rev-list", "observed")
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def fsck(self):
        done = self.git("fsck", "--strict", "--no-dangling", "--no-progress")
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr

    def recorded(self):
        """Path -> blob id of the newest snapshot."""
        done = self.git("ls-tree", "-r", "-z", "observed:files")
        assert done.returncode == 0, done.stderr
        entries = (entry.split("\t", 1) for entry in done.stdout.split("\0")[:-1])
        return {name: about.split()[2] for about, name in entries}

    def on_disk(self):
        found = {}
        for file in self.root.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                found[str(file.relative_to(self.root))] = hashlib.sha1(
                    b"blob %d\0" % len(content) + content).hexdigest()
        return found

    def events(self):
        """All events, each with its id; the chain is checked on the way."""
        found, previous = [], None
        for line in self.journal.read_bytes().splitlines(keepends=True):
            assert line.endswith(b"\n")
            event = json.loads(line)
            assert (event["seq"], event["prev"]) == (len(found) + 1, previous), "the chain is broken"
            previous = event["id"] = hashlib.sha256(line[:-1]).hexdigest()
            found.append(event)
        return found

    def catalog_commit(self):
        with sqlite3.connect(f"file:{self.state}/catalog.sqlite?mode=ro", uri=True) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            row = base.execute("SELECT value FROM facts WHERE key = 'commit'").fetchone()
        return bytes(row[0] if isinstance(row[0], bytes) else row[0].encode()).decode()


def dump_index(bench):
    with sqlite3.connect(f"file:{bench.state}/journal/index.sqlite?mode=ro", uri=True) as base:
        return [line for line in base.iterdump() if line.startswith("INSERT")]


def assert_index_is_true(bench):
    """What the index says is what the journal says, read from the beginning."""
    found = dump_index(bench)
    (bench.state / "journal" / "index.sqlite").unlink()
    judge = bench.judge(boot=NEXT_BOOT)
    assert judge.ready() and judge.end() == 0
    assert found == dump_index(bench), "the index does not follow from the journal"


def assert_recovers(bench, told=b"", index=False):
    """Starts again on what is there, and checks everything that was promised of it.

    `told`: the beginning of the journal that had been published: it must be there to the byte, and
    every commit it speaks of as well. `index`: the machine itself had stopped, so that the index
    may not believe its file.
    """
    assert bench.journal.read_bytes()[:len(told)] == told, "a published event is gone"
    published = {json.loads(line)["commit"] for line in told.splitlines()}
    assert published - {None} <= set(bench.history()), "a published commit is gone"

    recorder = bench.recorder()
    assert recorder.ready(), bench.log.read_text()[-2000:]
    assert recorder.end() == 0
    bench.fsck()
    assert bench.recorded() == bench.on_disk(), "a final state is not recorded"
    history = bench.history()
    assert bench.catalog_commit() == history[0]
    judge = bench.judge(boot=NEXT_BOOT)
    assert judge.ready(), bench.log.read_text()[-2000:]
    assert judge.end() == 0
    assert bench.journal.read_bytes()[:len(told)] == told
    whole = [event["commit"] for event in bench.events()
             if event.get("part") and event["part"]["n"] == event["part"]["of"]]
    assert sorted(whole) == sorted(history), \
        f"not every commit was told exactly once: {history}, but {whole}"
    assert not [event for event in bench.events()
                if event["kind"] == "health" and event["severity"] in ("high", "critical")]
    if index:
        assert_index_is_true(bench)


def copy_state(source, target):
    shutil.copytree(source, target, symlinks=True)


class Trace:
    """The log of fault.c: what happened to which file, in order."""

    def __init__(self, file):
        self.records = []
        data, at = Path(file).read_bytes(), 0
        while at < len(data):
            self.records.append(Record(data, at))
            at = self.records[-1].end


class Record:
    def __init__(self, data, at):
        kind, self.pid = (int.from_bytes(data[at + n:at + n + 4], "little") for n in (0, 4))
        self.kind = chr(kind)
        self.ino, self.ino2, self.offset = (
            int.from_bytes(data[at + n:at + n + 8], "little") for n in (8, 16, 24))
        names, size = (int.from_bytes(data[at + n:at + n + 4], "little") for n in (32, 36))
        at += 40
        self.name = data[at:at + names]
        self.data = data[at + names:at + names + size]
        self.end = at + names + size


class Disk:
    """What lies below one folder, and what of it has reached the disk.

    The rules are POSIX's, not those of one kind of file system: what was written is there for sure
    once the file was synced, a name once its folder was. Of the rest a power cut takes what it
    likes.
    """

    def __init__(self, folder):
        self.top = os.stat(folder).st_ino
        self.durable = {}   # file -> its bytes; folder -> {name: ino}
        self.pending = {}   # ino -> what was done to it since
        self.load(folder)

    def load(self, folder):
        names = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                names[os.fsencode(entry.name)] = entry.inode()
                if entry.is_dir(follow_symlinks=False):
                    self.load(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    self.durable[entry.inode()] = Path(entry.path).read_bytes()
        self.durable[os.stat(folder).st_ino] = names

    def is_folder(self, ino):
        return isinstance(self.durable.get(ino), dict)

    def add(self, ino, step):
        if ino in self.durable:
            self.pending.setdefault(ino, []).append(step)

    def take(self, record):
        kind = record.kind
        if kind == "w":
            self.add(record.ino, ("write", record.offset, record.data))
        elif kind == "t":
            self.add(record.ino, ("size", record.offset, b""))
        elif kind in "cd":
            if record.ino2 in self.durable:
                self.durable[record.ino] = b"" if kind == "c" else {}
                self.pending.pop(record.ino, None)
                self.add(record.ino2, ("name", record.name, record.ino))
        elif kind == "l":
            self.add(record.ino2, ("name", record.name, record.ino))
        elif kind == "u":
            self.add(record.ino2, ("gone", record.name, 0))
        elif kind == "r":
            assert record.ino == record.ino2, "a rename between folders"
            self.add(record.ino, ("rename", *record.name.split(b"\0")))
        elif kind == "s" and record.ino in self.durable:
            steps = self.pending.pop(record.ino, [])
            self.durable[record.ino] = apply(self.durable[record.ino], steps)

    def cut(self, choose):
        """The disk after a power cut: {path: bytes or None for a folder}. `choose(ino, steps)`
        says which of the unsynced steps have survived."""
        left = {ino: apply(content, choose(self.is_folder(ino), self.pending.get(ino, [])))
                for ino, content in self.durable.items()}
        found = {}

        def walk(ino, path):
            for name, inside in left[ino].items():
                content = left.get(inside)
                place = path + b"/" + name
                found[place] = None if isinstance(content, dict) else bytes(content or b"")
                if isinstance(content, dict):
                    walk(inside, place)
        walk(self.top, b"")
        return found


def apply(content, steps):
    if isinstance(content, dict):
        names = dict(content)
        for kind, name, what in steps:
            if kind == "name":
                names[name] = what
            elif kind == "gone":
                names.pop(name, None)
            elif name in names:
                names[what] = names.pop(name)
        return names
    if not steps:
        return content
    data = bytearray(content)
    for kind, offset, what in steps:
        if kind == "size":
            del data[offset:]
        end = offset + len(what)
        if len(data) < end:
            data.extend(bytes(end - len(data)))
        data[offset:end] = what
    return bytes(data)


def write_out(disk, folder):
    """Makes the disk of Disk.cut real."""
    folder = os.fsencode(folder)
    os.mkdir(folder, 0o750)
    for path, content in disk.items():
        if content is None:
            os.mkdir(folder + path, 0o750)
        else:
            fd = os.open(folder + path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(content)


def tree_of(folder):
    """The same of a real folder, to hold one against the other."""
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder)):
        below = place[len(os.fsencode(folder)):]
        found.update({below + b"/" + name: None for name in folders})
        for name in files:
            file = os.path.join(place, name)
            if stat.S_ISREG(os.lstat(file).st_mode):
                found[below + b"/" + name] = Path(os.fsdecode(file)).read_bytes()
    return found
