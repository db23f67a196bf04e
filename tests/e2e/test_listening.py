# SPDX-License-Identifier: GPL-3.0-or-later
"""How the kernel is listened to: file systems, floods, and too few watches."""

import hashlib
import json
import os
import subprocess

import pytest

from conftest import wait_for

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts")

# Each: what to give to mount(8) for a folder; {} is a folder for whatever it needs.
FILE_SYSTEMS = {
    "tmpfs": ["-t", "tmpfs", "none"],
    "overlay": ["-t", "overlay", "none", "-o",
                "lowerdir={}/low,upperdir={}/up,workdir={}/work"],
    "ext4": ["-o", "loop", "{}/image"],
}


def make_ground(folder):
    """What the file systems stand on."""
    for name in ("low/below", "up", "work"):
        (folder / name).mkdir(parents=True)
    (folder / "low" / "below" / "conf").write_text("from below\n")
    with open(folder / "image", "wb") as image:
        image.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", folder / "image"], check=True)


@pytest.fixture
def mounted(machine):
    """Everything there is, mounted beneath one watched folder."""
    ground = machine.folder / "ground"
    make_ground(ground)
    places = []
    for name, words in FILE_SYSTEMS.items():
        place = machine.path(f"/etc/{name}")
        place.mkdir()
        subprocess.run(["mount", *(word.format(ground, ground, ground) for word in words), place],
                       check=True)
        places.append(place)
        (place / "d").mkdir(exist_ok=True)
        (place / "d" / "conf").write_text("old\n")
    yield machine
    if machine.process is not None:
        machine.stop()
    for place in places:
        subprocess.run(["umount", place], check=True)


@needs_root
@pytest.mark.both_backends
def test_every_file_system_is_listened_to(mounted):
    mounted.start()
    assert mounted.health("recorder")["backend"] == mounted.backend
    for name in FILE_SYSTEMS:
        mounted.write(f"/etc/{name}/d/conf", "new\n")
        mounted.write(f"/etc/{name}/made/of/new", "new\n")
        mounted.settle()
        mounted.write(f"/etc/{name}/made/of/new", "newer\n")
        mounted.settle()
        assert mounted.recorded(f"/etc/{name}/d/conf") == b"new\n"
        assert mounted.recorded(f"/etc/{name}/made/of/new") == b"newer\n"
    assert mounted.gaps() == []


@needs_root
@pytest.mark.both_backends
def test_a_folder_that_an_overlay_copies_up_stays_listened_to(mounted):
    mounted.start()
    # The first write beneath it copies the folder and the file to the upper layer.
    for text in ("once\n", "twice\n"):
        mounted.write("/etc/overlay/below/conf", text)
        mounted.write(f"/etc/overlay/below/{text.strip()}", text)
        mounted.settle()
        assert mounted.recorded("/etc/overlay/below/conf").decode() == text
        assert mounted.recorded(f"/etc/overlay/below/{text.strip()}").decode() == text
    assert mounted.gaps() == []


def blob_ids(folder):
    """Name -> what git calls its content."""
    found = {}
    for file in folder.iterdir():
        content = file.read_bytes()
        found[file.name] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return found


FLOOD_FILES = 8000


@pytest.mark.slow
@pytest.mark.both_backends
def test_a_flood_of_a_hundred_thousand_events_ends_in_the_true_state(machine):
    """Made, written, given another mode, renamed, written again, as fast as one can: whatever was
    lost on the way, what is there in the end is recorded, and a loss is told as a gap."""
    folder = machine.path("/etc/flood")
    folder.mkdir()
    machine.start()
    for number in range(FLOOD_FILES):
        name = os.path.join(folder, f"n{number}")
        with open(name, "w") as file:
            file.write(f"first {number}\n")
        os.chmod(name, 0o600)
        os.rename(name, f"{name}.conf")
        with open(f"{name}.conf", "w") as file:
            file.write(f"second {number}\n" if number % 2 else f"other {number}\n")
        if number % 10 == 0:
            os.unlink(f"{name}.conf")
    machine.settle()
    tree = machine.git("ls-tree", "-z", "observed:files/etc/flood").split("\0")[:-1]
    recorded = {entry.split("\t")[1]: entry.split()[2] for entry in tree}
    assert recorded == blob_ids(folder)
    assert {gap["cause"] for gap in machine.gaps()} <= {"overflow", "queue-full"}
    if machine.backend == "fanotify":
        assert machine.gaps() == []


# Fewer watches than folders: the limit is of the user namespace, so the machine keeps its own.
FEW_WATCHES = ["unshare", "--user", "--map-root-user", "sh", "-c",
               "echo 20 >/proc/sys/user/max_inotify_watches && "
               "exec unshare --user --map-user=1000 --map-group=1000 \"$@\"", "-"]
FOLDERS = 60


@needs_root
def test_folders_without_a_watch_are_scanned_and_named(machine):
    for number in range(FOLDERS):
        machine.write(f"/etc/d{number:02}/conf", "old\n")
    machine.start("--backend", "inotify", prefix=FEW_WATCHES, ready=False)
    wait_for("the recorder", lambda: machine.health("recorder")["state"] == "ready")
    wait_for("a gap", lambda: machine.journal.exists() and machine.gaps())
    health = machine.health("recorder")
    assert health["uncovered"] > 0 and health["directories"] < FOLDERS
    assert health["directories"] + health["uncovered"] >= FOLDERS
    status = machine.reeve("status")
    assert (status.returncode, "have no watch" in status.stdout) == (2, True), status.stdout
    gap, = machine.gaps()
    assert gap["cause"] == "watch-budget" and gap["scope"].startswith("/etc")
    for number in range(FOLDERS):
        machine.write(f"/etc/d{number:02}/conf", "new\n")
        machine.write(f"/etc/d{number:02}/made", "new\n")
    wait_for("every folder to be looked at", lambda: len(
        [change for change in machine.changes()
         if change["path"].startswith("/etc/d") and change["type"] == "file"]) == 2 * FOLDERS)


@needs_root
def test_with_enough_watches_nothing_is_said_of_them(machine):
    for number in range(FOLDERS):
        machine.write(f"/etc/d{number:02}/conf", "old\n")
    machine.start("--backend", "inotify")
    assert machine.health("recorder")["uncovered"] == 0
    assert "have no watch" not in machine.reeve("status").stdout
    assert machine.gaps() == []


def told_closed(machine, commit):
    """Path and content of what a commit tells, without what it says was still open."""
    notes = json.loads(machine.git("show", f"{commit}:change-set.json"))
    for path, note in notes.get("paths", {}).items():
        if not note.get("open"):
            yield path, machine.git("show", f"{commit}:files{path}")


WRITE_ROUNDS = 60
WRITE_FILES = 25


@pytest.mark.both_backends
def test_what_is_written_over_and_over_is_recorded_whole(machine):
    """Emptied, written in two halves, closed, and begun anew at once by the same process: whatever
    state is recorded is one in which the writer had closed the file."""
    files = [machine.write(f"/etc/over/{number}", "start\nend\n") for number in range(WRITE_FILES)]
    machine.start()
    for number in range(WRITE_ROUNDS):
        for file in files:
            with open(file, "w") as out:
                out.write(f"{number}\n" * 200)
                out.flush()
                out.write("end\n")
    machine.settle()
    torn = [(commit, path, content[:20], len(content)) for commit in machine.git("rev-list", "observed").split()
            for path, content in told_closed(machine, commit) if not content.endswith("end\n")]
    assert torn == []
    for file in files:
        assert machine.recorded(f"/etc/over/{file.name}") == file.read_bytes()
