# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has once seen of approvals counts, whatever happens to files, keys and the daemon."""

import shutil
import sqlite3

import pytest
from conftest import wait_for
from register_clone import ALICE, CHG, key_time
from register_story import (ANY, EVIL, NEW, OLD, PIN_NEW, approve, assert_approved,
                            assert_mismatch, change)


def test_survives_a_restart(register):
    approve(register)
    seen = len(register.requests())
    register.restart()
    assert_approved(register)
    assert len(register.requests()) == seen


def test_survives_the_deletion_of_its_files(register):
    approve(register)
    shutil.rmtree(register.folder() / "approvals")
    register.push()
    register.restart()
    assert_approved(register)


def test_survives_the_expiry_of_the_key(register):
    approve(register)
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-60)}"'))
    register.restart()
    assert_approved(register)


def test_survives_a_copy_under_another_name_and_request(register):
    """The bytes of an approval are not its identity: copied elsewhere it counts for nothing, and
    takes nothing from the real one."""
    approve(register)
    approvals = register.folder() / "approvals"
    for suffix in ("", ".sig"):
        shutil.copy(approvals / (ALICE + suffix), approvals / ("zed@example.org" + suffix))
    register.write([ANY], request="CHG-2")
    shutil.copytree(approvals, register.folder("CHG-2") / "approvals")
    register.push()
    problems = [event["approval"].get("problem", "") for event in register.requests()]
    assert any("lies in the name of zed@example.org" in problem for problem in problems)
    assert any(f"is about {CHG}, not about this request" in problem for problem in problems)
    register.trust.write_text(register.line(ALICE, f'valid-before="{key_time(-60)}"'))
    told = len(register.requests())
    register.restart()
    assert_approved(register)
    assert len(register.requests()) == told


def test_survives_kill_and_a_lost_index(register):
    machine = register.machine
    register.write([PIN_NEW]).push()
    assert_mismatch(register, "nobody has approved it yet")
    change(machine, EVIL, path="/etc/other")
    register.sign(ALICE)
    register.push()
    assert machine.settle().returncode == 1

    def tables():
        machine.settle()
        with sqlite3.connect(f"file:{machine.state}/journal/index.sqlite?mode=ro",
                             uri=True) as db:
            return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                    for table in ("drift", "open_alerts", "open_paths")}
    before = tables()
    assert [row[0] for row in before["drift"]] == ["/etc/other"]
    machine.stop()
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    register.start()
    assert tables() == before
    machine.kill("judge")
    wait_for("the judge to be back", lambda: machine.reeve("status", "--wait").returncode == 1)
    assert tables() == before
    assert len(register.requests()) == 1
    assert change(machine, OLD)["verdict"] != "approved"
    assert change(machine, NEW)["verdict"] in ("approved", "restored")


@pytest.mark.parametrize("cut", range(1, 4))
def test_killed_between_approval_and_resolution(register, cut):
    """Killed after the approval was journaled, but not what follows from it: it follows later."""
    machine = register.machine
    register.write([PIN_NEW]).push()
    change(machine)
    machine.stop()
    lines = len(machine.events())
    register.sign(ALICE)
    register.push()
    places = [machine.state / "journal" / "cursor", *machine.state.rglob("witness")]
    kept = [place.read_bytes() for place in places]
    register.start()
    machine.settle()
    kinds = [event["kind"] for event in machine.events()[lines:]]
    assert "resolved" in kinds
    machine.stop()
    journal = b"".join(machine.journal.read_bytes().splitlines(True)[:lines + cut])
    machine.journal.write_bytes(journal)
    for place, data in zip(places, kept):
        place.write_bytes(data)
    for file in (machine.state / "journal").glob("index.sqlite*"):
        file.unlink()
    register.start()
    assert machine.settle().returncode == 0
    kinds = [event["kind"] for event in machine.events()[lines:]]
    assert kinds.count("resolved") == 1
    assert kinds.count("request") == 1
