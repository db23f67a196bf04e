# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge notices what is pushed, and never judges by half of it."""

import json
import socket
import threading
import time
from datetime import datetime

import pytest
from conftest import wait_for
from register_clone import ALICE, Register, blob_id
from register_story import (ANY, MOTD, NEW, OLD, PIN_NEW, approve, assert_approved,
                            assert_unverifiable, change, to)


def ask(machine, op):
    """Seconds until the judge had answered."""
    start = time.monotonic()
    with socket.socket(socket.AF_UNIX) as ctl:
        ctl.connect(str(machine.runtime / "ctl"))
        ctl.sendall(json.dumps({"op": op}).encode() + b"\n")
        assert json.loads(ctl.makefile().readline())["ok"]
    return time.monotonic() - start


def seen_after(register, moment):
    """Seconds from a moment until the judge saw the approval, by its own word."""
    seen = wait_for("the approval", register.requests)[-1]["approval"]["seen"]
    return datetime.fromisoformat(seen.replace("Z", "+00:00")).timestamp() - moment


def test_a_push_is_noticed_within_a_second(register):
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push(nudge=False)
    assert seen_after(register, time.time()) < 1


def test_a_push_is_noticed_at_once_when_told(register):
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push(nudge=False)
    pushed = time.time()
    ask(register.machine, "nudge")
    assert seen_after(register, pushed) < 0.3


@pytest.mark.slow
def test_never_judged_by_half_a_push(register):
    """Thousands of requests come with one push, and the one that covers the file is edited by the
    same push; the file changes all the time, and somebody asks the judge to look all the time. What
    was judged by the register before is approved, by the one after a mismatch, and nothing else."""
    machine = register.machine
    last = "CHG-999999"  # loaded last
    register.write([ANY], request=last)
    register.sign(ALICE, request=last)
    register.push()
    before = register.in_clone("rev-parse", "HEAD")
    edited = register.file(last).read_bytes() + b"# edited\n"
    stop = threading.Event()
    waits = []

    def look():
        while not stop.is_set():
            waits.append(ask(machine, "nudge"))
    looker = threading.Thread(target=look)
    looker.start()
    try:
        change(machine, "0\n")
        register.push_many(6000, {f"requests/{last}/request.yaml": edited})
        after = register.git("-C", register.bare, "rev-parse", "main")
        for number in range(1, 200):
            machine.write(MOTD, f"{number}\n")
            if number % 10 == 0 and machine.changes(MOTD)[-1]["event"]["register"] == after:
                break
        machine.settle()
        change(machine, "the last\n")
    finally:
        stop.set()
        looker.join()
    judged = {(told["event"]["register"], told["verdict"]) for told in machine.changes(MOTD)}
    assert judged == {(before, "approved"), (after, "mismatch")}
    assert max(waits) < 1, "nobody got an answer while the register was read"


def test_a_register_made_later(machine):
    machine.write(MOTD, OLD)
    register = Register(machine).trust_people(ALICE)
    register.start()
    assert change(machine, NEW)["verdict"] == "unapproved"
    register.make()
    approve(register)
    assert machine.events()[-1]["kind"] == "resolved"
    assert machine.settle().returncode == 0


def test_gc_under_the_judge(register):
    approve(register)
    register.git("-C", register.bare, "gc", "-q", "--prune=now")
    assert_approved(register)
    register.write([to(f"blob: {blob_id('third')}")], request="CHG-2")
    register.sign(ALICE, request="CHG-2")
    register.push()
    register.git("-C", register.bare, "repack", "-q", "-a", "-d", "-f")
    assert_approved(register, content="third")


def test_alternates_lead_nowhere(register):
    """Objects that lie outside of the register are not there for the judge."""
    outside = register.machine.folder / "outside.git"
    register.git("clone", "-q", "--bare", register.bare, outside)
    (register.bare / "objects" / "info").mkdir(exist_ok=True)
    (register.bare / "objects" / "info" / "alternates").write_text(f"{outside}/objects\n")
    register.write([PIN_NEW])
    register.in_clone("add", "-A")
    register.in_clone("commit", "-q", "-m", "outside")
    register.in_clone("push", "-q", str(outside), "HEAD:refs/heads/main")
    head = register.in_clone("rev-parse", "HEAD")
    register.git("-C", register.bare, "update-ref", "refs/heads/main", head)
    assert_unverifiable(register, "register: cannot read")
