# SPDX-License-Identifier: GPL-3.0-or-later
"""The auditor: is what the journal says true?

A model in Python does random things to a tree and keeps what each path is. After each round the
journal, folded from its beginning, must say exactly the same: nothing missing, nothing invented,
each `before` the `after` of the time before, times within the round, owners by the machine's own
passwd, and a chain that hashlib agrees with.
"""

import datetime
import hashlib
import json
import os
import random
import stat
import subprocess

import pytest

pytestmark = pytest.mark.both_backends

ROUNDS = 5 if os.environ.get("REEVE_QUICK") else 8  # with each backend
STEPS = 20
CLOCK_STEP = 0.1  # seconds: the two clocks that are compared are not read at once
NAMES = [f"n{number}" for number in range(12)]
PASSWD = "root:x:0:0:root:/root:/bin/sh\nalice:x:1234:1234::/home/alice:/bin/sh\n"
GROUP = "root:x:0:\nstaff:x:1234:\n"


def state_of(file):
    """What the model says of a path, in the words of an event; None: nothing is there."""
    try:
        st = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    state = {"mode": f"{stat.S_IMODE(st.st_mode):04o}", "uid": st.st_uid, "gid": st.st_gid,
             "owner": {0: "root", 1234: "alice"}.get(st.st_uid),
             "group": {0: "root", 1234: "staff"}.get(st.st_gid)}
    if stat.S_ISLNK(st.st_mode):
        return {"type": "link", "link": os.readlink(file), **state}
    if stat.S_ISDIR(st.st_mode):
        return {"type": "dir", **state}
    with open(file, "rb") as content:
        data = content.read()
    return {"type": "file", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "blob": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), **state}


def tree_of(machine):
    """All paths of the watched tree with their states."""
    top = machine.path("/etc")
    found = {"/etc": state_of(top)}
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            file = os.path.join(folder, name)
            found["/" + os.path.relpath(file, machine.root)] = state_of(file)
    return found


class Mischief:
    """Random operations of all kinds on a tree."""

    def __init__(self, machine, rng):
        self.machine, self.rng = machine, rng

    def somewhere(self):
        depth = self.rng.choice([0, 1, 1, 2])
        folder = self.machine.path("/etc/model")
        for _ in range(depth):
            below = folder / self.rng.choice(NAMES[:3])
            if below.is_dir() and not below.is_symlink():
                folder = below
        return folder / self.rng.choice(NAMES)

    def text(self):
        return self.rng.randbytes(self.rng.choice([0, 1, 40, 5000])).hex() + "\n"

    def step(self):
        act = self.rng.choice([self.write, self.write, self.append, self.replace, self.remove,
                               self.rename, self.folder, self.link, self.hard_link, self.mode,
                               self.owner, self.truncate, self.same])
        try:
            act(self.somewhere())
        except (IsADirectoryError, NotADirectoryError, FileNotFoundError, FileExistsError,
                PermissionError, OSError):
            pass  # not possible just here: as good as nothing

    def write(self, file):
        if not file.is_symlink():
            file.write_text(self.text())

    def append(self, file):
        if not file.is_symlink():
            with open(file, "a") as out:
                out.write(self.text())

    def replace(self, file):
        beside = file.with_name(".tmp.new")
        beside.write_text(self.text())
        try:
            beside.rename(file)
        except OSError:
            beside.unlink()

    def remove(self, file):
        if file.is_dir() and not file.is_symlink():
            subprocess.run(["rm", "-r", file], check=True)
        else:
            file.unlink()

    def rename(self, file):
        file.rename(self.somewhere())

    def folder(self, file):
        file.mkdir()

    def link(self, file):
        file.symlink_to(self.rng.choice(["/nowhere", "n1", "../n2"]))

    def hard_link(self, file):
        if not file.is_symlink():
            os.link(file, self.somewhere())

    def mode(self, file):
        if not file.is_symlink():
            file.chmod(self.rng.choice([0o600, 0o644, 0o755, 0o700]))

    def owner(self, file):
        os.chown(file, self.rng.choice([0, 1234, 4321]), self.rng.choice([0, 1234]),
                 follow_symlinks=False)

    def truncate(self, file):
        if not file.is_symlink():
            os.truncate(file, self.rng.choice([0, 3, 100]))

    def same(self, file):
        if not file.is_symlink():
            file.write_bytes(file.read_bytes())


def told(state):
    """The side of an event's file, as state_of puts it."""
    return {key: state.get(key) for key in ("type", "mode", "uid", "gid", "owner", "group", "size",
                                            "sha256", "blob", "link") if state.get(key) is not None}


def expected(state):
    return {key: value for key, value in (state or {}).items() if value is not None}


def fold(view, events, span):
    """Carries events into the view of all paths and holds each against what was there before."""
    for event in events:
        for file in event["files"]:
            path = file["path"]
            before, after = told(file["before"]), told(file["after"])
            where = f"seq {event['seq']} {file['op']} {path}"
            if file["op"] == "transient":
                continue
            source = file.get("moved_from")
            if path in view:
                assert drop_type(before) == drop_type(view[path]), where
            elif source is None:
                assert before == {}, where
            assert before != after or file["op"] == "moved", f"{where}: nothing changed"
            assert span[0] - CLOCK_STEP <= moment(file["time"]) <= span[1] + CLOCK_STEP, where
            if after:
                after.setdefault("type", file["type"])
                view[path] = after
            else:
                view.pop(path, None)


def drop_type(state):
    return {key: value for key, value in state.items() if key != "type"}


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(
        tzinfo=datetime.timezone.utc).timestamp()


def check_chain(journal):
    prev = None
    for number, line in enumerate(journal.read_bytes().splitlines(), 1):
        event = json.loads(line)
        assert (event["prev"], event["seq"]) == (prev, number)
        prev = hashlib.sha256(line).hexdigest()


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others")
def test_the_journal_tells_what_was_done(machine):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    rng = random.Random(seed)
    machine.write("/etc/passwd", PASSWD)
    machine.write("/etc/group", GROUP)
    machine.path("/etc/model").mkdir()
    machine.start()
    view = {path: expected(state) for path, state in tree_of(machine).items()}
    mischief = Mischief(machine, rng)
    seen = len(machine.events())
    for number in range(ROUNDS):
        start = datetime.datetime.now().timestamp() - 0.01
        for _ in range(STEPS):
            mischief.step()
        machine.settle()
        span = (start, datetime.datetime.now().timestamp() + 0.01)
        events = machine.events()
        fold(view, [event for event in events[seen:] if event["kind"] == "change"], span)
        seen = len(events)
        now = {path: expected(state) for path, state in tree_of(machine).items()}
        wrong = {path: (view.get(path), now.get(path)) for path in view.keys() | now.keys()
                 if drop_type(view.get(path, {})) != drop_type(now.get(path, {}))}
        assert wrong == {}, f"seed {seed} round {number}"
    check_chain(machine.journal)
    assert machine.gaps() == []
    verify = machine.reeve("verify")
    assert verify.returncode == 0, verify.stdout + verify.stderr
