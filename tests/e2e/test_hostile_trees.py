# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees and files made to hurt whoever looks at them: deep, wide, huge, sparse, never at rest."""

import hashlib
import os
import subprocess
import threading

import pytest

from test_hostile import fsck

pytestmark = pytest.mark.both_backends


def test_paths_beyond_path_max_are_recorded(machine):
    machine.write("/etc/hosts", "one\n")
    machine.start()
    here = os.open(machine.path("/etc"), os.O_RDONLY)
    for number in range(40):  # 40 * 200 bytes: twice PATH_MAX
        name = f"{number:03}-" + "d" * 196
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    with open(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here), "w") as file:
        file.write("deep\n")
    machine.settle()
    deepest = max(machine.changes(), key=lambda change: len(change["path"]))
    assert deepest["path"].endswith("/file") and len(deepest["path"]) > 8000
    assert deepest["after"]["size"] == 5
    # and what happens down there is heard
    with open(os.open("file", os.O_WRONLY | os.O_TRUNC, dir_fd=here), "w") as file:
        file.write("deeper\n")
    os.close(here)
    machine.settle()
    assert machine.changes(deepest["path"])[-1]["after"]["size"] == 7
    assert fsck(machine) == (0, "")
    subprocess.run(["rm", "-r", machine.path("/etc/" + "000-" + "d" * 196)], check=True)


def test_a_sparse_file_of_a_terabyte_costs_nothing(machine):
    file = machine.write("/etc/huge", "")
    machine.start()
    with open(file, "r+b") as huge:
        huge.truncate(1 << 40)
    machine.settle()
    change, = machine.changes("/etc/huge")
    assert change["after"]["size"] == 1 << 40
    assert "blob" not in change["after"] and "sha256" not in change["after"]
    with open(file, "r+b") as huge:
        huge.seek(1 << 39)
        huge.write(b"x")
    machine.settle()
    assert len(machine.changes("/etc/huge")) == 2  # by its time, since nobody reads it


def test_a_big_file_is_known_by_its_digest_alone(machine):
    machine.write("/etc/hosts", "one\n")
    machine.start()
    file = machine.path("/etc/big")

    def put_in_place():
        beside = machine.root / "beside"  # written where nobody looks, so that nobody sees half
        beside.write_bytes(b"x" * (9 << 20))
        beside.rename(file)
        machine.settle()
    put_in_place()
    change, = machine.changes("/etc/big")
    assert change["after"]["size"] == 9 << 20
    assert "sha256" in change["after"] and "blob" not in change["after"]
    put_in_place()
    assert len(machine.changes("/etc/big")) == 1
    with open(file, "r+b") as big:
        big.seek(5 << 20)
        big.write(b"y")
    machine.settle()
    first, second = machine.changes("/etc/big")
    assert first["after"]["sha256"] == second["before"]["sha256"] != second["after"]["sha256"]


def test_a_file_that_never_stops_growing_is_recorded_in_the_end(machine):
    file = machine.write("/etc/growing", "start\n")
    machine.start()
    enough = threading.Event()

    def grow():
        with open(file, "a") as out:
            while not enough.is_set():
                out.write("more and more\n" * 100)
                out.flush()
                enough.wait(0.0005)  # a log does not write more than some megabytes a second
    writer = threading.Thread(target=grow)
    writer.start()
    try:
        machine.settle()  # a barrier comes back although the file is never at rest
    finally:
        enough.set()
        writer.join()
    machine.settle()
    last = machine.changes("/etc/growing")[-1]
    assert last["after"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert machine.gaps() == []


def test_repositories_inside_are_recorded_like_any_files(machine):
    machine.write("/etc/hosts", "one\n")
    machine.start()
    for path in ("/etc/repo", "/etc/repo/nested/repo"):
        folder = machine.path(path)
        folder.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", folder], check=True)
        (folder / "file").write_text("tracked\n")
        subprocess.run(["git", "-C", folder, "-c", "user.name=e", "-c", "user.email=e@example.org",
                        "commit", "-qm", "x", "--allow-empty"], check=True)
    machine.settle()
    told = {change["path"] for change in machine.changes()}
    assert {"/etc/repo/.git/HEAD", "/etc/repo/nested/repo/.git/HEAD", "/etc/repo/file"} <= told
    assert fsck(machine) == (0, "")
    assert machine.reeve("verify").returncode == 0
