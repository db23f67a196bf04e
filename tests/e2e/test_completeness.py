# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can make a file differ is noticed, at once; and whatever leaves it as it was is
silent. One act and its silent twin for each way there is; what gives no event at all is in
test_scrub.py, what is hostile in test_hostile.py and test_hostile_trees.py.
"""

import ctypes
import mmap
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess

import pytest

from conftest import wait_for
from fuse_server import INIT, OPENDIR, FuseServer

pytestmark = [
    pytest.mark.plain,
    pytest.mark.both_backends,
    pytest.mark.skipif(os.geteuid() != 0, reason="changes owners, capabilities and mounts"),
]

FILE, OTHER, LINK, NOTED = "/etc/a/file", "/etc/a/other", "/etc/a/link", "/etc/a/noted"
RENAME_EXCHANGE = 2
AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400


# The acts. Each takes the machine and whether it is to change something.

def in_place(machine, really):
    with open(machine.path(FILE), "r+") as file:
        file.write("two\n" if really else "one\n")


def append(machine, really):
    with open(machine.path(FILE), "a") as file:
        file.write("more\n" if really else "")


def rename_over(machine, really):
    beside = machine.path("/etc/a/.file.beside")
    beside.write_text("two\n" if really else "one\n")
    beside.rename(machine.path(FILE))


def remove_and_make(machine, really):
    machine.path(FILE).unlink()
    machine.write(FILE, "two\n" if really else "one\n")


def truncate(machine, really):
    os.truncate(machine.path(FILE), 2 if really else 4)


def mapping(machine, really):
    fd = os.open(machine.path(FILE), os.O_RDWR)
    with mmap.mmap(fd, 0, mmap.MAP_SHARED) as mapped:
        mapped[:3] = b"two" if really else b"one"
    os.close(fd)


def unnamed_and_linked(machine, really):
    """O_TMPFILE: a file without a name that gets one when it is complete."""
    fd = os.open(machine.path("/etc/a"), os.O_TMPFILE | os.O_RDWR, 0o644)
    os.write(fd, b"made\n")
    if really:
        done = ctypes.CDLL(None, use_errno=True).linkat(
            AT_FDCWD, f"/proc/self/fd/{fd}".encode(), AT_FDCWD,
            bytes(machine.path("/etc/a/made")), AT_SYMLINK_FOLLOW)
        assert done == 0, os.strerror(ctypes.get_errno())
    os.close(fd)


def other_name_outside(machine, really):
    (machine.root / "outside").write_text("two\n" if really else "one\n")


def other_name_inside(machine, really):
    machine.path("/etc/b/second").write_text("two\n" if really else "one\n")


def other_name_emptied(machine, really):
    os.truncate(machine.root / "outside", 0 if really else 4)


def exchange(machine, really):
    libc = ctypes.CDLL(None, use_errno=True)
    pair = [bytes(machine.path(f"/etc/b/{name}")) for name in ("x", "y" if really else "like-x")]
    done = libc.renameat2(AT_FDCWD, pair[0], AT_FDCWD, pair[1], RENAME_EXCHANGE)
    assert done == 0, os.strerror(ctypes.get_errno())


def mode(machine, really):
    machine.path(FILE).chmod(0o600 if really else 0o644)


def owner(machine, really):
    os.chown(machine.path(FILE), 1234 if really else 0, -1)


def group(machine, really):
    os.chown(machine.path(FILE), -1, 1234 if really else 0)


def attribute(machine, really):
    os.setxattr(machine.path(NOTED), "user.note", b"new" if really else b"old")


def no_attribute(machine, really):
    if really:
        os.removexattr(machine.path(NOTED), "user.note")


def access_list(*permissions):
    """POSIX ACL as the kernel takes it: owner, user 1234, group, mask, others."""
    tags = (1, 2, 4, 0x10, 0x20)
    ids = (0xffffffff, 1234, 0xffffffff, 0xffffffff, 0xffffffff)
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, bits, who) for tag, bits, who in zip(tags, permissions, ids))


def acl(machine, really):
    os.setxattr(machine.path(OTHER), "system.posix_acl_access",
                access_list(6, 6 if really else 4, 4, 4, 4))


def capability(machine, really):
    subprocess.run(["setcap", "cap_net_admin+ep" if really else "cap_net_raw+ep",
                    machine.path("/etc/a/program")], check=True)


def link_made_again(machine, really):
    machine.path(LINK).unlink()
    machine.path(LINK).symlink_to("elsewhere" if really else "other")


def link_renamed_over(machine, really):
    subprocess.run(["ln", "-sfnT", "elsewhere" if really else "other", machine.path(LINK)],
                   check=True)


def folder_mode(machine, really):
    machine.path("/etc/a").chmod(0o700 if really else 0o755)


def folder_acl(machine, really):
    os.setxattr(machine.path("/etc/b"), "user.note", b"new" if really else b"old")


UPDATED = {
    in_place: "content", append: "content", rename_over: "content", remove_and_make: "content",
    truncate: "content", mapping: "content", other_name_outside: "content",
    other_name_inside: "content", other_name_emptied: "content", exchange: "content",
    mode: "mode", owner: "owner", group: "group", attribute: "xattrs", no_attribute: "xattrs",
    acl: "xattrs", capability: "xattrs", link_made_again: "target", link_renamed_over: "target",
    folder_mode: "mode", folder_acl: "xattrs",
}
WHERE = {
    attribute: {NOTED}, no_attribute: {NOTED}, acl: {OTHER}, capability: {"/etc/a/program"}, link_made_again: {LINK},
    link_renamed_over: {LINK}, exchange: {"/etc/b/x", "/etc/b/y"}, folder_mode: {"/etc/a"},
    folder_acl: {"/etc/b"}, other_name_inside: {"/etc/b/first", "/etc/b/second"},
    other_name_outside: {"/etc/b/outside"}, other_name_emptied: {"/etc/b/outside"},
}


@pytest.fixture
def stage(machine):
    """A running machine with everything that the acts act on."""
    machine.write(FILE, "one\n", mode=0o644)
    machine.write(OTHER, "other\n", mode=0o644)
    machine.write("/etc/b/first", "one\n", mode=0o644)
    os.link(machine.path("/etc/b/first"), machine.path("/etc/b/second"))
    machine.write("/etc/b/outside", "one\n", mode=0o644)
    os.link(machine.path("/etc/b/outside"), machine.root / "outside")
    for name, text in (("x", "this\n"), ("y", "that\n"), ("like-x", "this\n")):
        machine.write(f"/etc/b/{name}", text, mode=0o644)
    machine.write(NOTED, "noted\n")
    os.setxattr(machine.path(NOTED), "user.note", b"old")
    os.setxattr(machine.path("/etc/b"), "user.note", b"old")
    machine.path(LINK).symlink_to("other")
    machine.write("/etc/a/program", "#!/bin/true\n", mode=0o755)
    subprocess.run(["setcap", "cap_net_raw+ep", machine.path("/etc/a/program")], check=True)
    os.setxattr(machine.path(OTHER), "system.posix_acl_access", access_list(6, 4, 4, 4, 4))
    machine.path("/etc/a").chmod(0o755)
    machine.start()
    return machine


# Acts of several steps: on a busy machine somebody may look between them, and rightly tells of it.
SEVERAL_STEPS = {rename_over, remove_and_make, link_made_again, link_renamed_over}


def play(machine, act, really):
    """Does it; what has several steps while the recorder holds its breath, so that it is one act."""
    if act not in SEVERAL_STEPS:
        act(machine, really)
        return
    recorder = machine.pid("recorder")
    os.kill(recorder, signal.SIGSTOP)
    try:
        act(machine, really)
    finally:
        os.kill(recorder, signal.SIGCONT)


def noticed(machine):
    machine.settle()
    return machine.changes()


def by_name(act):
    return act.__name__


@pytest.mark.parametrize("act", UPDATED, ids=by_name)
def test_what_changes_a_file_is_noticed(stage, act):
    play(stage, act, True)
    told = noticed(stage)
    assert {change["path"] for change in told} == WHERE.get(act, {FILE})
    for change in told:
        assert change["op"] in ("updated", "moved", "attributes_modified")
        assert UPDATED[act] in change["changed"]


@pytest.mark.parametrize("act", [act for act in UPDATED if act is not no_attribute], ids=by_name)
def test_what_leaves_it_as_it_was_is_silent(stage, act):
    head = stage.git("rev-parse", "observed")
    play(stage, act, False)
    assert noticed(stage) == []
    assert stage.git("rev-parse", "observed") == head


def test_a_file_that_gets_its_name_when_complete_is_noticed(stage):
    unnamed_and_linked(stage, True)
    change, = noticed(stage)
    assert (change["path"], change["op"]) == ("/etc/a/made", "created")
    assert stage.recorded("/etc/a/made") == b"made\n"


def test_a_file_that_never_gets_a_name_is_silent(stage):
    unnamed_and_linked(stage, False)
    assert noticed(stage) == []


# A file becomes something else.

def to_folder(path):
    path.mkdir()


def to_fifo(path):
    os.mkfifo(path)


def to_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def to_device(path):
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))


def to_link(path):
    path.symlink_to("other")


@pytest.mark.parametrize("make, word", [
    (to_folder, "dir"), (to_fifo, "fifo"), (to_socket, "socket"), (to_device, "char"),
    (to_link, "link")], ids=lambda value: getattr(value, "__name__", ""))
def test_a_file_replaced_by_something_else_is_noticed(stage, make, word):
    stage.path(FILE).unlink()
    make(stage.path(FILE))
    change, = noticed(stage)
    assert (change["path"], change["after"].get("type", change["type"])) == (FILE, word)
    assert "type" in change["changed"]
    if make is to_folder:
        stage.write(f"{FILE}/in", "x\n")
        assert noticed(stage)[-1]["path"] == f"{FILE}/in"


# Trees.

def test_a_renamed_parent_takes_its_files_along(stage):
    stage.path("/etc/a").rename(stage.path("/etc/c"))
    told = {change["path"]: change for change in noticed(stage)}
    assert told["/etc/c/file"]["moved_from"] == FILE
    stage.write("/etc/c/file", "two\n")
    change = noticed(stage)[-1]
    assert (change["path"], change["op"]) == ("/etc/c/file", "updated")


def test_a_parent_renamed_there_and_back_leaves_nothing_behind(stage):
    stage.path("/etc/a").rename(stage.path("/etc/c"))
    stage.path("/etc/c").rename(stage.path("/etc/a"))
    assert stage.settle().returncode == 0  # nothing drifts, whether it was seen on its way or not
    before = len(stage.changes())
    stage.write(FILE, "two\n")
    assert [change["path"] for change in noticed(stage)[before:]] == [FILE]


def test_a_parent_renamed_where_nobody_watches_is_silent(stage):
    (stage.root / "srv" / "a").mkdir(parents=True)
    (stage.root / "srv" / "a").rename(stage.root / "srv" / "b")
    assert noticed(stage) == []


def unpack(machine):
    """Files in folders as fast as tar makes them: some before anybody can watch the folder."""
    tree = machine.folder / "tree"
    for folder in range(20):
        for depth in ("x", "x/y", "x/y/z"):
            below = tree / f"{folder}" / depth
            below.mkdir(parents=True)
            (below / "file").write_text(f"{folder} {depth}\n")
    packed = subprocess.run(["tar", "-C", tree, "-c", "."], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-C", machine.path("/etc/a"), "-x"], input=packed, check=True)


def test_folders_filled_the_moment_they_are_made_are_complete(stage):
    unpack(stage)
    # A slow tar may be met halfway through a file: then that is told twice.
    assert len({change["path"] for change in noticed(stage) if change["type"] == "file"}) == 60
    assert stage.recorded("/etc/a/19/x/y/z/file") == b"19 x/y/z\n"


def test_a_tree_that_is_touched_all_over_is_silent(stage):
    unpack(stage)
    told = noticed(stage)
    subprocess.run(["find", stage.path("/etc/a"), "-exec", "touch", "{}", "+"], check=True)
    assert noticed(stage) == told


# Mounts.

@pytest.fixture
def mount(machine):
    mounted = []

    def mount(where, *words):
        done = subprocess.run(["mount", *words, where], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"mount: {done.stderr}")
        mounted.append(where)
    yield mount
    for where in mounted:
        subprocess.run(["umount", "-l", where], capture_output=True)


def test_what_is_mounted_over_a_folder_is_seen_instead_of_it(stage, mount):
    mount(stage.path("/etc/a"), "-t", "tmpfs", "none")
    assert {FILE, OTHER} <= {change["path"] for change in noticed(stage)
                             if change["op"] == "deleted"}
    stage.write("/etc/a/hidden", "over it\n")
    assert noticed(stage)[-1]["path"] == "/etc/a/hidden"
    subprocess.run(["umount", stage.path("/etc/a")], check=True)
    stage.settle()
    assert stage.recorded(FILE) == b"one\n"
    last = {change["path"]: change for change in stage.changes()}
    assert last["/etc/a/hidden"]["op"] == "deleted"
    assert last[FILE]["verdict"] == "restored"
    stage.write(FILE, "two\n")
    assert noticed(stage)[-1]["path"] == FILE


def test_a_folder_mounted_over_itself_is_silent(stage, mount):
    mount(stage.path("/etc/a"), "--bind", stage.path("/etc/a"))
    assert noticed(stage) == []
    stage.write(FILE, "two\n")
    assert [change["path"] for change in noticed(stage)] == [FILE]


@pytest.mark.parametrize("kind", ["proc", "sysfs"])
def test_what_is_no_file_system_of_files_is_not_entered(stage, mount, kind):
    mount(stage.path("/etc/b"), "-t", kind, "none")
    told = noticed(stage)
    assert not [change for change in told if change["op"] == "created"]
    assert "/etc/b/x" in {change["path"] for change in told if change["op"] == "deleted"}


@pytest.fixture
def fuse():
    """`fuse(folder)` serves a file system there."""
    servers = []
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        pytest.skip("needs root and /dev/fuse")

    def serve(where, **options):
        servers.append(FuseServer(where, **options))
        return servers[-1]
    yield serve
    for server in servers:
        server.close()


@pytest.mark.parametrize("is_silent", [False, pytest.param(True, marks=pytest.mark.patient)])
def test_a_file_system_that_a_program_serves_is_not_entered(stage, fuse, is_silent):
    """Nor waited for, when the program has stopped to answer."""
    server = fuse(stage.path("/etc/b"), is_silent=is_silent)
    told = noticed(stage)
    assert "/etc/b/x" in {change["path"] for change in told if change["op"] == "deleted"}
    stage.write(FILE, "two\n")
    assert noticed(stage)[-1]["path"] == FILE
    if is_silent:  # and the scrub passes by as well
        before = stage.health("recorder")["scrub"]
        wait_for("a sweep and a rotation", lambda: all(
            stage.health("recorder")["scrub"][of] > before[of] for of in ("sweeps", "rotations")))
        stage.settle()
    assert server.asked <= {INIT}


def test_one_that_is_named_is_entered(machine, fuse):
    """The twin: whoever names it wants to know what is in it."""
    machine.path("/etc/b").mkdir()
    server = fuse(machine.path("/etc/b"))
    machine.start(watch=("/etc", "/etc/b"))
    machine.settle()
    assert OPENDIR in server.asked


# Roots.

def test_a_root_that_goes_and_comes_again(stage):
    shutil.move(stage.path("/etc"), stage.folder / "away")
    stage.settle()
    assert {FILE, OTHER} <= {change["path"] for change in stage.changes()}
    assert "root-lost" in {gap["cause"] for gap in stage.gaps()}
    assert stage.health("recorder")["gaps_open"] > 0
    shutil.move(stage.folder / "away", stage.path("/etc"))
    stage.settle()
    assert stage.health("recorder")["gaps_open"] == 0
    assert stage.reeve("diff").stdout == ""
    before = len(stage.changes())
    stage.write(FILE, "two\n")
    assert [change["path"] for change in noticed(stage)[before:]] == [FILE]


def test_a_root_that_does_not_exist_yet(machine):
    machine.write("/etc/hosts", "one\n")
    machine.start(watch=("/etc", "/srv/app/conf"))
    machine.write("/srv/app/conf/deep/file", "first\n")
    machine.write("/srv/app/beside", "not watched\n")
    told = {change["path"] for change in noticed(machine)}
    assert told == {"/srv/app/conf", "/srv/app/conf/deep", "/srv/app/conf/deep/file"}
    machine.write("/srv/app/conf/deep/file", "second\n")
    assert noticed(machine)[-1]["path"] == "/srv/app/conf/deep/file"


def test_a_root_that_is_a_single_file(machine):
    machine.write("/etc/hosts", "one\n")
    machine.write("/etc/beside", "one\n")
    machine.start(watch=("/etc/hosts",))
    machine.write("/etc/beside", "two\n")
    assert noticed(machine) == []
    machine.replace("/etc/hosts", "two\n")
    assert [change["path"] for change in noticed(machine)] == ["/etc/hosts"]


@pytest.mark.patient
def test_a_second_name_made_outside_is_found_and_then_followed(machine):
    """Linking a file to a place nobody watches is heard nowhere: the scrub finds it."""
    machine.write(FILE, "one\n")
    machine.start()
    os.link(machine.path(FILE), machine.root / "outside")
    (machine.root / "outside").write_text("two\n")
    wait_for("the write through the name outside", lambda: machine.changes(FILE))
    machine.settle()
    (machine.root / "outside").write_text("three\n")
    machine.settle()
    assert machine.recorded(FILE) == b"three\n"
