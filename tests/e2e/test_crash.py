# SPDX-License-Identifier: GPL-3.0-or-later
"""Crash-only: kill -9 of any process at any moment of a burst loses nothing.

The test plays the service manager for reeved: when it dies, it is started again. After each round:
the final state of every file is in the newest snapshot, every commit was judged exactly once, the
chain verifies, and what was missed meanwhile is a recorded gap.
"""

import hashlib
import os
import random
import subprocess

import pytest

from conftest import STAGES, wait_for

pytestmark = pytest.mark.both_backends

# With each backend: at least twenty in a whole run.
ROUNDS = 30 if os.environ.get("REEVE_LONG") else 3 if os.environ.get("REEVE_QUICK") else 10
EDITS = 1000
FILES = 60


def edit_burst(machine, rng, number):
    """A thousand edits of all kinds; yields after each, so that a kill may come in between."""
    folder = machine.path("/etc/burst")
    folder.mkdir(exist_ok=True)
    for edit in range(EDITS):
        file = folder / f"f{rng.randrange(FILES):02}"
        kind = rng.randrange(10)
        if kind < 6:
            file.write_text(f"round {number} edit {edit}\n" * rng.randrange(1, 40))
        elif kind < 8:
            beside = folder / ".new"
            beside.write_text(f"round {number} renamed {edit}\n")
            beside.rename(file)
        elif kind < 9:
            file.unlink(missing_ok=True)
        elif file.exists():
            file.chmod(rng.choice([0o600, 0o644, 0o640]))
        yield


def kill_one(machine, rng):
    """kill -9 of a random process; of reeved one time in four."""
    victim = rng.choice([*STAGES, "reeved"])
    if victim == "reeved":
        machine.kill_daemon()
        machine.start(ready=False)
        return
    try:
        machine.kill(victim)
    except ProcessLookupError:
        pass  # it is just being started again


def blob_id(content):
    """What git calls these bytes; asking it for sixty files in every round takes minutes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_recorded(machine):
    """Whether the newest snapshot holds the folder as it is on disk, content and mode."""
    folder = machine.path("/etc/burst")
    on_disk = {file.name: file for file in folder.iterdir()}
    recorded = {}
    for entry in machine.git("ls-tree", "-z", "observed:files/etc/burst").split("\0")[:-1]:
        about, name = entry.split("\t")
        recorded[name] = about.split()[2]
    if recorded != {name: blob_id(file.read_bytes()) for name, file in on_disk.items()}:
        return False
    modes = {line.split()[0]: line for line in
             machine.git("show", "observed:meta/etc/burst/%dir").splitlines()}
    return all(f"mode={file.stat().st_mode & 0o7777:04o}" in modes[name]
               for name, file in on_disk.items())


def commits_told(machine):
    """How often each commit was told whole: the part n of n is its last."""
    told = {}
    for event in machine.events():
        part = event.get("part")
        if event["commit"] and part and part["n"] == part["of"]:
            told[event["commit"]] = told.get(event["commit"], 0) + 1
    return told


@pytest.mark.slow
@pytest.mark.timeout(540)
def test_kill_9_at_random_loses_nothing(machine):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    rng = random.Random(seed)
    machine.write("/etc/burst/f00", "start\n")
    machine.start()
    for number in range(ROUNDS):
        kills = sorted(rng.sample(range(EDITS), 3))
        for edit, _ in enumerate(edit_burst(machine, rng, number)):
            if edit in kills:
                kill_one(machine, rng)
        machine.wait_ready()
        assert is_recorded(machine), f"round {number}: a final state is missing"
        history = machine.git("rev-list", "observed").split()
        told = commits_told(machine)
        assert set(told) == set(history), f"round {number}: not every commit was judged"
        assert set(told.values()) == {1}, f"round {number}: a commit was judged twice"
    assert machine.gaps(), "kills left no gap"
    machine.stop()  # stock git does not look again when packs are merged under it
    verify = machine.reeve("verify")
    assert verify.returncode == 0, verify.stdout + verify.stderr
    fsck = subprocess.run(["git", "-c", "safe.directory=*", "-C", machine.snapshots, "fsck",
                           "--strict", "--no-dangling"], capture_output=True, text=True, timeout=120)
    assert (fsck.returncode, fsck.stdout) == (0, ""), fsck.stderr


def test_a_killed_recorder_leaves_a_gap_with_its_cause(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    before = machine.pid("recorder")
    machine.kill("recorder")
    machine.write("/etc/hostname", "b\n")
    wait_for("a new recorder", lambda: machine.pid("recorder") != before)
    machine.wait_ready()
    assert machine.recorded("/etc/hostname") == b"b\n"
    gap, = machine.gaps()
    assert gap["cause"] == "crash"
    assert gap["start"] < gap["end"]


def test_without_a_kill_there_is_no_gap(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.write("/etc/hostname", "b\n")
    machine.settle()
    assert machine.gaps() == []
