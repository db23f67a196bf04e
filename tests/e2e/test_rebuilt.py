# SPDX-License-Identifier: GPL-3.0-or-later
"""The approved state and the drift follow from the journal alone: rebuilt from it they are the same
to the byte, and the same as a model that reads the journal without our code."""

import json
import socket
import sqlite3

import pytest
from register_clone import CHG, DAVE, blob_id, moment
from register_story import (ANY, EVIL, MOTD, NEW, OLD, PIN_NEW, TRANSITION, approve, change, put,
                            to)

AGREED = ("approved", "standard", "restored")
# what a state is; the rest are its names, or follow from these
PROOF = ("type", "sha256", "hmac", "mode", "uid", "gid", "link", "xattrs", "flags", "device")


def proof(state):
    return {key: state[key] for key in PROOF if key in state} or None


class Model:
    """What drifts, by the journal: path -> (approved state, commit it was in)."""

    def __init__(self, events):
        self.drift = {}
        for event in events:
            if event["kind"] == "baseline":
                self.drift.clear()
            for file in event.get("files", []):
                if file["op"] != "transient" and "verdict" in file:
                    self.take(event, file)

    def step(self, event, path, before, after):
        if path not in self.drift:
            self.drift[path] = (proof(before), event["parent"] if before else None)
        elif self.drift[path][0] == proof(after):
            del self.drift[path]

    def take(self, event, file):
        path, source = file["path"], file.get("moved_from")
        agreed = file["verdict"] in AGREED
        if agreed:
            self.drift.pop(path, None)
        else:
            self.step(event, path, {} if source else file["before"], file["after"])
        if source and agreed and file["verdict"] != "restored":
            self.drift.pop(source, None)
        elif source:
            self.step(event, source, file["before"], {})


def dump(machine):
    """Every table, every row, every column."""
    machine.settle()
    with sqlite3.connect(f"file:{machine.state}/journal/index.sqlite?mode=ro", uri=True) as db:
        return "\n".join(db.iterdump())


def drift(machine):
    with sqlite3.connect(f"file:{machine.state}/journal/index.sqlite?mode=ro", uri=True) as db:
        return dict(db.execute("SELECT path, approved_commit FROM drift").fetchall())


def accept(machine, path, request):
    with socket.socket(socket.AF_UNIX) as ctl:
        ctl.connect(str(machine.runtime / "ctl"))
        ctl.sendall(json.dumps({"op": "accept", "path": path, "request": request,
                                "login": "carol"}).encode() + b"\n")
        answer = json.loads(ctl.makefile().readline())
        assert answer["ok"], answer


@pytest.fixture
def story(register):
    """Everything that can happen to a path, each to one of its own, and some to the same."""
    machine = register.machine
    for number in range(6):
        change(machine, "a\n", path=f"/etc/file{number}")  # unapproved
    approve(register, [TRANSITION])
    change(machine)                       # approved
    change(machine, EVIL)                 # mismatch
    change(machine, NEW)                  # restored
    change(machine, OLD)                  # backed out
    register.write([PIN_NEW, "{path: /etc/file0, content: any}"], request="CHG-LATE").push()
    change(machine, EVIL, path="/etc/file0")
    register.sign(DAVE, request="CHG-LATE")
    register.push()                       # file0: resolved, late
    approve(register, ["{path: /etc/done, content: any}"], request="CHG-DOER",
            implementers="[carol]")
    change(machine, path="/etc/done")
    accept(machine, "/etc/done", "CHG-DOER")
    approve(register, [f"{{path: /etc/issue, to: {{blob: {blob_id(NEW)}}}}}", to("absent: true")],
            request="CHG-MOVE")
    change(machine, NEW)
    machine.path(MOTD).rename(machine.path("/etc/issue"))
    machine.settle()                      # moved, as requested at both ends
    machine.path("/etc/file1").rename(machine.path("/etc/file1.moved"))
    machine.settle()                      # moved by nobody's leave
    machine.path("/etc/file2").unlink()   # gone, and was never agreed to be there
    put(machine, "/etc/file3", "b\n", mode=0o600)
    approve(register, [ANY], request="CHG-OVER", window=f"{{end: {moment(-60)}}}")
    machine.settle()
    return register


def test_rebuilt_from_the_journal_to_the_byte(story):
    machine = story.machine
    before = dump(machine)
    diff = machine.reeve("diff").stdout
    kinds = {event["kind"] for event in machine.events()}
    verdicts = {file["verdict"] for file in machine.changes()}
    assert {"baseline", "change", "request", "resolved"} <= kinds
    assert {"approved", "mismatch", "restored", "unapproved"} <= verdicts
    machine.stop()
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    assert machine.reeve("diff").stdout == diff  # a reader without an index reads the journal
    story.start()
    after = dump(machine)
    assert rows_of("drift", after) == rows_of("drift", before) != []
    assert rows_of("open_paths", after) == rows_of("open_paths", before) != []
    assert without_the_restart(after) == without_the_restart(before)
    assert machine.reeve("diff").stdout == diff


def rows_of(table, text):
    return [line for line in text.split("\n") if line.startswith(f'INSERT INTO "{table}"')]


def without_the_restart(text):
    """Stopping and starting is told itself (a gap): those rows, and the position, come on top."""
    return [line for line in text.split("\n")
            if not line.startswith('INSERT INTO "position"') and "'gap'" not in line]


def test_the_same_as_a_model_of_the_journal(story):
    machine = story.machine
    model = Model(machine.events()).drift
    assert drift(machine) == {path: commit for path, (_, commit) in model.items()}
    for path, (state, commit) in model.items():
        recorded = machine.git("ls-tree", "-r", "--name-only", commit or "observed").split("\n")
        if commit is not None and state["type"] == "file":
            assert f"files{path}" in recorded, "its approved state is in snapshots.git"
    assert CHG in {file["request"] for file in machine.changes()}
