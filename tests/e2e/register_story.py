# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of verdicts have in common: a file, its old and its new content, and how an
approved, a mismatching and a refused change look."""

import os

from conftest import wait_for
from register_clone import ALICE, CHG, blob_id

OLD, NEW, EVIL = "old\n", "new\n", "evil\n"
MOTD = "/etc/motd"


def to(*pins):
    return f"{{path: {MOTD}, to: {{{', '.join(pins)}}}}}"


PIN_NEW = to(f"blob: {blob_id(NEW)}")
TRANSITION = f"{{path: {MOTD}, from: {{blob: {blob_id(OLD)}}}, to: {{blob: {blob_id(NEW)}}}}}"
ANY = f"{{path: {MOTD}, content: any}}"


def change(machine, content=NEW, path=MOTD):
    """Writes and returns what was told of it."""
    machine.write(path, content)
    machine.settle()
    return machine.changes(path)[-1]


def put(machine, path, content=None, mode=0o644, owner=None, target=None):
    """Makes it whole beside, then renames it over: one change."""
    file = machine.path(path)
    beside = file.with_name(f".{file.name}.tmp-e2e")
    if target is not None:
        beside.symlink_to(target)
    else:
        beside.write_text(content)
        if owner is not None:
            os.chown(beside, owner, owner)
        beside.chmod(mode)
    beside.rename(file)


def reasons(told):
    return "\n".join(told["reasons"])


def approve(register, changes=(PIN_NEW,), approver=ALICE, request=CHG, **members):
    register.write(changes, request=request, **members).push()
    register.sign(approver, request=request)
    return register.push()


def assert_approved(register, **kind):
    told = change(register.machine, **kind)
    assert told["verdict"] == "approved", told["reasons"]
    assert told["severity"] == "informational"
    assert register.machine.settle().returncode == 0


def assert_mismatch(register, message, **kind):
    told = change(register.machine, **kind)
    assert told["verdict"] == "mismatch", told["reasons"]
    assert message in reasons(told)
    assert register.machine.settle().returncode == 1
    return told


def refused(register, message):
    """The newest approval does not count, and says why; the change it was for is an alert."""
    told = register.requests()[-1]
    assert told["approval"]["counts"] is False
    assert message in told["approval"]["problem"]
    assert message in told["summary"]
    assert_mismatch(register, message)


def status_says(machine, message):
    status = machine.reeve("status", "--wait")
    return status.returncode == 2 and message in " ".join(status.stdout.split())


def start_in_trouble(register):
    register.machine.stop()
    register.start(ready=False)
    wait_for("the daemon to live", lambda: (register.machine.runtime / "ctl").exists())


def assert_unverifiable(register, message):
    machine = register.machine
    wait_for("the trouble in status", lambda: status_says(machine, message))
    machine.write(MOTD, NEW)
    machine.reeve("status", "--wait")
    told = wait_for("the change", lambda: machine.changes(MOTD))[-1]
    assert told["verdict"] == "unverifiable", told["reasons"]
    assert message in reasons(told)
