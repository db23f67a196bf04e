# SPDX-License-Identifier: GPL-3.0-or-later
"""A register, keys or a request that cannot be read: changes are unverifiable, and nothing is burnt."""

import os

import pytest
from conftest import wait_for
from register_clone import ALICE, CHG, DAVE
from register_story import (MOTD, NEW, PIN_NEW, approve, assert_approved, assert_mismatch,
                            assert_unverifiable, reasons, start_in_trouble, status_says)

pytestmark = pytest.mark.plain


def test_trust_file_that_others_may_write(register):
    approve(register)
    register.trust.chmod(0o666)
    start_in_trouble(register)
    assert_unverifiable(register, "can be written by others; chmod go-w it")
    register.trust.chmod(0o644)
    register.restart()
    resolved, = [event for event in register.machine.events() if event["kind"] == "resolved"]
    assert resolved.get("late", False) is False
    assert "which can be verified now" in resolved["summary"]
    assert register.machine.settle().returncode == 0


def test_malformed_trust_file(register):
    approve(register)
    register.trust.write_text("alice@example.org ssh-ed25519 nonsense\n")
    start_in_trouble(register)
    assert_unverifiable(register, "allowed_signers:1:")


def test_approval_seen_while_keys_were_unreadable_is_not_burnt(register):
    register.write([PIN_NEW]).push()
    register.trust.chmod(0o666)
    start_in_trouble(register)
    register.sign(ALICE)
    register.push(nudge=False)
    register.machine.reeve("status", "--wait")
    assert register.requests() == []
    register.trust.chmod(0o644)
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert_approved(register)


@pytest.mark.parametrize("content", [None, "", "# nobody yet\n"])
def test_nobody_trusted_yet(register, content):
    register.trust.unlink()
    if content is not None:
        register.trust.write_text(content)
    register.restart()
    approve(register)
    assert register.requests() == []
    assert_mismatch(register, "no key is trusted on this host, so no approval was looked at")
    register.trust_people(ALICE)
    register.restart()
    assert register.requests()[-1]["approval"]["counts"] is True
    assert register.machine.settle().returncode == 0


def newest_object(register, name):
    oid = register.in_clone("rev-parse", name)
    return register.bare / "objects" / oid[:2] / oid[2:]


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD:requests", f"HEAD:requests/{CHG}",
                                  f"HEAD:requests/{CHG}/request.yaml",
                                  f"HEAD:requests/{CHG}/approvals",
                                  f"HEAD:requests/{CHG}/approvals/{ALICE}.sig"])
def test_damaged_register(register, name):
    machine = register.machine
    machine.stop()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.push()
    file = newest_object(register, name)
    kept = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(kept[:len(kept) // 2])
    register.start(ready=False)
    assert_unverifiable(register, "register: cannot read")
    file.write_bytes(kept)
    wait_for("the change to be resolved", lambda: machine.reeve("status", "--wait").returncode == 0)
    assert "resolved" in [event["kind"] for event in machine.events()]


def spoil(register, request, name):
    """Cuts an object of a request off; gives back how to mend it."""
    file = newest_object(register, f"HEAD:requests/{request}{name}")
    kept = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(kept[:len(kept) // 2])
    return lambda: file.write_bytes(kept)


def with_a_damaged_neighbour(register, name):
    """CHG covers /etc/motd and is sound; CHG-2 was to cover /etc/issue, and is damaged."""
    register.machine.stop()
    register.write([PIN_NEW])
    register.sign(ALICE)
    register.write(["{path: /etc/issue, content: any}"], request="CHG-2")
    register.sign(ALICE, request="CHG-2")
    register.push()
    mend = spoil(register, "CHG-2", name)
    register.start(ready=False)
    wait_for("the damage in status", lambda: status_says(
        register.machine, "1 request of the register cannot be read: CHG-2"))
    return mend


DAMAGES = ["", "/request.yaml", "/approvals", f"/approvals/{ALICE}", f"/approvals/{ALICE}.sig"]


def change_in_trouble(machine, path, content):
    machine.write(path, content)
    machine.reeve("status", "--wait")
    return wait_for("the change", lambda: machine.changes(path))[-1]


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_request_does_not_touch_a_sound_one(register, name):
    machine = register.machine
    mend = with_a_damaged_neighbour(register, name)
    told = change_in_trouble(machine, MOTD, NEW)
    assert told["verdict"] == "approved", told["reasons"]
    told = change_in_trouble(machine, "/etc/issue", "x\n")
    assert told["verdict"] == "unverifiable", told["reasons"]
    assert "CHG-2: register: cannot read" in reasons(told)
    mend()
    wait_for("the change to be resolved", lambda: machine.reeve("status", "--wait").returncode == 0)
    assert register.problems() == []


@pytest.mark.parametrize("name", DAMAGES)
def test_what_a_damaged_request_does_not_name_is_unapproved(register, name):
    """Unless its request.yaml is what is damaged: then nobody knows what it names."""
    with_a_damaged_neighbour(register, name)
    told = change_in_trouble(register.machine, "/etc/elsewhere", "x\n")
    is_known = name.startswith("/approvals")
    assert told["verdict"] == ("unapproved" if is_known else "unverifiable"), told["reasons"]


def test_a_damaged_veto_leaves_nothing_approved(register):
    approve(register)
    register.sign(DAVE, decision="reject")
    register.machine.stop()
    register.push()
    spoil(register, CHG, f"/approvals/{DAVE}.sig")
    register.start(ready=False)
    told = change_in_trouble(register.machine, MOTD, NEW)
    assert told["verdict"] == "unverifiable", told["reasons"]


def test_register_that_is_taken_away(register):
    approve(register)
    register.bare.rename(register.machine.folder / "gone")
    assert_unverifiable(register, "is gone from")
    (register.machine.folder / "gone").rename(register.bare)
    machine = register.machine
    wait_for("the change to be resolved", lambda: machine.reeve("status", "--wait").returncode == 0)


def test_register_that_the_judge_may_not_read(register):
    if os.getuid() != 0:
        pytest.skip("needs root: the judge must be somebody else")
    approve(register)
    register.machine.stop()
    (register.bare / "HEAD").chmod(0)
    register.bare.joinpath("objects").chmod(0o700)
    register.start(ready=False)
    assert_unverifiable(register, "register: cannot read")
