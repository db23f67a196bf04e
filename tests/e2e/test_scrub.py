# SPDX-License-Identifier: GPL-3.0-or-later
"""The scrub: what gives no event is found all the same, and nothing is invented."""

import mmap
import os
import subprocess

import pytest

from conftest import wait_for


def sweeps(machine):
    return machine.health("recorder").get("scrub", {"sweeps": 0, "rotations": 0})


def wait_for_rounds(machine, more_sweeps=2, more_rotations=1):
    """Until the scrub has gone round again, from its beginning to its end."""
    before = sweeps(machine)
    wait_for("the scrub to go round", lambda:
             sweeps(machine)["sweeps"] >= before["sweeps"] + more_sweeps and
             sweeps(machine)["rotations"] >= before["rotations"] + more_rotations)
    machine.settle()


class Mapping:
    """A file mapped for writing whose descriptor is closed: the kernel has nothing to tell."""

    def __init__(self, file):
        fd = os.open(file, os.O_RDWR)
        self.map = mmap.mmap(fd, 0, mmap.MAP_SHARED)
        os.close(fd)

    def write(self, data):
        self.map[:len(data)] = data


@pytest.fixture
def mapped(machine):
    file = machine.write("/etc/mapped.conf", "x" * 4096)
    machine.write("/etc/quiet.conf", "quiet\n")
    machine.start()
    return file, Mapping(file)


@pytest.mark.slow
@pytest.mark.patient
def test_writes_to_a_mapping_are_found_without_an_event(machine, mapped):
    file, mapping = mapped
    mapping.write(b"one")
    wait_for("the first write", lambda: machine.changes("/etc/mapped.conf"))
    machine.settle()
    wait_for_rounds(machine, 1, 0)  # whatever was in doubt about it has been looked at
    ctime = file.stat().st_ctime_ns
    mapping.write(b"two")
    second_is_stealthy = file.stat().st_ctime_ns == ctime
    wait_for("the second write", lambda: len(machine.changes("/etc/mapped.conf")) > 1)
    machine.settle()
    told = machine.changes()
    assert {change["path"] for change in told} == {"/etc/mapped.conf"}
    assert [change["op"] for change in told] == ["updated", "updated"]
    assert machine.recorded("/etc/mapped.conf")[:3] == b"two"
    assert second_is_stealthy, "the second write moved the ctime: this test proves less than it says"


@pytest.mark.slow
@pytest.mark.patient
def test_a_mapping_that_is_written_with_the_same_bytes_is_silent(machine, mapped):
    _, mapping = mapped
    mapping.write(b"xxx")
    machine.path("/etc/quiet.conf").touch()
    wait_for_rounds(machine)
    assert machine.changes() == []
    assert machine.gaps() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="sets inode flags")
@pytest.mark.patient
@pytest.mark.parametrize("letter", ["i", "A"])
def test_inode_flags_alone_are_found(machine, letter):
    file = machine.write("/etc/hosts", "127.0.0.1 localhost\n")
    machine.start()
    subprocess.run(["chattr", f"+{letter}", file], check=True)
    try:
        wait_for("the flag", machine.changes)
        machine.settle()
    finally:
        subprocess.run(["chattr", f"-{letter}", file], check=True)
    first, = machine.changes()
    assert (first["path"], first["changed"]) == ("/etc/hosts", ["flags"])
    wait_for("the flag to be gone", lambda: len(machine.changes()) > 1)
    assert machine.changes()[1]["verdict"] == "restored"


@pytest.mark.slow
@pytest.mark.patient
def test_a_tree_at_rest_is_swept_and_nothing_is_recorded(machine):
    machine.write("/etc/a/b/c", "deep\n")
    machine.path("/etc/link").symlink_to("nowhere")
    os.mkfifo(machine.path("/etc/fifo"))
    machine.start()
    head = machine.git("rev-parse", "observed")
    wait_for_rounds(machine)
    doubts = sweeps(machine)["doubts"]
    wait_for_rounds(machine)
    assert sweeps(machine)["doubts"] == doubts
    assert machine.git("rev-parse", "observed") == head
    assert [event["kind"] for event in machine.events()] == ["baseline"]


def test_status_says_how_far_it_is(machine):
    machine.write("/etc/a", "a\n")
    machine.start()
    assert "scrub" in machine.reeve("status").stdout
    wait_for("a sweep", lambda: sweeps(machine)["sweeps"] > 0)
    shown, = [line for line in machine.reeve("status").stdout.splitlines()
              if line.startswith("scrub")]
    assert "everything compared" in shown
