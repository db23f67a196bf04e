# SPDX-License-Identifier: GPL-3.0-or-later
"""File systems are hostile: names, types, contents, secrets."""

import os
import socket
import stat
import subprocess

import pytest

from conftest import wait_for

pytestmark = pytest.mark.both_backends

NAMES = [
    b"new\nline", b"tab\tname", b"esc\x1b[2Jape", b"inv\xff\xfealid", "r\u202etl".encode(),
    b"%percent", b"back\\slash", b" leading", b"-rf", b"quote\"'", b"*glob?", b"#hash", b"a=b",
    b".git", b".GIT", b"git~1", b".gitmodules", b".gitattributes", ".g\u200cit".encode(), b"%dir",
    b"x" * 255,
]


def fsck(machine):
    done = subprocess.run(["git", "-c", "safe.directory=*", "-C", machine.snapshots, "fsck",
                           "--strict"], capture_output=True, text=True)
    return done.returncode, done.stdout


def make_names(machine):
    folder = os.fsencode(machine.path("/etc/odd"))
    os.makedirs(folder)
    for number, name in enumerate(NAMES):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"content %d\n" % number)


def assert_all_told(machine):
    told = {file["path_raw"] if "path_raw" in file else file["path"]
            for file in machine.changes() if file["path"].startswith("/etc/odd/")}
    assert len(told) == len(NAMES)
    for line in machine.journal.read_bytes().splitlines():
        assert all(byte >= 0x20 for byte in line)
    assert fsck(machine) == (0, "")
    assert machine.reeve("verify").returncode == 0


def test_any_name_is_recorded_and_git_stays_clean(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    make_names(machine)
    machine.settle()
    assert_all_told(machine)
    shown = machine.reeve("log", "--all")
    assert "\x1b[2J" not in shown.stdout and "\u202e" not in shown.stdout


def test_any_name_found_in_a_rescan_is_recorded_as_well(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.stop()
    make_names(machine)
    machine.start()
    assert_all_told(machine)


def test_odd_types_are_recorded_and_never_opened(machine):
    machine.write("/etc/hostname", "a\n")
    machine.start()
    folder = machine.path("/etc/types")
    folder.mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to("/nonexistent\n")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
    if os.geteuid() == 0:
        os.mknod(folder / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    machine.settle()
    types = {file["path"].rsplit("/", 1)[1]: file["type"] for file in machine.changes()}
    assert types["fifo"] == "fifo" and types["link"] == "link" and types["socket"] == "socket"
    assert types.get("null", "char") == "char"


def test_a_file_becomes_a_folder_a_link_and_back(machine):
    file = machine.write("/etc/thing", "a\n")
    machine.start()
    file.unlink()
    file.mkdir()
    (file / "inside").write_text("x\n")
    machine.settle()
    assert machine.recorded("/etc/thing/inside") == b"x\n"
    (file / "inside").unlink()
    file.rmdir()
    file.symlink_to("/etc/hostname")
    machine.settle()
    assert machine.recorded("/etc/thing") == b"/etc/hostname"
    file.unlink()
    file.write_text("a\n")
    assert machine.settle().returncode == 0
    assert machine.changes("/etc/thing")[-1]["verdict"] == "restored"


def test_a_link_is_never_followed(machine):
    outside = machine.folder / "outside"
    outside.write_text("secret of another place\n")
    machine.write("/etc/hostname", "a\n")
    machine.start()
    machine.path("/etc/leak").symlink_to(outside)
    machine.path("/etc/deep").symlink_to(machine.folder)
    machine.settle()
    everything = machine.git("log", "-p", "observed") + machine.journal.read_text()
    assert "secret of another place" not in everything


SECRET = ("-----BEGIN OPENSSH PRIVATE KEY-----\n"
          "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwPLANTEDSECRET{}\n"
          "-----END OPENSSH PRIVATE KEY-----\n")
SHADOW = "root:$6$PLANTEDSALT$PLANTEDHASH{}:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n"


def every_byte(machine):
    """All that is stored or told: files of STATE and RUNTIME, git objects unpacked."""
    stores = b"".join(file.read_bytes() for place in (machine.state, machine.runtime)
                      for file in place.rglob("*") if file.is_file() and not file.is_socket())
    batch = subprocess.run(["git", "-c", "safe.directory=*", "-C", machine.snapshots, "cat-file",
                            "--batch-all-objects", "--batch"], capture_output=True, check=True)
    return stores + batch.stdout + machine.log.read_bytes()


def test_planted_secrets_are_nowhere(machine):
    machine.write("/etc/ssh/ssh_host_ed25519_key", SECRET.format(1), 0o600)
    machine.write("/etc/shadow", SHADOW.format(1), 0o600)
    machine.write("/etc/app.conf", "user=x\n")
    machine.start()
    machine.write("/etc/ssh/ssh_host_ed25519_key", SECRET.format(2), 0o600)
    machine.write("/etc/shadow", SHADOW.format(2), 0o600)
    machine.write("/etc/app.conf", "user=x\n" + SECRET.format(3))
    machine.settle()
    told = every_byte(machine) + machine.reeve("log", "--all").stdout.encode() + \
        machine.reeve("diff").stdout.encode()
    assert b"PLANTED" not in told
    key, = machine.changes("/etc/ssh/ssh_host_ed25519_key")
    assert key["diff_omitted"] == "secret"
    assert "hmac" in key["after"] and not {"sha256", "size", "blob"} & set(key["after"])
    assert key["before"]["hmac"] != key["after"]["hmac"]
    shadow, = machine.changes("/etc/shadow")
    assert shadow["changed"] == ["content"]


def test_the_same_secret_rewritten_is_silent(machine):
    machine.write("/etc/ssh/ssh_host_ed25519_key", SECRET.format(1), 0o600)
    machine.write("/etc/shadow", SHADOW.format(1), 0o600)
    machine.start()
    machine.write("/etc/ssh/ssh_host_ed25519_key", SECRET.format(1), 0o600)
    machine.write("/etc/shadow", SHADOW.format(1), 0o600)
    machine.settle()
    assert machine.changes() == []


def test_a_key_put_into_a_file_does_not_hide_what_else_changed(machine):
    """Whoever adds a private key's armour to a file turns its content secret: that is told."""
    machine.write("/etc/ssh/sshd_config", "PermitRootLogin no\n")
    machine.start()
    machine.write("/etc/ssh/sshd_config", "PermitRootLogin yes\n" + SECRET.format(1))
    machine.settle()
    change, = machine.changes()
    assert change["severity"] in ("high", "critical")


def test_a_file_written_in_place_slowly_is_recorded_whole(machine):
    target = machine.write("/etc/slow.conf", "old\n")
    machine.start()
    with open(target, "w") as file:
        for number in range(20):
            file.write(f"line {number}\n")
            file.flush()
    machine.settle()
    change, = machine.changes()
    assert change["diff"].count("\n+line") == 20
    assert "open" not in change


def test_a_file_never_closed_is_recorded_as_open(machine):
    target = machine.write("/etc/held.conf", "old\n")
    machine.start()
    with open(target, "w") as file:
        file.write("new\n")
        file.flush()
        change, = wait_for("the change", machine.changes)
    assert change["open"] is True


@pytest.mark.parametrize("name", [".conf.swp", "4913", "sedAbC123", "x.dpkg-new", "file~"])
def test_a_temporary_name_leaves_no_trace_of_its_own(machine, name):
    machine.write("/etc/conf", "old\n")
    machine.start()
    beside = machine.path(f"/etc/{name}")
    beside.write_text("new\n")
    beside.rename(machine.path("/etc/conf"))
    machine.settle()
    assert [(file["path"], file["op"]) for file in machine.changes()] == [("/etc/conf", "updated")]
