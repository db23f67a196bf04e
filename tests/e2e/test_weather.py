# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad weather: no room, no inodes, no descriptors, a disk that cannot be written to.

Recording degrades loudly: the health of the recorder, `reeve status` and the heartbeat say so; what
there is stays; when the weather clears it catches up by itself, and the time is a recorded gap.
"""

import contextlib
import json
import os
import shutil
import struct
import subprocess
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zmq

from conftest import PROGRAMS, Machine, wait_for
from stages import FAULT

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount"),
    pytest.mark.slow,
]

MUCH = 64 * 1024


@contextlib.contextmanager
def mounted(folder, *words):
    subprocess.run(["mount", *words, folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def on_disk():
    """`on_disk(words of mount)` makes a machine whose STATE is a file system of its own."""
    with contextlib.ExitStack() as stack:
        def make(*words):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rv-",
                                                                          ignore_cleanup_errors=True)))
            folder.chmod(0o755)
            made = Machine(folder)
            made.state.mkdir()
            stack.enter_context(mounted(made.state, *words))
            made.state.chmod(0o750)
            stack.callback(lambda: made.process is not None and made.stop())
            stack.callback(lambda: print(made.log.read_text()[-6000:]))
            return made
        yield make


def fill_bytes(machine):
    """Takes all there is, but for what the ballast keeps."""
    with open(machine.state / "filler", "wb", buffering=0) as file:
        size = MUCH
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def fill_inodes(machine):
    folder = machine.state / "filler"
    folder.mkdir()
    with contextlib.suppress(OSError):
        for number in range(100000):
            (folder / str(number)).touch()


def clear(machine):
    filler = machine.state / "filler"
    shutil.rmtree(filler) if filler.is_dir() else filler.unlink()


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def degraded(machine):
    health = machine.health("recorder")
    return health["state"] == "degraded" and health["text"]


def heartbeat(machine):
    """The next one that says it is not well."""
    context = zmq.Context()
    try:
        sub = context.socket(zmq.SUB)
        sub.rcvtimeo = 30000
        sub.subscribe(b"hb/1/")
        sub.connect(f"ipc://{machine.runtime}/live")
        while not (body := json.loads(sub.recv_multipart()[4]))["degraded"]:
            pass
        return body
    finally:
        context.destroy(linger=0)


def caught_up(machine, cause):
    """Everything is as it should be, and there is a gap."""
    wait_for("recording again", lambda: machine.health("recorder")["state"] == "ready")
    machine.wait_ready()
    machine.settle()
    closed = [gap for gap in machine.gaps() if gap["cause"] == cause and "closed" in gap]
    assert len(closed) == 1, machine.gaps()
    assert closed[0]["severity"] == "medium" and closed[0]["start"] < closed[0]["end"]
    assert machine.reeve("verify").returncode == 0
    assert machine.reeve("status").returncode in (0, 1)
    fsck = machine.git("fsck", "--strict", "--no-dangling")
    assert fsck == ""


def start(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    wait_for("the ballast", lambda: (machine.state / "ballast" / "15").exists())
    return machine


WEATHERS = [
    ("disk-full", fill_bytes, "the disk is full", ["-t", "tmpfs", "-o", "size=16m", "tmpfs"]),
    ("no-inodes", fill_inodes, "no room for another file",
     ["-t", "tmpfs", "-o", "size=64m,nr_inodes=300", "tmpfs"]),
]


@pytest.mark.parametrize(("cause", "fill", "text", "mount"), WEATHERS, ids=[w[0] for w in WEATHERS])
def test_a_full_disk_is_said_and_survived(on_disk, cause, fill, text, mount):
    machine = start(on_disk(*mount))
    fill(machine)
    machine.write("/etc/hostname", "b\n")
    assert text in wait_for("the complaint", lambda: degraded(machine))
    # the ballast was dropped to tell everybody: the gap is in the journal while it is open
    opened = wait_for("the open gap", machine.gaps)
    assert opened[0]["cause"] == cause and "closed" not in opened[0]
    assert not (machine.state / "ballast").exists()
    status = machine.reeve("status")
    assert status.returncode == 2
    assert "cannot record" in status.stdout and text in status.stdout
    assert heartbeat(machine)["degraded"]
    fill(machine) if cause == "disk-full" else None  # and now there is really nothing left
    machine.write("/etc/hostname", "c\n")
    machine.write("/etc/hosts", "d\n")
    clear(machine)
    caught_up(machine, cause)
    assert machine.recorded("/etc/hostname") == b"c\n"
    assert machine.recorded("/etc/hosts") == b"d\n"
    wait_for("a new ballast", lambda: (machine.state / "ballast" / "15").exists())


def test_a_full_ext4_is_said_and_survived(on_disk):
    image = Path(tempfile.mkstemp(prefix="rv-")[1])
    with open(image, "wb") as file:
        file.truncate(24 * 1024 * 1024)
    try:
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        machine = start(on_disk("-o", "loop", str(image)))
        fill_bytes(machine)
        machine.write("/etc/big", os.urandom(8 << 20))
        wait_for("the complaint", lambda: degraded(machine))
        assert wait_for("the open gap", machine.gaps)[0]["cause"] == "disk-full"
        clear(machine)
        caught_up(machine, "disk-full")
        assert len(machine.recorded("/etc/big")) == 8 << 20
        machine.stop()
    finally:
        image.unlink()


def test_a_disk_with_room_is_no_trouble(on_disk):
    """The twin: nothing is said, and the ballast stays."""
    machine = start(on_disk("-t", "tmpfs", "-o", "size=64m", "tmpfs"))
    machine.write("/etc/hostname", "b\n")
    machine.settle()
    assert machine.gaps() == []
    assert machine.reeve("status").returncode == 1
    assert (machine.state / "ballast" / "0").stat().st_size == 128 * 1024


def test_a_disk_that_gives_up_is_said(on_disk):
    """ext4 that met an error: from then on nothing can be written, and nothing brings it back."""
    image = Path(tempfile.mkstemp(prefix="rv-")[1])
    with open(image, "wb") as file:
        file.truncate(24 * 1024 * 1024)
    try:
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        machine = start(on_disk("-o", "loop,errors=remount-ro", str(image)))
        device = subprocess.run(["findmnt", "-no", "SOURCE", machine.state], capture_output=True,
                                text=True, check=True).stdout.strip()
        Path(f"/sys/fs/ext4/{Path(device).name}/trigger_fs_error").write_text("1")
        machine.write("/etc/hostname", "b\n")
        assert "cannot be written to" in wait_for("the complaint", lambda: degraded(machine))
        status = machine.reeve("status")
        assert status.returncode == 2 and "cannot record" in status.stdout
        assert machine.recorded("/etc/hostname") == b"a\n"
        machine.stop()
    finally:
        image.unlink()


#
# What no mount can bring about and take back while files are open
#

@pytest.fixture
def under_a_sky(machine):
    """A machine whose recorder has fault.c preloaded; `sky(errno, clock=seconds)` makes weather."""
    build = machine.folder / "build"
    (build / "src").mkdir(parents=True)
    (build / "build.ninja").touch()
    for program in ("reeved", "reeve", "reeve-judge", "reeve-relay"):
        shutil.copy2(PROGRAMS / program, build / "src" / program)
    weather = machine.folder / "weather"
    weather.write_bytes(struct.pack("iii", 0, 0, 0))
    wrapper = build / "src" / "reeve-recorder"
    wrapper.write_text(f"#!/bin/sh\nexport LD_PRELOAD={FAULT} FAULT_UNDER={machine.state} "
                       f"FAULT_WEATHER={weather}\nexec {PROGRAMS}/reeve-recorder \"$@\"\n")
    wrapper.chmod(0o755)

    def sky(change=0, opening=0, clock=0):
        with open(weather, "r+b") as file:
            file.write(struct.pack("iii", change, opening, clock))
    machine.programs = build / "src"
    return machine, sky


def test_a_read_only_disk_is_said_and_survived(under_a_sky):
    machine, sky = under_a_sky
    machine.write("/etc/hostname", "a\n")
    machine.start()
    sky(change=30)  # EROFS
    machine.write("/etc/hostname", "b\n")
    assert "cannot be written to" in wait_for("the complaint", lambda: degraded(machine))
    assert "cannot record" in machine.reeve("status").stdout
    machine.write("/etc/hostname", "c\n")
    sky()
    caught_up(machine, "read-only")
    assert machine.recorded("/etc/hostname") == b"c\n"


def test_no_descriptors_left_is_said_and_survived(under_a_sky):
    machine, sky = under_a_sky
    machine.write("/etc/hostname", "a\n")
    machine.start()
    pid = machine.pid("recorder")
    sky(opening=24)  # EMFILE
    machine.write("/etc/hostname", "b\n")
    machine.write("/etc/folder/new", "x\n")
    assert "too many files" in wait_for("the complaint", lambda: degraded(machine))
    assert "cannot record" in machine.reeve("status").stdout
    sky()
    caught_up(machine, "no-descriptors")
    assert machine.recorded("/etc/hostname") == b"b\n"
    assert machine.recorded("/etc/folder/new") == b"x\n"
    assert machine.pid("recorder") == pid


def test_a_clock_that_is_set_back_is_said_and_survived(under_a_sky):
    """By an hour, and forward again: both are gaps with the hour in them; nothing is lost or told
    twice, and nothing that was recorded in the hour that came twice is out of order."""
    machine, sky = under_a_sky
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.write("/etc/hostname", "b\n")
    machine.settle()
    for number, clock in enumerate((-3600, 0)):
        sky(clock=clock)
        steps = wait_for("the gap", lambda: [gap for gap in machine.gaps() if gap["cause"] == "clock"
                                             and "closed" in gap][number:])
        assert steps[0]["severity"] == "medium"
        assert moment(steps[0]["end"]) - moment(steps[0]["start"]) >= timedelta(minutes=59)
        machine.write("/etc/hostname", f"after {number}\n")
        machine.settle()
        assert machine.recorded("/etc/hostname") == f"after {number}\n".encode()
    told = [change["op"] for change in machine.changes("/etc/hostname")]
    assert len(told) >= 3 and set(told) == {"updated"}
    assert machine.reeve("verify").returncode == 0
    assert {gap["cause"] for gap in machine.gaps()} == {"clock"}


def test_a_clock_that_goes_right_is_not_mentioned(under_a_sky):
    machine, sky = under_a_sky
    machine.write("/etc/hostname", "a\n")
    machine.start()
    before = machine.health("recorder")["time"]
    wait_for("another look at the clock", lambda: machine.health("recorder")["time"] > before)
    machine.settle()
    assert machine.gaps() == []
