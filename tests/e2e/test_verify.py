# SPDX-License-Identifier: GPL-3.0-or-later
"""`reeve verify` finds any flipped byte and says where; what can be rebuilt is."""

import random

import pytest

from conftest import wait_for

SAMPLES = 40


@pytest.fixture
def stopped(machine):
    """A machine with some history, at rest."""
    machine.write("/etc/ssh/sshd_config", "Port 22\n")
    machine.start()
    for number in range(5):
        machine.write("/etc/ssh/sshd_config", f"Port {number}\n")
        machine.write(f"/etc/conf{number}", "x\n" * number)
        machine.settle()
    machine.stop()
    assert machine.reeve("verify").returncode == 0
    return machine


def flip(file, at):
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def assert_found(machine, file, at, where):
    original = file.read_bytes()
    flip(file, at)
    done = machine.reeve("verify")
    file.write_bytes(original)
    assert done.returncode == 1, f"byte {at} of {file} went unnoticed"
    assert where in done.stdout + done.stderr, done.stdout + done.stderr


def sample(size):
    return sorted(random.Random(size).sample(range(size), min(size, SAMPLES)))


@pytest.mark.plain
def test_a_flipped_byte_of_an_event_is_found(stopped):
    for at in sample(stopped.journal.stat().st_size):
        assert_found(stopped, stopped.journal, at, "line ")


@pytest.mark.plain
def test_a_flipped_byte_of_the_cursor_is_found(stopped):
    cursor = stopped.journal.with_name("cursor")
    for at in sample(cursor.stat().st_size):
        assert_found(stopped, cursor, at, "cursor")


@pytest.mark.patient
def test_a_flipped_byte_of_a_git_object_is_found(stopped):
    files = [file for file in (stopped.snapshots / "objects").rglob("*") if file.is_file()]
    assert files
    for file in files:
        for at in random.Random(file.name).sample(range(file.stat().st_size), 2):
            assert_found(stopped, file, at, file.name)


def test_a_flipped_byte_of_the_ref_is_found(stopped):
    ref = stopped.snapshots / "refs/heads/observed"
    for at in (0, 20, 39):
        assert_found(stopped, ref, at, "observed")


def test_a_sound_store_verifies_after_all_that(stopped):
    assert stopped.reeve("verify").returncode == 0


def test_a_removed_event_is_found(stopped):
    lines = stopped.journal.read_bytes().splitlines(keepends=True)
    stopped.journal.write_bytes(b"".join(lines[:2] + lines[3:]))
    done = stopped.reeve("verify")
    assert done.returncode == 1


def test_a_cut_off_tail_is_noticed_and_said(stopped):
    lines = stopped.journal.read_bytes().splitlines(keepends=True)
    stopped.journal.write_bytes(b"".join(lines[:-1]))
    assert stopped.reeve("verify").returncode == 1
    stopped.start(ready=False)
    wait_for("an event that says so", lambda: [
        event for event in stopped.events()
        if event["kind"] == "health" and event["severity"] == "critical"])
    wait_for("status to say so", lambda: "chain is broken" in stopped.reeve("status").stdout)
    assert stopped.reeve("status").returncode == 2


def test_a_deleted_index_is_rebuilt(stopped):
    before = stopped.reeve("--json", "status").stdout
    for file in stopped.journal.parent.glob("index.sqlite*"):
        file.unlink()
    stopped.start()
    assert stopped.settle().returncode == 1
    assert stopped.reeve("--json", "log", "/etc/conf3").stdout.count("\n") == 1
    assert list(stopped.journal.parent.glob("index.sqlite"))
    assert before
